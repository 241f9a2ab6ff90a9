-- Signed heads: what the log was at some moments. Rows are only ever inserted. No two follow on the same one.
CREATE TABLE docket_log.heads (
    position     bigint      NOT NULL PRIMARY KEY,
    installation bytea       NOT NULL,
    hash         bytea       NOT NULL,
    tenants      bytea       NOT NULL,
    signed_at    timestamptz NOT NULL,
    previous     bytea       NOT NULL UNIQUE,
    public_key   bytea       NOT NULL,
    signature    bytea       NOT NULL
);

-- Each tenant's own chain at the last head, so that it need not be counted anew.
CREATE TABLE docket_log.tenant_heads (
    tenant text   NOT NULL PRIMARY KEY,
    events bigint NOT NULL,
    hash   bytea  NOT NULL
);
