-- Which installation this belongs to: log and vault bear the same id, so that neither is taken for another's.
CREATE TABLE installation (
    one bigint NOT NULL PRIMARY KEY CHECK (one = 1),
    id  uuid NOT NULL
);

-- A migration that older versions cannot live with adds a row: the newest migration a version has to know, and the
-- version of Docket that knew it first. All others only add, and older versions go on with what they made.
CREATE TABLE compatibility (
    needs  bigint NOT NULL PRIMARY KEY,
    docket text NOT NULL
);
