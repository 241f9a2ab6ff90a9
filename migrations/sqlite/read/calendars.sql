-- A calendar of business hours.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    ranges TEXT NOT NULL,
    holidays TEXT NOT NULL,
    archived INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
