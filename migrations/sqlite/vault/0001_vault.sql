-- The vault: what must never be in the log. Times are microseconds since 1970, UTC.

CREATE TABLE vault_secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE person_keys (
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    wrapped BLOB,
    created_at INTEGER NOT NULL,
    destroyed_at INTEGER,
    PRIMARY KEY (tenant, person),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    mac BLOB NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, mac)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_person ON identities (tenant, person);

CREATE TABLE tenants (
    tenant TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE credentials (
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    role TEXT NOT NULL,
    login_mac BLOB,
    login_sealed TEXT,
    password TEXT,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX credentials_login ON credentials (tenant, login_mac);

CREATE TABLE api_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_tokens_tenant ON api_tokens (tenant, person);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    secret_hash BLOB NOT NULL,
    ip_sealed TEXT,
    user_agent_sealed TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_limit INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (tenant, person);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_codes_person ON sign_in_codes (tenant, person);
