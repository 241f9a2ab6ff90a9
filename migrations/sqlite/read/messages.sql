-- A message or note.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    conversation_id BLOB NOT NULL,
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    message_id BLOB NOT NULL,
    author_kind TEXT NOT NULL,
    author_id BLOB,
    internal INTEGER NOT NULL,
    posted_at TEXT NOT NULL,
    data_subject BLOB,
    body TEXT,
    UNIQUE (tenant, conversation_id, position)
) STRICT;

-- [indexes]
-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- [words] to search by. Contentless: the text is in the table already. secure-delete takes the words of an erased person
-- out of the index at once, and the tenant is a word of every document, so that tenants do not search each other's.
CREATE VIRTUAL TABLE {table}_fts USING fts5(tenant, words, content='', tokenize='unicode61 remove_diacritics 2');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);

-- [filling] of a rebuilt table: what the triggers do for one that is live.
INSERT INTO {table}_fts(rowid, tenant, words)
    SELECT position, tenant, body FROM {table} WHERE body IS NOT NULL AND position > $1 AND position <= $2;

-- [triggers] made anew when a rebuilt table takes its name.
CREATE TRIGGER {table}_words_come AFTER INSERT ON {table} WHEN new.body IS NOT NULL BEGIN
    INSERT INTO {table}_fts(rowid, tenant, words) VALUES (new.position, new.tenant, new.body);
END;
CREATE TRIGGER {table}_words_change AFTER UPDATE OF body ON {table} WHEN old.body IS NOT new.body BEGIN
    INSERT INTO {table}_fts({table}_fts, rowid, tenant, words)
        SELECT 'delete', old.position, old.tenant, old.body WHERE old.body IS NOT NULL;
    INSERT INTO {table}_fts(rowid, tenant, words)
        SELECT new.position, new.tenant, new.body WHERE new.body IS NOT NULL;
END;
CREATE TRIGGER {table}_words_go AFTER DELETE ON {table} WHEN old.body IS NOT NULL BEGIN
    INSERT INTO {table}_fts({table}_fts, rowid, tenant, words) VALUES ('delete', old.position, old.tenant, old.body);
END;
