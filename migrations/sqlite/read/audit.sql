-- An event as the audit trail shows it.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    category TEXT NOT NULL,
    stream_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    occurred_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    correlation_id BLOB NOT NULL,
    causation_id BLOB,
    irregular INTEGER NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (tenant, position)
) STRICT, WITHOUT ROWID;

-- [indexes]
CREATE INDEX {table}_by_stream ON {table} (tenant, stream_id, position);
CREATE INDEX {table}_by_actor ON {table} (tenant, actor_id, position);
CREATE INDEX {table}_by_type ON {table} (tenant, event_type, position);
CREATE INDEX {table}_by_occurred ON {table} (tenant, occurred_at, position);
