//! A ticket as of any version or moment: the same fold as the read model's, over as much of its stream.

use docket_domain::{DomainEvent, Event};

use crate::model::Model;
use crate::models::sla::{Sla, SlaKey};
use crate::models::tickets::{TicketKey, Tickets, all_fields};
use crate::queries::{badge_of, feedback_view, number_text};
use crate::views::{TicketDetail, TicketView};

/// The ticket after `events`, which are its stream's first ones. `None` if it had not begun. Names of people and
/// departments are left out: they are today's, not the ticket's. Nothing is unread, as nobody in particular looks.
///
/// It is an agent's view: history is not for customers.
pub fn ticket_at(events: &[Event]) -> Option<TicketDetail> {
    let first = events.iter().find(|event| matches!(event.body, DomainEvent::Ticket(_)))?;
    let (tenant, id) = (first.meta.stream.tenant.clone(), first.meta.stream.id);
    let (key, sla_key) = (TicketKey { tenant: tenant.clone(), id }, SlaKey { tenant, ticket_id: id });
    let (mut row, mut sla) = (None, None);
    for event in events {
        row = Tickets::fold(&key, row, event);
        sla = Sla::fold(&sla_key, sla, event);
    }
    let row = row?;
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
        message_count: row.customer_messages + row.agent_messages + row.system_messages,
        note_count: Some(row.note_count),
        response_count: row.agent_messages,
        resolution_count: Some(row.resolution_count),
        reopen_count: row.reopen_count,
        assignment_count: Some(row.assignment_count),
        reassignment_count: Some(row.reassignment_count),
        unread_count: 0,
        sla: sla.and_then(|sla| badge_of(sla.clock, Some(sla.state), sla.due_at, Some(sla.breached))),
        archived: row.archived,
        updated_at: row.updated_at,
        version: row.version,
    };
    Some(TicketDetail {
        ticket,
        customer_email: None,
        follow_up_of: row.follow_up_of,
        chat_id: row.chat_id,
        merged: row.merged_into.is_some(),
        merged_into: row.merged_into,
        merged_from: row.merged_from.0,
        linked: row.linked.0,
        feedback: row.feedback.map(|feedback| feedback_view(feedback.0, row.feedback_comment)),
        position: row.position,
    })
}
