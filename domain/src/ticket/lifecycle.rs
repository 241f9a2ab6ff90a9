//! A ticket among others, and its end: merging, linking, archiving, deleting.

use super::decide::Decision;
use super::value::{TicketNumber, WakeReason};
use super::{
    StatusChanged, Ticket, TicketArchived, TicketCommand, TicketDeleted, TicketEvent, TicketLinked,
    TicketMergeReceived, TicketMergeReturned, TicketMergeUndone, TicketMerged, TicketSnoozed, TicketStatus,
    TicketUnlinked,
};
use crate::{DecideContext, Rejection, TicketId};

impl Ticket {
    /// Closes it and says where it went. A merge is no resolution, so that it counts as none.
    pub(super) fn merge_into(&self, command: &TicketCommand, context: &DecideContext<'_>) -> Decision {
        let &TicketCommand::MergeInto { target, target_number, target_customer, across_customers } = command else {
            return Ok(Vec::new());
        };
        context.staff_only("only the desk may merge tickets")?;
        if self.merged_into == Some(target) {
            return Ok(Vec::new());
        }
        self.living()?;
        if target_number == self.number {
            return Err(Rejection::refused("merge_into_itself", "a ticket cannot be merged into itself"));
        }
        let differs = self.customer_id != target_customer;
        if differs && !across_customers {
            let message =
                "the tickets are of different customers; say across_customers if they are to be merged all the same";
            return Err(Rejection::refused("different_customers", message));
        }
        let mut events: Vec<TicketEvent> = Vec::with_capacity(3);
        if self.status != TicketStatus::Closed {
            let to = TicketStatus::Closed;
            events.push(
                StatusChanged { from: self.status, to, reason: None, resolution_seconds: None, restored: false }.into(),
            );
        }
        events.extend(self.wake_event(WakeReason::Manual));
        let merged = TicketMerged {
            into: target,
            into_number: target_number,
            across_customers: differs,
            status: Some(self.status),
            snoozed_until: self.snoozed_until,
        };
        events.push(merged.into());
        Ok(events)
    }

    /// A request that is unfinished goes on here: a ticket that is resolved is reopened by it, one that sleeps wakes, one that
    /// is closed refuses.
    pub(super) fn receive_merge(&self, command: &TicketCommand, context: &DecideContext<'_>) -> Decision {
        let &TicketCommand::ReceiveMerge { source, source_number, source_customer, unfinished } = command else {
            return Ok(Vec::new());
        };
        context.staff_only("only the desk may merge tickets")?;
        if self.merged_from.contains(&source) {
            return Ok(Vec::new());
        }
        self.not_closed()?;
        if source_number == self.number {
            return Err(Rejection::refused("merge_into_itself", "a ticket cannot be merged into itself"));
        }
        let across_customers = self.customer_id != source_customer;
        let mut events: Vec<TicketEvent> = vec![TicketMergeReceived { source, source_number, across_customers }.into()];
        if unfinished && self.status == TicketStatus::Resolved {
            events.push(self.status_event(self.reopened_status(), None, context));
        }
        if unfinished {
            events.extend(self.wake_event(WakeReason::Merge));
        }
        Ok(events)
    }

    /// The ticket goes on by itself as it was when it was merged, asleep if it would still be. Of merges that did not record
    /// how it stood, it is open.
    pub(super) fn undo_merge(&self, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may merge tickets")?;
        let Some(from) = self.merged_into else {
            return Err(Rejection::refused("not_merged", "the ticket was not merged into another"));
        };
        if self.deleted || self.archived {
            return self.living().map(|()| Vec::new());
        }
        let mut events: Vec<TicketEvent> = vec![TicketMergeUndone { from }.into()];
        let to = self.status_before_merge.unwrap_or(TicketStatus::Open);
        if to != self.status {
            let restored =
                StatusChanged { from: self.status, to, reason: None, resolution_seconds: None, restored: true };
            events.push(restored.into());
        }
        if let Some(until) = self.snoozed_before_merge.filter(|until| *until > context.now) {
            events.push(TicketSnoozed { until }.into());
        }
        Ok(events)
    }

    /// What came of the merge here (a message, another status) stays.
    pub(super) fn return_merge(
        &self,
        source: TicketId,
        source_number: TicketNumber,
        context: &DecideContext<'_>,
    ) -> Decision {
        context.staff_only("only the desk may merge tickets")?;
        let known = self.merged_from.contains(&source);
        Ok(if known { vec![TicketMergeReturned { source, source_number }.into()] } else { Vec::new() })
    }

    pub(super) fn link(&self, ticket_id: TicketId, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        if self.links.contains(&ticket_id) {
            return Ok(Vec::new());
        }
        Ok(vec![TicketLinked { ticket_id }.into()])
    }

    pub(super) fn unlink(&self, ticket_id: TicketId, context: &DecideContext<'_>) -> Decision {
        self.staff_edit(context)?;
        let known = self.links.contains(&ticket_id);
        Ok(if known { vec![TicketUnlinked { ticket_id }.into()] } else { Vec::new() })
    }

    pub(super) fn archive(&self, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may archive a ticket")?;
        if self.archived {
            return Ok(Vec::new());
        }
        Ok(vec![
            TicketArchived {
                status: self.status,
                priority: self.priority,
                category: self.category.clone(),
                assignee_id: self.assignee_id,
            }
            .into(),
        ])
    }

    pub(super) fn delete(&self, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may delete a ticket")?;
        Ok(vec![
            TicketDeleted {
                status: self.status,
                priority: self.priority,
                category: self.category.clone(),
                assignee_id: self.assignee_id,
                was_archived: self.archived,
            }
            .into(),
        ])
    }
}
