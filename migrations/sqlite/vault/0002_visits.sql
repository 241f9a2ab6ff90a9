-- Visits: who talks to the desk through the chat widget, without an account.

CREATE TABLE visits (
    id BLOB NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    verified INTEGER NOT NULL,
    secret_hash BLOB NOT NULL,
    ip_sealed TEXT,
    user_agent_sealed TEXT,
    page_sealed TEXT,
    language TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_limit INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_person ON visits (tenant, person);
CREATE INDEX visits_expiry ON visits (expires_at);
