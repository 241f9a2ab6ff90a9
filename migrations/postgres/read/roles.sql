-- A role of the tenant's own. Who holds it is in `agents`.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    permissions jsonb NOT NULL,
    archived boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
