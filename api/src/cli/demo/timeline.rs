//! A ticket's history as it is told to the import, with what its service level would have recorded on the way.

use chrono::{DateTime, Utc};
use docket_domain::sla::{SlaClocks, SlaTimerKind};
use docket_domain::ticket::{
    MessagePosted, SlaBreached, SlaPolicyApplied, SlaWarned, StatusChanged, TicketEvent, TicketStatus,
};
use docket_domain::{Actor, ActorKind, MessageId, Stamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// The history of one ticket.
pub(super) struct Timeline {
    now: DateTime<Utc>,
    clocks: SlaClocks,
    /// The version of the last event: each step is one.
    version: u64,
    said: Said,
    pub(super) status: TicketStatus,
    pub(super) steps: Vec<Value>,
    pub(super) last: DateTime<Utc>,
}

/// Who did it, as a line says it: a customer is the line's own.
pub(super) fn actor_line(actor: Actor) -> Value {
    match actor.kind {
        ActorKind::Agent => json!(actor),
        ActorKind::Customer => json!({"kind": "customer"}),
        ActorKind::System => Value::Null,
    }
}

/// How many public messages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    customer: u32,
    agent: u32,
}

impl Timeline {
    /// A ticket that was opened, and is measured from then on by `terms`.
    pub(super) fn open(opened: &TicketEvent, at: DateTime<Utc>, now: DateTime<Utc>, terms: &SlaPolicyApplied) -> Self {
        let said = Said { customer: 1, agent: 0 };
        let mut timeline = Self {
            now,
            clocks: SlaClocks::default(),
            version: 1,
            said,
            status: TicketStatus::Open,
            steps: Vec::new(),
            last: at,
        };
        timeline.clocks.evolve(opened, &Stamp { version: 1, occurred_at: at, actor: Actor::SYSTEM });
        let data = json!(terms);
        timeline.event(at, Actor::SYSTEM, "SlaPolicyApplied", &data, Some(&terms.clone().into()));
        timeline
    }

    /// Whether something that would happen at `at` has happened.
    pub(super) fn has_come(&self, at: DateTime<Utc>) -> bool {
        at < self.now
    }

    pub(super) fn message(&mut self, at: DateTime<Utc>, by: Actor, body: &str) {
        let posted = MessagePosted {
            message_id: MessageId(Uuid::nil()),
            author: by,
            body: body.into(),
            first_response: None,
            written_at: None,
        };
        self.step(at, by, json!({"action": "message", "body": body}), Some(&posted.into()));
        match by.kind {
            ActorKind::Customer => self.said.customer += 1,
            ActorKind::Agent => self.said.agent += 1,
            ActorKind::System => {}
        }
    }

    pub(super) fn note(&mut self, at: DateTime<Utc>, by: Actor, body: &str) {
        self.step(at, by, json!({"action": "note", "body": body}), None);
    }

    pub(super) fn assign(&mut self, at: DateTime<Utc>, by: Actor) {
        self.step(at, by, json!({"action": "assign", "to": {"id": by.id}}), None);
    }

    pub(super) fn tags(&mut self, at: DateTime<Utc>, by: Actor, tags: &[&str]) {
        self.step(at, by, json!({"action": "tags", "to": tags}), None);
    }

    /// Nothing if it is so already.
    pub(super) fn status(&mut self, at: DateTime<Utc>, by: Actor, to: TicketStatus) {
        let from = std::mem::replace(&mut self.status, to);
        if from == to {
            return;
        }
        let changed = StatusChanged { from, to, reason: None, resolution_seconds: None, restored: false };
        self.step(at, by, json!({"action": "status", "to": to}), Some(&changed.into()));
    }

    pub(super) fn rate(&mut self, at: DateTime<Utc>, by: Actor, rating: u8, comment: Option<&str>) {
        let step = json!({"action": "feedback", "rating": rating, "comment": comment, "resolved": rating > 2, "would_recommend": rating > 3});
        self.step(at, by, step, None);
    }

    pub(super) fn snooze(&mut self, at: DateTime<Utc>, by: Actor, until: DateTime<Utc>) {
        self.event(at, by, "TicketSnoozed", &json!({"until": until}), None);
    }

    /// They have read everything there is.
    pub(super) fn read(&mut self, at: DateTime<Utc>, by: Actor) {
        let data = json!({"reader": by, "up_to_version": self.version, "customer_messages": self.said.customer, "agent_messages": self.said.agent});
        self.event(at, by, "MessagesRead", &data, None);
    }

    /// What the clocks would have recorded until now.
    pub(super) fn finish(mut self) -> Vec<Value> {
        self.record_due(self.now);
        self.steps
    }

    fn event(&mut self, at: DateTime<Utc>, by: Actor, name: &str, data: &Value, event: Option<&TicketEvent>) {
        self.step(at, by, json!({"action": "event", "event": name, "data": data}), event);
    }

    fn step(&mut self, at: DateTime<Utc>, by: Actor, step: Value, event: Option<&TicketEvent>) {
        self.record_due(at);
        self.put(at, by, step, event);
        self.last = at;
    }

    fn put(&mut self, at: DateTime<Utc>, by: Actor, mut step: Value, event: Option<&TicketEvent>) {
        self.version += 1;
        if let Some(event) = event {
            self.clocks.evolve(event, &Stamp { version: self.version, occurred_at: at, actor: by });
        }
        step["at"] = json!(at);
        step["actor"] = actor_line(by);
        self.steps.push(step);
    }

    /// Warnings and breaches that came before `at`, each when it was due.
    fn record_due(&mut self, at: DateTime<Utc>) {
        while let Some(timer) =
            self.clocks.timers().into_iter().filter(|timer| timer.at < at).min_by_key(|timer| timer.at)
        {
            let (clock, due_at) = (timer.clock, timer.due_at);
            let (name, event): (_, TicketEvent) = match timer.kind {
                SlaTimerKind::Warn => ("SlaWarned", SlaWarned { clock, due_at }.into()),
                SlaTimerKind::Breach => ("SlaBreached", SlaBreached { clock, due_at }.into()),
            };
            let step = json!({"action": "event", "event": name, "data": {"clock": clock, "due_at": due_at}});
            // Never before what happened last.
            self.put(timer.at.max(self.last), Actor::SYSTEM, step, Some(&event));
        }
    }
}
