//! Policies: what is promised, checked before it is applied.

use std::collections::BTreeMap;

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::ticket::{Hours, Priority, SlaPolicyApplied, SlaTarget, TicketStatus, WorkingRange};
use crate::{Limits, Violations};

const HOUR: u64 = 3600;
/// The longest target, in seconds: about ten years.
pub(crate) const LONGEST_TARGET: u64 = 3660 * 24 * HOUR;
/// The most working ranges and holidays.
const MOST_RANGES: usize = 100;
const MOST_HOLIDAYS: usize = 1000;

/// What holds where nothing else was agreed: Monday to Friday, nine to five, in `time_zone` (an IANA name).
///
/// First and next response and resolution, in business hours: urgent 1, 2, 8; high 2, 4, 16; medium 4, 8, 40;
/// low 8, 16, 80. Clocks stand still while the ticket waits for the customer or is on hold.
pub fn default_policy(time_zone: &str) -> SlaPolicyApplied {
    let target = |first: u64, next: u64, resolution: u64| SlaTarget {
        first_response: Some(first * HOUR),
        next_response: Some(next * HOUR),
        resolution: Some(resolution * HOUR),
    };
    let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let at = |hour: u32| NaiveTime::MIN + chrono::TimeDelta::hours(i64::from(hour));
    SlaPolicyApplied {
        policy_id: None,
        name: "Default".to_owned(),
        targets: BTreeMap::from([
            (Priority::Low, target(8, 16, 80)),
            (Priority::Medium, target(4, 8, 40)),
            (Priority::High, target(2, 4, 16)),
            (Priority::Urgent, target(1, 2, 8)),
        ]),
        hours: Hours {
            time_zone: time_zone.to_owned(),
            ranges: days.map(|day| WorkingRange { day, from: at(9), to: at(17) }).to_vec(),
            holidays: Vec::new(),
        },
        pause_in: vec![TicketStatus::WaitingCustomer, TicketStatus::OnHold],
        calendar_id: None,
    }
}

/// Notes a violation for everything in a policy that is not as it must be.
pub fn check_policy(policy: &SlaPolicyApplied, limits: &Limits, violations: &mut Violations) {
    violations.line("sla.name", &policy.name, 1, limits.name_chars);
    check_targets("sla.targets", &policy.targets, violations);
    check_hours("sla.hours", &policy.hours, violations);
}

/// The same for the targets in `field`.
pub(crate) fn check_targets(field: &str, targets: &BTreeMap<Priority, SlaTarget>, violations: &mut Violations) {
    for (priority, target) in targets {
        for (name, seconds) in [
            ("first_response", target.first_response),
            ("next_response", target.next_response),
            ("resolution", target.resolution),
        ] {
            if seconds.is_some_and(|seconds| !(1..=LONGEST_TARGET).contains(&seconds)) {
                let field = format!("{field}.{priority}.{name}");
                violations.add(&field, "out_of_range", format!("{field} must be from 1 to {LONGEST_TARGET} seconds"));
            }
        }
    }
}

/// The same for the hours in `field`.
pub(crate) fn check_hours(field: &str, hours: &Hours, violations: &mut Violations) {
    check_zone(&format!("{field}.time_zone"), &hours.time_zone, violations);
    let (field, holidays) = (format!("{field}.ranges"), format!("{field}.holidays"));
    violations.count(&field, hours.ranges.len(), MOST_RANGES);
    violations.count(&holidays, hours.holidays.len(), MOST_HOLIDAYS);
    let mut ranges: Vec<(u32, NaiveTime, NaiveTime)> =
        hours.ranges.iter().map(|range| (range.day.num_days_from_monday(), range.from, range.to)).collect();
    ranges.sort_unstable();
    let to_midnight = |to: NaiveTime| to == NaiveTime::MIN;
    if ranges.iter().any(|(_, from, to)| from >= to && !to_midnight(*to)) {
        violations.add(&field, "invalid", format!("{field} must each end after they begin"));
    } else if ranges.windows(2).any(|pair| {
        let [(day, _, to), (next_day, next_from, _)] = pair else { return false };
        day == next_day && (next_from < to || to_midnight(*to))
    }) {
        violations.add(&field, "invalid", format!("{field} must not overlap"));
    }
}

/// Notes a violation unless there is such a time zone.
pub(crate) fn check_zone(field: &str, time_zone: &str, violations: &mut Violations) {
    if time_zone.parse::<Tz>().is_err() {
        violations.add(field, "unknown", format!("{field} must be an IANA name such as Europe/Rome"));
    }
}
