//! Unresolved tickets are measured by the first SLA policy that matches, also after policies or calendars changed.
//!
//! A ticket is matched when it is opened and when a command changes what a policy looks at; that is part of those commands.
//! What is left is the background: every unresolved ticket of a tenant whose policies or calendars changed, and what another
//! process matched with policies it did not know to be old. Nothing is kept of how far a round has come: a ticket that is
//! measured as it should be is left alone, so that a round that begins again (after a restart, say) ends where it should.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Commands, IfMatch, Invocation, RequestKey, better_terms};
use docket_domain::organisation::Organisation;
use docket_domain::service_level::{SERVICE_LEVELS_ID, ServiceLevelEvent, ServiceLevels};
use docket_domain::ticket::{
    StatusChanged, Ticket, TicketArchived, TicketDeleted, TicketEvent, TicketMerged, TicketOpened,
};
use docket_domain::{Actor, Category, DomainEvent, Event, EventMeta, EventPayload as _, StreamId, TenantId, TicketId};
use docket_store::{JournalError, RecordedEvent};
use futures::StreamExt as _;
use uuid::Uuid;

use crate::follow::{Failure, Reactor, STUCK_RETRY, Stuck, decode, state};

/// Tickets looked at before the feed gets its turn again, and at once.
const SLICE: usize = 500;
const AT_ONCE: usize = 32;
/// When something failed for a reason that passes.
const RETRY: TimeDelta = TimeDelta::seconds(1);

/// The event because of which a ticket is looked at.
#[derive(Debug, Clone, Copy)]
struct Cause {
    event_id: Uuid,
    correlation_id: Uuid,
}

impl Cause {
    fn of(meta: &EventMeta) -> Self {
        Self { event_id: meta.event_id, correlation_id: meta.correlation_id }
    }
}

/// What is known of one tenant.
#[derive(Default)]
struct Desk {
    /// Unresolved tickets, each with the version its state must have at least.
    unresolved: HashMap<Uuid, u64>,
    /// The last change of its service levels; nothing where none were ever set.
    changed: Option<Cause>,
}

/// Matches the tickets of all tenants.
pub(crate) struct Matching {
    commands: Commands,
    desks: HashMap<TenantId, Desk>,
    /// Tickets to look at, and why.
    waiting: BTreeMap<StreamId, Cause>,
    /// Whether the history is taken in.
    began: bool,
    retry_at: Option<DateTime<Utc>>,
    stuck: Stuck,
}

impl Matching {
    pub(crate) fn new(commands: Commands) -> Self {
        let (desks, waiting, stuck) = (HashMap::new(), BTreeMap::new(), Stuck::default());
        Self { commands, desks, waiting, began: false, retry_at: None, stuck }
    }

    fn desk(&mut self, tenant: &TenantId) -> &mut Desk {
        self.desks.entry(tenant.clone()).or_default()
    }

    /// Notes whether a ticket is unresolved after its event.
    fn note(&mut self, meta: &EventMeta, unresolved: Option<bool>) {
        let tickets = &mut self.desk(&meta.stream.tenant).unresolved;
        match unresolved {
            Some(true) => {
                tickets.insert(meta.stream.id, meta.version);
            }
            Some(false) => {
                tickets.remove(&meta.stream.id);
            }
            None => {
                if let Some(version) = tickets.get_mut(&meta.stream.id) {
                    *version = meta.version;
                }
            }
        }
    }

    /// Has every unresolved ticket of a tenant looked at.
    fn stir(&mut self, tenant: &TenantId) {
        let Some(desk) = self.desks.get(tenant) else { return };
        let Some(cause) = desk.changed else { return };
        let tickets = desk.unresolved.keys().map(|id| StreamId::new(tenant.clone(), Category::Ticket, *id));
        self.waiting.extend(tickets.map(|ticket| (ticket, cause)));
    }

    /// Looks at some of the tickets that wait.
    async fn look(&mut self, now: DateTime<Utc>) {
        let mut some: BTreeMap<TenantId, Vec<(TicketId, u64, Cause)>> = BTreeMap::new();
        for _ in 0..SLICE {
            let Some((ticket, cause)) = self.waiting.pop_first() else { break };
            let known = self.desks.get(&ticket.tenant).and_then(|desk| desk.unresolved.get(&ticket.id));
            // Resolved meanwhile: it is matched when it is reopened.
            let Some(version) = known else { continue };
            some.entry(ticket.tenant).or_default().push((TicketId(ticket.id), *version, cause));
        }
        for (tenant, tickets) in some {
            for (id, cause, outcome) in match_some(&self.commands, &tenant, tickets).await {
                let again = match outcome {
                    Ok(()) => false,
                    Err(CommandError::Rejected(reason)) => {
                        tracing::debug!(%id, %reason, "a ticket was not matched again");
                        false
                    }
                    // Something happened to it meanwhile, perhaps nothing that leads here again.
                    Err(CommandError::Stale { current, .. }) => {
                        if let Some(version) = self.desk(&tenant).unresolved.get_mut(&id.0) {
                            *version = current.max(*version);
                        }
                        true
                    }
                    Err(error) => {
                        let stream = StreamId::new(tenant.clone(), Category::Ticket, id.0);
                        match self.stuck.note(self.commands.journal(), &stream, &error) {
                            Failure::LeftOut => false,
                            Failure::Stuck => {
                                self.retry_at = Some(now + STUCK_RETRY);
                                true
                            }
                            Failure::Passing => {
                                tracing::warn!(%id, %error, "a ticket could not be matched again");
                                self.retry_at = Some(now + RETRY);
                                true
                            }
                        }
                    }
                };
                if again {
                    self.waiting.insert(StreamId::new(tenant.clone(), Category::Ticket, id.0), cause);
                }
            }
        }
    }
}

#[async_trait]
impl Reactor for Matching {
    const NAME: &'static str = "service-levels";
    const CATEGORIES: &'static [Category] = &[Category::Ticket, Category::ServiceLevel];

    fn take_in_history(&mut self, event: RecordedEvent) -> Result<(), JournalError> {
        if event.meta.stream.category == Category::ServiceLevel {
            self.desk(&event.meta.stream.tenant).changed = Some(Cause::of(&event.meta));
            return Ok(());
        }
        let meta = event.meta.clone();
        let unresolved = match event.event_type.as_str() {
            TicketOpened::TYPE => Some(true),
            TicketMerged::TYPE | TicketArchived::TYPE | TicketDeleted::TYPE => Some(false),
            StatusChanged::TYPE => match decode(event)?.body {
                DomainEvent::Ticket(TicketEvent::StatusChanged(change)) => Some(!change.to.is_done()),
                _ => None,
            },
            _ => None,
        };
        self.note(&meta, unresolved);
        Ok(())
    }

    fn take_in(&mut self, event: &Event) {
        use TicketEvent as E;
        let tenant = &event.meta.stream.tenant;
        match &event.body {
            DomainEvent::ServiceLevel(body) => {
                self.desk(tenant).changed = Some(Cause::of(&event.meta));
                // By a calendar nobody uses nobody is measured.
                if !matches!(body, ServiceLevelEvent::CalendarDefined(_) | ServiceLevelEvent::CalendarArchived(_)) {
                    self.stir(tenant);
                }
            }
            DomainEvent::Ticket(body) => {
                let unresolved = match body {
                    E::TicketOpened(_) => Some(true),
                    E::TicketMerged(_) | E::TicketArchived(_) | E::TicketDeleted(_) => Some(false),
                    E::StatusChanged(change) => Some(!change.to.is_done()),
                    _ => None,
                };
                self.note(&event.meta, unresolved);
                let matters = unresolved == Some(true)
                    || matches!(
                        body,
                        E::PriorityChanged(_) | E::CategoryChanged(_) | E::DepartmentChanged(_) | E::TagsChanged(_)
                    );
                if matters && self.desk(tenant).changed.is_some() {
                    self.waiting.insert(event.meta.stream.clone(), Cause::of(&event.meta));
                }
            }
            _ => {}
        }
    }

    async fn act(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.began {
            self.began = true;
            let tenants: Vec<TenantId> = self.desks.keys().cloned().collect();
            tenants.iter().for_each(|tenant| self.stir(tenant));
        }
        if self.retry_at.is_none_or(|at| at <= now) {
            self.retry_at = None;
            self.look(now).await;
        }
        metrics::gauge!("docket_sla_tickets_to_match").set(self.waiting.len() as f64);
        if self.waiting.is_empty() { None } else { Some(self.retry_at.unwrap_or(now)) }
    }

    fn stuck(&mut self) -> &mut Stuck {
        &mut self.stuck
    }
}

/// Looks at tickets of one tenant and matches those that should be measured otherwise.
async fn match_some(
    commands: &Commands,
    tenant: &TenantId,
    tickets: Vec<(TicketId, u64, Cause)>,
) -> Vec<(TicketId, Cause, Result<(), CommandError>)> {
    // As they are in the log: what this process had in memory may be what these tickets are looked at for.
    let levels = commands.load_fresh::<ServiceLevels>(tenant, SERVICE_LEVELS_ID).await;
    let organisation = commands.organisation(tenant).await;
    let (levels, organisation) = match (levels, organisation) {
        (Ok(levels), Ok(organisation)) => (levels, organisation),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%tenant, %error, "a tenant's SLA policies could not be read");
            let later = |(id, _, cause)| (id, cause, Err(CommandError::Busy));
            return tickets.into_iter().map(later).collect();
        }
    };
    let (levels, organisation) = (&levels, &organisation);
    futures::stream::iter(tickets)
        .map(|(id, version, cause)| async move {
            let outcome = match_one(commands, tenant, (id, version, cause), levels, organisation).await;
            (id, cause, outcome)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

async fn match_one(
    commands: &Commands,
    tenant: &TenantId,
    (id, version, cause): (TicketId, u64, Cause),
    levels: &ServiceLevels,
    organisation: &Organisation,
) -> Result<(), CommandError> {
    let stream = StreamId::new(tenant.clone(), Category::Ticket, id.0);
    let ticket = state::<Ticket>(commands, &stream, version).await?;
    if better_terms(&ticket, levels, organisation).is_none() {
        return Ok(());
    }
    // Once for what the service levels are and what the ticket is, however often and by whomever it is looked at.
    let key = RequestKey::of_cause(&format!("sla-match:{id}:{}:{}", ticket.version, levels.version));
    let invocation = Invocation {
        tenant: tenant.clone(),
        actor: Actor::SYSTEM,
        correlation_id: cause.correlation_id,
        causation_id: Some(cause.event_id),
        idempotency: Some(key),
        if_match: Some(IfMatch::at(ticket.version)),
        mandate: None,
    };
    commands.match_ticket_again(&invocation, id).await?;
    metrics::counter!("docket_sla_tickets_matched_total").increment(1);
    Ok(())
}
