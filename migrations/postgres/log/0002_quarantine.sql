-- Events that are left out of everything made from the log, by the operator's decision. They stay in `events`.
CREATE TABLE docket_log.quarantine (
    position bigint      NOT NULL PRIMARY KEY,
    reason   text        NOT NULL,
    since    timestamptz NOT NULL
);
