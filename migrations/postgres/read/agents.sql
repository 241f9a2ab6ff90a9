-- An agent.
CREATE TABLE {table} (
    tenant text NOT NULL,
    id uuid NOT NULL,
    role text NOT NULL,
    custom_role_id uuid,
    availability text NOT NULL,
    active boolean NOT NULL,
    department_ids jsonb NOT NULL,
    skills jsonb NOT NULL,
    max_concurrent_chats bigint NOT NULL,
    active_chats bigint NOT NULL,
    chats_handled bigint NOT NULL,
    last_activity_at timestamptz,
    registered_at timestamptz NOT NULL,
    version bigint NOT NULL,
    data_subject uuid,
    name text,
    email text,
    PRIMARY KEY (tenant, id)
);
