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

-- [words] to search by. Contentless: the text is in the table already. secure-delete takes the words of an erased person
-- out of the index at once, and the tenant is a word of every document, so that tenants do not search each other's.
CREATE VIRTUAL TABLE {table}_fts USING fts5(tenant, words, content='', tokenize='unicode61 remove_diacritics 2');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);

-- [filling] of a rebuilt table: what the triggers do for one that is live.
INSERT INTO {table}_fts(rowid, tenant, words)
    SELECT registered_position, tenant, concat_ws(' ', name, email) FROM {table}
    WHERE nullif(concat_ws(' ', name, email), '') IS NOT NULL AND registered_position > $1 AND registered_position <= $2;

-- [triggers] made anew when a rebuilt table takes its name.
CREATE TRIGGER {table}_words_come AFTER INSERT ON {table} WHEN nullif(concat_ws(' ', new.name, new.email), '') IS NOT NULL BEGIN
    INSERT INTO {table}_fts(rowid, tenant, words) VALUES (new.registered_position, new.tenant, nullif(concat_ws(' ', new.name, new.email), ''));
END;
CREATE TRIGGER {table}_words_change AFTER UPDATE OF name, email ON {table} WHEN nullif(concat_ws(' ', old.name, old.email), '') IS NOT nullif(concat_ws(' ', new.name, new.email), '') BEGIN
    INSERT INTO {table}_fts({table}_fts, rowid, tenant, words)
        SELECT 'delete', old.registered_position, old.tenant, nullif(concat_ws(' ', old.name, old.email), '') WHERE nullif(concat_ws(' ', old.name, old.email), '') IS NOT NULL;
    INSERT INTO {table}_fts(rowid, tenant, words)
        SELECT new.registered_position, new.tenant, nullif(concat_ws(' ', new.name, new.email), '') WHERE nullif(concat_ws(' ', new.name, new.email), '') IS NOT NULL;
END;
CREATE TRIGGER {table}_words_go AFTER DELETE ON {table} WHEN nullif(concat_ws(' ', old.name, old.email), '') IS NOT NULL BEGIN
    INSERT INTO {table}_fts({table}_fts, rowid, tenant, words) VALUES ('delete', old.registered_position, old.tenant, nullif(concat_ws(' ', old.name, old.email), ''));
END;
