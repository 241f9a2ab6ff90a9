-- Signed heads: what the log was at some moments. Rows are only ever inserted. No two follow on the same one.
CREATE TABLE heads (
    position     INTEGER NOT NULL PRIMARY KEY,
    installation BLOB    NOT NULL,
    hash         BLOB    NOT NULL,
    tenants      BLOB    NOT NULL,
    signed_at    INTEGER NOT NULL,
    previous     BLOB    NOT NULL UNIQUE,
    public_key   BLOB    NOT NULL,
    signature    BLOB    NOT NULL
) STRICT;

-- Each tenant's own chain at the last head, so that it need not be counted anew.
CREATE TABLE tenant_heads (
    tenant TEXT    NOT NULL PRIMARY KEY,
    events INTEGER NOT NULL,
    hash   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
