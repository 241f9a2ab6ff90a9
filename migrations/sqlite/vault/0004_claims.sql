-- When an identity was claimed, and how far of the log identities are known to follow.
ALTER TABLE identities ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE vault_positions (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
