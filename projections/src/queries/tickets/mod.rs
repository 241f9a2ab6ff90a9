//! Lists, details and counts of tickets, and what a row says in each of them.

mod counts;
mod detail;
mod list;

use docket_domain::ticket::TicketNumber;
use serde_json::{Map, Value};

pub(crate) use detail::feedback_view;
pub(super) use list::in_status;

use super::as_whom::join_person;
use super::dialect::Dialect;
use super::reader::RowReader;
use super::unread::{join_reads, unread_count};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::tickets::all_fields;
use crate::names::ActorName;
use crate::table::Json;
use crate::viewer::Viewer;
use crate::views::*;

/// Statuses of tickets still to be dealt with, as SQL.
pub(super) const NOT_DONE: &str = "('open', 'in_progress', 'waiting_customer', 'on_hold')";

/// The condition of the partial indexes lists go along.
const LISTED: &str = "NOT t.archived AND NOT t.deleted";

pub(crate) fn number_text(number: i64) -> String {
    TicketNumber(number.unsigned_abs()).to_string()
}

/// Selects what [`read_ticket`] reads. What a customer does not see is not selected.
fn columns(sql: &mut Sql, viewer: &Viewer, dialect: Dialect) {
    let hidden = viewer.is_customer();
    let only_agents = |column: &'static str, instead: &'static str| if hidden { instead } else { column };
    let tags = only_agents("t.tags", dialect.empty_array());
    let (fields, personal_fields) =
        (only_agents("t.custom_fields", dialect.empty_object()), only_agents("t.personal_fields", "NULL"));
    let notes = only_agents("t.note_count", "NULL");
    let resolutions = only_agents("t.resolution_count", "NULL");
    let assignments = only_agents("t.assignment_count, t.reassignment_count", "NULL, NULL");
    let (updated, version) =
        if hidden { ("t.public_updated_at", "t.public_version") } else { ("t.updated_at", "t.version") };
    let unread = unread_count(viewer, dialect, "t");
    let snoozed = only_agents("t.snoozed_until", "NULL");
    let sla = if hidden { "NULL, NULL, NULL, NULL" } else { "s.clock, s.state, s.due_at, s.breached" };
    sql.push(&format!(
        "t.id, t.number, t.subject, t.status, t.priority, t.category, t.department_id, d.name, t.assignee_id, a.name, \
         coalesce(c.id, t.customer_id), c.name, coalesce(c.erased, FALSE), t.order_ref, {tags}, {fields}, {personal_fields}, t.channel, t.opened_at, \
         t.first_responded_at, t.resolved_at, t.closed_at, {snoozed}, t.last_message_at, t.last_customer_message_at, \
         t.last_agent_message_at, t.last_message, t.last_author_kind, \
         CASE WHEN t.last_author_kind = 'customer' THEN coalesce(c.id, t.customer_id) ELSE t.last_author_id END, \
         CASE WHEN t.last_author_kind = 'customer' THEN c.name ELSE l.name END, \
         t.last_author_kind = 'customer' AND coalesce(c.erased, FALSE), t.customer_messages + t.agent_messages + t.system_messages, {notes}, \
         t.agent_messages, {resolutions}, t.reopen_count, {assignments}, \
         {unread}, {sla}, t.archived, {updated}, {version}"
    ));
}

/// Joins what [`columns`] selects from.
fn joins(sql: &mut Sql, viewer: &Viewer, tenant: &str) {
    let reads = join_reads(sql, viewer, tenant, "t");
    let person = join_person(sql, viewer, tenant, "t.customer_id");
    sql.push(&format!(
        " LEFT JOIN departments d ON d.tenant = {tenant} AND d.id = t.department_id \
         LEFT JOIN agents a ON a.tenant = {tenant} AND a.id = t.assignee_id \
         LEFT JOIN agents l ON t.last_author_kind = 'agent' AND l.tenant = {tenant} AND l.id = t.last_author_id {person}{reads}"
    ));
    if !viewer.is_customer() {
        sql.push(&format!(" LEFT JOIN sla s ON s.tenant = {tenant} AND s.ticket_id = t.id"));
    }
}

fn read_ticket(row: &mut RowReader<'_>) -> Result<TicketView, ReadError> {
    Ok(TicketView {
        id: row.get()?,
        number: number_text(row.get()?),
        subject: row.get()?,
        status: row.get()?,
        priority: row.get()?,
        category: row.get()?,
        department_id: row.get()?,
        department_name: row.get()?,
        assignee_id: row.get()?,
        assignee_name: row.get()?,
        customer_id: row.get()?,
        customer_name: row.get()?,
        customer_erased: row.get()?,
        order_ref: row.get()?,
        tags: row.get::<Json<Vec<String>>>()?.0,
        custom_fields: {
            let fields = row.get::<Json<Map<String, Value>>>()?.0;
            all_fields(fields, row.get()?)
        },
        channel: row.get()?,
        opened_at: row.get()?,
        first_responded_at: row.get()?,
        resolved_at: row.get()?,
        closed_at: row.get()?,
        snoozed_until: row.get()?,
        last_message_at: row.get()?,
        last_customer_message_at: row.get()?,
        last_agent_message_at: row.get()?,
        last_message: row.get()?,
        last_message_by: {
            let ActorName(kind) = row.get()?;
            AuthorView { kind, id: row.get()?, name: row.get()?, erased: row.get()? }
        },
        message_count: row.get()?,
        note_count: row.get()?,
        response_count: row.get()?,
        resolution_count: row.get()?,
        reopen_count: row.get()?,
        assignment_count: row.get()?,
        reassignment_count: row.get()?,
        unread_count: row.get()?,
        sla: super::sla::read_badge(row)?,
        archived: row.get()?,
        updated_at: row.get()?,
        version: row.get()?,
    })
}
