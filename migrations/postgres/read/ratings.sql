-- The rating of a ticket or chat, as it was last changed, on the day and for the agent it was first given.
CREATE TABLE {table} (
    tenant text NOT NULL,
    conversation_id uuid NOT NULL,
    rating bigint NOT NULL,
    agent_id uuid,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, conversation_id)
);

-- [indexes]
CREATE INDEX {table}_by_day ON {table} (tenant, given_at, rating);
CREATE INDEX {table}_by_agent ON {table} (tenant, agent_id, rating) WHERE agent_id IS NOT NULL;
