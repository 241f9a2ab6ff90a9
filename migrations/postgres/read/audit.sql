-- An event as the audit trail shows it.
CREATE TABLE {table} (
    tenant text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    category text NOT NULL,
    stream_id uuid NOT NULL,
    version bigint NOT NULL,
    event_type text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    irregular boolean NOT NULL,
    details jsonb NOT NULL,
    PRIMARY KEY (tenant, position)
);

-- [indexes]
CREATE INDEX {table}_by_stream ON {table} (tenant, stream_id, position);
CREATE INDEX {table}_by_actor ON {table} (tenant, actor_id, position);
CREATE INDEX {table}_by_type ON {table} (tenant, event_type, position);
CREATE INDEX {table}_by_occurred ON {table} (tenant, occurred_at, position);
