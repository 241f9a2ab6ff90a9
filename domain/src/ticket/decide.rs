//! What a ticket answers to each command; the rules themselves lie in the files beside.

use super::{Ticket, TicketCommand, TicketEvent};
use crate::{Aggregate, DecideContext, Rejection};

/// What most rules give.
pub(super) type Decision = Result<Vec<TicketEvent>, Rejection>;

pub(super) fn decide(ticket: &Ticket, command: &TicketCommand, context: &DecideContext<'_>) -> Decision {
    use TicketCommand as C;
    if let C::Open { .. } = command {
        return ticket.open(command, context);
    }
    // What was deleted is gone for everybody: only the audit trail knows of it.
    if !ticket.exists() || ticket.deleted {
        return Err(Rejection::NotFound("ticket"));
    }
    match command {
        C::Open { .. } => Err(Rejection::AlreadyExists("ticket")),
        C::PostMessage { message_id, body } => ticket.post_message(*message_id, body, context),
        C::CarryOver { turns, readers } => ticket.carry_over(turns, readers, context),
        C::AddNote { message_id, body } => ticket.add_note(*message_id, body, context),
        C::MarkRead { up_to_version } => ticket.mark_read(*up_to_version, context),
        C::GiveFeedback(feedback) => ticket.give_feedback(feedback, context),
        C::ChangeStatus { to, reason } => ticket.change_status(*to, reason.as_deref(), context),
        C::Assign { to } => ticket.assign(*to, context),
        C::Unassign => ticket.unassign(context),
        C::HandBack { reason } => ticket.hand_back(*reason, context),
        C::Snooze { until } => ticket.snooze(*until, context),
        C::Wake { reason } => ticket.wake(*reason, context),
        C::ChangePriority { to } => ticket.change_priority(*to, context),
        C::ChangeCategory { to } => ticket.change_category(to, context),
        C::ChangeDepartment { to } => ticket.change_department(*to, context),
        C::ChangeSubject { to } => ticket.change_subject(to, context),
        C::ChangeTags { add, remove } => ticket.change_tags(add, remove, context),
        C::ChangeCustomFields { set, plain } => ticket.change_custom_fields(set, plain, context),
        C::LinkOrder { to } => ticket.link_order(to.as_deref(), context),
        C::MergeInto { .. } => ticket.merge_into(command, context),
        C::ReceiveMerge { .. } => ticket.receive_merge(command, context),
        C::UndoMerge => ticket.undo_merge(context),
        C::ReturnMerge { source, source_number } => ticket.return_merge(*source, *source_number, context),
        C::Link { ticket_id } => ticket.link(*ticket_id, context),
        C::Unlink { ticket_id } => ticket.unlink(*ticket_id, context),
        C::ApplySlaPolicy(policy) => ticket.apply_sla(policy, context),
        C::WarnSla { clock, due_at } => ticket.warn_sla(*clock, *due_at, context),
        C::BreachSla { clock, due_at } => ticket.breach_sla(*clock, *due_at, context),
        C::Archive => ticket.archive(context),
        C::Delete => ticket.delete(context),
    }
}

impl Ticket {
    /// Refuses what ended for good: archived and merged tickets.
    pub(super) fn living(&self) -> Result<(), Rejection> {
        if self.archived {
            Err(Rejection::refused("ticket_archived", "the ticket is archived and cannot be changed"))
        } else if self.merged_into.is_some() {
            Err(Rejection::refused("ticket_merged", "the ticket was merged into another; go on there"))
        } else {
            Ok(())
        }
    }

    /// Refuses all but living tickets that are not closed.
    pub(super) fn not_closed(&self) -> Result<(), Rejection> {
        self.living()?;
        if self.status == super::TicketStatus::Closed {
            Err(Rejection::refused("ticket_closed", "the ticket is closed; reopen it first"))
        } else {
            Ok(())
        }
    }

    /// Staff changing a living ticket, whatever its status.
    pub(super) fn staff_edit(&self, context: &DecideContext<'_>) -> Result<(), Rejection> {
        context.staff_only("only the desk may change this")?;
        self.living()
    }
}
