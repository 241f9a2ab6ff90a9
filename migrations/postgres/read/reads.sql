-- How far one person has read one conversation.
CREATE TABLE {table} (
    tenant text NOT NULL,
    conversation_id uuid NOT NULL,
    reader_id uuid NOT NULL,
    up_to_version bigint NOT NULL,
    customer_messages bigint NOT NULL,
    agent_messages bigint NOT NULL,
    PRIMARY KEY (tenant, conversation_id, reader_id)
);
