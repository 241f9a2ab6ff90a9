-- A tenant's settings.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    categories TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    version INTEGER NOT NULL,
    public_version INTEGER NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;
