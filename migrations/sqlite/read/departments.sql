-- A department.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    archived INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
