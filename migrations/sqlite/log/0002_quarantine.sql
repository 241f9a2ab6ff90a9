-- Events that are left out of everything made from the log, by the operator's decision. They stay in `events`.
CREATE TABLE quarantine (
    position INTEGER NOT NULL PRIMARY KEY,
    reason   TEXT    NOT NULL,
    since    INTEGER NOT NULL
) STRICT;
