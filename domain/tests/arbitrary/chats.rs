use docket_domain::chat::*;
use docket_domain::ticket::TicketNumber;

use super::{Dice, actor};
use crate::scenario::*;

pub(crate) const CHAT_EVENTS: u8 = 10;
pub(crate) const CHAT_COMMANDS: u8 = 10;

pub(crate) fn chat_event(kind: u8, dice: Dice) -> ChatEvent {
    let agent = agent_id(dice.small());
    match kind % CHAT_EVENTS {
        0 => ChatStarted {
            customer_id: customer_id(dice.small()),
            visitor_name: dice.some(0, dice.text().into()),
            visitor_email: dice.some(1, dice.text().into()),
            page: dice.some(2, dice.text().into()),
            user_agent: dice.some(3, dice.text().into()),
            ip: dice.some(4, dice.text().into()),
            question: dice.some(5, dice.text().into()),
            department_id: dice.some(6, department_id(1)),
            skills: dice.some(7, vec!["a".to_owned()]).unwrap_or_default(),
            verified: dice.some(0, ()).is_some(),
        }
        .into(),
        1 => MessagePosted { message_id: message_id(dice.a), author: actor(dice.a), body: dice.text().into() }.into(),
        2 => ChatAssigned { from: dice.some(0, agent_id(2)), to: agent, by: actor(dice.b) }.into(),
        3 => ChatAccepted { agent_id: agent, wait_seconds: dice.some(0, 5) }.into(),
        4 => ChatTransferred {
            from: agent,
            to_agent: dice.some(0, agent_id(2)),
            to_department: dice.some(1, department_id(2)),
            note: dice.some(2, dice.text().into()),
        }
        .into(),
        5 => MessagesRead {
            reader: actor(dice.a),
            up_to_version: u64::from(dice.b),
            customer_messages: 1,
            agent_messages: 9,
        }
        .into(),
        6 => ChatEnded { by: dice.of(EndedBy::ALL), agent_id: dice.some(0, agent), duration_seconds: 60 }.into(),
        7 => FeedbackGiven {
            rating: dice.a,
            comment: dice.some(0, dice.text().into()),
            agent_id: dice.some(1, agent),
            replaces: dice.some(2, 1),
        }
        .into(),
        8 => ChatOfferWithdrawn { from: agent, reason: dice.of(WithdrawalReason::ALL) }.into(),
        _ => ChatConverted { ticket_id: ticket_id(dice.small()), ticket_number: TicketNumber(1) }.into(),
    }
}

pub(crate) fn chat_command(kind: u8, dice: Dice) -> ChatCommand {
    use ChatCommand as C;
    match kind % CHAT_COMMANDS {
        0 => C::Start {
            customer_id: customer_id(1),
            visitor_name: dice.some(0, dice.text()),
            visitor_email: dice.some(1, "a@b".to_owned()),
            page: None,
            user_agent: None,
            ip: None,
            question: dice.some(2, dice.text()),
            department_id: dice.some(3, department_id(1)),
            skills: dice.list(),
            verified: false,
        },
        1 => C::PostMessage { message_id: message_id(dice.a), body: dice.text() },
        2 => C::Assign { to: agent_id(dice.a % 2 + 1) },
        3 => C::Accept { agent_id: agent_id(dice.a % 2 + 1) },
        4 => C::Transfer {
            to_agent: dice.some(0, agent_id(dice.a % 2 + 1)),
            to_department: dice.some(1, department_id(1)),
            note: dice.some(2, dice.text()),
        },
        5 => C::MarkRead { up_to_version: dice.some(0, u64::from(dice.a)) },
        6 if dice.b < 180 => C::PostMessage { message_id: message_id(dice.a), body: "x".to_owned() },
        6 => C::End { by: dice.of(EndedBy::ALL) },
        7 => C::GiveFeedback { rating: dice.a % 7, comment: dice.some(0, dice.text()) },
        8 => C::WithdrawOffer { from: agent_id(dice.a % 2 + 1), reason: dice.of(WithdrawalReason::ALL) },
        _ => C::Convert { ticket_id: ticket_id(dice.small()), ticket_number: TicketNumber(1), replaces: None },
    }
}
