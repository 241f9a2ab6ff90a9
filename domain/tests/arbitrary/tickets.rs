use std::collections::BTreeMap;

use docket_domain::sla::default_policy;
use docket_domain::ticket::*;
use serde_json::json;

use super::{Dice, actor};
use crate::scenario::*;

pub(crate) const TICKET_EVENTS: u8 = 28;
pub(crate) const TICKET_COMMANDS: u8 = 28;

fn policy(dice: Dice) -> SlaPolicyApplied {
    let mut policy = default_policy(dice.of(&["Europe/Rome", "UTC", "America/New_York"]));
    policy.policy_id = dice.some(0, ticket_id(9).0);
    policy.calendar_id = dice.some(1, crate::service_level::calendar_id(1));
    if dice.a.is_multiple_of(2) {
        policy.hours.ranges.clear();
        policy.pause_in.clear();
    }
    policy
}

fn number(dice: Dice) -> TicketNumber {
    TicketNumber(u64::from(dice.small()))
}

fn fields(dice: Dice) -> CustomFields {
    let room = if dice.a.is_multiple_of(3) { json!(null) } else { json!(format!("room {}", dice.small())) };
    let fields = [("floor".to_owned(), json!(dice.a)), ("vip".to_owned(), json!(null)), ("room".to_owned(), room)];
    dice.some(6, CustomFields::from(fields)).unwrap_or_default()
}

fn plain(dice: Dice) -> PlainFields {
    dice.some(5, PlainFields::from(["room".to_owned()])).unwrap_or_default()
}

fn feedback(dice: Dice) -> FeedbackGiven {
    FeedbackGiven {
        rating: dice.a % 7,
        resolved: dice.some(0, true),
        would_recommend: dice.some(1, false),
        agent_rating: dice.some(2, dice.a % 7),
        speed_rating: dice.some(3, 1),
        communication_rating: dice.some(4, 5),
        comment: dice.some(5, dice.text().into()),
        agent_id: dice.some(6, agent_id(dice.small())),
        replaces: dice.some(7, 3),
    }
}

pub(crate) fn ticket_event(kind: u8, dice: Dice) -> TicketEvent {
    let status = dice.of(TicketStatus::ALL);
    let other_status = Dice { a: dice.b, b: 0 }.of(TicketStatus::ALL);
    let priority = dice.of(Priority::ALL);
    let agent = agent_id(dice.small());
    let clock = dice.of(SlaClock::ALL);
    let due_at = at("2026-03-02T13:00:00Z");
    match kind % TICKET_EVENTS {
        0 => TicketOpened {
            number: number(dice),
            subject: dice.text().into(),
            description: dice.text().into(),
            message_id: message_id(dice.a),
            category: dice.text(),
            priority,
            customer_id: customer_id(dice.small()),
            department_id: dice.some(0, department_id(1)),
            order_ref: dice.some(1, dice.text().into()),
            tags: dice.some(2, dice.list()).unwrap_or_default(),
            custom_fields: fields(dice),
            personal_fields: dice
                .some(5, BTreeMap::from([("room".to_owned(), dice.text().into())]))
                .unwrap_or_default(),
            channel: dice.of(Channel::ALL),
            follow_up_of: dice.some(3, ticket_id(2)),
            chat_id: dice.some(4, chat_id(1)),
            author: dice.some(6, actor(dice.a)),
            written_at: dice.some(7, due_at),
        }
        .into(),
        1 => MessagePosted {
            message_id: message_id(dice.a),
            author: actor(dice.a),
            body: dice.text().into(),
            first_response: dice.some(0, FirstResponse { elapsed_seconds: 60 }),
            written_at: dice.some(1, due_at),
        }
        .into(),
        2 => NoteAdded { message_id: message_id(dice.a), author: actor(dice.a), body: dice.text().into() }.into(),
        3 => StatusChanged {
            from: other_status,
            to: status,
            reason: dice.some(0, dice.text().into()),
            resolution_seconds: dice.some(1, 60),
            restored: dice.some(4, ()).is_some(),
        }
        .into(),
        4 => Assigned { from: dice.some(0, agent_id(2)), to: agent, by: actor(dice.b) }.into(),
        5 => Unassigned { from: agent, by: actor(dice.b), reason: dice.some(3, dice.of(HandBackReason::ALL)) }.into(),
        6 => PriorityChanged { from: Priority::Low, to: priority }.into(),
        7 => CategoryChanged { from: "x".to_owned(), to: dice.text() }.into(),
        8 => DepartmentChanged { from: dice.some(0, department_id(1)), to: dice.some(1, department_id(2)) }.into(),
        9 => SubjectChanged { from: "x".into(), to: dice.text().into() }.into(),
        10 => TagsChanged { added: dice.list(), removed: dice.list(), tags: dice.list() }.into(),
        11 => CustomFieldsChanged {
            changes: BTreeMap::from([(
                "floor".to_owned(),
                FieldChange { from: dice.some(0, json!(1)), to: dice.some(1, json!("x")) },
            )]),
            personal_changes: BTreeMap::from([(
                "room".to_owned(),
                PersonalFieldChange { from: dice.some(0, "a".into()), to: dice.some(1, dice.text().into()) },
            )]),
        }
        .into(),
        12 => OrderLinked { from: dice.some(0, "A".into()), to: dice.some(1, dice.text().into()) }.into(),
        13 => MessagesRead {
            reader: actor(dice.a),
            up_to_version: u64::from(dice.b),
            customer_messages: u32::from(dice.b),
            agent_messages: 7,
        }
        .into(),
        14 => TicketSnoozed { until: at("2026-03-03T00:00:00Z") }.into(),
        15 => TicketWoken { reason: dice.of(WakeReason::ALL), until: at("2026-03-03T00:00:00Z") }.into(),
        16 => TicketMerged {
            into: ticket_id(dice.small()),
            into_number: number(dice),
            across_customers: dice.a.is_multiple_of(2),
            status: dice.some(2, status),
            snoozed_until: dice.some(3, at("2026-03-03T00:00:00Z")),
        }
        .into(),
        17 => TicketMergeReceived {
            source: ticket_id(dice.small()),
            source_number: number(dice),
            across_customers: dice.a.is_multiple_of(2),
        }
        .into(),
        18 => TicketLinked { ticket_id: ticket_id(dice.small()) }.into(),
        19 => TicketUnlinked { ticket_id: ticket_id(dice.small()) }.into(),
        20 => policy(dice).into(),
        21 => SlaWarned { clock, due_at }.into(),
        22 => SlaBreached { clock, due_at }.into(),
        23 => feedback(dice).into(),
        24 => TicketMergeUndone { from: ticket_id(dice.small()) }.into(),
        25 => TicketMergeReturned { source: ticket_id(dice.small()), source_number: number(dice) }.into(),
        26 => TicketArchived { status, priority, category: dice.text(), assignee_id: dice.some(0, agent) }.into(),
        _ => TicketDeleted {
            status,
            priority,
            category: dice.text(),
            assignee_id: dice.some(0, agent),
            was_archived: dice.some(1, ()).is_some(),
        }
        .into(),
    }
}

pub(crate) fn ticket_command(kind: u8, dice: Dice) -> TicketCommand {
    use TicketCommand as C;
    let message_id = message_id(dice.a);
    let ticket_id = ticket_id(dice.small() + 1);
    let clock = dice.of(SlaClock::ALL);
    // Due times of tickets measured from nine or a little later.
    let due_at = at("2026-03-02T13:00:00Z") + chrono::TimeDelta::minutes(i64::from(dice.b % 8));
    match kind % TICKET_COMMANDS {
        0 => C::Open {
            number: TicketNumber(1),
            subject: dice.text(),
            description: "x".to_owned(),
            message_id,
            category: "hardware".to_owned(),
            priority: dice.of(Priority::ALL),
            customer_id: customer_id(1),
            department_id: dice.some(0, department_id(1)),
            order_ref: dice.some(1, "A".to_owned()),
            tags: dice.list(),
            custom_fields: fields(dice),
            plain_fields: plain(dice),
            channel: Channel::Api,
            follow_up_of: dice.some(2, ticket_id),
            chat_id: None,
            assignee_id: dice.some(3, agent_id(dice.small())),
            sla: dice.some(4, Box::new(policy(dice))),
            author: dice.some(6, actor(dice.a)),
            written_at: None,
        },
        1 => C::PostMessage { message_id, body: dice.text() },
        2 => C::AddNote { message_id, body: dice.text() },
        3 => C::ChangeStatus { to: dice.of(TicketStatus::ALL), reason: dice.some(0, dice.text()) },
        4 => C::Assign { to: agent_id(dice.small()) },
        5 if dice.b.is_multiple_of(3) => C::HandBack { reason: dice.of(HandBackReason::ALL) },
        5 => C::Unassign,
        6 => C::ChangePriority { to: dice.of(Priority::ALL) },
        7 => C::ChangeCategory { to: dice.text() },
        8 => C::ChangeDepartment { to: dice.some(0, department_id(dice.small())) },
        9 => C::ChangeSubject { to: dice.text() },
        10 => C::ChangeTags { add: dice.list(), remove: Dice { a: dice.b, b: dice.a }.list() },
        11 => C::ChangeCustomFields { set: fields(dice), plain: plain(dice) },
        12 => C::LinkOrder { to: dice.some(0, dice.text()) },
        13 => C::MarkRead { up_to_version: dice.some(0, u64::from(dice.a)) },
        14 => C::Snooze { until: at("2026-03-02T09:30:00Z") + chrono::TimeDelta::hours(i64::from(dice.a)) },
        15 => C::Wake { reason: dice.of(WakeReason::ALL) },
        // Ends that are for good come seldom, so that sequences live on.
        16 if dice.b < 200 => C::ApplySlaPolicy(Box::new(policy(dice))),
        16 => C::MergeInto {
            target: ticket_id,
            target_number: number(dice),
            target_customer: customer_id(dice.small()),
            across_customers: dice.a.is_multiple_of(2),
        },
        17 => C::ReceiveMerge {
            source: ticket_id,
            source_number: number(dice),
            source_customer: customer_id(dice.small()),
            unfinished: dice.a.is_multiple_of(2),
        },
        18 => C::Link { ticket_id },
        19 => C::Unlink { ticket_id },
        20 => C::GiveFeedback(feedback(dice)),
        21 => C::ApplySlaPolicy(Box::new(policy(dice))),
        22 => C::WarnSla { clock, due_at },
        23 => C::BreachSla { clock, due_at },
        27 => C::CarryOver {
            turns: vec![Turn {
                message_id,
                author: actor(dice.a),
                body: dice.text(),
                written_at: at("2026-01-01T00:00:00Z"),
            }],
            readers: vec![(actor(dice.b), usize::from(dice.a % 4))],
        },
        24 if dice.b < 220 => C::Unassign,
        24 => C::Archive,
        25 if dice.b < 220 => C::ChangeStatus { to: TicketStatus::Open, reason: None },
        26 => C::UndoMerge,
        _ => C::Delete,
    }
}
