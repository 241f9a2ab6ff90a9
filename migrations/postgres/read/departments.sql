-- A department.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text,
    archived boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
