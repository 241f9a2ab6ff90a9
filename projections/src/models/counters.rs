//! Counters behind the dashboard and reports: sums by metric, day and dimension, added up from what events carry themselves.
//!
//! By day (UTC) only what is never taken back is counted. Days of an organisation's own zone, and figures that change
//! afterwards (ratings, who resolved what), are counted over the rows that know them.

use docket_domain::chat::{ChatEvent, ChatStatus};
use docket_domain::ticket::{TicketEvent, TicketStatus};
use docket_domain::{DomainEvent, Event, TenantId};

use crate::model::{Model, ddl};
use crate::table::table;

table! {
    /// One counter. `day` is `YYYY-MM-DD` in UTC, or empty for all time.
    CounterRow / CounterKey in "counters" {
        key { tenant: TenantId, metric: String, day: String, dimension: String }
        plain {
            count: i64,
            sum: i64,
        }
    }
}

/// The model.
pub(crate) struct Counters;

/// Names of the metrics.
pub(crate) mod metric {
    pub(crate) const TICKETS_BY_STATUS: &str = "tickets_by_status";
    pub(crate) const TICKETS_BY_PRIORITY: &str = "tickets_by_priority";
    pub(crate) const TICKETS_BY_CATEGORY: &str = "tickets_by_category";
    pub(crate) const TICKETS_OPENED: &str = "tickets_opened";
    pub(crate) const TICKETS_RESOLVED: &str = "tickets_resolved";
    pub(crate) const RESOLUTIONS: &str = "resolutions";
    pub(crate) const REOPENINGS: &str = "reopenings";
    pub(crate) const ASSIGNMENTS: &str = "assignments";
    pub(crate) const FIRST_RESPONSE: &str = "first_response_seconds";
    pub(crate) const RESOLUTION: &str = "resolution_seconds";
    pub(crate) const CHATS_STARTED: &str = "chats_started";
    pub(crate) const CHAT_DURATION: &str = "chat_duration_seconds";
    /// Every metric.
    pub(crate) const ALL: &[&str] = &[
        TICKETS_BY_STATUS,
        TICKETS_BY_PRIORITY,
        TICKETS_BY_CATEGORY,
        TICKETS_OPENED,
        TICKETS_RESOLVED,
        RESOLUTIONS,
        REOPENINGS,
        ASSIGNMENTS,
        FIRST_RESPONSE,
        RESOLUTION,
        CHATS_STARTED,
        CHAT_DURATION,
    ];
}

/// One step of one counter.
struct Step {
    metric: &'static str,
    daily: bool,
    dimension: String,
    count: i64,
    sum: i64,
}

fn step(metric: &'static str, daily: bool, dimension: &str, count: i64, sum: i64) -> Step {
    Step { metric, daily, dimension: dimension.to_owned(), count, sum }
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn moved(metric: &'static str, from: &str, to: &str) -> Vec<Step> {
    vec![step(metric, false, from, -1, 0), step(metric, false, to, 1, 0)]
}

fn steps(event: &Event) -> Vec<Step> {
    match &event.body {
        DomainEvent::Ticket(body) => ticket_steps(body),
        DomainEvent::Chat(body) => chat_steps(body),
        _ => Vec::new(),
    }
}

fn counted(status: TicketStatus, priority: &str, category: &str, by: i64) -> Vec<Step> {
    vec![
        step(metric::TICKETS_BY_STATUS, false, status.as_str(), by, 0),
        step(metric::TICKETS_BY_PRIORITY, false, priority, by, 0),
        step(metric::TICKETS_BY_CATEGORY, false, category, by, 0),
    ]
}

fn ticket_steps(body: &TicketEvent) -> Vec<Step> {
    use TicketEvent as E;
    match body {
        E::TicketOpened(opened) => {
            let mut steps = counted(TicketStatus::Open, opened.priority.as_str(), &opened.category, 1);
            steps.push(step(metric::TICKETS_OPENED, true, "", 1, 0));
            steps
        }
        E::StatusChanged(changed) => {
            let mut steps = moved(metric::TICKETS_BY_STATUS, changed.from.as_str(), changed.to.as_str());
            if changed.to == TicketStatus::Resolved && !changed.restored {
                steps.push(step(metric::RESOLUTIONS, true, "", 1, 0));
            }
            if changed.is_reopening() {
                steps.push(step(metric::REOPENINGS, true, "", 1, 0));
            }
            if let Some(taken) = changed.resolution_seconds {
                steps.push(step(metric::TICKETS_RESOLVED, true, "", 1, 0));
                steps.push(step(metric::RESOLUTION, true, "", 1, seconds(taken)));
            }
            steps
        }
        E::PriorityChanged(changed) => moved(metric::TICKETS_BY_PRIORITY, changed.from.as_str(), changed.to.as_str()),
        E::CategoryChanged(changed) => moved(metric::TICKETS_BY_CATEGORY, &changed.from, &changed.to),
        E::Assigned(_) => vec![step(metric::ASSIGNMENTS, true, "", 1, 0)],
        E::MessagePosted(message) => message
            .first_response
            .map(|first| step(metric::FIRST_RESPONSE, true, "", 1, seconds(first.elapsed_seconds)))
            .into_iter()
            .collect(),
        E::TicketArchived(gone) => counted(gone.status, gone.priority.as_str(), &gone.category, -1),
        E::TicketDeleted(gone) if !gone.was_archived => {
            counted(gone.status, gone.priority.as_str(), &gone.category, -1)
        }
        _ => Vec::new(),
    }
}

/// How many chats there are by status is a count over the few that are not closed.
fn chat_steps(body: &ChatEvent) -> Vec<Step> {
    match body {
        ChatEvent::ChatStarted(_) => vec![step(metric::CHATS_STARTED, true, "", 1, 0)],
        ChatEvent::ChatEnded(ended) => {
            vec![step(metric::CHAT_DURATION, true, ChatStatus::Closed.as_str(), 1, seconds(ended.duration_seconds))]
        }
        _ => Vec::new(),
    }
}

fn key(event: &Event, step: &Step, day: String) -> CounterKey {
    CounterKey {
        tenant: event.meta.stream.tenant.clone(),
        metric: step.metric.to_owned(),
        day,
        dimension: step.dimension.clone(),
    }
}

fn day(event: &Event) -> String {
    event.meta.occurred_at.date_naive().to_string()
}

impl Model for Counters {
    type Row = CounterRow;
    const VERSION: i64 = 3;
    ddl!("counters");

    fn keys(event: &Event, keys: &mut Vec<CounterKey>) {
        for step in steps(event) {
            if step.daily {
                keys.push(key(event, &step, day(event)));
            }
            keys.push(key(event, &step, String::new()));
        }
        // A change from A to A (imported history) touches one counter twice.
        let mut seen = Vec::with_capacity(keys.len());
        keys.retain(|key| {
            let new = !seen.contains(key);
            if new {
                seen.push(key.clone());
            }
            new
        });
    }

    fn fold(key: &CounterKey, row: Option<CounterRow>, event: &Event) -> Option<CounterRow> {
        let mut row = row.unwrap_or_else(|| CounterRow {
            tenant: key.tenant.clone(),
            metric: key.metric.clone(),
            day: key.day.clone(),
            dimension: key.dimension.clone(),
            count: 0,
            sum: 0,
        });
        for step in steps(event) {
            let counts =
                step.metric == key.metric && step.dimension == key.dimension && (key.day.is_empty() || step.daily);
            if counts {
                row.count += step.count;
                row.sum = row.sum.saturating_add(step.sum);
            }
        }
        Some(row)
    }
}
