-- A saved view of tickets.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    shared INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    sort TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    data_subject BLOB,
    order_ref TEXT,
    search TEXT,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- [indexes]
-- A person's own, and the shared ones.
CREATE INDEX {table}_by_owner ON {table} (tenant, owner_id) WHERE NOT shared;
CREATE INDEX {table}_shared ON {table} (tenant) WHERE shared;

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);
