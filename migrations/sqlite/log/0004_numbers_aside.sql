-- Numbers of a sequence that it has passed over and gives to nobody: imports may, each once.
CREATE TABLE numbers_aside (
    tenant   TEXT    NOT NULL,
    sequence TEXT    NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    PRIMARY KEY (tenant, sequence, first)
) STRICT, WITHOUT ROWID;
