//! An erased person is gone from the broker, too.

use std::time::Duration;

use docket_domain::customer::{CustomerEvent, PersonalDataErased};
use docket_domain::{DomainEvent, PersonId, PersonalText};
use docket_store::Expected;
use docket_store::delivery::connect;
use docket_tests::{NatsServer, eventually};

use crate::harness::{DEADLINE, Desk, Reader, acme, on_both_servers, published};

on_both_servers!(fault_free_an_erased_person_is_gone_from_the_stream);

async fn fault_free_an_erased_person_is_gone_from_the_stream(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), Duration::from_millis(250)).await;
    desk.append(20).await;
    let secret = desk.append_named("Grace Unmistakable").await;
    desk.append(20).await;
    let client = connect(&nats.url(), "observer").await.unwrap();
    let mentions = || async {
        let found = published(&client).await?;
        Ok::<_, String>((found.len(), found.iter().any(|(_, payload)| payload.contains("Unmistakable"))))
    };
    eventually(DEADLINE, || async {
        match mentions().await? {
            (41, true) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    reader.has_all_of(&desk).await;

    desk.writer.keys().destroy(&acme(), PersonId::from(secret)).await.unwrap();
    desk.append_to(secret, Expected::Version(1), CustomerEvent::PersonalDataErased(PersonalDataErased {})).await;
    eventually(DEADLINE, || async {
        match mentions().await? {
            (41, false) => Ok(()), // one gone, the erasure itself come
            other => Err(format!("{other:?}")),
        }
    })
    .await;

    // The other process has forgotten the key, too: what it reads from now on is erased.
    eventually(DEADLINE, || async { if reader.seen().len() == 42 { Ok(()) } else { Err("not all") } }).await;
    let late = Reader::start(docket_store::delivery::InProcessSource::new(desk.other_process().await)).await;
    late.has_all_of(&desk).await;
    let erased = late.seen().into_iter().filter(|event| event.meta.stream.id == secret.0).collect::<Vec<_>>();
    let DomainEvent::Customer(CustomerEvent::CustomerRegistered(registered)) = &erased[0].body else { panic!() };
    assert!(matches!(registered.name, None | Some(PersonalText::Erased)));
    relay.stop().await;
}
