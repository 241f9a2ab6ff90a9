-- A message or note.
CREATE TABLE {table} (
    tenant text NOT NULL,
    conversation_id uuid NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    message_id uuid NOT NULL,
    author_kind text NOT NULL,
    author_id uuid,
    internal boolean NOT NULL,
    posted_at timestamptz NOT NULL,
    data_subject uuid,
    body text,
    words tsvector,
    PRIMARY KEY (tenant, conversation_id, position)
);

-- [indexes]
-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- Words to search by, as Rust makes them, and the latest first.
CREATE INDEX {table}_words ON {table} USING gin (words);
CREATE INDEX {table}_by_position ON {table} (tenant, position);
