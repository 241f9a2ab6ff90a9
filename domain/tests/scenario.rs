//! Given what happened, when something is asked, then this follows.

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{
    Actor, ActorKind, AgentId, Aggregate, ChatId, CustomerId, DecideContext, DepartmentId, Limits, MessageId,
    Rejection, Stamp, TicketId,
};
use uuid::Uuid;

/// An aggregate and the clock on the wall: every command takes place one minute after the one before.
pub(crate) struct Scenario<A: Aggregate> {
    pub(crate) state: A,
    pub(crate) now: DateTime<Utc>,
    pub(crate) events: Vec<(A::Event, Stamp)>,
    pub(crate) limits: Limits,
    outcome: Option<Result<Vec<A::Event>, Rejection>>,
}

impl<A> Scenario<A>
where
    A: Aggregate + PartialEq + std::fmt::Debug,
    A::Event: PartialEq + std::fmt::Debug,
    A::Command: std::fmt::Debug,
{
    /// Nothing has happened yet, on a Monday at nine.
    pub(crate) fn new() -> Self {
        Self {
            state: A::default(),
            now: at("2026-03-02T09:00:00Z"),
            events: Vec::new(),
            limits: Limits::default(),
            outcome: None,
        }
    }

    /// Given that `actor` did this, which was allowed.
    pub(crate) fn given(mut self, actor: Actor, command: A::Command) -> Self {
        self = self.when(actor, command.clone());
        if let Some(Err(why)) = &self.outcome {
            panic!("given {command:?}, but it was refused: {why}");
        }
        self
    }

    /// Given that time passes.
    pub(crate) fn later(mut self, time: TimeDelta) -> Self {
        self.now += time;
        self
    }

    /// When `actor` asks for this.
    pub(crate) fn when(mut self, actor: Actor, command: A::Command) -> Self {
        let outcome = self.ask(actor, &command);
        if let Ok(events) = &outcome {
            self.happen(actor, events.clone());
        }
        self.outcome = Some(outcome);
        self.now += TimeDelta::minutes(1);
        self
    }

    /// Then exactly these events happened.
    #[track_caller]
    pub(crate) fn then<E: Into<A::Event>>(self, expected: impl IntoIterator<Item = E>) -> Self {
        let expected: Vec<A::Event> = expected.into_iter().map(Into::into).collect();
        match &self.outcome {
            Some(Ok(events)) => assert_eq!(events, &expected),
            other => panic!("expected {expected:?}, got {other:?}"),
        }
        self
    }

    /// Then events of exactly these types happened.
    #[track_caller]
    pub(crate) fn then_types(self, expected: &[&str]) -> Self {
        use docket_domain::EventSet as _;
        match &self.outcome {
            Some(Ok(events)) => assert_eq!(events.iter().map(|event| event.event_type()).collect::<Vec<_>>(), expected),
            other => panic!("expected {expected:?}, got {other:?}"),
        }
        self
    }

    /// Then nothing needed doing.
    #[track_caller]
    pub(crate) fn then_nothing(self) -> Self {
        self.then_types(&[])
    }

    /// Then it was refused with this code.
    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) -> Self {
        match &self.outcome {
            Some(Err(why)) => assert_eq!(code_of(why), code, "{why}"),
            other => panic!("expected to be refused with {code}, got {other:?}"),
        }
        self
    }

    /// Then it was refused, naming exactly these fields.
    #[track_caller]
    pub(crate) fn then_invalid(self, fields: &[(&str, &str)]) -> Self {
        match &self.outcome {
            Some(Err(Rejection::Invalid(violations))) => {
                let named: Vec<_> = violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
                assert_eq!(named, fields, "{violations:?}");
            }
            other => panic!("expected {fields:?} to be invalid, got {other:?}"),
        }
        self
    }

    /// Then this holds for the state.
    #[track_caller]
    pub(crate) fn and(self, holds: impl FnOnce(&A)) -> Self {
        holds(&self.state);
        self
    }

    /// What the aggregate would answer now.
    pub(crate) fn ask(&self, actor: Actor, command: &A::Command) -> Result<Vec<A::Event>, Rejection> {
        self.state.decide(command, &self.context(actor))
    }

    pub(crate) fn context(&self, actor: Actor) -> DecideContext<'_> {
        DecideContext { now: self.now, actor, limits: &self.limits }
    }

    /// Takes events into the state as if they had been recorded now.
    pub(crate) fn happen(&mut self, actor: Actor, events: impl IntoIterator<Item = A::Event>) {
        for event in events {
            let stamp = Stamp { version: self.events.len() as u64 + 1, occurred_at: self.now, actor };
            self.state.evolve(&event, &stamp);
            self.events.push((event, stamp));
        }
    }
}

/// The stable code of a rejection, as the API gives it.
pub(crate) fn code_of(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NotFound(_) => "not_found",
        Rejection::AlreadyExists(_) => "already_exists",
        Rejection::Invalid(_) => "invalid",
        Rejection::InvalidTransition { .. } => "invalid_transition",
        Rejection::Refused { code, .. } => code,
        Rejection::Taken { .. } => "taken",
        Rejection::ChatOpen { .. } => "chat_open",
        Rejection::Forbidden(_) => "forbidden",
    }
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn id(kind: u128, number: u8) -> Uuid {
    Uuid::from_u128(kind << 64 | u128::from(number))
}

pub(crate) fn agent_id(number: u8) -> AgentId {
    AgentId(id(1, number))
}
pub(crate) fn customer_id(number: u8) -> CustomerId {
    CustomerId(id(2, number))
}
pub(crate) fn department_id(number: u8) -> DepartmentId {
    DepartmentId(id(3, number))
}
pub(crate) fn ticket_id(number: u8) -> TicketId {
    TicketId(id(4, number))
}
pub(crate) fn chat_id(number: u8) -> ChatId {
    ChatId(id(5, number))
}
pub(crate) fn message_id(number: u8) -> MessageId {
    MessageId(id(6, number))
}

pub(crate) fn agent(number: u8) -> Actor {
    Actor::agent(agent_id(number))
}
pub(crate) fn customer(number: u8) -> Actor {
    Actor::customer(customer_id(number))
}
pub(crate) const SYSTEM: Actor = Actor { kind: ActorKind::System, id: None };
