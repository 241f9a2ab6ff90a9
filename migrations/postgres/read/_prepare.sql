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
--
-- They give the newest hits, at most so many. Words that are in many rows are in the newest ones: those are looked at one
-- by one, as a GIN index cannot give hits in order and would have to fetch them all. Words that are in few are found by the
-- index.
DROP FUNCTION IF EXISTS find_tickets(text);
DROP FUNCTION IF EXISTS find_messages(text, boolean, bigint);
DROP FUNCTION IF EXISTS find_customers(text);

CREATE OR REPLACE FUNCTION search_tickets(query text, at_most bigint) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
#variable_conflict use_column
DECLARE
    asked tsquery := query::tsquery;
    ours text := current_setting('docket.tenant', true);
    so_far bigint;
    oldest bigint;
BEGIN
    RETURN QUERY SELECT n.id FROM (SELECT x.id, x.opened_position, x.words FROM tickets x
            WHERE x.tenant = ours ORDER BY x.opened_position DESC LIMIT 10 * at_most) n
        WHERE n.words @@ asked LIMIT at_most;
    GET DIAGNOSTICS so_far = ROW_COUNT;
    SELECT x.opened_position INTO oldest FROM tickets x WHERE x.tenant = ours ORDER BY x.opened_position DESC OFFSET 10 * at_most - 1 LIMIT 1;
    IF so_far < at_most AND oldest IS NOT NULL THEN
        RETURN QUERY WITH hits AS MATERIALIZED (SELECT x.id, x.opened_position, x.words FROM tickets x
                WHERE x.words @@ asked AND x.tenant = ours AND x.opened_position < oldest)
            SELECT h.id FROM hits h ORDER BY h.opened_position DESC LIMIT at_most - so_far;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION search_chats(query text, at_most bigint) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
#variable_conflict use_column
DECLARE
    asked tsquery := query::tsquery;
    ours text := current_setting('docket.tenant', true);
    so_far bigint;
    oldest bigint;
BEGIN
    RETURN QUERY SELECT n.id FROM (SELECT x.id, x.started_position, x.words FROM chats x
            WHERE x.tenant = ours ORDER BY x.started_position DESC LIMIT 10 * at_most) n
        WHERE n.words @@ asked LIMIT at_most;
    GET DIAGNOSTICS so_far = ROW_COUNT;
    SELECT x.started_position INTO oldest FROM chats x WHERE x.tenant = ours ORDER BY x.started_position DESC OFFSET 10 * at_most - 1 LIMIT 1;
    IF so_far < at_most AND oldest IS NOT NULL THEN
        RETURN QUERY WITH hits AS MATERIALIZED (SELECT x.id, x.started_position, x.words FROM chats x
                WHERE x.words @@ asked AND x.tenant = ours AND x.started_position < oldest)
            SELECT h.id FROM hits h ORDER BY h.started_position DESC LIMIT at_most - so_far;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION search_customers(query text, at_most bigint) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
#variable_conflict use_column
DECLARE
    asked tsquery := query::tsquery;
    ours text := current_setting('docket.tenant', true);
    so_far bigint;
    oldest bigint;
BEGIN
    RETURN QUERY SELECT n.id FROM (SELECT x.id, x.registered_position, x.words FROM customers x
            WHERE x.tenant = ours ORDER BY x.registered_position DESC LIMIT 10 * at_most) n
        WHERE n.words @@ asked LIMIT at_most;
    GET DIAGNOSTICS so_far = ROW_COUNT;
    SELECT x.registered_position INTO oldest FROM customers x WHERE x.tenant = ours ORDER BY x.registered_position DESC OFFSET 10 * at_most - 1 LIMIT 1;
    IF so_far < at_most AND oldest IS NOT NULL THEN
        RETURN QUERY WITH hits AS MATERIALIZED (SELECT x.id, x.registered_position, x.words FROM customers x
                WHERE x.words @@ asked AND x.tenant = ours AND x.registered_position < oldest)
            SELECT h.id FROM hits h ORDER BY h.registered_position DESC LIMIT at_most - so_far;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION search_messages(query text, notes boolean, at_most bigint) RETURNS TABLE (conversation_id uuid, message_position bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read AS $$
#variable_conflict use_column
DECLARE
    asked tsquery := query::tsquery;
    ours text := current_setting('docket.tenant', true);
    so_far bigint;
    oldest bigint;
BEGIN
    RETURN QUERY SELECT n.conversation_id, n.position FROM (SELECT x.conversation_id, x.position, x.words, x.internal FROM messages x
            WHERE x.tenant = ours ORDER BY x.position DESC LIMIT 10 * at_most) n
        WHERE n.words @@ asked AND (notes OR NOT n.internal) LIMIT at_most;
    GET DIAGNOSTICS so_far = ROW_COUNT;
    SELECT x.position INTO oldest FROM messages x WHERE x.tenant = ours ORDER BY x.position DESC OFFSET 10 * at_most - 1 LIMIT 1;
    IF so_far < at_most AND oldest IS NOT NULL THEN
        RETURN QUERY WITH hits AS MATERIALIZED (SELECT x.conversation_id, x.position, x.words, x.internal FROM messages x
                WHERE x.words @@ asked AND x.tenant = ours AND x.position < oldest AND (notes OR NOT x.internal))
            SELECT h.conversation_id, h.position FROM hits h ORDER BY h.position DESC LIMIT at_most - so_far;
    END IF;
END $$;

REVOKE ALL ON FUNCTION search_tickets(text, bigint), search_chats(text, bigint), search_customers(text, bigint),
    search_messages(text, boolean, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_tickets(text, bigint), search_chats(text, bigint), search_customers(text, bigint),
    search_messages(text, boolean, bigint) TO {reader};
