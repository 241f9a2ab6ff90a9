//! Folding the whole log, as a projection worker would get it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use docket_domain::ticket::{MessagePosted, TicketEvent};
use docket_domain::{Actor, Category, DomainEvent, MessageId, PersonId, PersonalText, Position, StreamId, TenantId};
use docket_store::delivery::InProcessSource;
use docket_store::{
    Draft, DraftStream, Expected, FeedSource as _, Journal, LogUrl, MasterKey, SystemClock, new_id, open_log,
    open_vault,
};
use uuid::Uuid;

use crate::report::Report;
use crate::{Extent, Failure, scripts};

/// People the events are about, each with a key.
const PEOPLE: usize = 2_000;
/// Events of one stream.
const EVENTS: usize = 10;

/// `replay`: every event read, understood, opened with its person's key, and folded into counters by type and text.
pub(crate) async fn measure(extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let journal = open(folder.path()).await?;
    fill(&journal, extent.events * 5).await?;
    journal.store().close().await;
    let mut rates = Vec::new();
    for _ in 0..extent.rounds.min(3) {
        rates.push(replay(open(folder.path()).await?).await?);
    }
    report.note_median("replay", rates);
    Ok(())
}

pub(crate) async fn open(folder: &Path) -> Result<Journal, Failure> {
    let clock = Arc::new(SystemClock);
    let master = MasterKey::load_or_create(&folder.join("master.key"))
        .map_err(|error| Failure::Setup(format!("the master key: {error}")))?;
    let vault = open_vault(&folder.join("vault.db").display().to_string(), master, clock.clone())
        .await
        .map_err(|error| Failure::Setup(format!("the vault: {error}")))?;
    let log = open_log(&LogUrl::Sqlite(folder.join("log.db")), clock.clone()).await?;
    Ok(Journal::new(log, Arc::new(vault), clock))
}

/// Appends so many messages of customers, sealed.
async fn fill(journal: &Journal, events: usize) -> Result<(), Failure> {
    let tenant = TenantId::new("bench").expect("a plain name is a tenant's");
    let people: Arc<Vec<PersonId>> = Arc::new((0..PEOPLE).map(|_| PersonId(new_id())).collect());
    let writers: Vec<_> = (0..64)
        .map(|writer| {
            let (journal, tenant, people) = (journal.clone(), tenant.clone(), Arc::clone(&people));
            tokio::spawn(async move {
                for n in (writer..events / EVENTS).step_by(64) {
                    let stream = StreamId::new(tenant.clone(), Category::Ticket, new_id());
                    let person = people[n % people.len()];
                    let drafts = (0..EVENTS).map(|_| message(person, &journal)).collect();
                    let stream = DraftStream { stream, expected: Expected::Any, drafts };
                    journal.append(vec![stream], new_id(), None, None).await?;
                }
                Ok::<(), docket_store::JournalError>(())
            })
        })
        .collect();
    for writer in writers {
        let done = writer.await.map_err(std::io::Error::other)?;
        done.map_err(|error| Failure::Setup(format!("filling the log: {error}")))?;
    }
    Ok(())
}

fn message(person: PersonId, journal: &Journal) -> Draft {
    let actor = Actor::customer(Uuid::from(docket_domain::CustomerId(person.0)));
    let body = PersonalText::from(scripts::TEXT);
    let message =
        MessagePosted { message_id: MessageId(new_id()), author: actor, body, first_response: None, written_at: None };
    Draft {
        body: DomainEvent::Ticket(TicketEvent::MessagePosted(message)),
        occurred_at: journal.clock().now(),
        actor,
        data_subject: Some(person),
        irregular: false,
    }
}

async fn replay(journal: Journal) -> Result<f64, Failure> {
    let head = journal.store().head().await?;
    let broken = |error: docket_store::FeedError| Failure::Setup(format!("the feed: {error}"));
    let mut feed = InProcessSource::new(journal).open("bench", Position::START, 4096).await.map_err(broken)?;
    let mut counters: HashMap<&'static str, (u64, usize)> = HashMap::new();
    let begin = Instant::now();
    loop {
        let batch = feed.next().await.map_err(broken)?;
        for event in &batch.events {
            let (count, bytes) = counters.entry(event.body.event_type()).or_default();
            *count += 1;
            if let DomainEvent::Ticket(TicketEvent::MessagePosted(message)) = &event.body {
                *bytes += message.body.known().map_or(0, str::len);
            }
        }
        if batch.upto >= head {
            break;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let events: u64 = counters.values().map(|(count, _)| count).sum();
    let bytes: usize = counters.values().map(|(_, bytes)| bytes).sum();
    if bytes < scripts::TEXT.len() * usize::try_from(events).unwrap_or(0) {
        return Err(Failure::Setup("some messages could not be opened".into()));
    }
    Ok(events as f64 / seconds)
}
