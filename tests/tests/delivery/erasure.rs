//! An erased person is gone from the broker, too.

use std::collections::BTreeMap;
use std::time::Duration;

use docket_domain::customer::{CustomerEvent, PersonalDataErased};
use docket_domain::ticket::{Channel, CustomFields, Priority, TicketEvent, TicketNumber, TicketOpened};
use docket_domain::{Actor, Category, CustomerId, DomainEvent, MessageId, PersonId, PersonalText, StreamId};
use docket_store::{Clock as _, Draft, DraftStream, Expected, SystemClock, new_id};
use docket_tests::{NatsServer, eventually};

use crate::harness::{DEADLINE, Desk, Reader, acme, connect, on_both_servers, published};

on_both_servers!(fault_free_an_erased_person_is_gone_from_the_stream);

async fn fault_free_an_erased_person_is_gone_from_the_stream(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), Duration::from_millis(250)).await;
    desk.append(20).await;
    let secret = desk.append_named("Grace Unmistakable").await;
    append_ticket(&desk, secret).await;
    desk.append(20).await;
    let client = connect(&nats.url(), "observer").await;
    let mentions = || async {
        let found = published(&client).await?;
        Ok::<_, String>((found.len(), found.iter().any(|(_, payload)| payload.contains("Unmistakable"))))
    };
    eventually(DEADLINE, || async {
        match mentions().await? {
            (42, true) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    reader.has_all_of(&desk).await;

    desk.writer.keys().destroy(&acme(), PersonId::from(secret)).await.unwrap();
    desk.append_to(secret, Expected::Version(1), CustomerEvent::PersonalDataErased(PersonalDataErased {})).await;
    eventually(DEADLINE, || async {
        match mentions().await? {
            (41, false) => Ok(()), // two gone, the erasure itself come
            other => Err(format!("{other:?}")),
        }
    })
    .await;

    // The other process has forgotten the key, too: what it reads from now on is erased.
    eventually(DEADLINE, || async { if reader.seen().len() == 43 { Ok(()) } else { Err("not all") } }).await;
    let late = Reader::start(docket_store::delivery::InProcessSource::new(desk.other_process().await)).await;
    late.has_all_of(&desk).await;
    let erased = late.seen().into_iter().filter(|event| event.meta.stream.id == secret.0).collect::<Vec<_>>();
    let DomainEvent::Customer(CustomerEvent::CustomerRegistered(registered)) = &erased[0].body else { panic!() };
    assert!(matches!(registered.name, None | Some(PersonalText::Erased)));
    let opened = late.seen().into_iter().find_map(|event| match event.body {
        DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => Some(opened),
        _ => None,
    });
    let opened = opened.expect("the ticket");
    assert_eq!(opened.order_ref, Some(PersonalText::Erased));
    assert_eq!(opened.personal_fields, BTreeMap::from([("room".to_owned(), PersonalText::Erased)]));
    relay.stop().await;
}

/// A ticket whose order and custom field name the person.
async fn append_ticket(desk: &Desk, customer: CustomerId) {
    let opened = TicketOpened {
        number: TicketNumber(1),
        subject: "Lamp".into(),
        description: "Broken".into(),
        message_id: MessageId(new_id()),
        category: "general".into(),
        priority: Priority::Medium,
        customer_id: customer,
        department_id: None,
        order_ref: Some("Unmistakable-7".into()),
        tags: Vec::new(),
        custom_fields: CustomFields::new(),
        personal_fields: BTreeMap::from([("room".to_owned(), "Unmistakable's".into())]),
        channel: Channel::Api,
        follow_up_of: None,
        chat_id: None,
        author: None,
        written_at: None,
    };
    let draft = Draft {
        body: DomainEvent::Ticket(opened.into()),
        occurred_at: SystemClock.now(),
        actor: Actor::SYSTEM,
        data_subject: Some(PersonId::from(customer)),
        irregular: false,
    };
    let stream = StreamId::new(acme(), Category::Ticket, new_id());
    let streams = vec![DraftStream { stream, expected: Expected::Version(0), drafts: vec![draft] }];
    desk.writer.append(streams, new_id(), None, None).await.unwrap();
}
