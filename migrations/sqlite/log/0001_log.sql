-- The event log on SQLite. Rows are only ever inserted; the hash chain shows it when they are not.
-- Times are microseconds since 1970-01-01 UTC, ids are 16 bytes.
-- category: 1 ticket, 2 chat, 3 agent, 4 department, 5 customer, 6 organisation, 7 account.
-- actor_kind: 1 customer, 2 agent, 3 system.
CREATE TABLE events (
    position       INTEGER PRIMARY KEY,
    tenant         TEXT    NOT NULL,
    category       INTEGER NOT NULL,
    stream_id      BLOB    NOT NULL,
    version        INTEGER NOT NULL,
    event_id       BLOB    NOT NULL,
    event_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    occurred_at    INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    actor_kind     INTEGER NOT NULL,
    actor_id       BLOB,
    correlation_id BLOB    NOT NULL,
    causation_id   BLOB,
    data_subject   BLOB,
    irregular      INTEGER NOT NULL,
    hash           BLOB    NOT NULL,
    payload        TEXT    NOT NULL
) STRICT;

-- Reads of one stream, and the last guard against a version given twice.
CREATE UNIQUE INDEX events_by_stream ON events (stream_id, category, tenant, version);

-- Which keys were used, and what was answered.
CREATE TABLE idempotency (
    tenant      TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,
    position    INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    category    INTEGER NOT NULL,
    stream_id   BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

-- The next number of each sequence.
CREATE TABLE numbers (
    tenant   TEXT    NOT NULL,
    sequence TEXT    NOT NULL,
    next     INTEGER NOT NULL,
    PRIMARY KEY (tenant, sequence)
) STRICT, WITHOUT ROWID;
