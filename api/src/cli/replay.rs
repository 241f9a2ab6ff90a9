//! `docket replay`: a history as people read it.

use clap::Args;
use docket_domain::role::Roles;
use docket_domain::text::printable;
use docket_domain::{Category, Event, RoleId, StreamId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Outcome, SettingArgs, print_json_line};
use crate::runtime::Desk;

const PAGE: usize = 500;
/// Longer texts are cut for people.
const SHOWN: usize = 100;

/// Shows a history as people read it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket replay TKT-000042
  docket replay chat-0199c1de-…
  docket replay TKT-000042 --at-version 7 --json")]
pub(crate) struct Replay {
    /// A ticket's number or id, or `category-id`.
    what: String,
    /// Only up to this version.
    #[arg(long)]
    at_version: Option<u64>,
    /// For programs: one event a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Replay {
    pub(crate) async fn run(self) -> Outcome {
        let desk = self.settings.open_existing().await?;
        let stream = find(&desk, &self.what).await?;
        // A role is told by its name; for programs there is its id.
        let roles = desk.commands.roles(&desk.tenant).await?;
        let (mut after, mut any) = (0, false);
        loop {
            let events = desk.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = events.last() else { break };
            after = last.meta.version;
            for event in events.iter().filter(|event| self.at_version.is_none_or(|most| event.meta.version <= most)) {
                any = true;
                if self.json {
                    print_json_line(&as_json(event)?);
                } else {
                    say!("{}", as_text(event, &roles)?);
                }
            }
        }
        desk.close().await;
        if any { Ok(()) } else { Err(format!("{stream} has no events").into()) }
    }
}

async fn find(desk: &Desk, what: &str) -> Result<StreamId, Box<dyn std::error::Error + Send + Sync>> {
    let tenant = desk.tenant.clone();
    if let Ok(id) = Uuid::parse_str(what) {
        return Ok(StreamId::new(tenant, Category::Ticket, id));
    }
    if what.starts_with("TKT-") {
        let viewer = docket_projections::Viewer::agent(tenant.clone(), Uuid::nil());
        let id = desk.read_models.queries().ticket_id(&viewer, what).await?;
        let id =
            id.ok_or_else(|| format!("there is no ticket {what} in {tenant}, or the read models do not have it yet"))?;
        return Ok(StreamId::new(tenant, Category::Ticket, id));
    }
    let full = if what.contains('/') { what.to_owned() } else { format!("{tenant}/{what}") };
    full.parse().map_err(|_| format!("{what:?}: say a ticket's number or id, or category-id").into())
}

fn as_json(event: &Event) -> Result<Value, serde_json::Error> {
    let meta = &event.meta;
    Ok(json!({
        "position": meta.position, "version": meta.version, "event_type": event.body.event_type(),
        "occurred_at": meta.occurred_at, "recorded_at": meta.recorded_at, "actor": meta.actor,
        "irregular": meta.irregular, "payload": serde_json::from_str::<Value>(&event.body.encode()?)?,
    }))
}

fn as_text(event: &Event, roles: &Roles) -> Result<String, serde_json::Error> {
    let meta = &event.meta;
    let who = meta.actor.id.map_or_else(
        || meta.actor.kind.as_str().to_owned(),
        |id| format!("{} {}", meta.actor.kind.as_str(), &id.to_string()[..8]),
    );
    let mut payload: Value = serde_json::from_str(&event.body.encode()?)?;
    name_roles(&mut payload, roles);
    let mut parts = Vec::new();
    if let Value::Object(fields) = &payload {
        // What changed, from where to where, reads best as one.
        if let (Some(from), Some(to)) = (fields.get("from"), fields.get("to")) {
            parts.push(format!("{} → {}", plain(from), plain(to)));
        }
        for (name, value) in fields {
            let shown =
                !matches!(value, Value::Null) && !(fields.contains_key("from") && (name == "from" || name == "to"));
            if shown {
                parts.push(format!("{}: {}", printable(name), plain(value)));
            }
        }
    }
    let irregular = if meta.irregular { " (irregular)" } else { "" };
    Ok(format!(
        "{:>4}  {}  {who:<18}  {}{irregular}\n        {}",
        meta.version,
        meta.occurred_at.format("%Y-%m-%d %H:%M:%S"),
        event.body.event_type(),
        parts.join("\n        ")
    ))
}

/// Puts the names of roles of the tenant's own in the place of their ids: as they are now.
fn name_roles(payload: &mut Value, roles: &Roles) {
    let Value::Object(fields) = payload else { return };
    for (held, own) in [("role", "custom_role_id"), ("from", "from_custom_role_id"), ("to", "custom_role_id")] {
        let id = fields.get(own).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        let name = id.and_then(|id| roles.roles.get(&RoleId(id))).map(|role| role.name.clone());
        if let (Some(name), Some(shown)) = (name, fields.get_mut(held)) {
            *shown = Value::String(name);
            fields.remove(own);
        }
    }
}

fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => printable(&text.replace('\n', " ⏎ ")).into_owned(),
        Value::Null => "(erased)".to_owned(),
        other => printable(&other.to_string()).into_owned(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
