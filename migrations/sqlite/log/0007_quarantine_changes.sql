-- Who put an event in quarantine or took it out again, when and why. Rows are only ever inserted.
CREATE TABLE quarantine_changes (
    id       INTEGER NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    released INTEGER NOT NULL,
    by       TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
