-- A counter. `day` is YYYY-MM-DD in UTC, or empty for all time.
CREATE TABLE {table} (
    tenant text NOT NULL,
    metric text NOT NULL,
    day text NOT NULL,
    dimension text NOT NULL,
    count bigint NOT NULL,
    sum bigint NOT NULL,
    PRIMARY KEY (tenant, metric, day, dimension)
);
