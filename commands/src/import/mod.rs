//! History that comes in from elsewhere: one line a ticket or chat, with its original times.
//!
//! # What holds
//! - A line is atomic: all of its events, or, refused with its reason, none. The rest goes on.
//! - Ids follow from the input, and a stream is only ever begun: importing a file twice changes nothing.
//! - People and departments are entered when they are first met, and are on disk before the first line that speaks of them.
//! - Lines are read in order, which gives ticket numbers their order; they are appended many at once, for the log to
//!   commit together.

mod build;
pub mod format;
pub(crate) mod ids;
mod numbers;
mod parse;
mod people;
mod plan;
mod report;
mod split;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::customer::CustomerEvent;
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::ticket::{PlainFields, TicketNumber};
use docket_domain::{Aggregate as _, Category, DomainEvent, EventMeta, Limits, Stamp, StreamId, TenantId};
use docket_store::{Accounts, Draft, DraftStream, Expected, Journal, JournalError, KeyError, StoreError, new_id};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use build::{Built, build};
use format::Line;
use numbers::Numbers;
use parse::{Reason, parse};
use people::{Entered, People};

use crate::identities::Identities;
use plan::{Content, Planned};

pub use report::{ImportReport, Progress, Refusal, TOLD};
pub use split::{LineSplitter, RawLine};

/// Lines on their way at once.
const IN_FLIGHT: usize = 512;
/// After this many lines in a row that were not here before, it is no longer looked first: a number is taken, and given
/// back should the line be here after all.
const CAREFUL: u32 = 32;

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

/// Why a line did not come in.
#[derive(Clone)]
enum Failure {
    /// It is refused.
    Refused(Reason),
    /// The log or the vault failed.
    Broken(Arc<JournalError>),
}

impl<E: Into<JournalError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(Arc::new(error.into()))
    }
}

/// What all lines of an import share.
struct Context {
    journal: Journal,
    identities: Identities,
    tenant: TenantId,
    limits: Limits,
    /// Custom fields the organisation, as it is when the import begins, says are about nobody.
    plain_fields: PlainFields,
    correlation_id: Uuid,
    counts: Counts,
    progress: Arc<Progress>,
}

/// What was entered beside tickets and chats.
#[derive(Default)]
struct Counts {
    others: std::sync::atomic::AtomicU64,
    events: std::sync::atomic::AtomicU64,
}

impl Counts {
    fn entered(&self, events: u64) {
        self.others.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.events.fetch_add(events, std::sync::atomic::Ordering::Relaxed);
    }
}

/// What became of one line.
enum Outcome {
    Came { category: Category, events: u64, irregular: u64 },
    Unchanged,
    Refused(Reason),
    Broken(Arc<JournalError>),
}

/// An import under way.
pub struct Importer {
    context: Arc<Context>,
    people: People,
    numbers: Numbers,
    /// Lines to look for before they get a number.
    careful: u32,
    line: u64,
    room: Arc<Semaphore>,
    lines: JoinSet<(u64, Option<TicketNumber>, Outcome)>,
    report: ImportReport,
    began_at: DateTime<Utc>,
}

impl Importer {
    /// Begins an import into a tenant.
    ///
    /// # Errors
    /// [`ImportError`] if the log cannot be read.
    pub async fn new(
        journal: Journal,
        accounts: Accounts,
        tenant: TenantId,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        let began_at = journal.clock().now();
        let stopped = |error: JournalError| ImportError(Arc::new(error));
        let plain_fields = organisation(&journal, &tenant).await.map_err(stopped)?.plain_fields();
        let context = Arc::new(Context {
            identities: Identities::new(journal.clone(), accounts),
            journal,
            tenant,
            limits,
            plain_fields,
            correlation_id: new_id(),
            counts: Counts::default(),
            progress: Arc::default(),
        });
        let people = People::new(context.clone()).await.map_err(stopped)?;
        Ok(Self {
            context,
            people,
            numbers: Numbers::default(),
            careful: CAREFUL,
            line: 0,
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

    /// Takes the next line; waits while too many are on their way. Blank lines only count.
    ///
    /// # Errors
    /// [`ImportError`] if the log or the vault fails; a line that is refused is no error.
    pub async fn take(&mut self, raw: RawLine) -> Result<(), ImportError> {
        self.line += 1;
        while let Some(done) = self.lines.try_join_next() {
            self.settle(done)?;
        }
        let RawLine::Complete(bytes) = raw else {
            self.refuse(self.line, format!("a line may have at most {} bytes", format::LINE_BYTES));
            return Ok(());
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let latest = self.context.journal.clock().now() + AHEAD;
        let planned = match parse(&bytes)
            .and_then(|line| not_ahead(&line, latest).map(|()| line))
            .and_then(|line| Planned::new(line, &self.context.tenant, &mut self.people))
        {
            Ok(planned) => planned,
            Err(reason) => {
                self.refuse(self.line, reason);
                return Ok(());
            }
        };
        self.begin(planned).await.map_err(|error| ImportError(Arc::new(error)))
    }

    /// Waits for everything under way and tells what became of it.
    ///
    /// # Errors
    /// [`ImportError`] as with [`take`](Self::take).
    pub async fn finish(mut self) -> Result<ImportReport, ImportError> {
        while let Some(done) = self.lines.join_next().await {
            self.settle(done)?;
        }
        let mut report = self.report;
        report.others = self.context.counts.others.load(std::sync::atomic::Ordering::Relaxed);
        report.events += self.context.counts.events.load(std::sync::atomic::Ordering::Relaxed);
        report.refused.sort_by_key(|refusal| refusal.line);
        let took = self.context.journal.clock().now() - self.began_at;
        report.seconds = took.as_seconds_f64();
        Ok(report)
    }

    /// Gives a ticket its number and sends the line on its way.
    async fn begin(&mut self, planned: Planned) -> Result<(), JournalError> {
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
            number = Some(self.number(wanted_number(&planned)).await?);
        }
        let room = self.room.clone().acquire_owned().await;
        let (context, line) = (self.context.clone(), self.line);
        if matches!(planned.content, Content::Stream) {
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
            self.lines.spawn(async move {
                let outcome = bring(&context, planned, number).await;
                let _ = told.send(());
                drop(room);
                (line, number, outcome)
            });
        } else {
            self.lines.spawn(async move {
                let outcome = bring(&context, planned, number).await;
                drop(room);
                (line, number, outcome)
            });
        }
        Ok(())
    }

    async fn number(&mut self, wanted: Option<TicketNumber>) -> Result<TicketNumber, JournalError> {
        let (store, tenant) = (self.context.journal.store().as_ref(), &self.context.tenant);
        if let Some(wanted) = wanted {
            match self.numbers.take_exactly(wanted, store, tenant).await? {
                Some(number) => return Ok(number),
                None => self.report.renumbered += 1,
            }
        }
        Ok(self.numbers.take(store, tenant).await?)
    }

    fn settle(
        &mut self,
        done: Result<(u64, Option<TicketNumber>, Outcome), tokio::task::JoinError>,
    ) -> Result<(), ImportError> {
        let stopped = |error: JournalError| ImportError(Arc::new(error));
        let (line, number, outcome) = done.map_err(|gone| stopped(StoreError::Unavailable(gone.to_string()).into()))?;
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

/// Brings a line in.
async fn bring(context: &Context, planned: Planned, number: Option<TicketNumber>) -> Outcome {
    match try_bring(context, planned, number).await {
        Ok(outcome) => outcome,
        Err(Failure::Refused(reason)) => Outcome::Refused(reason),
        Err(Failure::Broken(error)) => Outcome::Broken(error),
    }
}

async fn try_bring(context: &Context, planned: Planned, number: Option<TicketNumber>) -> Result<Outcome, Failure> {
    let refused = Failure::Refused;
    // First everything that can be refused; only then is anybody entered.
    let mut built = build(&planned, number, &|entered| entered.expected, &context.limits, &context.plain_fields)
        .map_err(refused)?;
    let mut known_as = HashMap::new();
    for entered in &planned.awaited {
        let id = entered.done.clone().await?;
        if id != entered.expected {
            known_as.insert(entered.expected, id);
        }
    }
    if !known_as.is_empty() {
        let ids = |entered: &Entered| known_as.get(&entered.expected).copied().unwrap_or(entered.expected);
        built = build(&planned, number, &ids, &context.limits, &context.plain_fields).map_err(refused)?;
    }
    let Built { drafts, irregular } = built;
    let (category, events) = (planned.stream.category, drafts.len() as u64);
    if matches!(planned.content, Content::Stream) && !matches!(category, Category::Ticket | Category::Chat) {
        let erased =
            drafts.iter().any(|d| matches!(d.body, DomainEvent::Customer(CustomerEvent::PersonalDataErased(_))));
        let entered = context.enter(category, planned.stream.id, drafts).await?;
        if erased {
            context.journal.keys().destroy(&context.tenant, docket_domain::PersonId(planned.stream.id)).await?;
        }
        if category == Category::Customer {
            // A whole history at once: what it leaves them known by, unless somebody else is.
            context.identities.follow_log(&context.tenant, docket_domain::PersonId(planned.stream.id)).await?;
        }
        // `enter` has counted its events.
        return Ok(if entered { Outcome::Came { category, events: 0, irregular } } else { Outcome::Unchanged });
    }
    match context.append(planned.stream, drafts).await? {
        true => Ok(Outcome::Came { category, events, irregular }),
        false => Ok(Outcome::Unchanged),
    }
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

impl Context {
    /// Begins a stream. False: it was there before, and stays as it is.
    async fn append(&self, stream: StreamId, drafts: Vec<Draft>) -> Result<bool, Failure> {
        let streams = vec![DraftStream { stream: stream.clone(), expected: Expected::Version(0), drafts }];
        match self.journal.append(streams, self.correlation_id, None, None).await {
            Ok(_) => Ok(true),
            Err(JournalError::Store(StoreError::Conflict { .. })) => Ok(false),
            Err(JournalError::Key(KeyError::Erased)) if self.is_there(&stream).await? => Ok(false),
            Err(JournalError::Key(KeyError::Erased)) => Err(Failure::Refused("customer: has been erased".into())),
            Err(error) => Err(error.into()),
        }
    }

    async fn is_there(&self, stream: &StreamId) -> Result<bool, JournalError> {
        Ok(!self.journal.store().read_stream(stream, 0, 1).await?.is_empty())
    }
}
