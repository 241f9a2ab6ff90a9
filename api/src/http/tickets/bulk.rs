//! Many tickets at once, each by itself: what one refuses does not hold up the others.

use axum::Json;
use axum::extract::State;
use docket_commands::{CommandError, Done, Invocation};
use docket_domain::ticket::{Priority, TicketCommand, TicketStatus};
use docket_domain::{AgentId, DepartmentId, Permission, TicketId};
use docket_projections::views::AnyOf;
use docket_store::IdempotencyKey;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::ask::{Ask, refuse};
use crate::http::problem::{Answer, Problem};
use crate::http::query::nullable;
use crate::http::respond::Receipt;
use crate::http::schema;

/// Tickets worked on at the same time.
const AT_ONCE: usize = 16;

/// Changes to many tickets. For each they are one wish: carried out in an order in which they are possible (a closed ticket
/// is reopened first, closing comes last), or refused as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkChange {
    /// Which tickets: at most 100.
    #[schema(value_type = Vec<Uuid>, max_items = 1000)]
    ids: AnyOf<Uuid, 1000>,
    /// The status to go to.
    #[schema(schema_with = schema::ticket_status)]
    status: Option<TicketStatus>,
    /// The urgency.
    #[schema(schema_with = schema::priority)]
    priority: Option<Priority>,
    /// The kind of request.
    category: Option<String>,
    /// The agent to be responsible; null: nobody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    assignee_id: Option<Option<Uuid>>,
    /// The department; null: none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    department_id: Option<Option<Uuid>>,
    /// Tags to add.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    add_tags: AnyOf<String>,
    /// Tags to remove.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    remove_tags: AnyOf<String>,
}

/// What became of one ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkItem {
    /// The ticket.
    id: Uuid,
    /// The HTTP status it would have been answered with alone.
    status: u16,
    /// Where it stands now, if it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
    /// The version it was changed on: what it was like then is told with `at_version`. Absent where it was not changed, and in the
    /// answer to a repeated request that was first made before this was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_before: Option<u64>,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// In the order asked for.
    items: Vec<BulkItem>,
    /// How many were changed.
    changed: usize,
    /// How many were refused.
    refused: usize,
}

impl BulkChange {
    fn commands(&self, ask: &Ask<Self>) -> Answer<Vec<TicketCommand>> {
        let mut commands = Vec::new();
        if let Some(assignee) = self.assignee_id {
            ask.who.require(Permission::AssignTickets)?;
            commands.push(match assignee {
                Some(id) => TicketCommand::Assign { to: AgentId(id) },
                None => TicketCommand::Unassign,
            });
        }
        if let Some(to) = self.status {
            ask.who.require(Permission::CloseTickets)?;
            commands.push(TicketCommand::ChangeStatus { to, reason: None });
        }
        commands.extend(self.priority.map(|to| TicketCommand::ChangePriority { to }));
        commands.extend(self.category.clone().map(|to| TicketCommand::ChangeCategory { to }));
        commands.extend(self.department_id.map(|to| TicketCommand::ChangeDepartment { to: to.map(DepartmentId) }));
        if !self.add_tags.is_empty() || !self.remove_tags.is_empty() {
            commands.push(TicketCommand::ChangeTags { add: self.add_tags.to_vec(), remove: self.remove_tags.to_vec() });
        }
        if commands.is_empty() {
            return Err(Problem::invalid_field("body", "required", "say at least one change"));
        }
        Ok(commands)
    }
}

/// Changes many tickets. Each is changed wholly or not at all, and its result is told.
#[utoipa::path(post, path = "/v1/ticket-changes", tag = "tickets", request_body = BulkChange,
    responses((status = 200, body = BulkResult)))]
pub(super) async fn change_tickets(State(app): State<App>, ask: Ask<BulkChange>) -> Answer<Json<BulkResult>> {
    let most = app.settings.limits.bulk_items;
    if ask.body.ids.is_empty() || ask.body.ids.len() > most {
        return Err(Problem::invalid_field("ids", "out_of_range", format!("ids: 1 to {most}")));
    }
    let commands = ask.body.commands(&ask)?;
    let (mut items, rest) = bear_key(&app, &ask, &commands).await?;
    let others = futures::stream::iter(rest).map(|id| one(&app, &ask, id, &commands)).buffered(AT_ONCE);
    items.extend(others.collect::<Vec<_>>().await);
    // As asked for, whatever the order they were done in.
    let place = |item: &BulkItem| ask.body.ids.iter().position(|id| *id == item.id);
    items.sort_by_key(place);
    let changed = items.iter().filter(|item| item.receipt.is_some()).count();
    Ok(Json(BulkResult { refused: items.len() - changed, changed, items }))
}

/// Under which key one ticket of several is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The request's, which one ticket bears for all: by it the same key with another request is noticed.
    OfRequest,
    /// One of its own: a repeated bulk change replays item by item.
    Own,
}

/// Changes tickets one by one until one has taken the request's key, and says which are left. Without a key there is nothing to
/// bear. Refuses a key that came with another request.
async fn bear_key(app: &App, ask: &Ask<BulkChange>, commands: &[TicketCommand]) -> Answer<(Vec<BulkItem>, Vec<Uuid>)> {
    let mut rest = ask.body.ids.to_vec();
    let Some(key) = &ask.invocation.idempotency else { return Ok((Vec::new(), rest)) };
    let key = IdempotencyKey {
        tenant: ask.who.tenant.clone(),
        key: key.key.clone(),
        fingerprint: key.fingerprint,
        note: String::new(),
    };
    let found = app.journal.store().find_appended(&key).await.map_err(|error| ask.refuse(error.into()))?;
    let bearer = found.and_then(|found| found.streams.first().map(|first| first.stream.id));
    if let Some(place) = bearer.and_then(|bearer| rest.iter().position(|id| *id == bearer)) {
        let id = rest.remove(place);
        let outcome = change(app, ask, id, Key::OfRequest, commands).await;
        return Ok((vec![item(ask, id, outcome)], rest));
    }
    let mut items = Vec::new();
    while !rest.is_empty() {
        let id = rest.remove(0);
        let outcome = change(app, ask, id, Key::OfRequest, commands).await;
        if matches!(outcome, Err(CommandError::KeyReused)) && items.is_empty() {
            return Err(ask.refuse(CommandError::KeyReused));
        }
        let borne = outcome.as_ref().is_ok_and(|done| done.changed);
        items.push(item(ask, id, outcome));
        if borne {
            break;
        }
    }
    Ok((items, rest))
}

async fn change(
    app: &App,
    ask: &Ask<BulkChange>,
    id: Uuid,
    by: Key,
    commands: &[TicketCommand],
) -> Result<Done, CommandError> {
    let whole = Invocation { if_match: None, ..ask.invocation.clone() };
    let mut own = whole.clone();
    if let Some(key) = &mut own.idempotency {
        key.key = format!("{}:{id}", key.key);
    }
    if by == Key::OfRequest {
        let done = app.commands.change_ticket(&whole, TicketId(id), commands).await?;
        if done.stream.id == id {
            return Ok(done);
        }
        // The same request at the same moment had another ticket bear the key.
    }
    app.commands.change_ticket(&own, TicketId(id), commands).await
}

async fn one(app: &App, ask: &Ask<BulkChange>, id: Uuid, commands: &[TicketCommand]) -> BulkItem {
    item(ask, id, change(app, ask, id, Key::Own, commands).await)
}

fn item(ask: &Ask<BulkChange>, id: Uuid, outcome: Result<Done, CommandError>) -> BulkItem {
    match outcome {
        Ok(done) => {
            let receipt =
                Receipt { id, version: done.version, position: done.position.0, number: None, message_id: None };
            let version_before = done.note.as_deref().and_then(|note| note.parse().ok());
            BulkItem { id, status: 200, receipt: Some(receipt), version_before, problem: None }
        }
        Err(error) => {
            let problem = refuse(&ask.who, error).fields_as(&[("add", "add_tags"), ("remove", "remove_tags")]);
            let status = problem.status().as_u16();
            BulkItem { id, status, receipt: None, version_before: None, problem: Some(problem.document()) }
        }
    }
}
