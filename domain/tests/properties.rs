//! What holds for every aggregate after any sequence of commands, and after any sequence of events.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use docket_domain::account::Account;
use docket_domain::agent::{Agent, Availability};
use docket_domain::chat::{Chat, ChatEvent, ChatStatus};
use docket_domain::customer::Customer;
use docket_domain::department::Department;
use docket_domain::organisation::Organisation;
use docket_domain::role::{RoleEvent, Roles};
use docket_domain::service_level::{ServiceLevelEvent, ServiceLevels, TicketFacts};
use docket_domain::sla::check_policy;
use docket_domain::ticket::{Channel, Priority, SlaClock, Ticket, TicketEvent, TicketStatus};
use docket_domain::view::{View, ViewList};
use docket_domain::{Aggregate, EventSet as _, Limits, Stamp, Violations};
use proptest::prelude::*;

use crate::arbitrary::*;
use crate::scenario::{Scenario, code_of, department_id};

/// One step of a random sequence: who, what, and how many minutes later.
#[derive(Debug, Clone, Copy)]
struct Step {
    actor: u8,
    kind: u8,
    dice: Dice,
    minutes: u8,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>())
        .prop_map(|(actor, kind, a, b, minutes)| Step { actor, kind, dice: Dice { a, b }, minutes });
    prop::collection::vec(step, 1..40)
}

/// What must hold between the state before, the events decided on, and the state after.
type Invariant<A> = fn(&A, &[<A as Aggregate>::Event], &A) -> Result<(), TestCaseError>;

/// Runs random commands; in every state reached tries every command as everybody.
fn explore<A>(
    steps: &[Step],
    kinds: u8,
    command: fn(u8, Dice) -> A::Command,
    holds: Invariant<A>,
) -> Result<Scenario<A>, TestCaseError>
where
    A: Aggregate + PartialEq + std::fmt::Debug,
    A::Event: PartialEq + std::fmt::Debug,
    A::Command: std::fmt::Debug,
{
    let mut scenario = Scenario::<A>::new();
    // Most sequences are about something that has begun.
    let begin = Step { actor: 1, kind: 0, dice: Dice { a: 1, b: 0 }, minutes: 0 };
    for step in std::iter::once(&begin).chain(steps) {
        for kind in 0..kinds {
            for other in 0..6 {
                let asked = command(kind, step.dice);
                match scenario.ask(actor(other), &asked) {
                    Ok(events) => {
                        let before = scenario.state.clone();
                        let stamp = Stamp {
                            version: scenario.events.len() as u64 + 1,
                            occurred_at: scenario.now,
                            actor: actor(other),
                        };
                        let after = before.clone().evolved(&events, stamp);
                        prop_assert!(after.exists() || events.is_empty());
                        holds(&before, &events, &after)?;
                    }
                    Err(why) => {
                        prop_assert!(!why.to_string().is_empty() && !code_of(&why).is_empty());
                    }
                }
            }
        }
        scenario.now += TimeDelta::minutes(i64::from(step.minutes));
        let asked = command(step.kind % kinds, step.dice);
        if let Ok(events) = scenario.ask(actor(step.actor), &asked) {
            scenario.happen(actor(step.actor), events);
        }
    }
    // What was kept step by step equals what the log tells.
    let mut told = A::default();
    for (event, stamp) in &scenario.events {
        let json = event.encode().expect("JSON");
        let read = A::Event::decode(event.event_type(), event.schema_version(), &json).expect("an event");
        told.evolve(&read, stamp);
    }
    prop_assert_eq!(&told, &scenario.state);
    Ok(scenario)
}

/// Takes any events in, in any order, then asks everything: nothing may panic.
fn survives<A>(
    steps: &[Step],
    event: fn(u8, Dice) -> A::Event,
    kinds: u8,
    command: fn(u8, Dice) -> A::Command,
) -> Scenario<A>
where
    A: Aggregate + PartialEq + std::fmt::Debug,
    A::Event: PartialEq + std::fmt::Debug,
    A::Command: std::fmt::Debug,
{
    let mut scenario = Scenario::<A>::new();
    for step in steps {
        // Times also go back: clocks of machines do.
        scenario.now += TimeDelta::minutes(i64::from(step.minutes) - 60);
        scenario.happen(actor(step.actor), [event(step.kind, step.dice)]);
        for kind in 0..kinds {
            let _ = scenario.ask(actor(step.actor), &command(kind, step.dice));
        }
    }
    scenario
}

fn ticket_holds(before: &Ticket, events: &[TicketEvent], after: &Ticket) -> Result<(), TestCaseError> {
    let mut status = before.status;
    for event in events {
        if let TicketEvent::StatusChanged(change) = event {
            prop_assert_eq!(change.from, status);
            // A merge that is taken back leaves the ticket as it was.
            let taken_back = change.restored && status == TicketStatus::Closed;
            prop_assert!(taken_back || status.allowed_next().contains(&change.to), "{} to {}", status, change.to);
            status = change.to;
        }
    }
    prop_assert_eq!(after.status, status);
    prop_assert!(!after.status.is_done() || after.snoozed_until.is_none());
    prop_assert!(after.merged_into.is_none() || after.status == TicketStatus::Closed);
    prop_assert!(after.status != TicketStatus::Open || after.assignee_id.is_none() || before.assignee_id.is_some());
    prop_assert!(after.tags.is_sorted() && after.custom_fields.values().all(|value| !value.is_null()));
    prop_assert!(after.personal_fields.keys().all(|name| !after.custom_fields.contains_key(name)), "one place a field");
    // An agent's words that began it, or come from a chat, answer nothing.
    prop_assert!(after.first_response_at.is_none() || after.agent_message_count() > 0);
    prop_assert_eq!(after.version, before.version + events.len() as u64);
    Ok(())
}

fn chat_holds(before: &Chat, events: &[ChatEvent], after: &Chat) -> Result<(), TestCaseError> {
    prop_assert!(after.status == before.status || before.status.allowed_next().contains(&after.status));
    prop_assert_eq!(after.status == ChatStatus::Active, after.agent_id.is_some());
    let waits = matches!(after.status, ChatStatus::Waiting | ChatStatus::Transferred);
    prop_assert!(waits || after.offered_to.is_none());
    prop_assert_eq!(after.status == ChatStatus::Closed, after.ended_at.is_some());
    prop_assert!(after.rating.is_none() || after.status == ChatStatus::Closed);
    prop_assert_eq!(after.version, before.version + events.len() as u64);
    Ok(())
}

fn agent_holds(before: &Agent, _: &[docket_domain::agent::AgentEvent], after: &Agent) -> Result<(), TestCaseError> {
    let took = after.taken_places() > before.taken_places();
    prop_assert!(!took || after.taken_places() <= after.max_concurrent_chats);
    prop_assert!(!took || !after.deactivated);
    prop_assert!(!after.deactivated || after.availability == Availability::Offline);
    Ok(())
}

/// The clocks kept event by event say the same as measuring again from the beginning.
fn clocks_hold(scenario: &Scenario<Ticket>) -> Result<(), TestCaseError> {
    let clocks = &scenario.state.sla;
    let Some(explanation) = clocks.explain(scenario.now) else { return Ok(()) };
    for explained in &explanation.clocks {
        let clock = clocks.clock(explained.clock);
        prop_assert_eq!(explained.due_at, clock.due_at, "{:?}", explained);
        prop_assert_eq!(explained.breached, clock.is_breached(scenario.now));
        let counted: u64 = explained.stretches.iter().map(|stretch| stretch.business_seconds).sum();
        prop_assert_eq!(explained.elapsed_seconds, counted);
        prop_assert!(explained.stretches.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
    }
    let json = serde_json::to_string(clocks).expect("JSON");
    let read: docket_domain::sla::SlaClocks = serde_json::from_str(&json).expect("clocks");
    prop_assert_eq!(&read, clocks);
    for timer in clocks.timers() {
        prop_assert!(SlaClock::ALL.contains(&timer.clock) && timer.at <= timer.due_at);
    }
    Ok(())
}

/// Whatever was set: a policy in force runs by a calendar that is offered, and of what is in force there is no end of order.
fn levels_hold(
    before: &ServiceLevels,
    events: &[ServiceLevelEvent],
    after: &ServiceLevels,
) -> Result<(), TestCaseError> {
    prop_assert!(events.len() <= 1, "one event a command: its version is the setting's");
    if let Some(setting) = events.first().and_then(ServiceLevelEvent::about) {
        prop_assert_eq!(after.version_of(setting), Some(before.version + 1));
    }
    for (_, defined) in after.in_order() {
        let calendar = after.calendars.get(&defined.policy.calendar_id);
        prop_assert!(calendar.is_some_and(|calendar| !calendar.archived));
    }
    prop_assert!(after.in_order().map(|(_, defined)| defined.place).is_sorted_by(|one, next| one < next));
    Ok(())
}

/// Whatever was asked: names of what is offered differ, every role allows something, and what changed is told right.
fn roles_hold(before: &Roles, events: &[RoleEvent], after: &Roles) -> Result<(), TestCaseError> {
    prop_assert!(events.len() <= 1, "one event a command: its version is the role's");
    if let Some(event) = events.first() {
        let id = event.about().expect("a role's definition");
        prop_assert_eq!(after.roles[&id].version, before.version + 1);
        if let RoleEvent::RoleChanged(changed) = event {
            let (old, new) = (before.roles[&id].permissions, after.roles[&id].permissions);
            prop_assert_eq!(&changed.added, &new.beyond(old).iter().collect::<Vec<_>>());
            prop_assert_eq!(&changed.removed, &old.beyond(new).iter().collect::<Vec<_>>());
        }
    }
    let names: BTreeSet<String> = after.offered().map(|(_, role)| role.name.to_lowercase()).collect();
    prop_assert_eq!(names.len(), after.offered().count(), "one role a name");
    prop_assert!(after.offered().all(|(_, role)| !role.permissions.is_empty()));
    Ok(())
}

/// Every ticket has terms, the same each time, and they are those of the first policy whose conditions hold.
fn matching_holds(levels: &ServiceLevels, priority: Priority, dice: Dice) -> Result<(), TestCaseError> {
    let (tags, category) = (dice.list(), dice.list().pop().unwrap_or_default());
    let facts = TicketFacts {
        priority,
        category: &category,
        department_id: dice.some(7, department_id(dice.small())),
        tags: &tags,
        channel: dice.of(Channel::ALL),
    };
    let terms = levels.terms_for(&facts, "Europe/Rome");
    prop_assert_eq!(&terms, &levels.clone().terms_for(&facts, "Europe/Rome"));
    let (mut violations, limits) = (Violations::default(), Limits::default());
    check_policy(&terms, &limits, &mut violations);
    prop_assert!(violations.into_result().is_ok(), "a ticket takes what it is given: {:?}", terms);
    let first = levels.in_order().find(|(_, defined)| defined.policy.conditions.hold(&facts));
    prop_assert_eq!(terms.policy_id, first.map(|(id, _)| id.0));
    for (id, defined) in levels.in_order().take_while(|(id, _)| Some(id.0) != terms.policy_id) {
        prop_assert!(!defined.policy.conditions.hold(&facts), "{} matches first", id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn tickets(steps in steps()) {
        let scenario = explore::<Ticket>(&steps, TICKET_COMMANDS, ticket_command, ticket_holds)?;
        clocks_hold(&scenario)?;
    }

    #[test]
    fn chats(steps in steps()) {
        explore::<Chat>(&steps, CHAT_COMMANDS, chat_command, chat_holds)?;
    }

    #[test]
    fn agents(steps in steps()) {
        explore::<Agent>(&steps, AGENT_COMMANDS, agent_command, agent_holds)?;
    }

    #[test]
    fn customers(steps in steps()) {
        explore::<Customer>(&steps, CUSTOMER_COMMANDS, customer_command, |before, _, after| {
            prop_assert!(!before.erased || after.erased);
            prop_assert!(!after.erased || (after.name.is_none() && after.email.is_none() && after.phone.is_none()));
            Ok(())
        })?;
    }

    #[test]
    fn departments_organisations_accounts(steps in steps()) {
        explore::<Department>(&steps, DEPARTMENT_COMMANDS, department_command, |_, _, _| Ok(()))?;
        explore::<Organisation>(&steps, ORGANISATION_COMMANDS, organisation_command, |_, _, after| {
            prop_assert!(!after.created || after.time_zone.parse::<chrono_tz::Tz>().is_ok());
            Ok(())
        })?;
        explore::<Account>(&steps, ACCOUNT_COMMANDS, account_command, |_, _, _| Ok(()))?;
    }

    #[test]
    fn service_levels(steps in steps(), dice in (any::<u8>(), any::<u8>())) {
        let scenario = explore::<ServiceLevels>(&steps, SERVICE_LEVEL_COMMANDS, service_level_command, levels_hold)?;
        let dice = Dice { a: dice.0, b: dice.1 };
        for priority in Priority::ALL {
            matching_holds(&scenario.state, *priority, dice)?;
        }
    }

    #[test]
    fn roles(steps in steps()) {
        explore::<Roles>(&steps, ROLE_COMMANDS, role_command, roles_hold)?;
    }

    #[test]
    fn views(steps in steps()) {
        explore::<View>(&steps, VIEW_COMMANDS, view_command, |_, events, after| {
            prop_assert!(events.is_empty() || after.owner_id.is_some());
            Ok(())
        })?;
        explore::<ViewList>(&steps, VIEW_LIST_COMMANDS, view_list_command, |_, _, after| {
            let mut ids = after.view_ids.clone();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), after.view_ids.len(), "a view stands once in its list");
            Ok(())
        })?;
    }

    #[test]
    fn any_events_make_a_state(steps in steps()) {
        let ticket = survives::<Ticket>(&steps, ticket_event, TICKET_COMMANDS, ticket_command);
        let _ = ticket.state.sla.explain(ticket.now);
        survives::<Chat>(&steps, chat_event, CHAT_COMMANDS, chat_command);
        survives::<Agent>(&steps, agent_event, AGENT_COMMANDS, agent_command);
        survives::<Customer>(&steps, customer_event, CUSTOMER_COMMANDS, customer_command);
        survives::<Department>(&steps, department_event, DEPARTMENT_COMMANDS, department_command);
        survives::<Organisation>(&steps, organisation_event, ORGANISATION_COMMANDS, organisation_command);
        survives::<View>(&steps, view_event, VIEW_COMMANDS, view_command);
        survives::<ViewList>(&steps, view_list_event, VIEW_LIST_COMMANDS, view_list_command);
        survives::<Account>(&steps, account_event, ACCOUNT_COMMANDS, account_command);
        survives::<Roles>(&steps, role_event, ROLE_COMMANDS, role_command);
        survives::<ServiceLevels>(&steps, service_level_event, SERVICE_LEVEL_COMMANDS, service_level_command);
    }
}
