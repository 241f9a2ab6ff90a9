//! Which policy a ticket is measured by.

use super::{DefinedPolicy, ServiceLevels, SlaConditions};
use crate::sla::default_policy;
use crate::ticket::{Channel, Priority, SlaPolicyApplied, Ticket};
use crate::{DepartmentId, SlaPolicyId};

/// What of a ticket decides which policy matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketFacts<'a> {
    /// How urgent.
    pub priority: Priority,
    /// The kind of request.
    pub category: &'a str,
    /// Which department it is for.
    pub department_id: Option<DepartmentId>,
    /// Its tags.
    pub tags: &'a [String],
    /// How it came in.
    pub channel: Channel,
}

impl<'a> TicketFacts<'a> {
    /// Those of a ticket as it is.
    pub fn of(ticket: &'a Ticket) -> Self {
        Self {
            priority: ticket.priority,
            category: &ticket.category,
            department_id: ticket.department_id,
            tags: &ticket.tags,
            channel: ticket.channel,
        }
    }
}

impl SlaConditions {
    /// Whether they hold. Without any condition, for every ticket.
    pub fn hold(&self, ticket: &TicketFacts<'_>) -> bool {
        fn any<T>(list: &[T], matches: impl Fn(&T) -> bool) -> bool {
            list.is_empty() || list.iter().any(matches)
        }
        any(&self.priorities, |priority| *priority == ticket.priority)
            && any(&self.categories, |category| category == ticket.category)
            && any(&self.department_ids, |department| Some(*department) == ticket.department_id)
            && any(&self.tags, |tag| ticket.tags.contains(tag))
            && any(&self.channels, |channel| *channel == ticket.channel)
    }
}

impl ServiceLevels {
    /// The first policy in force whose conditions hold.
    pub fn first_match(&self, ticket: &TicketFacts<'_>) -> Option<(SlaPolicyId, &DefinedPolicy)> {
        self.in_order().find(|(_, defined)| defined.policy.conditions.hold(ticket))
    }

    /// What a ticket is to be measured by: the first policy that matches, with the hours of its calendar copied in; where
    /// none does, the built-in default in the organisation's `time_zone` (an IANA name).
    pub fn terms_for(&self, ticket: &TicketFacts<'_>, time_zone: &str) -> SlaPolicyApplied {
        let default = default_policy(time_zone);
        let Some((id, DefinedPolicy { policy, .. })) = self.first_match(ticket) else { return default };
        // That there is a calendar was checked when the policy was defined.
        let hours = self.calendars.get(&policy.calendar_id).map_or(default.hours, |calendar| calendar.hours.clone());
        SlaPolicyApplied {
            policy_id: Some(id.0),
            name: policy.name.clone(),
            targets: policy.targets.clone(),
            hours,
            pause_in: policy.pause_in.clone(),
            calendar_id: Some(policy.calendar_id),
        }
    }
}
