-- Who put an event in quarantine or took it out again, when and why. Rows are only ever inserted.
CREATE TABLE docket_log.quarantine_changes (
    id       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint      NOT NULL,
    released boolean     NOT NULL,
    by       text        NOT NULL,
    reason   text        NOT NULL,
    at       timestamptz NOT NULL
);
