-- An SLA policy. Those in force are tried by their `place`.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    place INTEGER NOT NULL,
    policy TEXT NOT NULL,
    archived INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
