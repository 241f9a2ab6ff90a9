//! Whether calendars and policies are as they must be; every field that is not is named.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::{ServiceLevels, SlaConditions, SlaPolicy};
use crate::sla::LONGEST_TARGET;
use crate::text::folded_name;
use crate::ticket::{Channel, Hours, Priority, SlaTarget, TicketStatus, WorkingRange};
use crate::{CalendarId, DecideContext, DepartmentId, SlaPolicyId, Violations};

/// The most calendars offered, and the most policies in force.
pub(super) const MOST_CALENDARS: usize = 50;
pub(super) const MOST_POLICIES: usize = 50;
/// Characters of a name.
const NAME_CHARS: usize = 100;
/// The most working ranges of a week. A ticket carries its hours with it, which keeps these small.
const MOST_RANGES: usize = 70;
/// The most holidays.
const MOST_HOLIDAYS: usize = 366;
/// The most entries of one condition.
const MOST_CHOICES: usize = 100;

/// A name as it will be kept, which no other has. What was called alike before may stay so.
fn checked_name<'a>(
    name: &str,
    before: Option<&str>,
    mut others: impl Iterator<Item = &'a str>,
    context: &DecideContext<'_>,
    violations: &mut Violations,
) -> String {
    let name = violations.line("name", name, 1, NAME_CHARS.min(context.limits.name_chars));
    let wanted = folded_name(&name);
    let stays = before.is_some_and(|before| folded_name(before) == wanted);
    if !name.is_empty()
        && !stays
        && let Some(other) = others.find(|other| folded_name(other) == wanted)
    {
        violations.add("name", "taken", format!("there is another one called {other:?}"));
    }
    name
}

/// A calendar's name and hours as they will be kept: ranges and holidays sorted, each once.
pub(super) fn checked_calendar(
    levels: &ServiceLevels,
    id: CalendarId,
    name: &str,
    hours: &Hours,
    context: &DecideContext<'_>,
    violations: &mut Violations,
) -> (String, Hours) {
    let others = levels.calendars.iter().filter(|(other, calendar)| **other != id && !calendar.archived);
    let before = levels.calendars.get(&id).map(|calendar| calendar.name.as_str());
    let name = checked_name(name, before, others.map(|(_, calendar)| calendar.name.as_str()), context, violations);
    if hours.time_zone.parse::<Tz>().is_err() {
        violations.add("time_zone", "unknown", "time_zone must be an IANA name such as Europe/Rome");
    }
    check_ranges(&hours.ranges, violations);
    let mut holidays = hours.holidays.clone();
    holidays.sort_unstable();
    holidays.dedup();
    violations.count("holidays", holidays.len(), MOST_HOLIDAYS);
    let mut ranges = hours.ranges.clone();
    ranges.sort_by_key(sorted_by);
    (name, Hours { time_zone: hours.time_zone.clone(), ranges, holidays })
}

fn sorted_by(range: &WorkingRange) -> (u32, NaiveTime) {
    (range.day.num_days_from_monday(), range.from)
}

/// Whether a range ends with its day: midnight as an end is the day's.
fn ends_the_day(range: &WorkingRange) -> bool {
    range.to == NaiveTime::MIN
}

fn overlap(one: &WorkingRange, other: &WorkingRange) -> bool {
    let begins_before_end = |one: &WorkingRange, other: &WorkingRange| ends_the_day(other) || one.from < other.to;
    one.day == other.day && begins_before_end(one, other) && begins_before_end(other, one)
}

fn check_ranges(ranges: &[WorkingRange], violations: &mut Violations) {
    if ranges.is_empty() {
        violations.add("ranges", "required", "ranges must say when the desk works: at least one");
    }
    violations.count("ranges", ranges.len(), MOST_RANGES);
    for (index, range) in ranges.iter().enumerate().take(MOST_RANGES) {
        let field = format!("ranges.{index}");
        if range.from >= range.to && !ends_the_day(range) {
            violations.add(&field, "invalid", format!("{field} must end after it begins"));
        } else if let Some(other) = ranges[..index].iter().position(|other| overlap(range, other)) {
            violations.add(&field, "invalid", format!("{field} overlaps ranges.{other}"));
        }
    }
}

/// What a policy says as it will be kept: lists in their order, each entry once.
pub(super) fn checked_policy(
    levels: &ServiceLevels,
    id: SlaPolicyId,
    policy: &SlaPolicy,
    context: &DecideContext<'_>,
    violations: &mut Violations,
) -> SlaPolicy {
    let others = levels.in_order().filter(|(other, _)| *other != id);
    let before = levels.in_order().find(|(other, _)| *other == id).map(|(_, defined)| defined.policy.name.as_str());
    let others = others.map(|(_, defined)| defined.policy.name.as_str());
    let name = checked_name(&policy.name, before, others, context, violations);
    match levels.calendars.get(&policy.calendar_id) {
        None => violations.add("calendar_id", "unknown", "there is no such calendar"),
        Some(calendar) if calendar.archived => {
            violations.add("calendar_id", "invalid", format!("the calendar {:?} is archived", calendar.name));
        }
        Some(_) => {}
    }
    for (priority, target) in &policy.targets {
        check_target(*priority, target, violations);
    }
    if policy.targets.values().all(|target| *target == SlaTarget::default()) {
        violations.add("targets", "required", "targets must promise something: at least one time for one priority");
    }
    SlaPolicy {
        name,
        calendar_id: policy.calendar_id,
        conditions: checked_conditions(&policy.conditions, context, violations),
        targets: policy.targets.iter().filter(|(_, t)| **t != SlaTarget::default()).map(|(p, t)| (*p, *t)).collect(),
        pause_in: in_order(TicketStatus::ALL, &policy.pause_in),
    }
}

fn check_target(priority: Priority, target: &SlaTarget, violations: &mut Violations) {
    for (name, seconds) in [
        ("first_response", target.first_response),
        ("next_response", target.next_response),
        ("resolution", target.resolution),
    ] {
        if seconds.is_some_and(|seconds| !(1..=LONGEST_TARGET).contains(&seconds)) {
            let field = format!("targets.{priority}.{name}");
            violations.add(&field, "out_of_range", format!("{field} must be from 1 to {LONGEST_TARGET} seconds"));
        }
    }
}

fn checked_conditions(
    given: &SlaConditions,
    context: &DecideContext<'_>,
    violations: &mut Violations,
) -> SlaConditions {
    let chars = context.limits.name_chars;
    violations.count("conditions.department_ids", given.department_ids.len(), MOST_CHOICES);
    let mut department_ids: Vec<DepartmentId> = given.department_ids.clone();
    department_ids.sort_unstable();
    department_ids.dedup();
    SlaConditions {
        priorities: in_order(Priority::ALL, &given.priorities),
        categories: violations.names("conditions.categories", &given.categories, MOST_CHOICES, chars),
        department_ids,
        tags: violations.names("conditions.tags", &given.tags, MOST_CHOICES, chars),
        channels: in_order(Channel::ALL, &given.channels),
    }
}

/// Those of `all` that were `given`, in the order of all.
fn in_order<T: Copy + PartialEq>(all: &[T], given: &[T]) -> Vec<T> {
    all.iter().copied().filter(|value| given.contains(value)).collect()
}
