-- A saved view of tickets.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared boolean NOT NULL,
    place bigint NOT NULL,
    name text NOT NULL,
    filter jsonb NOT NULL,
    sort text NOT NULL,
    saved_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    data_subject uuid,
    order_ref text,
    search text,
    PRIMARY KEY (tenant, id)
);

-- [indexes]
-- A person's own, and the shared ones.
CREATE INDEX {table}_by_owner ON {table} (tenant, owner_id) WHERE NOT shared;
CREATE INDEX {table}_shared ON {table} (tenant) WHERE shared;

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);
