//! How each event changes a ticket.

use super::{CustomFieldsChanged, MessagePosted, StatusChanged, Ticket, TicketEvent, TicketOpened};
use crate::{ActorKind, ReadMark, Stamp};

pub(super) fn evolve(ticket: &mut Ticket, event: &TicketEvent, stamp: &Stamp) {
    use TicketEvent as E;
    ticket.version = stamp.version;
    if event.public_fields().is_some() {
        ticket.public.push(stamp.version);
    }
    match event {
        E::TicketOpened(opened) => open(ticket, opened, stamp),
        E::MessagePosted(message) => post(ticket, message, stamp),
        E::StatusChanged(change) => change_status(ticket, change, stamp),
        E::Assigned(assigned) => ticket.assignee_id = Some(assigned.to),
        E::Unassigned(_) => ticket.assignee_id = None,
        E::PriorityChanged(change) => ticket.priority = change.to,
        E::CategoryChanged(change) => ticket.category.clone_from(&change.to),
        E::DepartmentChanged(change) => ticket.department_id = change.to,
        E::SubjectChanged(change) => ticket.subject = change.to.clone(),
        E::TagsChanged(change) => ticket.tags.clone_from(&change.tags),
        E::CustomFieldsChanged(change) => set_fields(ticket, change),
        E::OrderLinked(link) => ticket.order_ref.clone_from(&link.to),
        E::MessagesRead(read) => ticket.conversation.read(ReadMark {
            reader: read.reader,
            up_to_version: read.up_to_version,
            customer_messages: read.customer_messages,
            agent_messages: read.agent_messages,
        }),
        E::TicketSnoozed(snoozed) => ticket.snoozed_until = Some(snoozed.until),
        E::TicketWoken(_) => ticket.snoozed_until = None,
        E::TicketMerged(merged) => {
            ticket.merged_into = Some(merged.into);
            ticket.status_before_merge = merged.status;
            ticket.snoozed_before_merge = merged.snoozed_until;
        }
        E::TicketMergeUndone(_) => {
            ticket.merged_into = None;
            ticket.status_before_merge = None;
            ticket.snoozed_before_merge = None;
        }
        E::TicketMergeReturned(merge) => ticket.merged_from.retain(|known| *known != merge.source),
        E::TicketMergeReceived(merge) => add(&mut ticket.merged_from, merge.source),
        E::TicketLinked(link) => add(&mut ticket.links, link.ticket_id),
        E::TicketUnlinked(link) => ticket.links.retain(|known| *known != link.ticket_id),
        E::FeedbackGiven(feedback) => ticket.rating = Some(feedback.rating),
        E::TicketArchived(_) => ticket.archived = true,
        E::TicketDeleted(_) => ticket.deleted = true,
        E::NoteAdded(_) | E::SlaPolicyApplied(_) | E::SlaWarned(_) | E::SlaBreached(_) => {}
    }
    ticket.sla.evolve(event, stamp);
}

fn open(ticket: &mut Ticket, opened: &TicketOpened, stamp: &Stamp) {
    ticket.number = opened.number;
    ticket.subject = opened.subject.clone();
    ticket.category.clone_from(&opened.category);
    ticket.priority = opened.priority;
    ticket.customer_id = opened.customer_id;
    ticket.department_id = opened.department_id;
    ticket.order_ref.clone_from(&opened.order_ref);
    ticket.tags.clone_from(&opened.tags);
    ticket.custom_fields.clone_from(&opened.custom_fields);
    ticket.personal_fields.clone_from(&opened.personal_fields);
    ticket.channel = opened.channel;
    ticket.follow_up_of = opened.follow_up_of;
    ticket.chat_id = opened.chat_id;
    ticket.opened_at = Some(stamp.occurred_at);
    let author = opened.written_by(stamp.actor).kind;
    ticket.unanswered_since = (author == ActorKind::Customer).then_some(stamp.occurred_at);
    ticket.conversation.post(stamp.version, author);
}

fn post(ticket: &mut Ticket, message: &MessagePosted, stamp: &Stamp) {
    ticket.conversation.post(stamp.version, message.author.kind);
    match message.author.kind {
        ActorKind::Customer => {
            ticket.unanswered_since.get_or_insert(stamp.occurred_at);
        }
        ActorKind::Agent => {
            ticket.unanswered_since = None;
            ticket.first_response_at.get_or_insert(stamp.occurred_at);
        }
        ActorKind::System => {}
    }
}

fn change_status(ticket: &mut Ticket, change: &StatusChanged, stamp: &Stamp) {
    ticket.status = change.to;
    // A merge closes without being a resolution, and so without saying how long that took.
    if change.to.is_done() && change.resolution_seconds.is_some() {
        ticket.first_resolved_at.get_or_insert(stamp.occurred_at);
    }
}

fn set_fields(ticket: &mut Ticket, change: &CustomFieldsChanged) {
    for (name, value) in &change.changes {
        match &value.to {
            Some(to) => ticket.custom_fields.insert(name.clone(), to.clone()),
            None => ticket.custom_fields.remove(name),
        };
    }
    for (name, value) in &change.personal_changes {
        match &value.to {
            Some(to) => ticket.personal_fields.insert(name.clone(), to.clone()),
            None => ticket.personal_fields.remove(name),
        };
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
