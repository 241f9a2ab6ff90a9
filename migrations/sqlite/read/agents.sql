-- An agent.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    role TEXT NOT NULL,
    custom_role_id BLOB,
    availability TEXT NOT NULL,
    active INTEGER NOT NULL,
    department_ids TEXT NOT NULL,
    skills TEXT NOT NULL,
    max_concurrent_chats INTEGER NOT NULL,
    active_chats INTEGER NOT NULL,
    chats_handled INTEGER NOT NULL,
    last_activity_at TEXT,
    registered_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    data_subject BLOB,
    name TEXT,
    email TEXT,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
