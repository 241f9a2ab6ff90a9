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

-- [words] to search by, as Rust makes them. Contentless: the text is in the table already. `ascii` cuts at blanks only, as no
-- term has another character of punctuation; secure-delete takes the words of an erased person out of the index at once.
CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', columnsize=0, detail=none, prefix='4 5 6 7 8 9 10 11', tokenize='ascii');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);
