-- Who does what there may be only one of. A row stays after release, so that tokens grow for ever.
CREATE TABLE IF NOT EXISTS leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    token      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL -- milliseconds since 1970, by this database's clock
) STRICT, WITHOUT ROWID;
