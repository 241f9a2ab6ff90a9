//! Whether a told event says of the ticket what is so: figures are added up from what events say.

use super::{Ticket, TicketEvent};

impl Ticket {
    /// What an event that was told from elsewhere says of the ticket before it that is not so; nothing if all of it is.
    pub fn contradicts(&self, event: &TicketEvent) -> Option<&'static str> {
        use TicketEvent as E;
        let gone = self.archived || self.deleted;
        let stands = |status, priority, category: &String| {
            status == self.status && priority == self.priority && *category == self.category
        };
        match event {
            E::StatusChanged(_) | E::PriorityChanged(_) | E::CategoryChanged(_) if gone => {
                Some("the ticket was archived or deleted before")
            }
            E::StatusChanged(change) if change.from != self.status => Some("from: the ticket had another status"),
            E::PriorityChanged(change) if change.from != self.priority => Some("from: the ticket had another priority"),
            E::CategoryChanged(change) if change.from != self.category => Some("from: the ticket had another category"),
            E::FeedbackGiven(given) if given.replaces != self.rating => {
                Some("replaces: that was not the rating before")
            }
            E::TicketArchived(_) if gone => Some("the ticket was archived or deleted before"),
            E::TicketArchived(left) if !stands(left.status, left.priority, &left.category) => {
                Some("status, priority and category must be the ticket's")
            }
            E::TicketDeleted(_) if self.deleted => Some("the ticket was deleted before"),
            E::TicketDeleted(left) if left.was_archived != self.archived => Some("was_archived: that is not so"),
            E::TicketDeleted(left) if !stands(left.status, left.priority, &left.category) => {
                Some("status, priority and category must be the ticket's")
            }
            _ => None,
        }
    }
}
