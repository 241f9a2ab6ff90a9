-- An account's epoch is raised by whatever its credentials stood on. One of another epoch does not count any more.
ALTER TABLE credentials ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_tokens ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
-- What the session may be used for at most: what its owner was allowed when they signed in. Absent: one begun before this was kept.
ALTER TABLE sessions ADD COLUMN scopes TEXT;

-- One-time codes, one of a kind at a time. Those of `sign_in_codes`, which were bound to nothing, count no more.
CREATE TABLE one_time_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    kind TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Used, or replaced by another. The row stays until it would have expired, so that trying it again is noticed.
    ended_at BIGINT
);
CREATE INDEX one_time_codes_person ON one_time_codes (tenant, person);

-- Refused sign-ins of an account, as far as the trail does not tell of them yet.
CREATE TABLE refusals (
    tenant TEXT NOT NULL,
    person UUID NOT NULL,
    untold BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, person)
);
