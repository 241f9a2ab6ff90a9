//! Several changes at once are one wish: carried out in an order in which they are possible.

use super::{Ticket, TicketCommand, TicketStatus};

impl Ticket {
    /// The changes of one wish in an order in which each is possible, if there is one.
    ///
    /// What brings the ticket back comes first, since a closed ticket refuses most other changes; what ends it comes
    /// last. In between a message comes before the status that is to hold after it, and snoozing after that. Assigning
    /// moves an open ticket to `in_progress`: where the wish names a status, that is the one it ends in, and one it is in
    /// by then needs no change of its own. A wish for nothing but the status it has stays what it is: refused.
    ///
    /// Changes that contradict each other (two statuses, two assignees) are no wish, and stay in the order given.
    pub fn in_possible_order(&self, wish: &[TicketCommand]) -> Vec<TicketCommand> {
        let count = |is: fn(&TicketCommand) -> bool| wish.iter().filter(|command| is(command)).count();
        let statuses = count(|command| matches!(command, TicketCommand::ChangeStatus { .. }));
        let assignees = count(|command| matches!(command, TicketCommand::Assign { .. } | TicketCommand::Unassign));
        if wish.len() < 2 || statuses > 1 || assignees > 1 {
            return wish.to_vec();
        }
        let mut ordered = wish.to_vec();
        // Stable: what may come in any order comes as it was said.
        ordered.sort_by_key(|command| self.place(command));
        let Some(at) = ordered.iter().position(|command| matches!(command, TicketCommand::ChangeStatus { .. })) else {
            return ordered;
        };
        let TicketCommand::ChangeStatus { to, .. } = ordered[at] else { return ordered };
        let assigned =
            |command: &TicketCommand| matches!(command, TicketCommand::Assign { to } if self.assignee_id != Some(*to));
        let assigns = ordered.iter().any(assigned);
        if self.brings_back(to) {
            // Assigning it moves it on from `open`, where it was wished to be.
            if assigns && to == TicketStatus::Open {
                let back = ordered.iter().position(assigned).map_or(at + 1, |assigned| assigned + 1);
                ordered.insert(back, ordered[at].clone());
            }
            return ordered;
        }
        let then = if assigns && self.status == TicketStatus::Open { TicketStatus::InProgress } else { self.status };
        if then == to {
            ordered.remove(at);
        }
        ordered
    }

    /// Whether going to `to` brings a ticket back that is resolved or closed.
    fn brings_back(&self, to: TicketStatus) -> bool {
        self.status.is_done() && !to.is_done()
    }

    /// Where in a wish a change belongs.
    fn place(&self, command: &TicketCommand) -> u8 {
        use TicketCommand as C;
        match command {
            C::ChangeStatus { to, .. } if self.brings_back(*to) => 0,
            C::UndoMerge | C::Wake { .. } => 1,
            C::Assign { .. } | C::Unassign | C::HandBack { .. } => 3,
            C::PostMessage { .. } | C::AddNote { .. } => 4,
            C::ChangeStatus { .. } => 5,
            C::Snooze { .. } => 6,
            C::GiveFeedback(_) => 7,
            C::MergeInto { .. } => 8,
            C::Archive => 9,
            C::Delete => 10,
            _ => 2,
        }
    }
}
