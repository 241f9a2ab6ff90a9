//! How queries find rows: along an index, never through a whole table. The SQL is what the queries really run.

use std::sync::{Arc, Mutex};

use docket_domain::ticket::{Priority, TicketStatus};
use docket_domain::{Actor, Position};
use docket_projections::views::*;
use docket_test_database::Database;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::desk::{Desk, Engine, psql, sqlite};
use super::on_both;

on_both!(every_query_goes_along_an_index);

/// Remembers the SQL that was run on this thread.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut Hearing(&self.0));
    }
}

struct Hearing<'a>(&'a Mutex<Vec<String>>);

impl Visit for Hearing<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

async fn every_query_goes_along_an_index(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let id = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    desk.reply(id, Actor::agent(bob), "Which?").await;
    let chat = desk.start_chat(anna, "Hello").await;
    desk.say(chat, Actor::customer(anna), "Anybody?").await;
    desk.settle().await;

    let heard = Heard::default();
    {
        let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(heard.clone()));
        for viewer in [desk.agent(bob), desk.customer(anna)] {
            let queries = desk.queries();
            for filter in filters(anna, bob) {
                let first = PageRequest { limit: 1, cursor: None };
                let answer = queries.tickets(&viewer, &filter, &first).await.unwrap();
                let next = PageRequest { limit: 1, cursor: answer.next_cursor };
                queries.tickets(&viewer, &filter, &next).await.unwrap();
            }
            let detail = queries.ticket(&viewer, id).await.unwrap().unwrap();
            queries.with_names(&viewer, detail).await.unwrap();
            queries.deleted_tickets(&viewer, &[id]).await.unwrap();
            if viewer.is_customer() {
                queries.own_conversations(&viewer, Position::START).await.unwrap();
                queries.public_position(&viewer).await.unwrap();
            }
            queries.ticket_id(&viewer, "1").await.unwrap();
            for page in [MessagePage::default(), MessagePage { latest: true, ..MessagePage::default() }] {
                queries.messages(&viewer, ConversationKind::Ticket, id, &page).await.unwrap();
                queries.messages(&viewer, ConversationKind::Chat, chat, &page).await.unwrap();
            }
            queries.ticket_counts(&viewer).await.unwrap();
            queries.dashboard(&viewer, 0).await.unwrap();
            queries.sidebar(&viewer).await.unwrap();
            queries.chats(&viewer, &ChatFilter::default(), &PageRequest::default()).await.unwrap();
            queries.chat(&viewer, chat).await.unwrap();
            queries.chat_queue(&viewer, None, 10).await.unwrap();
            queries.agent(&viewer, bob).await.unwrap();
            queries.customer(&viewer, anna).await.unwrap();
            queries.customers(&viewer, &CustomerFilter::default(), &PageRequest::default()).await.unwrap();
            let by_email = CustomerFilter { email: Some("a@b.c".into()), ..CustomerFilter::default() };
            queries.customers(&viewer, &by_email, &PageRequest::default()).await.unwrap();
            let by_words = CustomerFilter { search: Some("anna".into()), ..CustomerFilter::default() };
            queries.customers(&viewer, &by_words, &PageRequest::default()).await.unwrap();
            let by_words = ChatFilter { search: Some("hello".into()), ..ChatFilter::default() };
            queries.chats(&viewer, &by_words, &PageRequest::default()).await.unwrap();
            queries.audit(&viewer, &AuditFilter::default(), &PageRequest::default()).await.unwrap();
            let of_one = AuditFilter { stream_id: Some(id), ..AuditFilter::default() };
            queries.audit(&viewer, &of_one, &PageRequest::default()).await.unwrap();
            queries.search(&viewer, "lamp", 10).await.unwrap();
        }
        desk.queries().due_timers(super::desk::noon(), 10).await.unwrap();
        desk.queries().next_timer().await.unwrap();
    }
    let mut heard = heard.0.lock().unwrap().clone();
    heard.sort();
    heard.dedup();
    assert!(heard.len() > 40, "only {} queries were heard", heard.len());
    match &desk.scratch {
        None => heard.iter().for_each(|sql| check_sqlite(&desk, sql)),
        Some(scratch) => {
            grow(scratch);
            heard.iter().for_each(|sql| check_postgres(scratch, sql));
        }
    }
}

fn filters(customer: uuid::Uuid, agent: uuid::Uuid) -> Vec<TicketFilter> {
    let any = TicketFilter::default;
    let open = vec![TicketStatus::Open, TicketStatus::InProgress];
    vec![
        any(),
        TicketFilter { sort: TicketSort::Newest, ..any() },
        TicketFilter { sort: TicketSort::Updated, ..any() },
        TicketFilter { status: open.clone(), ..any() },
        TicketFilter { priority: vec![Priority::Urgent], ..any() },
        TicketFilter { assignee: Some(AssigneeFilter::Unassigned), ..any() },
        TicketFilter { assignee: Some(AssigneeFilter::Agent(agent)), status: open, ..any() },
        TicketFilter { customer_id: Some(customer), ..any() },
        TicketFilter { category: Some("billing".into()), ..any() },
        TicketFilter { overdue: true, ..any() },
        TicketFilter { resolved_by: Some(agent), ..any() },
        TicketFilter { resolved: Some(true), ..any() },
        TicketFilter { snoozed: Some(true), ..any() },
        TicketFilter { snoozed: Some(false), ..any() },
        TicketFilter { order_ref: Some("ORD-1".into()), ..any() },
        TicketFilter { search: Some("lamp an".into()), ..any() },
        TicketFilter { search: Some("tkt 1".into()), status: vec![TicketStatus::Open], ..any() },
        TicketFilter { search: Some("06 1234567".into()), customer_id: Some(customer), ..any() },
    ]
}

/// Tables a query may never walk through. Departments, agents and organisations are few.
const LARGE: [&str; 9] = ["tickets", "messages", "reads", "chats", "customers", "sla", "audit", "counters", "ratings"];

fn check_sqlite(desk: &Desk, sql: &str) {
    let plan = sqlite(desk.folder.path(), &format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?")));
    let names = aliases(sql);
    for line in plan.lines().filter(|line| line.contains("SCAN")) {
        let scanned = line.split("SCAN ").nth(1).unwrap_or("").split([' ', '"']).next().unwrap_or("");
        let table = names.iter().find(|(alias, _)| alias == scanned).map_or(scanned, |(_, table)| table);
        // Walking an index from one end is how the nearest timer is found.
        let nearest = sql.contains("SELECT min(") && line.contains("INDEX");
        assert!(!LARGE.contains(&table) || nearest, "{line}\nof {sql}\n{plan}");
    }
    for (words, found) in [
        ("FROM messages_fts WHERE", "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)"),
        ("FROM customers_fts WHERE", "SEARCH x USING INTEGER PRIMARY KEY (rowid=?)"),
        ("FROM tickets_fts WHERE", "SEARCH t USING INDEX"),
        ("FROM chats_fts WHERE", "SEARCH h USING INDEX"),
    ] {
        assert!(!sql.contains(words) || plan.contains(found), "the words do not come first\n{sql}\n{plan}");
    }
    assert!(!plan.contains("AUTOMATIC"), "an index is made for the query\n{sql}\n{plan}");
}

/// What stands for which table: `FROM tickets t`.
fn aliases(sql: &str) -> Vec<(String, String)> {
    let words: Vec<_> = sql.split([' ', '\n', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    words
        .windows(3)
        .filter(|w| matches!(w[0], "FROM" | "JOIN") && LARGE.contains(&w[1]))
        .map(|w| (w[2].to_owned(), w[1].to_owned()))
        .collect()
}

/// Makes the tables so large that walking through them would be folly.
fn grow(database: &Database) {
    let copies = [
        (
            "tickets",
            "id = gen_random_uuid(), number = 10 + n, opened_at = opened_at + n * interval '1 minute', \
          rank = 1 + n % 4, status = CASE WHEN n % 50 = 0 THEN 'open' ELSE 'closed' END, \
          customer_id = gen_random_uuid(), data_subject = gen_random_uuid(), order_ref = 'O' || n",
        ),
        ("messages", "conversation_id = gen_random_uuid(), position = 100000 + n"),
        (
            "customers",
            "id = gen_random_uuid(), email = n || '@x', email_key = n || '@x', registered_at = registered_at + n * interval '1 s'",
        ),
        (
            "chats",
            "id = gen_random_uuid(), status = 'closed', customer_id = gen_random_uuid(), data_subject = gen_random_uuid()",
        ),
        (
            "sla",
            "ticket_id = gen_random_uuid(), timer_at = CASE WHEN n % 50 = 0 THEN timer_at END, \
          due_at = CASE WHEN n % 50 = 0 THEN due_at END",
        ),
        ("audit", "position = 100000 + n, stream_id = gen_random_uuid()"),
        ("counters", "day = 'd' || n"),
    ];
    for (table, changes) in copies {
        psql(
            database,
            &format!(
                "SET search_path = docket_read; \
                 CREATE TEMP TABLE few AS SELECT * FROM {table} LIMIT 1; ALTER TABLE few DROP COLUMN IF EXISTS words; \
                 CREATE TEMP TABLE many AS SELECT few.*, n FROM few, generate_series(1, 20000) n; \
                 UPDATE many SET {changes}; ALTER TABLE many DROP COLUMN n; \
                 DO $$ DECLARE names text; BEGIN \
                   SELECT string_agg(attname::text, ', ' ORDER BY attnum) INTO names FROM pg_attribute \
                   WHERE attrelid = 'many'::regclass AND attnum > 0 AND NOT attisdropped; \
                   EXECUTE 'INSERT INTO {table} (' || names || ') SELECT ' || names || ' FROM many'; END $$; \
                 ANALYZE {table}"
            ),
        );
    }
}

fn check_postgres(database: &Database, sql: &str) {
    let parameters = (1..100).take_while(|n| sql.contains(&format!("${n}"))).count();
    let nulls = vec!["NULL"; parameters].join(", ");
    let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
    // As the reader, with the policies, and without knowing the values. Of clocks, a third is then expected to be due,
    // which no desk is like; there it is enough that an index can be used.
    let clocks = if sql.contains("due_at <") || sql.contains("timer_at <=") { "SET enable_seqscan = off;" } else { "" };
    let plan = psql(
        database,
        &format!(
            "SET ROLE docket_reader; SET search_path = docket_read; SET docket.tenant = 'acme'; SET jit = off; {clocks} \
             SET plan_cache_mode = force_generic_plan; PREPARE q AS {sql}; EXPLAIN EXECUTE q{arguments}"
        ),
    );
    for table in LARGE.iter().filter(|table| **table != "reads") {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{sql}\n{plan}");
    }
}
