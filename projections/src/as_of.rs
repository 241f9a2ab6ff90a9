//! A ticket as of any version or moment: the same fold as the read model's, over as much of its stream, shown to the same
//! viewers in the same way.

use chrono::{DateTime, Utc};
use docket_domain::{DomainEvent, Event};

use crate::model::Model;
use crate::models::reads::{ReadKey, Reads};
use crate::models::sla::{Sla, SlaKey};
use crate::models::tickets::{TicketKey, TicketRow, Tickets, all_fields};
use crate::queries::{badge_as_of, badge_of, feedback_view, number_text};
use crate::viewer::Viewer;
use crate::views::{AuthorView, TicketDetail, TicketView};

/// The ticket after `events`, which are its stream's first ones, as it showed itself to `viewer` at `moment`. `None` if it had
/// not begun. Names of people and departments are left out, as they are today's and not the ticket's:
/// [`Queries::with_names`](crate::Queries::with_names) adds them.
pub fn ticket_at(events: &[Event], viewer: &Viewer, moment: DateTime<Utc>) -> Option<TicketDetail> {
    let first = events.iter().find(|event| matches!(event.body, DomainEvent::Ticket(_)))?;
    let (tenant, id) = (first.meta.stream.tenant.clone(), first.meta.stream.id);
    let (key, sla_key) = (TicketKey { tenant: tenant.clone(), id }, SlaKey { tenant: tenant.clone(), ticket_id: id });
    let (mut row, mut sla) = (None, None);
    for event in events {
        row = Tickets::fold(&key, row, event);
        sla = Sla::fold(&sla_key, sla, event);
    }
    let row = row?;
    // A customer has read as whoever they were in it.
    let reader_id = if viewer.is_customer() { row.customer_id } else { viewer.person_id };
    let read_key = ReadKey { tenant, conversation_id: id, reader_id };
    let read = events.iter().fold(None, |read, event| Reads::fold(&read_key, read, event));
    let read = read.map_or((0, 0), |read| (read.customer_messages, read.agent_messages));
    let (theirs, seen) =
        if viewer.is_customer() { (row.agent_messages, read.1) } else { (row.customer_messages, read.0) };
    let unread_count = (theirs - seen).max(0);
    let mut detail = fold_of(row, unread_count);
    if viewer.is_customer() {
        return Some(detail.into_public());
    }
    detail.shown.ticket.sla = sla.and_then(|sla| badge_of(sla.clock, Some(sla.state), sla.due_at, Some(sla.breached)));
    badge_as_of(&mut detail.shown.ticket.sla, moment);
    Some(detail.shown)
}

/// A ticket as people of the desk see it, and what customers see in place of some of it.
struct Folded {
    shown: TicketDetail,
    public_updated_at: DateTime<Utc>,
    public_version: u64,
    public_position: u64,
}

impl Folded {
    /// What the queries select for customers, no more.
    fn into_public(self) -> TicketDetail {
        let ticket = self.shown.ticket;
        TicketDetail {
            ticket: TicketView {
                tags: Vec::new(),
                custom_fields: serde_json::Map::new(),
                snoozed_until: None,
                note_count: None,
                resolution_count: None,
                assignment_count: None,
                reassignment_count: None,
                sla: None,
                updated_at: self.public_updated_at,
                version: self.public_version,
                ..ticket
            },
            customer_email: None,
            merged_from: Vec::new(),
            linked: Vec::new(),
            position: self.public_position,
            ..self.shown
        }
    }
}

fn fold_of(row: TicketRow, unread_count: i64) -> Folded {
    let (public_updated_at, public_version, public_position) =
        (row.public_updated_at, row.public_version, row.public_position);
    let ticket = TicketView {
        id: row.id,
        number: number_text(row.number),
        subject: row.subject,
        status: row.status,
        priority: row.priority,
        category: row.category,
        department_id: row.department_id,
        department_name: None,
        assignee_id: row.assignee_id,
        assignee_name: None,
        customer_id: row.customer_id,
        customer_name: None,
        customer_erased: false,
        order_ref: row.order_ref,
        tags: row.tags.0,
        custom_fields: all_fields(row.custom_fields.0, row.personal_fields),
        channel: row.channel,
        opened_at: row.opened_at,
        first_responded_at: row.first_responded_at,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        snoozed_until: row.snoozed_until,
        last_message_at: row.last_message_at,
        last_customer_message_at: row.last_customer_message_at,
        last_agent_message_at: row.last_agent_message_at,
        last_message: row.last_message,
        last_message_by: AuthorView { kind: row.last_author_kind.0, id: row.last_author_id, name: None, erased: false },
        message_count: row.customer_messages + row.agent_messages + row.system_messages,
        note_count: Some(row.note_count),
        response_count: row.agent_messages,
        resolution_count: Some(row.resolution_count),
        reopen_count: row.reopen_count,
        assignment_count: Some(row.assignment_count),
        reassignment_count: Some(row.reassignment_count),
        unread_count,
        sla: None,
        archived: row.archived,
        updated_at: row.updated_at,
        version: row.version,
    };
    let shown = TicketDetail {
        ticket,
        customer_email: None,
        customer_email_verified: false,
        customer_stated_name: None,
        customer_stated_email: None,
        reply_via: None,
        follow_up_of: row.follow_up_of,
        chat_id: row.chat_id,
        merged: row.merged_into.is_some(),
        merged_into: row.merged_into,
        merged_from: row.merged_from.0,
        linked: row.linked.0,
        feedback: row.feedback.map(|feedback| feedback_view(feedback.0, row.feedback_comment)),
        position: row.position,
    };
    Folded { shown, public_updated_at, public_version, public_position }
}
