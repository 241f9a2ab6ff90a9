-- The keys of requests that changed nothing, and what was answered. A table of its own, so that older versions go on with theirs.
CREATE TABLE docket_log.unchanged (
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
