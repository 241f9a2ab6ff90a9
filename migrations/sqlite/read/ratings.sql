-- The rating of a ticket or chat, as it was last changed, on the day and for the agent it was first given.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    conversation_id BLOB NOT NULL,
    rating INTEGER NOT NULL,
    agent_id BLOB,
    given_at TEXT NOT NULL,
    PRIMARY KEY (tenant, conversation_id)
) STRICT, WITHOUT ROWID;

-- [indexes]
CREATE INDEX {table}_by_day ON {table} (tenant, given_at, rating);
CREATE INDEX {table}_by_agent ON {table} (tenant, agent_id, rating) WHERE agent_id IS NOT NULL;
