//! That the demonstration is plausible: what it tells could have happened, when and as it is told.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::service_level::ServiceLevels;
use docket_domain::sla::Calendar;
use docket_domain::{AgentId, DepartmentId};
use serde_json::Value;

use super::choices::hours;
use super::history::{Cast, History, id_of};
use super::people::{AGENTS, DEPARTMENTS};

/// A Wednesday afternoon, and a Sunday night.
const NOWS: [&str; 2] = ["2026-03-18T14:20:00Z", "2026-03-22T02:10:00Z"];

fn told(now: &str) -> (DateTime<Utc>, Vec<Value>, Vec<Value>) {
    let now: DateTime<Utc> = now.parse().expect("a moment");
    let agents = AGENTS.iter().map(|card| AgentId(id_of("agent", card.email))).collect();
    let departments = DEPARTMENTS.iter().map(|(name, _)| DepartmentId(id_of("department", name))).collect();
    let levels = ServiceLevels::default();
    let mut history = History::new(Cast { agents, departments, levels: &levels }, now);
    (now, history.tickets(200).expect("a history"), history.chats(80))
}

fn moment(of: &Value) -> DateTime<Utc> {
    of.as_str().and_then(|text| text.parse().ok()).expect("a moment")
}

fn steps(line: &Value) -> &[Value] {
    line["history"].as_array().map_or(&[], Vec::as_slice)
}

fn last_status(line: &Value) -> &str {
    steps(line)
        .iter()
        .rev()
        .find(|step| step["action"] == "status")
        .map_or("open", |step| step["to"].as_str().expect("a status"))
}

#[test]
fn the_same_moment_tells_the_same() {
    assert_eq!(told(NOWS[0]), told(NOWS[0]));
}

#[test]
fn everything_happened_in_order_and_before_now() {
    for now in NOWS {
        let (now, tickets, chats) = told(now);
        for line in tickets.iter().chain(&chats) {
            let mut last = moment(&line["opened_at"]);
            assert!(now - last < TimeDelta::days(44), "{line}");
            for step in steps(line) {
                let at = moment(&step["at"]);
                assert!(at >= last && at <= now, "{step} after {last} in {line}");
                last = at;
            }
        }
    }
}

#[test]
fn no_two_tickets_of_a_week_read_the_same() {
    let (_, tickets, _) = told(NOWS[0]);
    let mut often: HashMap<&str, usize> = HashMap::new();
    for line in &tickets {
        *often.entry(line["subject"].as_str().expect("a subject")).or_default() += 1;
    }
    assert!(often.values().all(|times| *times <= 3), "{often:?}");
    assert!(often.len() > 150, "{} subjects", often.len());
    assert!(!tickets.iter().any(|line| line.to_string().contains("{p}") || line.to_string().contains("{n}")));
}

#[test]
fn there_is_something_to_see_on_every_screen() {
    for now in NOWS {
        let (now, tickets, chats) = told(now);
        let statuses: HashSet<&str> = tickets.iter().map(last_status).collect();
        for status in ["open", "in_progress", "waiting_customer", "resolved", "closed"] {
            assert!(statuses.contains(status), "{status} at {now}");
        }
        let open = tickets.iter().filter(|line| !matches!(last_status(line), "resolved" | "closed")).count();
        assert!((15..70).contains(&open), "{open} open at {now}");
        let count = |name: &str| {
            tickets.iter().flat_map(steps).filter(|step| step["event"] == name || step["action"] == name).count()
        };
        let met = count("message");
        for name in ["note", "tags", "feedback", "MessagesRead", "SlaWarned", "SlaBreached"] {
            assert!(count(name) > 4 && count(name) < 2 * met, "{name}: {}", count(name));
        }
        let days: HashSet<_> = tickets.iter().map(|line| moment(&line["opened_at"]).date_naive()).collect();
        assert!(days.len() > 35, "{} days", days.len());
        assert!(chats.iter().filter(|line| line.to_string().contains("feedback")).count() > 30);
    }
}

#[test]
fn agents_answer_while_the_desk_is_open() {
    let calendar = Calendar::new(&hours());
    let (_, tickets, chats) = told(NOWS[0]);
    let messages = tickets.iter().chain(&chats).flat_map(steps);
    for step in messages.filter(|step| step["action"] == "message" && step["actor"]["kind"] == "agent") {
        let at = moment(&step["at"]);
        // The last answer of a day may be sent as the door closes.
        assert!(calendar.business_seconds(at - TimeDelta::minutes(20), at + TimeDelta::seconds(1)) > 0, "{step}");
    }
}
