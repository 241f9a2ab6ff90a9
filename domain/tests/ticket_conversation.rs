//! What is said on a ticket.

use docket_domain::ticket::*;
use docket_domain::{Aggregate as _, PersonId, PersonalText};

use crate::scenario::*;
use crate::ticket_status::{in_status, open, opened, to, write};

fn feedback(rating: u8) -> FeedbackGiven {
    FeedbackGiven {
        rating,
        resolved: Some(true),
        would_recommend: None,
        agent_rating: None,
        speed_rating: None,
        communication_rating: None,
        comment: None,
        agent_id: None,
        replaces: None,
    }
}

#[test]
fn a_ticket_opens_trimmed_sorted_and_with_its_customer_as_subject() {
    Scenario::<Ticket>::new()
        .when(customer(1), open())
        .then([TicketOpened {
            number: TicketNumber(7),
            subject: "The printer smokes".into(),
            description: "Since this morning.".into(),
            message_id: message_id(1),
            category: "hardware".to_owned(),
            priority: Priority::Medium,
            customer_id: customer_id(1),
            department_id: None,
            order_ref: None,
            tags: vec!["fire".to_owned(), "smoke".to_owned()],
            custom_fields: CustomFields::new(),
            personal_fields: std::collections::BTreeMap::new(),
            channel: Channel::Portal,
            follow_up_of: None,
            chat_id: None,
            author: None,
            written_at: None,
        }])
        .and(|ticket| {
            assert_eq!(ticket.data_subject(uuid::Uuid::nil()), Some(PersonId(customer_id(1).0)));
            assert_eq!((ticket.customer_message_count(), ticket.agent_message_count()), (1, 0));
        })
        .when(customer(1), open())
        .then_refused("already_exists");
}

#[test]
fn a_ticket_can_be_opened_assigned_and_measured() {
    let mut command = open();
    if let TicketCommand::Open { assignee_id, sla, .. } = &mut command {
        *assignee_id = Some(agent_id(1));
        *sla = Some(Box::new(docket_domain::sla::default_policy("Europe/Rome")));
    }
    Scenario::<Ticket>::new().when(agent(1), command.clone()).then_types(&[
        "TicketOpened",
        "SlaPolicyApplied",
        "Assigned",
        "StatusChanged",
    ]);
    Scenario::<Ticket>::new().when(customer(1), command).then_refused("forbidden");
    Scenario::<Ticket>::new().when(customer(2), open()).then_refused("forbidden");
}

#[test]
fn every_invalid_field_is_named_at_once() {
    let mut command = open();
    if let TicketCommand::Open { subject, description, category, tags, custom_fields, .. } = &mut command {
        *subject = "x".repeat(256);
        *description = " \n ".to_owned();
        *category = "one\u{7}two".to_owned();
        tags.push(String::new());
        custom_fields.insert("deep".to_owned(), serde_json::json!({"a": 1}));
    }
    Scenario::<Ticket>::new().when(agent(1), command).then_invalid(&[
        ("subject", "too_long"),
        ("description", "required"),
        ("category", "invalid"),
        ("tags.3", "required"),
        ("custom_fields.deep", "invalid"),
    ]);
}

#[test]
fn limits_hold_to_the_character_and_byte() {
    let with = |subject: &str, description: &str| {
        let mut command = open();
        if let TicketCommand::Open { subject: s, description: d, .. } = &mut command {
            subject.clone_into(s);
            description.clone_into(d);
        }
        Scenario::<Ticket>::new().when(agent(1), command)
    };
    with(&"ü".repeat(255), &"a".repeat(50 * 1024)).then_types(&["TicketOpened"]);
    with("x", &"a".repeat(50 * 1024 + 1)).then_invalid(&[("description", "too_long")]);
    with("x", "nul \0 byte").then_invalid(&[("description", "invalid")]);
}

#[test]
fn the_first_public_agent_message_is_the_first_response() {
    let response = |elapsed_seconds| Some(FirstResponse { elapsed_seconds });
    let posted = |number, author, first_response| MessagePosted {
        message_id: message_id(number),
        author,
        body: "Hello".into(),
        first_response,
        written_at: None,
    };
    opened()
        .when(customer(1), write(2))
        .then([posted(2, customer(1), None)])
        .when(SYSTEM, write(3))
        .then([posted(3, SYSTEM, None)])
        .given(agent(1), TicketCommand::AddNote { message_id: message_id(4), body: "who takes it?".to_owned() })
        .when(agent(1), write(5))
        .then([posted(5, agent(1), response(240))])
        .when(agent(2), write(6))
        .then([posted(6, agent(2), None)]);
}

#[test]
fn a_customers_message_reopens_what_waits_or_is_resolved() {
    use TicketStatus::*;
    for status in [WaitingCustomer, OnHold, Resolved] {
        in_status(status)
            .when(customer(1), write(2))
            .then_types(&["MessagePosted", "StatusChanged"])
            .and(|ticket| assert_eq!(ticket.status, Open));
        in_status(status)
            .given(agent(1), TicketCommand::Assign { to: agent_id(1) })
            .when(customer(1), write(2))
            .and(|ticket| assert_eq!(ticket.status, InProgress));
        in_status(status).when(agent(1), write(2)).then_types(&["MessagePosted"]);
    }
    for status in [Open, InProgress] {
        in_status(status).when(customer(1), write(2)).then_types(&["MessagePosted"]);
    }
}

#[test]
fn nobody_writes_on_a_closed_ticket() {
    let closed = in_status(TicketStatus::Closed).when(customer(1), write(2)).then_refused("ticket_closed");
    let why = closed.ask(customer(1), &write(2)).expect_err("refused").to_string();
    assert!(why.contains("linked follow-up"), "{why}");
    closed
        .when(agent(1), write(2))
        .then_refused("ticket_closed")
        .given(agent(1), to(TicketStatus::Open))
        .when(agent(1), write(2))
        .then_types(&["MessagePosted"]);
}

#[test]
fn only_the_tickets_customer_writes_as_customer() {
    opened().when(customer(2), write(2)).then_refused("forbidden");
}

#[test]
fn reading_carries_the_counts_and_happens_once() {
    let read = |up_to_version| TicketCommand::MarkRead { up_to_version };
    opened()
        .given(agent(1), write(2))
        .given(customer(1), write(3))
        .when(agent(1), read(Some(1)))
        .then([MessagesRead { reader: agent(1), up_to_version: 1, customer_messages: 1, agent_messages: 0 }])
        .when(agent(1), read(None))
        .then([MessagesRead { reader: agent(1), up_to_version: 4, customer_messages: 2, agent_messages: 1 }])
        .when(agent(1), read(None))
        .then_nothing()
        .when(agent(1), read(Some(2)))
        .then_nothing()
        .when(customer(1), read(Some(99)))
        .then([MessagesRead { reader: customer(1), up_to_version: 5, customer_messages: 2, agent_messages: 1 }])
        .when(customer(2), read(None))
        .then_refused("forbidden")
        .when(SYSTEM, read(None))
        .then_refused("forbidden");
}

#[test]
fn feedback_is_the_customers_and_comes_after_resolving() {
    let rate = |rating| TicketCommand::GiveFeedback(feedback(rating));
    opened().when(customer(1), rate(5)).then_refused("not_resolved");
    in_status(TicketStatus::Resolved)
        .given(agent(1), TicketCommand::Assign { to: agent_id(1) })
        .when(agent(1), rate(5))
        .then_refused("forbidden")
        .when(customer(2), rate(5))
        .then_refused("forbidden")
        .when(customer(1), rate(0))
        .then_invalid(&[("rating", "out_of_range")])
        .when(customer(1), rate(2))
        .then([FeedbackGiven { agent_id: Some(agent_id(1)), ..feedback(2) }])
        .given(agent(1), to(TicketStatus::Closed))
        .when(customer(1), rate(4))
        .then([FeedbackGiven { agent_id: Some(agent_id(1)), replaces: Some(2), ..feedback(4) }]);
}

#[test]
fn erased_text_reads_as_nothing_in_a_state() {
    let mut scenario = opened();
    scenario.happen(agent(1), [SubjectChanged { from: PersonalText::Erased, to: PersonalText::Erased }.into()]);
    scenario
        .when(agent(1), TicketCommand::ChangeSubject { to: "New".to_owned() })
        .then([SubjectChanged { from: PersonalText::Erased, to: "New".into() }]);
}

#[test]
fn customers_count_public_events_alone() {
    let mut last = 0;
    let ticket = opened()
        .given(agent(1), TicketCommand::AddNote { message_id: message_id(7), body: "between us".to_owned() })
        .given(agent(1), TicketCommand::PostMessage { message_id: message_id(8), body: "Which one?".to_owned() })
        .and(|ticket| {
            last = ticket.version;
            assert!(ticket.public.version() < ticket.version, "a note is not public");
            assert_eq!(ticket.public.stream_version(2), ticket.version, "the answer is the second public event");
        });
    // What customers name is their own count, what is recorded the stream's.
    for (public, version, agents) in [(1, 1, 0), (2, last, 1), (99, last, 1)] {
        let read = TicketCommand::MarkRead { up_to_version: Some(public) };
        let events = ticket.ask(customer(1), &read).expect("allowed");
        let [TicketEvent::MessagesRead(mark)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((mark.up_to_version, mark.agent_messages), (version, agents));
    }
}

#[test]
fn a_description_is_whose_words_it_is() {
    let opened_by = |actor, author: Option<docket_domain::Actor>| {
        let mut command = open();
        if let TicketCommand::Open { author: words, .. } = &mut command {
            *words = author;
        }
        Scenario::<Ticket>::new().when(actor, command)
    };
    // An agent's are the agent's, and no question of the customer's waits for an answer.
    opened_by(agent(1), None).then_types(&["TicketOpened"]).and(|ticket| {
        assert_eq!((ticket.customer_message_count(), ticket.agent_message_count()), (0, 1));
        assert_eq!((ticket.unanswered_since, ticket.first_response_at), (None, None));
    });
    // Unless they pass on what the customer wrote.
    opened_by(agent(1), Some(customer(1))).then_types(&["TicketOpened"]).and(|ticket| {
        assert_eq!((ticket.customer_message_count(), ticket.agent_message_count()), (1, 0));
        assert!(ticket.unanswered_since.is_some());
    });
    opened_by(customer(1), Some(agent(1))).then_refused("forbidden");
}

#[test]
fn what_was_said_in_a_chat_keeps_author_and_time_and_answers_as_it_did_there() {
    let turn = |number, author, body: &str, written_at: &str| Turn {
        message_id: message_id(number),
        author,
        body: body.to_owned(),
        written_at: at(written_at),
    };
    let asked = || turn(3, customer(1), "The red one", "2026-01-01T10:01:00Z");
    let turns = vec![turn(2, agent(1), "Which printer?", "2026-01-01T10:00:00Z"), asked()];
    let carry_over = |turns: &[Turn], readers: &[(docket_domain::Actor, usize)]| TicketCommand::CarryOver {
        turns: turns.to_vec(),
        readers: readers.to_vec(),
    };
    let posted = |turn: &Turn| {
        TicketEvent::from(MessagePosted {
            message_id: turn.message_id,
            author: turn.author,
            body: turn.body.as_str().into(),
            first_response: None,
            written_at: Some(turn.written_at),
        })
    };
    let began = at("2026-03-02T09:00:00Z") + chrono::TimeDelta::minutes(1);
    opened()
        .when(customer(1), carry_over(&turns, &[]))
        .then_refused("forbidden")
        .when(agent(2), carry_over(&turns[..1], &[]))
        .then([posted(&turns[0])])
        .and(|ticket| {
            assert_eq!((ticket.customer_message_count(), ticket.agent_message_count()), (1, 1));
            assert!(ticket.first_response_at >= Some(began), "when the ticket began, not before");
            assert!(!ticket.sla.first_response.is_pending() && ticket.unanswered_since.is_none());
        })
        // A question nobody answered there waits here.
        .when(agent(2), carry_over(&[asked()], &[]))
        .then([posted(&asked())])
        .and(|ticket| assert!(ticket.sla.next_response.is_pending() && ticket.unanswered_since.is_some()));
    // What was read there is read.
    let read = |reader, up_to_version, customer_messages, agent_messages| {
        TicketEvent::from(MessagesRead { reader, up_to_version, customer_messages, agent_messages })
    };
    let readers = [(agent(1), 3), (customer(1), 1), (agent(2), 0), (agent(3), 9)];
    let events = [posted(&turns[0]), posted(&turns[1]), read(agent(1), 3, 2, 1), read(customer(1), 1, 1, 0)];
    opened().when(agent(2), carry_over(&turns, &readers)).then(events);
}
