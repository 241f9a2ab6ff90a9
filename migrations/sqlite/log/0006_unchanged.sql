-- The keys of requests that changed nothing, and what was answered. A table of its own, so that older versions go on with theirs.
CREATE TABLE unchanged (
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
