//! Imported history is recorded literally.

use docket_domain::chat::{Chat, ChatAccepted, ChatEvent, ChatStatus, ChatStep, EndedBy};
use docket_domain::ticket::*;
use docket_domain::{Actor, Recorded, Rejection};
use serde_json::json;

use crate::scenario::*;
use crate::{chat, ticket_status};

fn step(scenario: &mut Scenario<Ticket>, actor: Actor, step: &TicketStep) -> (Option<TicketEvent>, bool) {
    let Recorded { event, irregular } = scenario.state.record(step, &scenario.context(actor)).expect("recordable");
    scenario.happen(actor, event.clone());
    (event, irregular)
}

fn status(from: TicketStatus, to: TicketStatus, resolution_seconds: Option<u64>) -> Option<TicketEvent> {
    Some(StatusChanged { from, to, reason: None, resolution_seconds, restored: false }.into())
}

#[test]
fn a_step_is_one_event_and_nothing_follows_from_it() {
    let mut ticket = ticket_status::opened();
    let assign = TicketStep::Assign { to: agent_id(1) };
    let assigned = |from| Some(Assigned { from, to: agent_id(1), by: agent(1) }.into());
    assert_eq!(step(&mut ticket, agent(1), &assign), (assigned(None), false));
    assert_eq!(ticket.state.status, TicketStatus::Open);
    assert_eq!(step(&mut ticket, agent(1), &assign), (assigned(Some(agent_id(1))), false));

    let resolve = TicketStep::Status { to: TicketStatus::Resolved, reason: None };
    let first = status(TicketStatus::Open, TicketStatus::Resolved, Some(60));
    assert_eq!(step(&mut ticket, agent(1), &resolve), (first, false));
    let message = TicketStep::Message { message_id: message_id(2), body: "still broken".to_owned() };
    assert!(matches!(step(&mut ticket, customer(1), &message), (Some(TicketEvent::MessagePosted(_)), false)));
    assert_eq!(ticket.state.status, TicketStatus::Resolved);
}

#[test]
fn what_would_be_refused_live_is_irregular() {
    use TicketStatus::*;
    let mut ticket = ticket_status::in_status(Closed);
    let to = |to| TicketStep::Status { to, reason: None };
    assert_eq!(step(&mut ticket, agent(1), &to(Closed)), (status(Closed, Closed, None), true));
    assert_eq!(step(&mut ticket, agent(1), &to(Resolved)), (status(Closed, Resolved, None), true));
    assert_eq!(step(&mut ticket, agent(1), &to(OnHold)), (status(Resolved, OnHold, None), true));
    assert_eq!(step(&mut ticket, agent(1), &to(Closed)), (status(OnHold, Closed, None), false));
    for one in [
        TicketStep::Message { message_id: message_id(2), body: "x".to_owned() },
        TicketStep::Assign { to: agent_id(1) },
        TicketStep::Priority { to: Priority::Low },
    ] {
        let (event, irregular) = step(&mut ticket, agent(1), &one);
        assert!(event.is_some() && irregular, "{one:?}");
    }
    let (event, irregular) =
        step(&mut ticket, customer(1), &TicketStep::Note { message_id: message_id(3), body: "x".to_owned() });
    assert!(event.is_some() && irregular);
    step(&mut ticket, agent(1), &TicketStep::Unassign);
    assert_eq!(step(&mut ticket, agent(1), &TicketStep::Unassign), (None, true));
}

#[test]
fn fields_are_set_as_they_were() {
    let mut ticket = ticket_status::opened();
    let (event, irregular) =
        step(&mut ticket, agent(1), &TicketStep::Tags { to: vec!["b".to_owned(), "fire".to_owned()] });
    let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    let change = TagsChanged { added: list(&["b"]), removed: list(&["smoke"]), tags: list(&["b", "fire"]) };
    assert_eq!((event, irregular), (Some(change.into()), false));

    let set = CustomFields::from([("floor".to_owned(), json!(3))]);
    step(&mut ticket, agent(1), &TicketStep::CustomFields { set: set.clone(), plain: PlainFields::new() });
    assert_eq!(ticket.state.custom_fields, set);
    step(&mut ticket, SYSTEM, &TicketStep::Category { to: "network".to_owned() });
    step(&mut ticket, SYSTEM, &TicketStep::Department { to: Some(department_id(1)) });
    assert_eq!((ticket.state.category.as_str(), ticket.state.department_id), ("network", Some(department_id(1))));
}

#[test]
fn values_that_make_no_sense_are_an_error() {
    let ticket = ticket_status::opened();
    let blank = TicketStep::Message { message_id: message_id(2), body: " ".to_owned() };
    assert!(matches!(ticket.state.record(&blank, &ticket.context(agent(1))), Err(Rejection::Invalid(_))));
    let nothing = Ticket::default().record(&TicketStep::Unassign, &ticket.context(agent(1)));
    assert_eq!(nothing, Err(Rejection::NotFound("ticket")));
    let chat = chat::started();
    let nobody = ChatStep::Transfer { to_agent: None, to_department: None, note: None };
    assert!(matches!(chat.state.record(&nobody, &chat.context(agent(1))), Err(Rejection::Invalid(_))));
}

#[test]
fn chats_are_recorded_literally_too() {
    fn step(scenario: &mut Scenario<Chat>, actor: Actor, step: &ChatStep) -> (Option<ChatEvent>, bool) {
        let Recorded { event, irregular } = scenario.state.record(step, &scenario.context(actor)).expect("recordable");
        scenario.happen(actor, event.clone());
        (event, irregular)
    }
    let mut chat = chat::started();
    let message = ChatStep::Message { message_id: message_id(1), body: "hi".to_owned() };
    assert!(step(&mut chat, agent(1), &message).1, "an agent wrote without accepting");
    let transfer = ChatStep::Transfer { to_agent: Some(agent_id(2)), to_department: None, note: None };
    assert_eq!(step(&mut chat, SYSTEM, &transfer), (None, true), "nobody could hand it over");
    let accept = ChatStep::Accept { agent_id: agent_id(1) };
    let accepted = ChatAccepted { agent_id: agent_id(1), wait_seconds: Some(60) };
    assert_eq!(step(&mut chat, agent(1), &accept), (Some(accepted.into()), false));
    assert!(!step(&mut chat, agent(1), &transfer).1);
    assert!(!step(&mut chat, SYSTEM, &ChatStep::End { by: EndedBy::Timeout }).1);
    assert!(step(&mut chat, customer(1), &message).1, "somebody wrote after the end");
    assert!(!step(&mut chat, customer(1), &ChatStep::Feedback { rating: 5, comment: None }).1);
    assert_eq!((chat.state.status, chat.state.rating), (ChatStatus::Closed, Some(5)));
}
