CREATE SCHEMA IF NOT EXISTS docket_read;
GRANT USAGE ON SCHEMA docket_read TO {reader};
SET LOCAL search_path = docket_read;

-- How far each group of read models is, and which tables are live: `generation` grows with each rebuild.
CREATE TABLE IF NOT EXISTS checkpoints (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    generation bigint NOT NULL
);

-- The version of each model's table.
CREATE TABLE IF NOT EXISTS models (
    name text PRIMARY KEY,
    version bigint NOT NULL
);

-- Full-text search under row-level security. A policy keeps the planner from using the index of an operator that
-- might leak (`@@` is one), so that these functions look in the owner's name, and only at the session's tenant.
CREATE OR REPLACE FUNCTION find_tickets(query text) RETURNS TABLE (ticket_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
BEGIN
    RETURN QUERY SELECT t.id FROM tickets t
        WHERE t.tenant = current_setting('docket.tenant', true) AND t.words @@ to_tsquery('simple', query);
END $$;

CREATE OR REPLACE FUNCTION find_messages(query text, notes boolean, at_most bigint)
RETURNS TABLE (conversation_id uuid, message_position bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
BEGIN
    RETURN QUERY SELECT m.conversation_id, m.position FROM messages m
        WHERE m.tenant = current_setting('docket.tenant', true) AND m.words @@ to_tsquery('simple', query)
            AND (notes OR NOT m.internal)
        ORDER BY m.position DESC LIMIT at_most;
END $$;

CREATE OR REPLACE FUNCTION find_customers(query text) RETURNS TABLE (customer_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
BEGIN
    RETURN QUERY SELECT c.id FROM customers c
        WHERE c.tenant = current_setting('docket.tenant', true) AND c.words @@ to_tsquery('simple', query);
END $$;

REVOKE ALL ON FUNCTION find_tickets(text), find_messages(text, boolean, bigint), find_customers(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_tickets(text), find_messages(text, boolean, bigint), find_customers(text) TO {reader};
