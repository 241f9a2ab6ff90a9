-- Tries to come in, by keyed hash of what is counted: a network, an address to sign in with, a browser known to an account.
CREATE TABLE sign_in_tries (
    mac BYTEA NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sign_in_tries_end ON sign_in_tries (ends_at);
