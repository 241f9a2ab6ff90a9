//! Which list shows the tickets a figure of the dashboard counts.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};
use docket_domain::ticket::TicketStatus;

use crate::models::tickets::is_done;
use crate::views::DashboardView;

const TICKETS: &str = "/v1/tickets";

/// By the figure's name, dotted where it is one of several: the list that has exactly those tickets.
pub(super) fn lists(dashboard: &DashboardView) -> BTreeMap<String, String> {
    let not_done: Vec<_> = TicketStatus::ALL.iter().filter(|s| !is_done(**s)).map(|s| s.as_str()).collect();
    let not_done = format!("{TICKETS}?status={}", not_done.join(","));
    let mut lists = BTreeMap::new();
    let mut add = |figure: &dyn Display, list: String| drop(lists.insert(figure.to_string(), list));
    add(&"total_tickets", TICKETS.to_owned());
    add(&"open_tickets", format!("{not_done}&snoozed=false"));
    add(&"snoozed_tickets", format!("{not_done}&snoozed=true"));
    add(&"resolved_tickets", format!("{TICKETS}?resolved=true"));
    for status in dashboard.tickets_by_status.keys() {
        add(&format_args!("tickets_by_status.{status}"), format!("{TICKETS}?status={status}"));
    }
    for priority in dashboard.tickets_by_priority.keys() {
        let list = format!("{not_done}&snoozed=false&priority={priority}");
        add(&format_args!("tickets_by_priority.{priority}"), list);
    }
    for category in dashboard.tickets_by_category.keys() {
        let list = format!("{not_done}&snoozed=false&category={}", escaped(category));
        add(&format_args!("tickets_by_category.{category}"), list);
    }
    for agent in &dashboard.top_agents {
        add(&format_args!("top_agents.{}", agent.id), format!("{TICKETS}?resolved_by={}", agent.id));
    }
    for day in &dashboard.ticket_volume_trend_last_week {
        let within = |what: &str| format!("{TICKETS}?{what}_from={}&{what}_to={}", time(day.from), time(day.to));
        add(&format_args!("ticket_volume_trend_last_week.{}.created", day.day), within("opened"));
        add(&format_args!("ticket_volume_trend_last_week.{}.resolved", day.day), within("resolved"));
    }
    if let Some(today) = dashboard.ticket_volume_trend_last_week.last() {
        let list = format!("{TICKETS}?opened_from={}&opened_to={}", time(today.from), time(today.to));
        add(&"tickets_created_today", list);
    }
    lists
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A value as it stands in a query.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
