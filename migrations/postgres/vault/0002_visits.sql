-- Visits: who talks to the desk through the chat widget, without an account.

CREATE TABLE visits (
    id UUID NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    verified BOOLEAN NOT NULL,
    secret_hash BYTEA NOT NULL,
    ip_sealed TEXT,
    user_agent_sealed TEXT,
    page_sealed TEXT,
    language TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_limit BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX visits_person ON visits (tenant, person);
CREATE INDEX visits_expiry ON visits (expires_at);
