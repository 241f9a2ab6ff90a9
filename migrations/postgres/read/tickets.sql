-- A ticket.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    status text NOT NULL,
    priority text NOT NULL,
    rank bigint NOT NULL,
    category text NOT NULL,
    department_id uuid,
    assignee_id uuid,
    customer_id uuid NOT NULL,
    tags jsonb NOT NULL,
    custom_fields jsonb NOT NULL,
    channel text NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_position bigint NOT NULL,
    first_responded_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    done_at timestamptz,
    done_by uuid,
    snoozed_until timestamptz,
    last_message_at timestamptz NOT NULL,
    last_author_kind text NOT NULL,
    last_author_id uuid,
    last_customer_message_at timestamptz,
    last_agent_message_at timestamptz,
    customer_messages bigint NOT NULL,
    agent_messages bigint NOT NULL,
    system_messages bigint NOT NULL,
    note_count bigint NOT NULL,
    resolution_count bigint NOT NULL,
    reopen_count bigint NOT NULL,
    assignment_count bigint NOT NULL,
    reassignment_count bigint NOT NULL,
    follow_up_of uuid,
    chat_id uuid,
    merged_into uuid,
    merged_from jsonb NOT NULL,
    linked jsonb NOT NULL,
    feedback jsonb,
    archived boolean NOT NULL,
    deleted boolean NOT NULL,
    updated_at timestamptz NOT NULL,
    public_updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    public_version bigint NOT NULL,
    public_position bigint NOT NULL,
    data_subject uuid,
    subject text,
    last_message text,
    feedback_comment text,
    order_ref text,
    personal_fields jsonb,
    words tsvector,
    PRIMARY KEY (tenant, id)
);

-- [indexes]
-- The default order of lists, and the same within one status, assignee, customer or department.
CREATE INDEX {table}_by_urgency ON {table} (tenant, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_status ON {table} (tenant, status, rank, opened_at, id, snoozed_until) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_assignee ON {table} (tenant, assignee_id, status, rank, opened_at, id, snoozed_until) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_customer ON {table} (tenant, customer_id, status, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_category ON {table} (tenant, category, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_department ON {table} (tenant, department_id, rank, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_opened ON {table} (tenant, opened_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_updated ON {table} (tenant, updated_at, id) WHERE NOT archived AND NOT deleted;
CREATE INDEX {table}_by_done ON {table} (tenant, done_at, id) WHERE done_at IS NOT NULL AND NOT archived AND NOT deleted;
CREATE INDEX {table}_by_resolver ON {table} (tenant, done_by, done_at, id) WHERE done_by IS NOT NULL AND NOT archived AND NOT deleted;
CREATE INDEX {table}_by_merged ON {table} (tenant, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX {table}_by_number ON {table} (tenant, number);
CREATE INDEX {table}_by_order ON {table} (tenant, order_ref) WHERE order_ref IS NOT NULL;

-- Timers of all tenants: the reactors wake tickets in time.
CREATE INDEX {table}_by_wake ON {table} (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- Erasing a person.
CREATE INDEX {table}_by_subject_of_data ON {table} (tenant, data_subject);

-- Words to search by, as Rust makes them, and the latest first.
CREATE INDEX {table}_words ON {table} USING gin (words);
CREATE INDEX {table}_by_position ON {table} (tenant, opened_position);
