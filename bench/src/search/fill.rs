//! A desk with history, appended to its log directly: most of it is over, as at any desk that is some years old.

use docket_domain::chat::{Chat, ChatCommand, EndedBy};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::sla::default_policy;
use docket_domain::ticket::{Channel, PlainFields, Priority, Ticket, TicketCommand, TicketNumber, TicketStatus};
use docket_domain::{
    Actor, Aggregate, CustomerId, DecideContext, DomainEvent, Limits, MessageId, Stamp, StreamId, TenantId,
};
use docket_store::{Draft, DraftStream, Expected, Journal, new_id};
use uuid::Uuid;

use super::texts::{address, name, phone, text};
use crate::Failure;

/// Tickets of one customer, and chats.
pub(super) const OF_ONE: u64 = 10;
const CHATS: u64 = 1;
/// Replies of a ticket, besides its description.
const REPLIES: u64 = 2;
/// Appends at the same time.
const WRITERS: u64 = 128;
/// The ids of customers, so that they are known afterwards.
const CUSTOMERS: u128 = 0x0198_0000_0000_7000_8000_0000_0000_0000;

/// The organisation of a first start.
pub(super) fn tenant() -> TenantId {
    TenantId::new("default").expect("a plain name is a tenant's")
}

/// A customer's id.
pub(super) fn customer(n: u64) -> Uuid {
    Uuid::from_u128(CUSTOMERS + u128::from(n))
}

/// Appends so many tickets with what belongs to them; returns how many messages they and the chats have.
pub(super) async fn fill(journal: &Journal, tickets: u64) -> Result<u64, Failure> {
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for n in (writer..tickets / OF_ONE).step_by(WRITERS as usize) {
                    one(&journal, n).await?;
                }
                Ok::<(), Failure>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await.map_err(std::io::Error::other)??;
    }
    Ok(tickets * (1 + REPLIES) + tickets / OF_ONE * CHATS * 3)
}

/// A customer with their tickets and chats.
async fn one(journal: &Journal, n: u64) -> Result<(), Failure> {
    let (id, agent) = (customer(n), Actor::agent(Uuid::from_u128(u128::from(n % 40) + 1)));
    let register = CustomerCommand::Register {
        kind: CustomerKind::Customer,
        name: Some(name(n)),
        email: Some(address(&name(n), n)),
        phone: Some(phone(n)),
        external_id: None,
    };
    append::<Customer>(journal, id, vec![(Actor::SYSTEM, register)]).await?;
    let them = Actor::customer(id);
    for ticket in n * OF_ONE..(n + 1) * OF_ONE {
        let mut commands = vec![(them, open(ticket, id))];
        for reply in 0..REPLIES {
            let body = text(ticket + (reply + 1) * 1_000_000, 30);
            let by = if reply % 2 == 0 { agent } else { them };
            commands.push((by, TicketCommand::PostMessage { message_id: MessageId(new_id()), body }));
        }
        if ticket % 10 != 3 {
            commands.push((agent, TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None }));
        }
        append::<Ticket>(journal, new_id(), commands).await?;
    }
    for chat in 0..CHATS {
        let said = n * 7 + chat;
        let start = ChatCommand::Start {
            customer_id: CustomerId(id),
            visitor_name: None,
            visitor_email: None,
            page: None,
            user_agent: None,
            ip: None,
            question: Some(text(said + 5_000_000, 10)),
            department_id: None,
            skills: Vec::new(),
            verified: true,
        };
        let say = |n| ChatCommand::PostMessage { message_id: MessageId(new_id()), body: text(n, 12) };
        let mut commands = vec![(them, start), (them, say(said + 6_000_000)), (them, say(said + 7_000_000))];
        commands.push((them, ChatCommand::End { by: EndedBy::Visitor }));
        append::<Chat>(journal, new_id(), commands).await?;
    }
    Ok(())
}

fn open(n: u64, customer: Uuid) -> TicketCommand {
    TicketCommand::Open {
        number: TicketNumber(n + 1),
        subject: text(n * 3, 5),
        description: text(n, 40),
        message_id: MessageId(new_id()),
        category: "general".into(),
        priority: Priority::Medium,
        customer_id: CustomerId(customer),
        department_id: None,
        order_ref: None,
        tags: Vec::new(),
        custom_fields: [].into(),
        plain_fields: PlainFields::new(),
        channel: Channel::Portal,
        follow_up_of: None,
        chat_id: None,
        assignee_id: None,
        sla: Some(Box::new(default_policy("Europe/Rome"))),
        author: None,
        written_at: None,
    }
}

/// Appends what commands lead to, to a stream that is new.
async fn append<A: Aggregate>(journal: &Journal, id: Uuid, commands: Vec<(Actor, A::Command)>) -> Result<(), Failure>
where
    DomainEvent: From<A::Event>,
{
    let (limits, now) = (Limits::default(), journal.clock().now());
    let (mut state, mut version, mut bodies) = (A::default(), 0, Vec::new());
    for (actor, command) in commands {
        let context = DecideContext { now, actor, limits: &limits };
        let refused = |refusal| Failure::Setup(format!("{refusal:?}"));
        for event in state.decide(&command, &context).map_err(refused)? {
            version += 1;
            state.evolve(&event, &Stamp { version, occurred_at: now, actor });
            bodies.push((actor, event));
        }
    }
    let data_subject = state.data_subject(id);
    let draft = |(actor, body): (Actor, A::Event)| Draft {
        body: body.into(),
        occurred_at: now,
        actor,
        data_subject,
        irregular: false,
    };
    let drafts = bodies.into_iter().map(draft).collect();
    let stream = StreamId::new(tenant(), A::CATEGORY, id);
    let streams = vec![DraftStream { stream, expected: Expected::Any, drafts }];
    let appended = journal.append(streams, new_id(), None, None).await;
    appended.map(drop).map_err(|error| Failure::Setup(format!("filling the log: {error}")))
}
