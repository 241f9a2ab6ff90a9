-- The vault: what must never be in the log. Times are microseconds since 1970, UTC.

CREATE TABLE vault_secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE person_keys (
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    wrapped BYTEA,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT,
    PRIMARY KEY (tenant, person),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE TABLE identities (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    mac BYTEA NOT NULL,
    person UUID NOT NULL,
    PRIMARY KEY (tenant, kind, mac)
);
CREATE INDEX identities_person ON identities (tenant, person);

CREATE TABLE tenants (
    tenant TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE credentials (
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    role TEXT NOT NULL,
    login_mac BYTEA,
    login_sealed TEXT,
    password TEXT,
    disabled BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, person)
);
CREATE UNIQUE INDEX credentials_login ON credentials (tenant, login_mac);

CREATE TABLE api_tokens (
    id UUID NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_tokens_tenant ON api_tokens (tenant, person);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    secret_hash BYTEA NOT NULL,
    ip_sealed TEXT,
    user_agent_sealed TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_limit BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (tenant, person);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE sign_in_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_codes_person ON sign_in_codes (tenant, person);
