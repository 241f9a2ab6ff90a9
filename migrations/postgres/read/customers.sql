-- A customer or visitor.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    merged_into uuid,
    email_verified boolean NOT NULL,
    erased boolean NOT NULL,
    ticket_count bigint NOT NULL,
    chat_count bigint NOT NULL,
    registered_at timestamptz NOT NULL,
    registered_position bigint NOT NULL,
    last_activity_at timestamptz,
    version bigint NOT NULL,
    data_subject uuid,
    name text,
    email text,
    email_key text,
    phone text,
    external_id text,
    stated_name text,
    stated_email text,
    words tsvector,
    PRIMARY KEY (tenant, id)
);

-- [indexes]
CREATE INDEX {table}_by_registered ON {table} (tenant, registered_at, id);
CREATE INDEX {table}_by_email ON {table} (tenant, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX {table}_by_external_id ON {table} (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX {table}_by_merged ON {table} (tenant, merged_into) WHERE merged_into IS NOT NULL;

-- Words to search by, as Rust makes them, and the latest first.
CREATE INDEX {table}_words ON {table} USING gin (words);
CREATE INDEX {table}_by_position ON {table} (tenant, registered_position);
