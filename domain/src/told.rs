//! Values of events that are told from elsewhere, by the rules a command would have had them checked by.

use crate::chat::ChatEvent;
use crate::organisation::OrganisationEvent;
use crate::service_level::ServiceLevelEvent;
use crate::sla::{check_hours, check_policy, check_targets, check_zone};
use crate::ticket::TicketEvent;
use crate::{DomainEvent, Limits, Violations};

/// Notes a violation for every value by which others are computed and that no command would have let through: ratings,
/// time zones, business hours, targets.
pub fn check_told(event: &DomainEvent, limits: &Limits, violations: &mut Violations) {
    match event {
        DomainEvent::Ticket(TicketEvent::SlaPolicyApplied(policy)) => check_policy(policy, limits, violations),
        DomainEvent::Ticket(TicketEvent::FeedbackGiven(given)) => {
            violations.rating("rating", given.rating);
            let more = [
                ("agent_rating", given.agent_rating),
                ("speed_rating", given.speed_rating),
                ("communication_rating", given.communication_rating),
            ];
            for (field, rating) in more {
                if let Some(rating) = rating {
                    violations.rating(field, rating);
                }
            }
        }
        DomainEvent::Chat(ChatEvent::FeedbackGiven(given)) => violations.rating("rating", given.rating),
        DomainEvent::ServiceLevel(ServiceLevelEvent::CalendarDefined(calendar)) => {
            check_hours("hours", &calendar.hours, violations);
        }
        DomainEvent::ServiceLevel(ServiceLevelEvent::CalendarChanged(calendar)) => {
            check_hours("hours", &calendar.hours, violations);
        }
        DomainEvent::ServiceLevel(ServiceLevelEvent::SlaPolicyDefined(policy)) => {
            check_targets("policy.targets", &policy.policy.targets, violations);
        }
        DomainEvent::ServiceLevel(ServiceLevelEvent::SlaPolicyChanged(policy)) => {
            check_targets("policy.targets", &policy.policy.targets, violations);
        }
        DomainEvent::Organisation(OrganisationEvent::OrganisationCreated(organisation)) => {
            check_zone("time_zone", &organisation.time_zone, violations);
        }
        DomainEvent::Organisation(OrganisationEvent::OrganisationChanged(organisation)) => {
            check_zone("time_zone", &organisation.time_zone, violations);
        }
        _ => {}
    }
}
