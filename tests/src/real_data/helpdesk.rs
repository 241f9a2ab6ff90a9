//! The help desk of an Italian software company: one ticket a case.

use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Row {
    case: String,
    activity: String,
    resource: String,
    completed_at: String,
    seriousness: String,
    customer: String,
    product: String,
    responsible_section: String,
    service_level: String,
    service_type: String,
    support_section: String,
    workgroup: String,
}

/// Writes one line a case, as they come, and returns how many.
///
/// # Errors
/// If the data cannot be read or is not what it was.
pub fn convert_helpdesk(csv: &Path, out: &mut dyn Write) -> io::Result<usize> {
    let reader = csv::Reader::from_reader(super::unpacked(csv)?);
    let mut rows: Vec<Row> = Vec::new();
    let mut cases = 0;
    for row in super::records::<Row>(reader) {
        let row = row?;
        if rows.first().is_some_and(|first| first.case != row.case) {
            super::write(&ticket(&rows)?, out)?;
            cases += 1;
            rows.clear();
        }
        rows.push(row);
    }
    if !rows.is_empty() {
        super::write(&ticket(&rows)?, out)?;
        cases += 1;
    }
    Ok(cases)
}

fn ticket(rows: &[Row]) -> io::Result<Value> {
    let first = &rows[0];
    let mut status = "open";
    let mut tags: Vec<String> = Vec::new();
    let mut history = Vec::new();
    for row in rows {
        let at = moment(&row.completed_at)?;
        let actor = agent(&row.resource, true);
        let mut step = |mut step: Value| {
            step["at"] = json!(at);
            step["actor"] = actor.clone();
            history.push(step);
        };
        match row.activity.as_str() {
            // The ticket was entered: that it is opened says as much.
            "Insert ticket" => {}
            "Assign seriousness" => step(json!({"action": "priority", "to": priority(&row.seriousness)})),
            "Take in charge ticket" => {
                step(json!({"action": "assign", "to": agent(&row.resource, false)}));
                if status != "in_progress" {
                    step(json!({"action": "status", "to": "in_progress"}));
                    status = "in_progress";
                }
            }
            "Wait" => {
                step(json!({"action": "status", "to": "waiting_customer"}));
                status = "waiting_customer";
            }
            "Resolve ticket" | "RESOLVED" | "Resolve SW anomaly" => {
                step(json!({"action": "status", "to": "resolved", "reason": row.activity}));
                status = "resolved";
            }
            "Closed" => {
                step(json!({"action": "status", "to": "closed"}));
                status = "closed";
            }
            "VERIFIED" | "INVALID" | "DUPLICATE" => {
                tags.push(row.activity.to_lowercase());
                step(json!({"action": "tags", "to": tags}));
                step(json!({"action": "status", "to": "closed", "reason": row.activity}));
                status = "closed";
            }
            "Require upgrade" | "Create SW anomaly" | "Schedule intervention" => {
                step(json!({"action": "note", "body": row.activity}));
            }
            other => return Err(io::Error::other(format!("unknown activity {other:?}"))),
        }
    }
    Ok(json!({
        "type": "ticket",
        "external_id": first.case,
        "subject": format!("{}: a request about {}", first.case, named(&first.product, "product")),
        "description": format!("Entered through {} for {}.", named(&first.workgroup, "workgroup"), named(&first.product, "product")),
        "category": named(&first.service_type, "Service type"),
        "department": named(&first.responsible_section, "Section"),
        "customer": {
            "external_id": named(&first.customer, "customer").replace(' ', "-"),
            "name": named(&first.customer, "Customer"),
        },
        "opened_at": moment(&first.completed_at)?,
        "custom_fields": {
            "product": first.product,
            "service_level": first.service_level,
            "support_section": first.support_section,
        },
        "history": history,
    }))
}

/// `Value 7` of a column as people would name it.
fn named(value: &str, what: &str) -> String {
    value.replace("Value", what)
}

fn agent(resource: &str, as_actor: bool) -> Value {
    let mut agent = json!({
        "external_id": named(resource, "resource").replace(' ', "-"),
        "name": named(resource, "Resource"),
    });
    if as_actor {
        agent["kind"] = json!("agent");
    }
    agent
}

/// The four values of seriousness, most frequent first, are not said to be in any order; this one is invented.
fn priority(seriousness: &str) -> &'static str {
    match seriousness {
        "Value 1" => "medium",
        "Value 2" => "high",
        "Value 3" => "urgent",
        _ => "low",
    }
}

/// The log has local times without a zone; they are taken for UTC.
fn moment(text: &str) -> io::Result<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y/%m/%d %H:%M:%S%.f").map(|time| time.and_utc()).map_err(io::Error::other)
}
