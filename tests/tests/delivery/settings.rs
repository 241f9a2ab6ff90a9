//! What others do to the stream's settings, and events that it does not take.

use async_nats::jetstream;
use docket_domain::PersonId;
use docket_domain::customer::{CustomerDetailsChanged, CustomerEvent, PersonalDataErased};
use docket_store::delivery::{self, Relay};
use docket_store::{Expected, WorkerState, Workers};
use docket_tests::{NatsServer, NatsVersion, eventually};

use crate::harness::{DEADLINE, Desk, acme, connect, on_both_servers, published, stream_equals_log};

on_both_servers!(
    settings_changed_from_outside_are_put_back,
    what_cannot_be_put_back_stops_nothing,
    an_event_the_stream_does_not_take_stops_nothing,
);

async fn settings_changed_from_outside_are_put_back(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    desk.append(3).await;
    stream_equals_log(&desk, &nats.url()).await;
    let context = jetstream::new(connect(&nats.url(), "vandal").await);
    let changes: [fn(&mut jetstream::stream::Config); 6] = [
        |config| config.max_message_size = 10,
        |config| config.max_messages_per_subject = 1,
        |config| config.max_messages = 4,
        |config| config.no_ack = true,
        |config| config.allow_rollup = true,
        |config| config.max_age = std::time::Duration::from_secs(1),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let before = context.get_stream("DOCKET").await.unwrap().cached_info().config.clone();
        let mut config = before.clone();
        change(&mut config);
        if context.update_stream(config).await.is_err() {
            continue; // no server lets this be changed
        }
        desk.append(1).await;
        eventually(DEADLINE, || async {
            let found = context.get_stream("DOCKET").await.map_err(|error| error.to_string())?;
            let found = found.cached_info().config.clone();
            if found == before { Ok(()) } else { Err(format!("change {n}: {found:?}")) }
        })
        .await;
        // The last one of each is there, whatever the change removed meanwhile.
        let log = desk.log().await;
        eventually(DEADLINE, || async {
            let found = published(&connect(&nats.url(), "observer").await).await?;
            let last = found.last().map(|(position, _)| *position);
            if last == log.last().map(|event| event.meta.position.0) { Ok(()) } else { Err(format!("{n}: {last:?}")) }
        })
        .await;
    }
    relay.stop().await;
}

/// No server takes `deny_purge` back.
async fn what_cannot_be_put_back_stops_nothing(nats: NatsServer) {
    let desk = Desk::new().await;
    let first = desk.relay(&nats.url(), "first").await; // makes it
    desk.append(2).await;
    stream_equals_log(&desk, &nats.url()).await;
    first.stop().await;
    let context = jetstream::new(connect(&nats.url(), "vandal").await);
    let mut config = context.get_stream("DOCKET").await.unwrap().cached_info().config.clone();
    (config.deny_purge, config.deny_delete) = (true, true);
    context.update_stream(config).await.unwrap();
    let relay = desk.relay(&nats.url(), "second").await;
    let erased = desk.append_named("Ada").await;
    desk.writer.keys().destroy(&acme(), PersonId::from(erased)).await.unwrap();
    desk.append_to(erased, Expected::Version(1), CustomerEvent::PersonalDataErased(PersonalDataErased {})).await;
    desk.append(2).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

/// The relay may not change the stream here, and somebody lowered what it takes.
async fn an_event_the_stream_does_not_take_stops_nothing(nats: NatsServer) {
    let version = if nats.is(NatsVersion::Debian) { NatsVersion::Debian } else { NatsVersion::Current };
    let config = "authorization { users: [
        { user: docket, password: docket, permissions: { publish: { deny: [\"$JS.API.STREAM.UPDATE.>\"] } } }
        { user: admin, password: admin }
    ] }";
    let Some(nats) = NatsServer::start_configured(version, config).await else { return };
    let (docket, admin) =
        (format!("nats://docket:docket@{}", nats.address()), format!("nats://admin:admin@{}", nats.address()));
    let desk = Desk::new().await;
    let relay = desk.relay_with(&admin, "first", |_| ()).await; // makes it
    desk.append(2).await;
    stream_equals_log(&desk, &admin).await;
    relay.stop().await;
    let context = jetstream::new(connect(&admin, "vandal").await);
    let mut config = context.get_stream("DOCKET").await.unwrap().cached_info().config.clone();
    config.max_message_size = 2000;
    context.update_stream(config).await.unwrap();

    let relay = desk.relay_with(&docket, "second", |_| ()).await;
    let reader = desk.reader(&docket, crate::harness::NEVER).await;
    desk.append(2).await;
    desk.append_named(&"x".repeat(4000)).await;
    desk.append(2).await;
    let log = desk.log().await;
    let large = log[4].meta.position.0;
    let wanted: Vec<u64> = log.iter().map(|event| event.meta.position.0).filter(|at| *at != large).collect();
    eventually(DEADLINE, || async {
        let found: Vec<u64> =
            published(&connect(&admin, "observer").await).await?.into_iter().map(|(position, _)| position).collect();
        if found == wanted { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
    // A reader that polls never finds the large one by the gap that the next one shows.
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

/// Whoever administers NATS lets nothing be published on some subjects: the server answers with silence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_may_not_be_published_stops_nothing() {
    let config = "authorization { users: [
        { user: docket, password: docket, permissions: { publish: { deny: [\"docket.acme.customer.*.CustomerDetailsChanged\"] } } }
        { user: admin, password: admin }
    ] }";
    let Some(nats) = NatsServer::start_configured(NatsVersion::Current, config).await else { return };
    let (docket, admin) =
        (format!("nats://docket:docket@{}", nats.address()), format!("nats://admin:admin@{}", nats.address()));
    let desk = Desk::new().await;
    desk.append(2).await;
    let customer = desk.append_named("Zoë").await;
    let changed = CustomerDetailsChanged { name: Some("Zoe".into()), email: None, phone: None, email_verified: None };
    desk.append_to(customer, Expected::Version(1), CustomerEvent::CustomerDetailsChanged(changed)).await;
    desk.append(2).await;
    let workers = Workers::default();
    let client = delivery::connect(&docket.parse().unwrap(), "docket", &workers).await.unwrap();
    let relay = desk.relay_telling(client, workers.clone()).await;
    let reader = desk.reader(&admin, crate::harness::NEVER).await;
    let log = desk.log().await;
    let denied = log[3].meta.position.0;
    let wanted: Vec<u64> = log.iter().map(|event| event.meta.position.0).filter(|at| *at != denied).collect();
    eventually(DEADLINE, || async {
        let found: Vec<u64> =
            published(&connect(&admin, "observer").await).await?.into_iter().map(|(position, _)| position).collect();
        if found == wanted { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
    reader.has_all_of(&desk).await;
    let told = workers.get("relay/events").expect("it is said").state;
    let WorkerState::Failing { error, .. } = told else { panic!("{told:?}") };
    assert!(error.contains(&format!("position {denied} ")) && error.contains("Permissions Violation"), "{error}");
    relay.stop().await;
}

/// No server lets anybody unseal a stream. It is said what helps, and helps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_stream_is_said_and_goes_on_when_it_is_deleted() {
    let Some(nats) = NatsServer::start(NatsVersion::Current).await else { return };
    let url = nats.url();
    let desk = Desk::new().await;
    let relay = desk.relay(&url, "first").await;
    desk.append(2).await;
    stream_equals_log(&desk, &url).await;
    relay.stop().await;
    let context = jetstream::new(connect(&url, "vandal").await);
    let mut config = context.get_stream("DOCKET").await.unwrap().cached_info().config.clone();
    config.sealed = true;
    context.update_stream(config).await.unwrap();
    let workers = Workers::default();
    let client = delivery::connect(&url.parse().unwrap(), "docket", &workers).await.unwrap();
    let relay = desk.relay_telling(client, workers.clone()).await;
    desk.append(2).await;
    eventually(DEADLINE, || async {
        let state = workers.get(Relay::LEASE).map(|worker| worker.state);
        let said = matches!(&state, Some(WorkerState::Failing { error, .. }) if error.contains("sealed") && error.contains("delete it"));
        if said { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await;
    context.delete_stream("DOCKET").await.unwrap();
    stream_equals_log(&desk, &url).await;
    relay.stop().await;
}
