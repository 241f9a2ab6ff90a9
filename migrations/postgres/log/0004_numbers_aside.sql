-- Numbers of a sequence that it has passed over and gives to nobody: imports may, each once.
CREATE TABLE docket_log.numbers_aside (
    tenant   text   NOT NULL,
    sequence text   NOT NULL,
    first    bigint NOT NULL,
    last     bigint NOT NULL,
    PRIMARY KEY (tenant, sequence, first)
);
