-- A role of the tenant's own. Who holds it is in `agents`.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    archived INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
