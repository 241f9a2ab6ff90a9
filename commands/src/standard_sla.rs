//! The service level a ticket is measured by as long as an organisation has not defined its own.

use chrono::{NaiveTime, Weekday};
use docket_domain::ticket::{Hours, Priority, SlaPolicyApplied, SlaTarget, TicketStatus, WorkingRange};

const HOUR: u64 = 3600;

/// Monday to Friday, nine to five in the organisation's time zone; clocks stand still while the customer or somebody
/// else has to answer.
pub(crate) fn standard_sla(time_zone: &str) -> SlaPolicyApplied {
    let target = |first, next, resolution| SlaTarget {
        first_response: Some(first),
        next_response: Some(next),
        resolution: Some(resolution),
    };
    let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    SlaPolicyApplied {
        policy_id: None,
        name: "Standard".to_owned(),
        targets: [
            (Priority::Urgent, target(HOUR, HOUR, 8 * HOUR)),
            (Priority::High, target(2 * HOUR, 4 * HOUR, 16 * HOUR)),
            (Priority::Medium, target(4 * HOUR, 8 * HOUR, 40 * HOUR)),
            (Priority::Low, target(8 * HOUR, 16 * HOUR, 80 * HOUR)),
        ]
        .into(),
        hours: Hours {
            time_zone: time_zone.to_owned(),
            ranges: days.map(|day| WorkingRange { day, from: at(9), to: at(17) }).into(),
            holidays: Vec::new(),
        },
        pause_in: vec![TicketStatus::WaitingCustomer, TicketStatus::OnHold],
    }
}
