-- A chat. `started_position` is the rowid, so that the full-text index has a lasting number to point to.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    status TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    agent_id BLOB,
    accepted INTEGER NOT NULL,
    department_id BLOB,
    skills TEXT NOT NULL,
    verified INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    started_position INTEGER PRIMARY KEY,
    queued_at TEXT NOT NULL,
    accepted_at TEXT,
    wait_seconds INTEGER,
    ended_at TEXT,
    ended_by TEXT,
    duration_seconds INTEGER,
    customer_messages INTEGER NOT NULL,
    agent_messages INTEGER NOT NULL,
    system_messages INTEGER NOT NULL,
    last_message_at TEXT,
    rating INTEGER,
    ticket_id BLOB,
    ticket_number INTEGER,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    public_version INTEGER NOT NULL,
    public_position INTEGER NOT NULL,
    data_subject BLOB,
    visitor_name TEXT,
    visitor_email TEXT,
    page TEXT,
    user_agent TEXT,
    ip TEXT,
    question TEXT,
    last_message TEXT,
    rating_comment TEXT,
    transfer_note TEXT,
    UNIQUE (tenant, id)
) STRICT;

-- [indexes]
CREATE INDEX {table}_by_started ON {table} (tenant, started_at, id);
CREATE INDEX {table}_by_status ON {table} (tenant, status, started_at, id);
CREATE INDEX {table}_by_offer ON {table} (tenant, agent_id) WHERE status IN ('waiting', 'transferred');
CREATE INDEX {table}_by_queue ON {table} (tenant, status, queued_at, id);
CREATE INDEX {table}_by_ended ON {table} (tenant, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX {table}_by_agent ON {table} (tenant, agent_id, started_at, id);
CREATE INDEX {table}_by_customer ON {table} (tenant, customer_id, started_at, id);

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- How long others waited lately.
CREATE INDEX {table}_by_wait ON {table} (tenant, department_id, started_at) WHERE wait_seconds IS NOT NULL;

-- [words] to search by, as Rust makes them. Contentless: the text is in the table already. `ascii` cuts at blanks only, as no
-- term has another character of punctuation; secure-delete takes the words of an erased person out of the index at once.
CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', columnsize=0, detail=none, prefix='4 5 6 7 8 9 10 11', tokenize='ascii');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);
