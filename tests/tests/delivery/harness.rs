//! A log that is written to, relays and readers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream;
use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered};
use docket_domain::{Actor, Category, CustomerId, Event, PersonId, PersonalText, Position, StreamId, TenantId};
use docket_store::delivery::{
    self, JetStreamOptions, JetStreamSource, Relay, RelayOptions, SqliteLeases, StreamOptions,
};
use docket_store::vault::{MasterKey, open_vault};
use docket_store::{
    Clock as _, Draft, DraftStream, Expected, FeedSource, Filter, Journal, LogUrl, SystemClock, Workers, new_id,
    open_log,
};
use docket_tests::{Database, eventually};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take that must happen.
pub(crate) const DEADLINE: Duration = Duration::from_secs(40);
/// So long that within a test it never comes.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

/// A log on disk, opened anew for every "process".
pub(crate) struct Desk {
    pub(crate) dir: TempDir,
    pub(crate) writer: Journal,
    log: LogUrl,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = LogUrl::Sqlite(dir.path().join("log.db"));
        Self::with(dir, log).await
    }

    /// With the log in a database of PostgreSQL.
    pub(crate) async fn on_postgres(database: &Database) -> Self {
        Self::with(tempfile::tempdir().unwrap(), LogUrl::Postgres(database.url())).await
    }

    async fn with(dir: TempDir, log: LogUrl) -> Self {
        docket_tests::set_up();
        let writer = journal(&dir, &log).await;
        Self { dir, writer, log }
    }

    /// The log as another process sees it: it hears nothing of the writer's appends.
    pub(crate) async fn other_process(&self) -> Journal {
        journal(&self.dir, &self.log).await
    }

    /// Appends `count` events, each about a person of its own.
    pub(crate) async fn append(&self, count: usize) {
        for _ in 0..count {
            self.append_named("Ada").await;
        }
    }

    /// Appends an event with that text about a new person, and says whom.
    pub(crate) async fn append_named(&self, name: &str) -> CustomerId {
        let customer = CustomerId(new_id());
        self.append_to(customer, Expected::Version(0), registered(name)).await;
        customer
    }

    pub(crate) async fn append_to(&self, customer: CustomerId, expected: Expected, body: CustomerEvent) {
        let draft = Draft {
            body: body.into(),
            occurred_at: SystemClock.now(),
            actor: Actor::SYSTEM,
            data_subject: Some(PersonId::from(customer)),
            irregular: false,
        };
        let stream = StreamId::new(acme(), Category::Customer, customer);
        let streams = vec![DraftStream { stream, expected, drafts: vec![draft] }];
        self.writer.append(streams, new_id(), None, None).await.unwrap();
    }

    /// Everything in the log.
    pub(crate) async fn log(&self) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(Position::START, |event: &Event| event.meta.position);
            let page = self.writer.read_all(after, &Filter::default(), 1000).await.unwrap();
            if page.events.is_empty() {
                return all;
            }
            all.extend(page.events);
        }
    }

    /// Leases of their own for `name`: two relays with different ones are rivals.
    pub(crate) async fn leases(&self, name: &str) -> Arc<SqliteLeases> {
        Arc::new(SqliteLeases::open(self.dir.path().join(format!("{name}.leases"))).await.unwrap())
    }

    /// Starts a relay that hears of appends, as it would in the writer's process.
    pub(crate) async fn relay(&self, url: &str, name: &str) -> Running {
        self.relay_with(url, name, |_| ()).await
    }

    /// Starts a relay with options of its own.
    pub(crate) async fn relay_with(&self, url: &str, name: &str, set: impl FnOnce(&mut RelayOptions)) -> Running {
        let client = connect(url, name).await;
        let mut options = RelayOptions { check_every: Duration::from_millis(300), ..RelayOptions::default() };
        set(&mut options);
        let relay = Relay::new(self.writer.clone(), client, self.leases(name).await, name, options);
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        Running { cancel, task: tokio::spawn(async move { relay.run(&stop).await }) }
    }

    /// Starts a relay whose client and itself tell `workers` how it goes.
    pub(crate) async fn relay_telling(&self, client: Client, workers: Workers) -> Running {
        let options = RelayOptions { check_every: Duration::from_millis(300), ..RelayOptions::default() };
        let leases = self.leases("telling").await;
        let relay = Relay::new(self.writer.clone(), client, leases, "telling", options).with_workers(workers);
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        Running { cancel, task: tokio::spawn(async move { relay.run(&stop).await }) }
    }

    /// Starts a reader in another process, live from JetStream.
    pub(crate) async fn reader(&self, url: &str, poll: Duration) -> Reader {
        let client = connect(url, "reader").await;
        let options = JetStreamOptions { poll, patience: poll.min(Duration::from_millis(100)), ..Default::default() };
        Reader::start(JetStreamSource::new(self.other_process().await, client, options)).await
    }
}

/// A client of the server there.
pub(crate) async fn connect(url: &str, name: &str) -> Client {
    delivery::connect(&url.parse().unwrap(), name, &Workers::default()).await.unwrap()
}

/// What a first event about a customer says.
pub(crate) fn registered(name: &str) -> CustomerEvent {
    CustomerEvent::CustomerRegistered(CustomerRegistered {
        kind: CustomerKind::Customer,
        name: Some(PersonalText::Known(name.to_owned())),
        email: None,
        phone: None,
        external_id: None,
        email_verified: None,
    })
}

pub(crate) fn acme() -> TenantId {
    TenantId::new("acme").unwrap()
}

async fn journal(dir: &TempDir, log: &LogUrl) -> Journal {
    let clock = Arc::new(SystemClock);
    let log = open_log(log, clock.clone()).await.unwrap();
    let vault = dir.path().join("vault.db");
    let vault = open_vault(vault.to_str().unwrap(), MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    Journal::new(log, Arc::new(vault), clock)
}

/// A relay at work.
pub(crate) struct Running {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(DEADLINE, self.task).await.expect("the relay stops").unwrap();
    }
}

/// A reader that keeps what it was given, and fails on anything out of order.
pub(crate) struct Reader {
    seen: Arc<Mutex<Vec<Event>>>,
    task: JoinHandle<()>,
}

impl Reader {
    pub(crate) async fn start(source: impl FeedSource) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = seen.clone();
        let task = tokio::spawn(async move {
            let mut feed = source.open("test", Position::START, 100).await.unwrap();
            let mut at = Position::START;
            loop {
                let batch = feed.next().await.unwrap();
                assert_eq!(batch.after, at, "a batch follows on the one before");
                assert!(batch.upto > at, "a batch brings something");
                for event in &batch.events {
                    assert!(event.meta.position > at && event.meta.position <= batch.upto, "out of order");
                    at = event.meta.position;
                }
                at = batch.upto;
                all.lock().unwrap().extend(batch.events.iter().map(|event| Event::clone(event)));
            }
        });
        Self { seen, task }
    }

    pub(crate) fn seen(&self) -> Vec<Event> {
        assert!(!self.task.is_finished(), "the reader failed");
        self.seen.lock().unwrap().clone()
    }

    /// Waits until the reader has got exactly the log, to the last field.
    pub(crate) async fn has_all_of(&self, desk: &Desk) {
        let log = desk.log().await;
        eventually(DEADLINE, || async {
            let seen = self.seen();
            if seen.len() >= log.len() { Ok(()) } else { Err(format!("{} of {}", seen.len(), log.len())) }
        })
        .await;
        assert!(self.seen() == log, "the reader saw something else than the log");
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a subscriber who speaks nothing but NATS finds on the stream: positions and payloads, in order.
pub(crate) async fn published(client: &Client) -> Result<Vec<(u64, String)>, String> {
    let context = jetstream::new(client.clone());
    let name = StreamOptions::default().name;
    let stream = context.get_stream(name).await.map_err(|error| error.to_string())?;
    let state = stream.get_info().await.map_err(|error| error.to_string())?.state;
    let mut found = Vec::new();
    if state.messages == 0 {
        return Ok(found);
    }
    for sequence in state.first_sequence..=state.last_sequence {
        let Ok(message) = stream.get_raw_message(sequence).await else { continue }; // purged
        let position = message.headers.get("ce-position").expect("a position").as_str().parse().unwrap();
        found.push((position, String::from_utf8(message.payload.to_vec()).unwrap()));
    }
    Ok(found)
}

/// Waits until the stream holds exactly the positions of the log.
pub(crate) async fn stream_equals_log(desk: &Desk, url: &str) {
    let client = connect(url, "observer").await;
    let log: Vec<u64> = desk.log().await.iter().map(|event| event.meta.position.0).collect();
    let positions = |found: Vec<(u64, String)>| found.into_iter().map(|(position, _)| position).collect::<Vec<_>>();
    eventually(DEADLINE, || async {
        let found = positions(published(&client).await?);
        if found.last() >= log.last() { Ok(()) } else { Err(format!("{:?} of {:?}", found.last(), log.last())) }
    })
    .await;
    assert_eq!(positions(published(&client).await.unwrap()), log, "the stream is not the log");
}

/// Runs a test against Debian's nats-server and a current one, each as a test of its own.
macro_rules! on_both_servers {
    ($($name:ident),+ $(,)?) => {
        mod debian {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(nats) = docket_tests::NatsServer::start(docket_tests::NatsVersion::Debian).await {
                    super::$name(nats).await;
                }
            }
        )+}
        mod current {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(nats) = docket_tests::NatsServer::start(docket_tests::NatsVersion::Current).await {
                    super::$name(nats).await;
                }
            }
        )+}
    };
}
pub(crate) use on_both_servers;
