//! Commands on a tenant's calendars and SLA policies, and what they mean for tickets.

use docket_domain::organisation::Organisation;
use docket_domain::service_level::{
    SERVICE_LEVELS_ID, ServiceLevelCommand, ServiceLevels, Setting, SlaPolicy, TicketFacts,
};
use docket_domain::ticket::{Hours, SlaPolicyApplied, Ticket, TicketCommand};
use docket_domain::{
    Aggregate as _, CalendarId, Category, DomainEvent, Event, Rejection, SlaPolicyId, StreamId, TenantId, TicketId,
    Violations,
};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, IfMatch, Invocation, Loaded, metric};

/// How many of the events a stale caller missed are shown.
const MISSED: usize = 500;

impl Commands {
    /// Adds a calendar. Its id is made here; the answer's note tells it.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn define_calendar(
        &self,
        invocation: &Invocation,
        name: String,
        hours: Hours,
    ) -> Result<Done, CommandError> {
        let calendar_id = CalendarId(new_id());
        self.change_service_levels(invocation, ServiceLevelCommand::DefineCalendar { calendar_id, name, hours }).await
    }

    /// Adds an SLA policy, after the others. Its id is made here; the answer's note tells it.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn define_policy(&self, invocation: &Invocation, policy: SlaPolicy) -> Result<Done, CommandError> {
        let policy_id = SlaPolicyId(new_id());
        self.change_service_levels(invocation, ServiceLevelCommand::DefinePolicy { policy_id, policy }).await
    }

    /// Changes a calendar, a policy or their order. All lie in one stream, but `if_match` and the answer's version are of
    /// the one setting the command is about: the version of the last event about it. Of the order neither counts.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_service_levels(
        &self,
        invocation: &Invocation,
        command: ServiceLevelCommand,
    ) -> Result<Done, CommandError> {
        let about = command.about();
        let wanted = invocation.if_match.as_ref().filter(|_| about.is_some());
        let unconditional = Invocation { if_match: None, ..invocation.clone() };
        let name = metric::name(Category::ServiceLevel, std::slice::from_ref(&command));
        let outcome = carry_out!(self, &unconditional, name, attempt => change(&mut attempt, &command, wanted));
        match (outcome, about, wanted) {
            // The version of the one setting, which the stream's does not tell.
            (Ok(mut done), Some(_), _) if !done.changed => {
                done.version = done.note.as_deref().and_then(|note| note.parse().ok()).unwrap_or(done.version);
                Ok(done)
            }
            (Err(CommandError::Stale { current, .. }), Some(setting), Some(wanted)) => {
                let missed = match wanted.known_before(current) {
                    Some(known) => self.missed(&invocation.tenant, setting, known).await?,
                    None => Vec::new(),
                };
                Err(CommandError::Stale { current, missed, public: None })
            }
            (outcome, ..) => outcome,
        }
    }

    /// The tenant's calendars and policies.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn service_levels(&self, tenant: &TenantId) -> Result<Loaded<ServiceLevels>, CommandError> {
        self.load::<ServiceLevels>(tenant, SERVICE_LEVELS_ID).await
    }

    /// Measures a ticket by the first policy that matches it now, see [`better_terms`].
    ///
    /// # Errors
    /// Refused as `sla_up_to_date` if there is nothing to change; else see [`CommandError`].
    pub async fn match_ticket_again(&self, invocation: &Invocation, id: TicketId) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "ticket.MatchAgain", attempt => match_again(&mut attempt, id))
    }

    /// The events about a setting after a version of the stream they are in.
    async fn missed(&self, tenant: &TenantId, setting: Setting, after: u64) -> Result<Vec<Event>, CommandError> {
        let stream = StreamId::new(tenant.clone(), Category::ServiceLevel, SERVICE_LEVELS_ID);
        let mut missed = self.journal().read_stream(&stream, after, MISSED).await?;
        missed.retain(|event| match &event.body {
            DomainEvent::ServiceLevel(body) => body.about() == Some(setting),
            _ => false,
        });
        Ok(missed)
    }
}

async fn change(
    attempt: &mut Attempt<'_>,
    command: &ServiceLevelCommand,
    wanted: Option<&IfMatch>,
) -> Result<(), CommandError> {
    attempt.organisation().await?;
    let levels = attempt.load::<ServiceLevels>(SERVICE_LEVELS_ID).await?;
    let current = match command {
        // What is yet to be is at no version.
        ServiceLevelCommand::DefineCalendar { .. } | ServiceLevelCommand::DefinePolicy { .. } => Some(0),
        _ => command.about().and_then(|setting| levels.version_of(setting)),
    };
    if let (Some(wanted), Some(current)) = (wanted, current)
        && !wanted.takes(current)
    {
        return Err(CommandError::Stale { current, missed: Vec::new(), public: None });
    }
    attempt.note = match command {
        ServiceLevelCommand::DefineCalendar { calendar_id, .. } => Some(calendar_id.to_string()),
        ServiceLevelCommand::DefinePolicy { policy_id, .. } => Some(policy_id.to_string()),
        _ => current.map(|version| version.to_string()),
    };
    attempt.decide::<ServiceLevels>(SERVICE_LEVELS_ID, command).await?;
    match command {
        ServiceLevelCommand::DefinePolicy { policy, .. } | ServiceLevelCommand::ChangePolicy { policy, .. } => {
            check_references(attempt, policy).await
        }
        _ => Ok(()),
    }
}

/// Whether there are the departments and categories a policy speaks of.
async fn check_references(attempt: &mut Attempt<'_>, policy: &SlaPolicy) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    for (index, department) in policy.conditions.department_ids.iter().enumerate() {
        attempt.check_department(&format!("conditions.department_ids.{index}"), *department, &mut violations).await?;
    }
    let organisation = attempt.organisation().await?;
    let offered = |category: &String| organisation.categories.iter().any(|offered| offered == category.trim());
    for (index, category) in policy.conditions.categories.iter().enumerate() {
        if !organisation.categories.is_empty() && !offered(category) {
            let message = format!("must be one of {}", organisation.categories.join(", "));
            violations.add(&format!("conditions.categories.{index}"), "unknown", message);
        }
    }
    Ok(violations.into_result()?)
}

/// Measures a ticket by another policy if what this attempt changes of it makes another one match, or reopens it.
pub(crate) async fn match_if_changed(attempt: &mut Attempt<'_>, id: TicketId) -> Result<(), CommandError> {
    let Some((before, after)) = attempt.change_of::<Ticket>(id.0) else { return Ok(()) };
    let reopened = before.status.is_done() && !after.status.is_done();
    if reopened || TicketFacts::of(&before) != TicketFacts::of(&after) {
        apply_first_match(attempt, id).await?;
    }
    Ok(())
}

async fn match_again(attempt: &mut Attempt<'_>, id: TicketId) -> Result<(), CommandError> {
    if apply_first_match(attempt, id).await? {
        return Ok(());
    }
    Err(Rejection::refused("sla_up_to_date", "the ticket is measured as it should be").into())
}

/// Whether there was anything to change.
async fn apply_first_match(attempt: &mut Attempt<'_>, id: TicketId) -> Result<bool, CommandError> {
    let ticket = attempt.load::<Ticket>(id).await?;
    let levels = attempt.load::<ServiceLevels>(SERVICE_LEVELS_ID).await?;
    let organisation = attempt.organisation().await?;
    let Some(terms) = better_terms(&ticket, &levels, &organisation) else { return Ok(false) };
    attempt.follow::<Ticket>(id, &TicketCommand::ApplySlaPolicy(Box::new(terms))).await?;
    Ok(true)
}

/// What a ticket should be measured by, if that is not what it is measured by.
///
/// Nothing for tickets that are resolved (they are looked at again when they reopen) or over, for those that are not
/// measured at all, and where nothing was ever set: then it stays as it was when the ticket was opened.
pub fn better_terms(ticket: &Ticket, levels: &ServiceLevels, organisation: &Organisation) -> Option<SlaPolicyApplied> {
    let over = ticket.status.is_done() || ticket.archived || ticket.deleted || ticket.merged_into.is_some();
    let present = ticket.sla.policy()?;
    if over || !levels.exists() {
        return None;
    }
    let terms = levels.terms_for(&TicketFacts::of(ticket), &organisation.time_zone);
    (*present != terms).then_some(terms)
}
