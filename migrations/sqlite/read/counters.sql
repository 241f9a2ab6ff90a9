-- A counter. `day` is YYYY-MM-DD in UTC, or empty for all time.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    metric TEXT NOT NULL,
    day TEXT NOT NULL,
    dimension TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (tenant, metric, day, dimension)
) STRICT, WITHOUT ROWID;
