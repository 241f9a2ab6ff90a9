//! History that comes in from elsewhere: one line a ticket or chat, with its original times.
//!
//! # What holds
//! - A line is atomic: all of its events, or, refused with its reason, none. The rest goes on.
//! - Ids follow from the input, and a stream is only ever begun: importing a file twice changes nothing.
//! - People and departments are entered when they are first met, and are on disk before the first line that speaks of them.
//! - Lines are read in order, which gives ticket numbers their order, and appended in order, many at once, for the log to
//!   commit together.
//! - Who brought it in is recorded, and every event that came names that record as its cause.

mod bring;
mod build;
mod end;
pub mod format;
pub(crate) mod ids;
mod numbers;
mod parse;
mod people;
mod plan;
mod ranges;
mod record;
mod report;
mod split;
mod turn;

use std::sync::Arc;

use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::ticket::TicketNumber;
use docket_domain::{Aggregate as _, Category, DomainEvent, EventMeta, Limits, Stamp, StreamId, TenantId};
use docket_store::{Accounts, Journal, JournalError, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use bring::{Context, Counts, Outcome, bring};
use format::Line;
use numbers::Numbers;
use parse::{Reason, parse};
use people::{Entered, People};
use plan::{Content, Planned};
use record::Record;
use turn::Turns;

use crate::identities::Identities;

pub use record::ImportedBy;
pub use report::{ImportReport, Progress, Refusal, TOLD};
pub use split::{LineSplitter, RawLine};

/// Lines on their way at once.
const IN_FLIGHT: usize = 512;
/// After this many lines in a row that were not here before, it is no longer looked first: a number is taken, and given
/// back should the line be here after all.
const CAREFUL: u32 = 32;

/// Lines whose number is taken that wait, at most, until it is known what all others ask for. Those beyond get a number behind what
/// was asked for so far.
const POSTPONED: usize = 10_000;

/// How far clocks may differ before what is told has not happened yet.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// History has happened. What lies ahead would hold back the time of everything that happens to the same thing later.
fn not_ahead(line: &Line, latest: DateTime<Utc>) -> Result<(), Reason> {
    let (opened_at, history) = match line {
        Line::Ticket(line) => (Some(line.opened_at), &line.history),
        Line::Chat(line) => (Some(line.opened_at), &line.history),
        Line::Stream(line) => (None, &line.history),
    };
    if opened_at.is_some_and(|at| at > latest) {
        return Err("opened_at: lies ahead of this machine's clock".into());
    }
    match history.iter().position(|step| step.at > latest) {
        Some(index) => Err(format!("history[{index}].at: lies ahead of this machine's clock")),
        None => Ok(()),
    }
}

/// The import cannot go on. What came in is in; importing the same again goes on where it ended.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the import stopped: {0}")]
pub struct ImportError(Arc<JournalError>);

fn stopped(error: JournalError) -> ImportError {
    ImportError(Arc::new(error))
}

/// A line that is done with, and the number it was to have.
struct Brought {
    line: u64,
    number: Option<TicketNumber>,
    outcome: Outcome,
}

/// An import under way.
pub struct Importer {
    context: Arc<Context>,
    people: People,
    numbers: Numbers,
    turns: Turns,
    splitter: LineSplitter,
    digest: digest::Context,
    /// The largest number a line asked for.
    asked: u64,
    /// Lines that are to get a number behind all that are asked for.
    postponed: Vec<(Planned, u64)>,
    /// Lines to look for before they get a number.
    careful: u32,
    room: Arc<Semaphore>,
    lines: JoinSet<Brought>,
    report: ImportReport,
    began_at: DateTime<Utc>,
}

impl Importer {
    /// Begins an import into a tenant. Who it is `by` is recorded as soon as anything comes in.
    ///
    /// # Errors
    /// [`ImportError`] if the log cannot be read.
    pub async fn new(
        journal: Journal,
        accounts: Accounts,
        tenant: TenantId,
        limits: Limits,
        by: ImportedBy,
    ) -> Result<Self, ImportError> {
        let began_at = journal.clock().now();
        let plain_fields = organisation(&journal, &tenant).await.map_err(stopped)?.plain_fields();
        let context = Arc::new(Context {
            identities: Identities::new(journal.clone(), accounts),
            record: Record::new(journal.clone(), tenant.clone(), by),
            journal,
            tenant,
            limits,
            plain_fields,
            counts: Counts::default(),
            progress: Arc::default(),
        });
        let people = People::new(context.clone()).await.map_err(stopped)?;
        Ok(Self {
            context,
            people,
            numbers: Numbers::default(),
            turns: Turns::default(),
            splitter: LineSplitter::default(),
            digest: digest::Context::new(&digest::SHA256),
            asked: 0,
            postponed: Vec::new(),
            careful: CAREFUL,
            room: Arc::new(Semaphore::new(IN_FLIGHT)),
            lines: JoinSet::new(),
            report: ImportReport::default(),
            began_at,
        })
    }

    /// How far it is, for whoever watches.
    pub fn progress(&self) -> Arc<Progress> {
        self.context.progress.clone()
    }

    /// Takes the next bytes, cut wherever they are; waits while too many lines are on their way. Blank lines only count.
    ///
    /// # Errors
    /// [`ImportError`] if the log or the vault fails; a line that is refused is no error.
    pub async fn push(&mut self, piece: &[u8]) -> Result<(), ImportError> {
        self.digest.update(piece);
        for (number, line) in self.splitter.push(piece) {
            while let Some(done) = self.lines.try_join_next() {
                self.settle(done).await?;
            }
            // What is refused is done with here and now: only a line that comes in is worth waiting for.
            if let Some(planned) = self.understand(number, line) {
                self.begin(planned, number).await.map_err(stopped)?;
            }
        }
        // Lines of which none comes in wait for nothing; others have their turn all the same.
        tokio::task::coop::consume_budget().await;
        Ok(())
    }

    /// What a line asks for; None if it is refused.
    fn understand(&mut self, number: u64, raw: RawLine) -> Option<Planned> {
        let RawLine::Complete(bytes) = raw else {
            self.refuse(number, format!("a line may have at most {} bytes", format::LINE_BYTES));
            return None;
        };
        let latest = self.context.journal.clock().now() + AHEAD;
        let planned = parse(&bytes)
            .and_then(|line| not_ahead(&line, latest).map(|()| line))
            .and_then(|line| Planned::new(line, &self.context.tenant, &mut self.people))
            .and_then(|planned| wanted_number(&planned).map_or(Ok(()), numbers::check).map(|()| planned));
        planned.map_err(|reason| self.refuse(number, reason)).ok()
    }

    /// Gives a ticket its number and sends the line on its way.
    async fn begin(&mut self, planned: Planned, line: u64) -> Result<(), JournalError> {
        let mut number = None;
        if planned.stream.category == Category::Ticket {
            if self.careful > 0 {
                if self.context.is_there(&planned.stream).await? {
                    self.careful = CAREFUL;
                    self.report.unchanged += 1;
                    self.context.progress.add(1, 0);
                    return Ok(());
                }
                self.careful -= 1;
            }
            number = self.number(wanted_number(&planned)).await?;
        }
        let has_number = number.is_some() || planned.stream.category != Category::Ticket;
        let told = matches!(planned.content, Content::Stream).then(|| {
            // Who speaks of this stream later waits for it, whichever line is faster.
            let (category, id) = (planned.stream.category, planned.stream.id);
            let (told, outcome) = tokio::sync::oneshot::channel();
            self.people.announce(
                category,
                id,
                Entered::new(id, async move {
                    // Refused or not: somebody may have been there before, and the id is what the line said.
                    let _ = outcome.await;
                    Ok(id)
                }),
            );
            told
        });
        if has_number {
            self.send(planned, number, line, told).await;
            return Ok(());
        }
        // Nobody waits for a line that waits itself: its id is what it said.
        drop(told);
        self.postpone(planned, line).await
    }

    /// Keeps a line until it is known which numbers the others ask for.
    async fn postpone(&mut self, planned: Planned, line: u64) -> Result<(), JournalError> {
        if self.postponed.len() < POSTPONED {
            self.postponed.push((planned, line));
            return Ok(());
        }
        self.renumber(planned, line).await
    }

    /// Sends a line on its way with a number behind all that were asked for so far.
    async fn renumber(&mut self, planned: Planned, line: u64) -> Result<(), JournalError> {
        let (store, tenant) = (self.context.journal.store().as_ref(), &self.context.tenant);
        let number = self.numbers.take_behind(self.asked, store, tenant).await?;
        self.send(planned, Some(number), line, None).await;
        Ok(())
    }

    /// Sends a line on its way; `told` hears when it is done with.
    async fn send(
        &mut self,
        planned: Planned,
        number: Option<TicketNumber>,
        line: u64,
        told: Option<tokio::sync::oneshot::Sender<()>>,
    ) {
        let room = self.room.clone().acquire_owned().await;
        let (context, turn) = (self.context.clone(), self.turns.next());
        self.lines.spawn(async move {
            let outcome = bring(&context, planned, number, turn).await;
            if let Some(told) = told {
                // Perhaps nobody waits.
                let _ = told.send(());
            }
            drop(room);
            Brought { line, number, outcome }
        });
    }

    /// A ticket's number; none if the one it asks for is taken.
    async fn number(&mut self, wanted: Option<TicketNumber>) -> Result<Option<TicketNumber>, JournalError> {
        let (store, tenant) = (self.context.journal.store().as_ref(), &self.context.tenant);
        let Some(wanted) = wanted else { return Ok(Some(self.numbers.take(store, tenant).await?)) };
        self.asked = self.asked.max(wanted.0);
        let number = self.numbers.take_exactly(wanted, store, tenant).await?;
        self.report.renumbered += u64::from(number.is_none());
        Ok(number)
    }

    async fn settle(&mut self, done: Result<Brought, tokio::task::JoinError>) -> Result<(), ImportError> {
        let Brought { line, number, outcome } =
            done.map_err(|gone| stopped(StoreError::Unavailable(gone.to_string()).into()))?;
        match outcome {
            Outcome::Came { category, events, irregular } => {
                match category {
                    Category::Ticket => self.report.tickets += 1,
                    Category::Chat => self.report.chats += 1,
                    _ => {}
                }
                self.report.events += events;
                self.report.irregular += irregular;
                self.context.progress.add(1, events);
                return Ok(());
            }
            Outcome::Unchanged => {
                self.careful = CAREFUL;
                self.report.unchanged += 1;
                self.context.progress.add(1, 0);
            }
            Outcome::Taken(planned) => {
                if wanted_number(&planned) == number {
                    self.report.renumbered += 1;
                }
                self.postpone(*planned, line).await.map_err(stopped)?;
                return Ok(());
            }
            Outcome::Refused(reason) => self.refuse(line, reason),
            Outcome::Broken(error) => return Err(ImportError(error)),
        }
        if let Some(number) = number {
            self.numbers.give_back(number);
        }
        Ok(())
    }

    fn refuse(&mut self, line: u64, reason: Reason) {
        self.report.refused_count += 1;
        if self.report.refused.len() < TOLD {
            self.report.refused.push(Refusal { line, reason });
        }
        self.context.progress.add(1, 0);
    }
}

/// The tenant's settings as they are now.
async fn organisation(journal: &Journal, tenant: &TenantId) -> Result<Organisation, JournalError> {
    let stream = StreamId::new(tenant.clone(), Category::Organisation, ORGANISATION_ID);
    let mut organisation = Organisation::default();
    for event in journal.read_stream(&stream, 0, usize::MAX).await? {
        if let DomainEvent::Organisation(body) = &event.body {
            let EventMeta { version, occurred_at, actor, .. } = event.meta;
            organisation.evolve(body, &Stamp { version, occurred_at, actor });
        }
    }
    Ok(organisation)
}

/// The number a line asks for.
fn wanted_number(planned: &Planned) -> Option<TicketNumber> {
    match &planned.content {
        Content::Ticket { line, .. } => line.number,
        Content::Chat { .. } => None,
        Content::Stream => {
            let data = planned.steps.first()?.step.data.as_ref()?;
            serde_json::from_value(data.get("number")?.clone()).ok()
        }
    }
}
