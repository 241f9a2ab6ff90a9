-- The event log on PostgreSQL, in schema docket_log. Rows are only ever inserted; the hash chain shows it when they are not.
-- category: 1 ticket, 2 chat, 3 agent, 4 department, 5 customer, 6 organisation, 7 account.
-- actor_kind: 1 customer, 2 agent, 3 system.
CREATE TABLE docket_log.events (
    position       bigint      PRIMARY KEY,
    tenant         text        NOT NULL,
    category       smallint    NOT NULL,
    stream_id      uuid        NOT NULL,
    version        bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    event_type     text        NOT NULL,
    schema_version integer     NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor_kind     smallint    NOT NULL,
    actor_id       uuid,
    correlation_id uuid        NOT NULL,
    causation_id   uuid,
    data_subject   uuid,
    irregular      boolean     NOT NULL,
    hash           bytea       NOT NULL,
    payload        text        NOT NULL -- not jsonb, which would reorder it
);

-- Reads of one stream, and the last guard against a version given twice.
CREATE UNIQUE INDEX events_by_stream ON docket_log.events (stream_id, category, tenant, version);

-- Which keys were used, and what was answered.
CREATE TABLE docket_log.idempotency (
    tenant      text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    category    smallint    NOT NULL,
    stream_id   uuid        NOT NULL,
    version     bigint      NOT NULL,
    note        text        NOT NULL,
    PRIMARY KEY (tenant, key)
);

-- The next number of each sequence.
CREATE TABLE docket_log.numbers (
    tenant   text   NOT NULL,
    sequence text   NOT NULL,
    next     bigint NOT NULL,
    PRIMARY KEY (tenant, sequence)
);
