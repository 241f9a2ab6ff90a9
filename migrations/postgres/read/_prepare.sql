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
-- They give the newest hits, at most so many. A GIN index gives hits in no order, and would have to fetch all of them to tell the
-- newest: so each term begins with the era of its row, 16384 positions of the log, and one era is asked after the other, more at
-- once where little was found. In `query`, `~` stands for the era. Two eras may share a name: the position is looked at too, in
-- a way that has no index compete with that of the words.
DROP FUNCTION IF EXISTS find_tickets(text);
DROP FUNCTION IF EXISTS find_messages(text, boolean, bigint);
DROP FUNCTION IF EXISTS find_customers(text);
DROP FUNCTION IF EXISTS search_tickets(text, bigint);
DROP FUNCTION IF EXISTS search_chats(text, bigint);
DROP FUNCTION IF EXISTS search_customers(text, bigint);
DROP FUNCTION IF EXISTS search_messages(text, boolean, bigint);

DO $make$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT * FROM (VALUES
        ('tickets', 'id', 'opened_position', 'TRUE'),
        ('chats', 'id', 'started_position', 'TRUE'),
        ('customers', 'id', 'registered_position', 'TRUE'),
        ('messages', 'conversation_id', 'position', '(notes OR NOT x.internal)')
    ) AS v (tbl, id, place, seen) LOOP
        EXECUTE format($text$
            CREATE OR REPLACE FUNCTION newest_%1$s(query text, notes boolean, at_most bigint) RETURNS TABLE (id uuid, place bigint)
            LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = docket_read SET enable_seqscan = off AS $body$
            #variable_conflict use_column
            DECLARE
                ours text := current_setting('docket.tenant', true);
                digits text := '0123456789abcdefghijklmnopqrstuvwxyz';
                asked tsquery;
                first_era bigint;
                last_era bigint;
                until_era bigint;
                eras bigint := 1;
                looked_at bigint := 0;
                found bigint;
                so_far bigint := 0;
            BEGIN
                SELECT max(x.%3$I) >> 14, min(x.%3$I) >> 14 INTO last_era, first_era FROM %1$I x WHERE x.tenant = ours;
                WHILE so_far < at_most AND last_era >= first_era LOOP
                    until_era := greatest(last_era - eras + 1, first_era);
                    SELECT string_agg('(' || replace(query, '~', substr(digits, mod(e, 36)::int + 1, 1)
                            || substr(digits, mod(e / 36, 36)::int + 1, 1)) || ')', '|')::tsquery
                        INTO asked FROM generate_series(until_era, last_era) e;
                    -- Many eras at once may have very many: then fewer of them. (Not a limit of the first query, which would have
                    -- the planner go through the rows one by one.)
                    IF last_era > until_era THEN
                        WITH hits AS MATERIALIZED (SELECT FROM %1$I x
                            WHERE x.words @@ asked AND x.tenant = ours AND x.%3$I + 0 >= until_era << 14
                            AND x.%3$I + 0 < (last_era + 1) << 14 AND %4$s)
                        SELECT count(*) INTO found FROM (SELECT FROM hits LIMIT 4 * at_most) few;
                        IF found >= 4 * at_most THEN
                            eras := greatest((last_era - until_era + 1) / 8, 1);
                            CONTINUE;
                        END IF;
                    END IF;
                    RETURN QUERY WITH hits AS MATERIALIZED (SELECT x.%2$I AS id, x.%3$I AS place FROM %1$I x
                            WHERE x.words @@ asked AND x.tenant = ours AND x.%3$I + 0 >= until_era << 14
                            AND x.%3$I + 0 < (last_era + 1) << 14 AND %4$s)
                        SELECT h.id, h.place FROM hits h ORDER BY h.place DESC LIMIT at_most - so_far;
                    GET DIAGNOSTICS found = ROW_COUNT;
                    so_far := so_far + found;
                    looked_at := looked_at + last_era - until_era + 1;
                    last_era := until_era - 1;
                    -- As many more as should do, by what was found so far.
                    eras := least(256, CASE so_far WHEN 0 THEN 4 * looked_at
                        ELSE 1 + (at_most - so_far) * looked_at / so_far END);
                END LOOP;
            END $body$ $text$, made.tbl, made.id, made.place, made.seen);
    END LOOP;
END $make$;

REVOKE ALL ON FUNCTION newest_tickets(text, boolean, bigint), newest_chats(text, boolean, bigint),
    newest_customers(text, boolean, bigint), newest_messages(text, boolean, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newest_tickets(text, boolean, bigint), newest_chats(text, boolean, bigint),
    newest_customers(text, boolean, bigint), newest_messages(text, boolean, bigint) TO {reader};
