-- A chat.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    status text NOT NULL,
    customer_id uuid NOT NULL,
    agent_id uuid,
    accepted boolean NOT NULL,
    department_id uuid,
    skills jsonb NOT NULL,
    verified boolean NOT NULL,
    started_at timestamptz NOT NULL,
    started_position bigint NOT NULL,
    queued_at timestamptz NOT NULL,
    accepted_at timestamptz,
    wait_seconds bigint,
    ended_at timestamptz,
    ended_by text,
    duration_seconds bigint,
    customer_messages bigint NOT NULL,
    agent_messages bigint NOT NULL,
    system_messages bigint NOT NULL,
    last_message_at timestamptz,
    rating bigint,
    ticket_id uuid,
    ticket_number bigint,
    version bigint NOT NULL,
    position bigint NOT NULL,
    public_version bigint NOT NULL,
    public_position bigint NOT NULL,
    data_subject uuid,
    visitor_name text,
    visitor_email text,
    page text,
    user_agent text,
    ip text,
    question text,
    last_message text,
    rating_comment text,
    transfer_note text,
    words tsvector,
    PRIMARY KEY (tenant, id)
);

-- [indexes]
CREATE INDEX {table}_by_started ON {table} (tenant, started_at, id);
CREATE INDEX {table}_by_status ON {table} (tenant, status, started_at, id);
CREATE INDEX {table}_by_offer ON {table} (tenant, agent_id) WHERE status IN ('waiting', 'transferred');
CREATE INDEX {table}_by_queue ON {table} (tenant, status, queued_at, id);
CREATE INDEX {table}_by_ended ON {table} (tenant, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX {table}_by_agent ON {table} (tenant, agent_id, started_at, id);
CREATE INDEX {table}_by_customer ON {table} (tenant, customer_id, started_at, id);

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- How long others waited lately.
CREATE INDEX {table}_by_wait ON {table} (tenant, department_id, started_at) WHERE wait_seconds IS NOT NULL;

-- Words to search by, as Rust makes them, and the latest first.
CREATE INDEX {table}_words ON {table} USING gin (words);
CREATE INDEX {table}_by_position ON {table} (tenant, started_position);
