//! One line on its way in: built, its people awaited, appended.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use docket_domain::customer::CustomerEvent;
use docket_domain::ticket::{PlainFields, TicketNumber};
use docket_domain::{Category, DomainEvent, Event, Limits, PersonId, StreamId, TenantId};
use docket_store::{Draft, DraftStream, Expected, Journal, JournalError, KeyError, StoreError};
use uuid::Uuid;

use super::build::{Built, build};
use super::numbers;
use super::parse::Reason;
use super::people::Entered;
use super::plan::{Content, Planned};
use super::record::Record;
use super::report::Progress;
use super::turn::Turn;
use crate::identities::Identities;

/// Why a line did not come in.
#[derive(Clone)]
pub(super) enum Failure {
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
pub(super) struct Context {
    pub(super) journal: Journal,
    pub(super) identities: Identities,
    pub(super) tenant: TenantId,
    pub(super) limits: Limits,
    /// Custom fields the organisation, as it is when the import begins, says are about nobody.
    pub(super) plain_fields: PlainFields,
    pub(super) record: Record,
    pub(super) counts: Counts,
    pub(super) progress: Arc<Progress>,
}

/// What was entered beside tickets and chats.
#[derive(Default)]
pub(super) struct Counts {
    others: AtomicU64,
    events: AtomicU64,
}

impl Counts {
    pub(super) fn entered(&self, events: u64) {
        self.others.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
    }

    /// Streams and their events.
    pub(super) fn so_far(&self) -> (u64, u64) {
        (self.others.load(Ordering::Relaxed), self.events.load(Ordering::Relaxed))
    }
}

/// What became of one line.
pub(super) enum Outcome {
    Came {
        category: Category,
        events: u64,
        irregular: u64,
    },
    Unchanged,
    /// Another ticket has the number.
    Taken(Box<Planned>),
    Refused(Reason),
    Broken(Arc<JournalError>),
}

/// Brings a line in.
pub(super) async fn bring(context: &Context, planned: Planned, number: Option<TicketNumber>, turn: Turn) -> Outcome {
    match try_bring(context, &planned, number, turn).await {
        Ok(Some(outcome)) => outcome,
        Ok(None) => Outcome::Taken(Box::new(planned)),
        Err(Failure::Refused(reason)) => Outcome::Refused(reason),
        Err(Failure::Broken(error)) => Outcome::Broken(error),
    }
}

/// The same; None: another ticket has the number.
async fn try_bring(
    context: &Context,
    planned: &Planned,
    number: Option<TicketNumber>,
    turn: Turn,
) -> Result<Option<Outcome>, Failure> {
    let refused = Failure::Refused;
    // First everything that can be refused; only then is anybody entered.
    let mut built =
        build(planned, number, &|entered| entered.expected, &context.limits, &context.plain_fields).map_err(refused)?;
    let mut known_as = HashMap::new();
    for entered in &planned.awaited {
        let id = entered.done.clone().await?;
        if id != entered.expected {
            known_as.insert(entered.expected, id);
        }
    }
    if !known_as.is_empty() {
        let ids = |entered: &Entered| known_as.get(&entered.expected).copied().unwrap_or(entered.expected);
        built = build(planned, number, &ids, &context.limits, &context.plain_fields).map_err(refused)?;
    }
    let Built { drafts, irregular } = built;
    let (category, events) = (planned.stream.category, drafts.len() as u64);
    let told = matches!(planned.content, Content::Stream) && !matches!(category, Category::Ticket | Category::Chat);
    let erased = drafts.iter().any(|d| matches!(d.body, DomainEvent::Customer(CustomerEvent::PersonalDataErased(_))));
    if erased {
        context.may_be_erased(planned.stream.id).await?;
    }
    let began = context.append(planned.stream.clone(), drafts, number, turn).await?;
    if told {
        if began == Began::Now {
            context.counts.entered(events);
        }
        if erased {
            context.follow_erasure(&planned.stream).await?;
        }
        if category == Category::Customer {
            // A whole history at once: what it leaves them known by, unless somebody else is.
            context.identities.follow_log(&context.tenant, PersonId(planned.stream.id)).await?;
        }
    }
    Ok(match began {
        // What others came to is counted already.
        Began::Now => Some(Outcome::Came { category, events: if told { 0 } else { events }, irregular }),
        Began::Before => Some(Outcome::Unchanged),
        Began::NumberTaken => None,
    })
}

/// Whether a stream began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Began {
    Now,
    /// It was there before, and stays as it is.
    Before,
    /// Another ticket has its number.
    NumberTaken,
}

impl Context {
    /// Begins a stream; a ticket's under its number.
    pub(super) async fn append(
        &self,
        stream: StreamId,
        mut drafts: Vec<Draft>,
        number: Option<TicketNumber>,
        turn: Turn,
    ) -> Result<Began, Failure> {
        if !self.record.has_begun() && self.is_there(&stream).await? {
            return Ok(Began::Before);
        }
        let cause = self.record.cause().await?;
        if !self.can_seal(&mut drafts).await? {
            return match self.is_there(&stream).await? {
                true => Ok(Began::Before),
                false => Err(Failure::Refused("customer: has been erased".into())),
            };
        }
        let once = number.map(|number| numbers::once(number, &self.tenant, stream.id));
        let streams = vec![DraftStream { stream: stream.clone(), expected: Expected::Version(0), drafts }];
        match turn.take(self.journal.append(streams, self.record.id(), Some(cause), once)).await {
            Ok(appended) if appended.replayed => Ok(Began::Before),
            Ok(_) => Ok(Began::Now),
            Err(JournalError::Store(StoreError::Conflict { .. })) => Ok(Began::Before),
            Err(JournalError::Store(StoreError::KeyReused)) if self.is_there(&stream).await? => Ok(Began::Before),
            Err(JournalError::Store(StoreError::KeyReused)) => Ok(Began::NumberTaken),
            Err(JournalError::Key(KeyError::Erased)) if self.is_there(&stream).await? => Ok(Began::Before),
            Err(JournalError::Key(KeyError::Erased)) => Err(Failure::Refused("customer: has been erased".into())),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody may come in erased. An agent may not: what they wrote is the desk's, and is sealed with their key.
    async fn may_be_erased(&self, id: Uuid) -> Result<(), Failure> {
        let agent = StreamId { tenant: self.tenant.clone(), category: Category::Agent, id };
        match self.is_there(&agent).await? {
            true => Err(Failure::Refused("customer: an agent of this desk has this id, and no agent is erased".into())),
            false => Ok(()),
        }
    }

    /// Destroys the key of a customer whose stream says that they were erased: the one in the log, not the one of the line, which
    /// may tell more than happened here.
    async fn follow_erasure(&self, stream: &StreamId) -> Result<(), Failure> {
        let says = |event: &Event| matches!(event.body, DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)));
        if !self.journal.read_stream(stream, 0, usize::MAX).await?.iter().any(says) {
            let id = stream.id;
            return Err(Failure::Refused(format!(
                "customer: was erased there, and is here as before; `docket erase {id}` erases them here"
            )));
        }
        self.journal.keys().destroy(&self.tenant, PersonId(stream.id)).await?;
        Ok(())
    }

    /// Has the keys made that the drafts are sealed with, before it is their turn: nobody waits behind them then. False
    /// if somebody was erased.
    async fn can_seal(&self, drafts: &mut [Draft]) -> Result<bool, Failure> {
        let mut person = None;
        for draft in drafts {
            let mut says = false;
            draft.body.visit_personal(&mut |text| says |= text.known().is_some());
            // A stream is about one person, whose key is held once it was asked for.
            if says && person != draft.data_subject {
                person = draft.data_subject;
                let Some(person) = person else { continue };
                match self.journal.keys().ensure(&self.tenant, person).await {
                    Ok(_) => {}
                    Err(KeyError::Erased) => return Ok(false),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(true)
    }

    pub(super) async fn is_there(&self, stream: &StreamId) -> Result<bool, JournalError> {
        Ok(!self.journal.store().read_stream(stream, 0, 1).await?.is_empty())
    }
}
