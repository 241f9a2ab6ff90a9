-- Tries to come in, by keyed hash of what is counted: a network, an address to sign in with, a browser known to an account.
CREATE TABLE sign_in_tries (
    mac BLOB NOT NULL PRIMARY KEY,
    tries INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_tries_end ON sign_in_tries (ends_at);
