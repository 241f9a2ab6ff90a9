-- Stable views for reporting tools: columns are only ever added. Texts of messages, personal details and custom fields
-- that hold such stay out; an order reference is emptied when its customer is erased.
-- They are made anew whenever a table is rebuilt; privileges last with
-- ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO <who reports>.
CREATE SCHEMA IF NOT EXISTS reporting;

DROP VIEW IF EXISTS reporting.tickets;
CREATE VIEW reporting.tickets AS
SELECT tenant, id, 'TKT-' || lpad(number::text, greatest(6, length(number::text)), '0') AS number, status, priority,
       category, department_id, assignee_id, customer_id, order_ref, tags, custom_fields, channel, opened_at,
       first_responded_at, resolved_at, closed_at, last_message_at, customer_messages, agent_messages,
       resolution_count, reopen_count, assignment_count, reassignment_count, (feedback ->> 'rating')::int AS rating,
       archived, updated_at
FROM docket_read.tickets WHERE NOT deleted;

DROP VIEW IF EXISTS reporting.messages;
CREATE VIEW reporting.messages AS
SELECT tenant, kind, conversation_id, message_id, position, author_kind, author_id, internal, posted_at,
       length(body) AS characters
FROM docket_read.messages;

DROP VIEW IF EXISTS reporting.chats;
CREATE VIEW reporting.chats AS
SELECT tenant, id, status, customer_id, agent_id, department_id, started_at, accepted_at, wait_seconds, ended_at,
       ended_by, duration_seconds, customer_messages, agent_messages, rating, ticket_id
FROM docket_read.chats;

DROP VIEW IF EXISTS reporting.daily;
CREATE VIEW reporting.daily AS
SELECT tenant, day::date AS day, metric, dimension, count, sum
FROM docket_read.counters WHERE day <> ''
UNION ALL
SELECT tenant, (given_at AT TIME ZONE 'UTC')::date, 'rating', '', count(*), sum(rating)::bigint
FROM docket_read.ratings GROUP BY 1, 2;
