-- A tenant's settings.
CREATE TABLE {table} (
    tenant text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    categories jsonb NOT NULL,
    custom_fields jsonb NOT NULL,
    version bigint NOT NULL,
    public_version bigint NOT NULL,
    PRIMARY KEY (tenant)
);
