-- A ticket. `opened_position` is the rowid, so that the full-text index has a lasting number to point to.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    rank INTEGER NOT NULL,
    category TEXT NOT NULL,
    department_id BLOB,
    assignee_id BLOB,
    customer_id BLOB NOT NULL,
    tags TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    channel TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    opened_position INTEGER PRIMARY KEY,
    first_responded_at TEXT,
    resolved_at TEXT,
    closed_at TEXT,
    done_at TEXT,
    done_by BLOB,
    snoozed_until TEXT,
    last_message_at TEXT NOT NULL,
    last_author_kind TEXT NOT NULL,
    last_author_id BLOB,
    last_customer_message_at TEXT,
    last_agent_message_at TEXT,
    customer_messages INTEGER NOT NULL,
    agent_messages INTEGER NOT NULL,
    system_messages INTEGER NOT NULL,
    note_count INTEGER NOT NULL,
    resolution_count INTEGER NOT NULL,
    reopen_count INTEGER NOT NULL,
    assignment_count INTEGER NOT NULL,
    reassignment_count INTEGER NOT NULL,
    follow_up_of BLOB,
    chat_id BLOB,
    merged_into BLOB,
    merged_from TEXT NOT NULL,
    linked TEXT NOT NULL,
    feedback TEXT,
    archived INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    public_updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    public_version INTEGER NOT NULL,
    public_position INTEGER NOT NULL,
    data_subject BLOB,
    subject TEXT,
    last_message TEXT,
    feedback_comment TEXT,
    order_ref TEXT,
    personal_fields TEXT,
    UNIQUE (tenant, id)
) STRICT;

-- [indexes]
-- The default order of lists, and the same within one status, assignee, customer or department.
CREATE INDEX {table}_by_urgency ON {table} (tenant, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_status ON {table} (tenant, status, rank, opened_at, id, snoozed_until) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_assignee ON {table} (tenant, assignee_id, status, rank, opened_at, id, snoozed_until) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_customer ON {table} (tenant, customer_id, status, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_category ON {table} (tenant, category, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_department ON {table} (tenant, department_id, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_opened ON {table} (tenant, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_updated ON {table} (tenant, updated_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_done ON {table} (tenant, done_at, id) WHERE done_at IS NOT NULL AND NOT archived AND NOT deleted;
CREATE INDEX {table}_by_resolver ON {table} (tenant, done_by, done_at, id) WHERE done_by IS NOT NULL AND NOT archived AND NOT deleted;
CREATE INDEX {table}_by_merged ON {table} (tenant, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX {table}_by_number ON {table} (tenant, number);
CREATE INDEX {table}_by_order ON {table} (tenant, order_ref) WHERE order_ref IS NOT NULL;

-- Timers of all tenants: the reactors wake tickets in time.
CREATE INDEX {table}_by_wake ON {table} (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- [words] to search by, as Rust makes them. Contentless: the text is in the table already. `ascii` cuts at blanks only, as no
-- term has another character of punctuation; secure-delete takes the words of an erased person out of the index at once.
CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', columnsize=0, detail=none, prefix='4 5 6 7 8 9 10 11', tokenize='ascii');
INSERT INTO {table}_fts({table}_fts, rank) VALUES ('secure-delete', 1);
