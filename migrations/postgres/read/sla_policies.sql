-- An SLA policy. Those in force are tried by their `place`.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    place bigint NOT NULL,
    policy jsonb NOT NULL,
    archived boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);
