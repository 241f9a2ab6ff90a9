-- Who does what there may be only one of. A row stays after release, so that tokens grow for ever.
CREATE SCHEMA IF NOT EXISTS docket_lease;
CREATE TABLE IF NOT EXISTS docket_lease.leases (
    name       text        NOT NULL PRIMARY KEY,
    holder     text        NOT NULL,
    token      bigint      NOT NULL,
    expires_at timestamptz NOT NULL -- by this database's clock
);
