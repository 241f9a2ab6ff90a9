-- A customer or visitor.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    merged_into BLOB,
    email_verified INTEGER NOT NULL,
    erased INTEGER NOT NULL,
    ticket_count INTEGER NOT NULL,
    chat_count INTEGER NOT NULL,
    registered_at TEXT NOT NULL,
    registered_position INTEGER PRIMARY KEY,
    last_activity_at TEXT,
    version INTEGER NOT NULL,
    data_subject BLOB,
    name TEXT,
    email TEXT,
    email_key TEXT,
    phone TEXT,
    external_id TEXT,
    stated_name TEXT,
    stated_email TEXT,
    UNIQUE (tenant, id)
) STRICT;

-- [indexes]
CREATE INDEX {table}_by_registered ON {table} (tenant, registered_at, id);
CREATE INDEX {table}_by_email ON {table} (tenant, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX {table}_by_external_id ON {table} (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX {table}_by_merged ON {table} (tenant, merged_into) WHERE merged_into IS NOT NULL;

-- [words] to search by, as Rust makes them. Contentless: the text is in the table already. `ascii` cuts at blanks only, as no
-- term has another character of punctuation; secure-delete takes the words of an erased person out of the index at once.
CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', columnsize=0, detail=none, prefix='4 5 6 7 8 9 10 11', tokenize='ascii');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);
