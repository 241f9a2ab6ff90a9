-- A ticket's service-level clocks. `due_at` is when the next of them runs out, `timer_at` when something is to be done.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    ticket_id BLOB NOT NULL,
    clock TEXT,
    state TEXT NOT NULL,
    due_at TEXT,
    breached INTEGER NOT NULL,
    timer_at TEXT,
    clocks TEXT NOT NULL,
    PRIMARY KEY (tenant, ticket_id)
) STRICT, WITHOUT ROWID;

-- [indexes]
CREATE INDEX {table}_by_due ON {table} (tenant, due_at, ticket_id) WHERE due_at IS NOT NULL;

-- Timers of all tenants, for the reactors.
CREATE INDEX {table}_by_timer ON {table} (timer_at) WHERE timer_at IS NOT NULL;
