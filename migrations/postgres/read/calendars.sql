-- A calendar of business hours.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    ranges jsonb NOT NULL,
    holidays jsonb NOT NULL,
    archived boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
