//! How long somebody who types waits for what they look for, on a desk with many tickets, and what the index costs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::sla::default_policy;
use docket_domain::ticket::{Channel, PlainFields, Priority, Ticket, TicketCommand, TicketNumber};
use docket_domain::{
    Actor, Aggregate, CustomerId, DecideContext, DomainEvent, Limits, MessageId, Stamp, StreamId, TenantId,
};
use docket_projections::views::{CustomerFilter, PageRequest, TicketFilter};
use docket_projections::{ReadModels, ReadModelsUrl, Runner, Viewer};
use docket_store::delivery::InProcessSource;
use docket_store::{Draft, DraftStream, Expected, Journal, SystemClock, new_id};
use sqlx::Connection as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::load::quantile;
use crate::{Failure, replay};

/// Tickets of one customer.
const OF_ONE: u64 = 10;
/// Replies of a ticket, besides its description.
const REPLIES: u64 = 2;
/// Hits of each kind asked for.
const HITS: u32 = 8;
/// How often each prefix is asked for.
const TIMES: usize = 5;

/// Fills a desk and asks it; prints what came of it.
pub(crate) async fn measure(tickets: u64, postgres: Option<String>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let journal = replay::open(folder.path()).await?;
    let begin = Instant::now();
    fill(&journal, tickets).await?;
    println!("log: {tickets} tickets, {} messages in {:.0} s", tickets * (1 + REPLIES), begin.elapsed().as_secs_f64());
    let url = match &postgres {
        Some(url) => ReadModelsUrl::Postgres(url.clone()),
        None => ReadModelsUrl::Sqlite(folder.path().join("read.db")),
    };
    let models = ReadModels::open(&url, Arc::new(SystemClock)).await.map_err(read)?;
    let (begin, stop) = (Instant::now(), CancellationToken::new());
    let runner = Runner::new(models.clone(), Arc::new(InProcessSource::new(journal.clone())), journal.clone());
    let running = tokio::spawn(runner.run(stop.clone()));
    let head = journal.store().head().await?;
    if !models.wait_for(head, Duration::from_secs(3600)).await.map_err(read)? {
        return Err(Failure::Setup("the read models did not catch up".into()));
    }
    stop.cancel();
    running.await.map_err(std::io::Error::other)?;
    println!("read models: {:.0} s", begin.elapsed().as_secs_f64());
    match &postgres {
        Some(url) => postgres_sizes(url).await?,
        None => sqlite_sizes(&folder.path().join("read.db"))?,
    }
    ask(&models).await
}

fn read(error: docket_projections::ReadError) -> Failure {
    Failure::Setup(format!("the read models: {error}"))
}

fn tenant() -> TenantId {
    TenantId::new("bench").expect("a plain name is a tenant's")
}

/// What somebody types, letter by letter.
async fn ask(models: &ReadModels) -> Result<(), Failure> {
    let (queries, viewer) = (models.queries(), Viewer::agent(tenant(), new_id()));
    let page = PageRequest { limit: HITS, cursor: None };
    let (mut searches, mut tickets, mut customers) = (Vec::new(), Vec::new(), Vec::new());
    let mut slowest: Vec<(u32, String, usize)> = Vec::new();
    for text in typed() {
        for end in text.char_indices().map(|(at, c)| at + c.len_utf8()) {
            let prefix = &text[..end];
            for _ in 0..TIMES {
                let begin = Instant::now();
                let found = queries.search(&viewer, prefix, HITS).await.map_err(read)?.len();
                searches.push(micros(begin));
                slowest.push((micros(begin), prefix.to_owned(), found));
            }
            let search = Some(prefix.to_owned());
            let begin = Instant::now();
            let filter = TicketFilter { search: search.clone(), ..TicketFilter::default() };
            queries.tickets(&viewer, &filter, &page).await.map_err(read)?;
            tickets.push(micros(begin));
            let begin = Instant::now();
            let filter = CustomerFilter { search, ..CustomerFilter::default() };
            queries.customers(&viewer, &filter, &page).await.map_err(read)?;
            customers.push(micros(begin));
        }
    }
    for (what, mut times) in [("search", searches), ("ticket list", tickets), ("customer list", customers)] {
        times.sort_unstable();
        let at = |q| quantile(&times, q);
        println!(
            "{what}: {} asked, p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
            times.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    slowest.sort_by(|a, b| b.cmp(a));
    for (micros, prefix, found) in slowest.iter().step_by(TIMES).take(8) {
        println!("  {prefix:?}: {:.1} ms, {found} hits", f64::from(*micros) / 1000.0);
    }
    Ok(())
}

fn micros(begin: Instant) -> u32 {
    u32::try_from(begin.elapsed().as_micros()).unwrap_or(u32::MAX)
}

/// Words common and rare, names, addresses, numbers and several scripts.
fn typed() -> Vec<String> {
    let mut typed: Vec<String> = [1, 5, 30, 200, 1500, 9000, 19_000].into_iter().map(latin).collect();
    let person = name(4711);
    typed.extend([
        format!("{} {}", latin(3), latin(700)),
        format!("{} {} {}", latin(2), latin(4), latin(40)),
        person.clone(),
        address(&person, 4711),
        "INV-2024-000117".to_owned(),
        "00117".to_owned(),
        han(1, 4),
        han(500, 3),
        cyrillic(10),
        cyrillic(3000),
    ]);
    typed
}

/// A number that is small more often than large, as ranks of words are.
fn rank(n: u64, most: u64) -> u64 {
    let random = (mix(n) >> 11) as f64 / (1_u64 << 53) as f64;
    (most as f64).powf(random) as u64
}

/// A number that depends on `n` and looks random (SplitMix64).
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn word(rank: u64, syllables: &[&str]) -> String {
    let (mut rest, mut word) = (mix(rank) % (syllables.len() as u64).pow(4), String::new());
    for _ in 0..2 + rank % 3 {
        word.push_str(syllables[(rest % syllables.len() as u64) as usize]);
        rest /= syllables.len() as u64;
    }
    word
}

fn latin(rank: u64) -> String {
    const SYLLABLES: [&str; 24] = [
        "an", "be", "con", "de", "er", "fa", "gra", "hi", "in", "ko", "la", "mo", "ne", "or", "pa", "qu", "re", "sta",
        "ti", "un", "ver", "wi", "ya", "zü",
    ];
    word(rank, &SYLLABLES)
}

fn cyrillic(rank: u64) -> String {
    const SYLLABLES: [&str; 12] = ["за", "каз", "не", "при", "ход", "ит", "про", "ве", "рь", "оп", "ла", "тё"];
    word(rank, &SYLLABLES)
}

fn han(rank: u64, signs: u64) -> String {
    (0..signs).filter_map(|n| char::from_u32(0x4e00 + (mix(rank * 7 + n) % 2500) as u32)).collect()
}

fn name(n: u64) -> String {
    format!("{} {}", latin(100 + n % 3000), latin(5000 + n % 8000))
}

fn address(name: &str, n: u64) -> String {
    format!("{}{n}@mail{}.example.com", name.replace(' ', "."), n % 50)
}

/// So many words, of a script that depends on `n`.
fn text(n: u64, words: u64) -> String {
    let mut text = String::new();
    for at in 0..words {
        let rank = rank(n * 131 + at, 20_000);
        match n % 10 {
            8 => text.push_str(&cyrillic(rank)),
            9 => {
                text.push_str(&han(rank, 3));
                continue;
            }
            _ => text.push_str(&latin(rank)),
        }
        text.push(' ');
    }
    if n.is_multiple_of(7) {
        text.push_str(&format!("INV-2024-{:06}", n % 400_000));
    }
    text
}

async fn fill(journal: &Journal, tickets: u64) -> Result<(), Failure> {
    let writers: Vec<_> = (0..64)
        .map(|writer| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for n in (writer..tickets / OF_ONE).step_by(64) {
                    let customer = new_id();
                    let command = CustomerCommand::Register {
                        kind: CustomerKind::Customer,
                        name: Some(name(n)),
                        email: Some(address(&name(n), n)),
                        phone: None,
                        external_id: None,
                    };
                    append::<Customer>(&journal, customer, Actor::SYSTEM, vec![command]).await?;
                    for ticket in n * OF_ONE..(n + 1) * OF_ONE {
                        let mut commands = vec![open(ticket, customer)];
                        commands.extend((0..REPLIES).map(|reply| TicketCommand::PostMessage {
                            message_id: MessageId(new_id()),
                            body: text(ticket + reply * 1_000_000, 30),
                        }));
                        append::<Ticket>(&journal, new_id(), Actor::customer(customer), commands).await?;
                    }
                }
                Ok::<(), Failure>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await.map_err(std::io::Error::other)??;
    }
    Ok(())
}

fn open(n: u64, customer: Uuid) -> TicketCommand {
    TicketCommand::Open {
        number: TicketNumber(n + 1),
        subject: text(n * 3, 5),
        description: text(n, 40),
        message_id: MessageId(new_id()),
        category: "general".into(),
        priority: Priority::Medium,
        customer_id: CustomerId(customer),
        department_id: None,
        order_ref: None,
        tags: Vec::new(),
        custom_fields: [].into(),
        plain_fields: PlainFields::new(),
        channel: Channel::Portal,
        follow_up_of: None,
        chat_id: None,
        assignee_id: None,
        sla: Some(Box::new(default_policy("Europe/Rome"))),
        author: None,
        written_at: None,
    }
}

/// Appends what commands lead to, to a stream that is new.
async fn append<A: Aggregate>(
    journal: &Journal,
    id: Uuid,
    actor: Actor,
    commands: Vec<A::Command>,
) -> Result<(), Failure>
where
    DomainEvent: From<A::Event>,
{
    let (limits, now) = (Limits::default(), journal.clock().now());
    let (mut state, mut version, mut bodies) = (A::default(), 0, Vec::new());
    for command in commands {
        let context = DecideContext { now, actor, limits: &limits };
        let refused = |refusal| Failure::Setup(format!("{refusal:?}"));
        for event in state.decide(&command, &context).map_err(refused)? {
            version += 1;
            state.evolve(&event, &Stamp { version, occurred_at: now, actor });
            bodies.push(event);
        }
    }
    let data_subject = state.data_subject(id);
    let draft = |body: A::Event| Draft { body: body.into(), occurred_at: now, actor, data_subject, irregular: false };
    let drafts = bodies.into_iter().map(draft).collect();
    let stream = StreamId::new(tenant(), A::CATEGORY, id);
    let streams = vec![DraftStream { stream, expected: Expected::Any, drafts }];
    let appended = journal.append(streams, new_id(), None, None).await;
    appended.map(drop).map_err(|error| Failure::Setup(format!("filling the log: {error}")))
}

const SEARCHED: [&str; 4] = ["messages", "tickets", "customers", "chats"];

fn sqlite_sizes(path: &Path) -> Result<(), Failure> {
    let file = rusqlite::Connection::open(path)?;
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let one = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0));
    let all = one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?;
    let mut index = 0;
    for table in SEARCHED {
        let bytes = one(&format!("SELECT coalesce(sum(length(block)), 0) FROM {table}_fts_data"))?;
        println!("{table}: {} rows, words {:.1} MB", one(&format!("SELECT count(*) FROM {table}"))?, megabytes(bytes));
        index += bytes;
    }
    print_share(index, all);
    Ok(())
}

async fn postgres_sizes(url: &str) -> Result<(), Failure> {
    let failed = |error: sqlx::Error| Failure::Setup(format!("PostgreSQL: {error}"));
    let mut connection = sqlx::PgConnection::connect(url).await.map_err(failed)?;
    let one = async |connection: &mut sqlx::PgConnection, sql: String| {
        sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).fetch_one(connection).await.map_err(failed)
    };
    one(&mut connection, "SELECT 1::bigint".into()).await?;
    let mut index = 0;
    for table in SEARCHED {
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM ANALYZE docket_read.{table}")))
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        let rows = one(&mut connection, format!("SELECT count(*) FROM docket_read.{table}")).await?;
        // The index's own name carries the number of the table it was made for.
        let gin = one(
            &mut connection,
            format!(
                "SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::bigint FROM pg_index i JOIN pg_class c ON \
                 c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
                 WHERE i.indrelid = 'docket_read.{table}'::regclass AND m.amname = 'gin'"
            ),
        )
        .await?;
        let column = format!("SELECT coalesce(sum(pg_column_size(words)), 0)::bigint FROM docket_read.{table}");
        let column = one(&mut connection, column).await?;
        println!("{table}: {rows} rows, index {:.1} MB, words {:.1} MB", megabytes(gin), megabytes(column));
        index += gin + column;
    }
    let all = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
               WHERE c.relnamespace = 'docket_read'::regnamespace AND c.relkind = 'r'";
    let all = one(&mut connection, all.into()).await?;
    print_share(index, all);
    Ok(())
}

fn print_share(index: i64, all: i64) {
    let share = 100.0 * index as f64 / all.max(1) as f64;
    println!("words in all: {:.1} MB, {share:.0} % of {:.1} MB", megabytes(index), megabytes(all));
}

fn megabytes(bytes: i64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
