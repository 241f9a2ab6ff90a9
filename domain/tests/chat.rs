//! The rules of a chat.

use chrono::TimeDelta;
use docket_domain::chat::*;
use docket_domain::ticket::TicketNumber;
use docket_domain::{Actor, Aggregate as _, PersonId};

use crate::scenario::*;

pub(crate) fn start() -> ChatCommand {
    ChatCommand::Start {
        customer_id: customer_id(1),
        visitor_name: Some(" Ada ".to_owned()),
        visitor_email: Some("ada@example.org".to_owned()),
        page: Some("https://example.org/pricing".to_owned()),
        user_agent: None,
        ip: Some("192.0.2.1".to_owned()),
        question: Some(String::new()),
        department_id: Some(department_id(1)),
        skills: vec!["french".to_owned(), "billing".to_owned()],
        verified: true,
    }
}

pub(crate) fn started() -> Scenario<Chat> {
    Scenario::new().given(customer(1), start())
}

fn accept(number: u8) -> ChatCommand {
    ChatCommand::Accept { agent_id: agent_id(number) }
}

/// Talking with agent 1.
pub(crate) fn active() -> Scenario<Chat> {
    started().given(agent(1), accept(1))
}

fn write() -> ChatCommand {
    ChatCommand::PostMessage { message_id: message_id(1), body: "Hi".to_owned() }
}

fn transfer(to: u8) -> ChatCommand {
    ChatCommand::Transfer { to_agent: Some(agent_id(to)), to_department: None, note: Some("angry".to_owned()) }
}

fn end(by: EndedBy) -> ChatCommand {
    ChatCommand::End { by }
}

fn ended() -> Scenario<Chat> {
    active().given(agent(1), end(EndedBy::Agent))
}

#[test]
fn a_chat_starts_with_what_the_visitor_gave() {
    Scenario::<Chat>::new()
        .when(customer(1), start())
        .then([ChatStarted {
            customer_id: customer_id(1),
            visitor_name: Some("Ada".into()),
            visitor_email: Some("ada@example.org".into()),
            page: Some("https://example.org/pricing".into()),
            user_agent: None,
            ip: Some("192.0.2.1".into()),
            question: None,
            department_id: Some(department_id(1)),
            skills: vec!["billing".to_owned(), "french".to_owned()],
            verified: true,
        }])
        .and(|chat| assert_eq!(chat.data_subject(uuid::Uuid::nil()), Some(PersonId(customer_id(1).0))))
        .when(customer(1), start())
        .then_refused("already_exists");
    Scenario::<Chat>::new().when(customer(2), start()).then_refused("forbidden");
    Scenario::<Chat>::new().when(agent(1), accept(1)).then_refused("not_found");
}

#[test]
fn a_visitor_writes_from_the_first_moment_an_agent_after_accepting() {
    started()
        .when(customer(1), write())
        .then_types(&["MessagePosted"])
        .when(customer(2), write())
        .then_refused("forbidden")
        .when(agent(1), write())
        .then_refused("chat_not_accepted")
        .given(agent(1), accept(1))
        .when(agent(1), write())
        .then_types(&["MessagePosted"])
        .when(agent(2), write())
        .then_refused("chat_taken")
        .when(SYSTEM, write())
        .then_types(&["MessagePosted"])
        .and(|chat| assert_eq!((chat.customer_message_count(), chat.agent_message_count()), (1, 1)));
}

#[test]
fn the_first_acceptance_says_how_long_the_visitor_waited() {
    started()
        .later(TimeDelta::minutes(2))
        .when(agent(1), accept(1))
        .then([ChatAccepted { agent_id: agent_id(1), wait_seconds: Some(180) }])
        .when(agent(1), accept(1))
        .then_nothing()
        .when(agent(2), accept(2))
        .then_refused("chat_taken")
        .given(agent(1), transfer(2))
        .when(agent(2), accept(2))
        .then([ChatAccepted { agent_id: agent_id(2), wait_seconds: None }]);
}

#[test]
fn an_offered_chat_is_for_that_agent() {
    let assign = |to| ChatCommand::Assign { to: agent_id(to) };
    started()
        .when(SYSTEM, assign(1))
        .then([ChatAssigned { from: None, to: agent_id(1), by: SYSTEM }])
        .when(SYSTEM, assign(1))
        .then_nothing()
        .and(|chat| assert_eq!((chat.status, chat.place_of()), (ChatStatus::Waiting, Some(agent_id(1)))))
        .when(agent(2), accept(2))
        .then_refused("offered_to_other")
        .when(agent(2), accept(1))
        .then_refused("forbidden")
        .when(SYSTEM, assign(2))
        .then([ChatAssigned { from: Some(agent_id(1)), to: agent_id(2), by: SYSTEM }])
        .when(agent(2), accept(2))
        .then_types(&["ChatAccepted"])
        .when(SYSTEM, assign(1))
        .then_refused("chat_active")
        .when(customer(1), assign(1))
        .then_refused("forbidden");
}

#[test]
fn an_offer_that_ended_leaves_the_chat_to_whoever_accepts() {
    let withdraw = |from| ChatCommand::WithdrawOffer { from: agent_id(from), reason: WithdrawalReason::TimedOut };
    started()
        .given(SYSTEM, ChatCommand::Assign { to: agent_id(1) })
        .when(customer(1), withdraw(1))
        .then_refused("forbidden")
        .when(SYSTEM, withdraw(2))
        .then_nothing()
        .when(SYSTEM, withdraw(1))
        .then([ChatOfferWithdrawn { from: agent_id(1), reason: WithdrawalReason::TimedOut }])
        .and(|chat| assert_eq!((chat.status, chat.place_of()), (ChatStatus::Waiting, None)))
        .when(SYSTEM, withdraw(1))
        .then_nothing()
        .when(agent(2), accept(2))
        .then_types(&["ChatAccepted"])
        .when(SYSTEM, withdraw(2))
        .then_nothing();
}

#[test]
fn a_chat_is_handed_over_and_accepted_again() {
    active()
        .when(agent(2), transfer(3))
        .then_refused("chat_taken")
        .when(agent(1), ChatCommand::Transfer { to_agent: None, to_department: None, note: None })
        .then_invalid(&[("to_agent", "required")])
        .when(agent(1), transfer(1))
        .then_invalid(&[("to_agent", "invalid")])
        .when(agent(1), transfer(2))
        .then([ChatTransferred {
            from: agent_id(1),
            to_agent: Some(agent_id(2)),
            to_department: None,
            note: Some("angry".into()),
        }])
        .and(|chat| {
            assert_eq!(chat.status, ChatStatus::Transferred);
            assert_eq!(
                (chat.agent_id, chat.last_agent_id, chat.offered_to),
                (None, Some(agent_id(1)), Some(agent_id(2)))
            );
        })
        .when(agent(1), write())
        .then_refused("chat_not_accepted")
        .when(agent(1), transfer(3))
        .then_refused("invalid_transition")
        .when(agent(2), accept(2))
        .and(|chat| assert_eq!((chat.status, chat.agent_id), (ChatStatus::Active, Some(agent_id(2)))));
    active()
        .given(agent(1), ChatCommand::Transfer { to_agent: None, to_department: Some(department_id(2)), note: None })
        .and(|chat| assert_eq!((chat.department_id, chat.offered_to), (Some(department_id(2)), None)))
        .when(agent(3), accept(3))
        .then_types(&["ChatAccepted"]);
}

#[test]
fn who_ends_a_chat_is_known() {
    let by = |actor: Actor, claimed, scenario: Scenario<Chat>, expected, agent_id| {
        let duration_seconds = (scenario.now - at("2026-03-02T09:00:00Z")).num_seconds().unsigned_abs();
        scenario
            .when(actor, end(claimed))
            .then([ChatEnded { by: expected, agent_id, duration_seconds }])
            .when(actor, end(claimed))
            .then_refused("invalid_transition");
    };
    by(customer(1), EndedBy::Agent, started(), EndedBy::Abandoned, None);
    by(customer(1), EndedBy::Visitor, active(), EndedBy::Visitor, Some(agent_id(1)));
    by(agent(1), EndedBy::Timeout, active(), EndedBy::Agent, Some(agent_id(1)));
    by(agent(2), EndedBy::Agent, started(), EndedBy::Agent, None);
    by(SYSTEM, EndedBy::Timeout, active(), EndedBy::Timeout, Some(agent_id(1)));
    by(customer(1), EndedBy::Visitor, active().given(agent(1), transfer(2)), EndedBy::Visitor, Some(agent_id(1)));
    active().when(agent(2), end(EndedBy::Agent)).then_refused("chat_taken");
    active().when(customer(2), end(EndedBy::Visitor)).then_refused("forbidden");
}

#[test]
fn nothing_happens_in_a_closed_chat_but_rating_reading_and_converting() {
    ended()
        .when(customer(1), write())
        .then_refused("chat_closed")
        .when(agent(1), write())
        .then_refused("chat_closed")
        .when(agent(1), accept(1))
        .then_refused("invalid_transition")
        .when(agent(1), transfer(2))
        .then_refused("invalid_transition")
        .when(SYSTEM, ChatCommand::Assign { to: agent_id(1) })
        .then_refused("chat_closed")
        .and(|chat| assert_eq!(chat.place_of(), None));
}

#[test]
fn feedback_comes_after_the_end() {
    let rate = |rating| ChatCommand::GiveFeedback { rating, comment: Some(" kind ".to_owned()) };
    active().when(customer(1), rate(5)).then_refused("chat_not_closed");
    ended()
        .when(agent(1), rate(5))
        .then_refused("forbidden")
        .when(customer(1), rate(6))
        .then_invalid(&[("rating", "out_of_range")])
        .when(customer(1), rate(5))
        .then([FeedbackGiven { rating: 5, comment: Some("kind".into()), agent_id: Some(agent_id(1)), replaces: None }])
        .when(customer(1), rate(4))
        .and(|chat| assert_eq!(chat.rating, Some(4)));
}

#[test]
fn a_chat_becomes_one_ticket() {
    let convert = |number| ChatCommand::Convert {
        ticket_id: ticket_id(number),
        ticket_number: TicketNumber(number.into()),
        replaces: None,
    };
    let instead = |number, gone| ChatCommand::Convert {
        ticket_id: ticket_id(number),
        ticket_number: TicketNumber(number.into()),
        replaces: Some(ticket_id(gone)),
    };
    ended()
        .when(agent(1), convert(1))
        .then([ChatConverted { ticket_id: ticket_id(1), ticket_number: TicketNumber(1) }])
        .when(agent(1), convert(1))
        .then_nothing()
        .when(agent(1), convert(2))
        .then_refused("already_converted")
        .when(agent(1), instead(3, 2))
        .then_refused("already_converted")
        .when(agent(1), instead(2, 1))
        .then([ChatConverted { ticket_id: ticket_id(2), ticket_number: TicketNumber(2) }]);
}

#[test]
fn reading_a_chat_happens_once() {
    let read = || ChatCommand::MarkRead { up_to_version: None };
    active()
        .when(agent(1), read())
        .then_nothing()
        .given(customer(1), write())
        .when(agent(1), read())
        .then([MessagesRead { reader: agent(1), up_to_version: 3, customer_messages: 1, agent_messages: 0 }])
        .when(agent(1), read())
        .then_nothing();
}

#[test]
fn every_invalid_field_of_a_start_is_named() {
    let command = ChatCommand::Start {
        customer_id: customer_id(1),
        visitor_name: Some("a\tb".to_owned()),
        visitor_email: Some("nobody".to_owned()),
        page: None,
        user_agent: None,
        ip: None,
        question: Some("x".repeat(2001)),
        department_id: None,
        skills: vec![" ".to_owned()],
        verified: false,
    };
    Scenario::<Chat>::new().when(customer(1), command).then_invalid(&[
        ("visitor_name", "invalid"),
        ("visitor_email", "invalid"),
        ("question", "too_long"),
        ("skills.0", "required"),
    ]);
}
