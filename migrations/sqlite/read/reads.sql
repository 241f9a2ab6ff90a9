-- How far one person has read one conversation.
CREATE TABLE {table} (
    tenant TEXT NOT NULL,
    conversation_id BLOB NOT NULL,
    reader_id BLOB NOT NULL,
    up_to_version INTEGER NOT NULL,
    customer_messages INTEGER NOT NULL,
    agent_messages INTEGER NOT NULL,
    PRIMARY KEY (tenant, conversation_id, reader_id)
) STRICT, WITHOUT ROWID;
