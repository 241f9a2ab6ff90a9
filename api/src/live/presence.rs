//! Who is looking at what, as far as their beats tell.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{Actor, TenantId};

use super::signal::{Signal, SignalKind};

/// After how long without a beat somebody is gone. Clients beat every 10 seconds.
const LASTS: TimeDelta = TimeDelta::seconds(25);
/// Topics remembered before those that ended are swept out.
const SWEEP_AT: usize = 4096;

type Topic = (TenantId, String);

/// Who is looking, by topic.
#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<HashMap<Topic, HashMap<Actor, DateTime<Utc>>>>);

impl Presence {
    /// Takes in a beat, or that somebody left.
    pub(super) fn note(&self, signal: &Signal, now: DateTime<Utc>) {
        let mut topics = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = (signal.tenant.clone(), signal.topic.clone());
        match signal.kind {
            SignalKind::Viewing => {
                if topics.len() >= SWEEP_AT {
                    topics.retain(|_, people| people.values().any(|seen| now - *seen < LASTS));
                }
                topics.entry(key).or_default().insert(signal.from, now);
            }
            SignalKind::Left => {
                if let Some(people) = topics.get_mut(&key) {
                    people.remove(&signal.from);
                    if people.is_empty() {
                        topics.remove(&key);
                    }
                }
            }
            SignalKind::Typing { .. } => {}
        }
    }

    /// Who is looking at a topic.
    pub(super) fn viewers(&self, tenant: &TenantId, topic: &str, now: DateTime<Utc>) -> Vec<Actor> {
        let topics = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(people) = topics.get(&(tenant.clone(), topic.to_owned())) else { return Vec::new() };
        people.iter().filter(|(_, seen)| now - **seen < LASTS).map(|(actor, _)| *actor).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_stops_beating_is_gone() {
        let presence = Presence::default();
        let tenant = TenantId::new("acme").expect("a tenant");
        let now = DateTime::from_timestamp(1_000_000, 0).expect("a moment");
        let from = Actor::agent(uuid::Uuid::nil());
        let signal = Signal { tenant: tenant.clone(), topic: "ticket:1".into(), from, kind: SignalKind::Viewing };
        presence.note(&signal, now);
        assert_eq!(presence.viewers(&tenant, "ticket:1", now + TimeDelta::seconds(24)), vec![from]);
        assert!(presence.viewers(&tenant, "ticket:1", now + TimeDelta::seconds(25)).is_empty());
        presence.note(&signal, now + TimeDelta::seconds(30));
        presence.note(&Signal { kind: SignalKind::Left, ..signal }, now + TimeDelta::seconds(31));
        assert!(presence.viewers(&tenant, "ticket:1", now + TimeDelta::seconds(31)).is_empty());
    }
}
