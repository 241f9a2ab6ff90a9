//! Backends, and events to append to them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use docket_domain::{Actor, Category, PersonId, Position, StreamId, TenantId};
use docket_store::{
    Append, Appended, EventStore, Expected, Filter, IdempotencyKey, NewEvent, RecordedEvent, StoreError, StreamAppend,
    SystemClock, new_id, open_log,
};
use docket_test_database::Database;
use sqlx::postgres::{PgConnection, PgSslMode};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use uuid::Uuid;

/// An empty log of its own for one test.
pub(crate) trait Backend: Send + Sync + Sized {
    /// Makes it.
    async fn new() -> Self;
    /// Opens it; each call as another process would.
    async fn open(&self) -> Arc<dyn EventStore>;
}

/// A backend that other processes can open.
pub(crate) trait Shared: Backend {
    /// Where it is.
    fn url(&self) -> String;
}

/// A backend whose rows can be changed behind the log's back.
pub(crate) trait Tamper: Backend {
    /// Runs statements that both databases understand.
    async fn tamper(&self, sql: String);
    /// Where its vault is, which is made when it is opened.
    fn vault(&self) -> String;
    /// Runs statements on the vault.
    async fn tamper_vault(&self, sql: String);
    /// Bytes in its SQL.
    fn bytes(bytes: &[u8]) -> String;
    /// An id in its SQL.
    fn id(id: Uuid) -> String;
}

/// A file in a folder of its own.
pub(crate) struct Sqlite(tempfile::TempDir);

impl Backend for Sqlite {
    async fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Arc<dyn EventStore> {
        open_at(&self.url()).await
    }
}

impl Shared for Sqlite {
    fn url(&self) -> String {
        format!("sqlite:{}", self.0.path().join("log.db").display())
    }
}

impl Tamper for Sqlite {
    async fn tamper(&self, sql: String) {
        let options = SqliteConnectOptions::new().filename(self.0.path().join("log.db"));
        options.connect().await.unwrap().execute(AssertSqlSafe(sql)).await.unwrap();
    }

    fn vault(&self) -> String {
        self.0.path().join("vault.db").display().to_string()
    }

    async fn tamper_vault(&self, sql: String) {
        let options = SqliteConnectOptions::new().filename(self.vault());
        options.connect().await.unwrap().execute(AssertSqlSafe(sql)).await.unwrap();
    }

    fn bytes(bytes: &[u8]) -> String {
        format!("x'{}'", hex::encode(bytes))
    }

    fn id(id: Uuid) -> String {
        Self::bytes(id.as_bytes())
    }
}

/// A database of its own on the server of the tests.
pub(crate) struct Postgres(Database);

impl Backend for Postgres {
    async fn new() -> Self {
        Self(Database::create().await)
    }

    async fn open(&self) -> Arc<dyn EventStore> {
        open_at(&self.url()).await
    }
}

impl Shared for Postgres {
    fn url(&self) -> String {
        self.0.url()
    }
}

impl Postgres {
    /// The server's address, and where to find the test's database on another port of this machine.
    pub(crate) fn through(&self, port: u16) -> (String, String) {
        let options = self.0.options();
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let options = options.host("127.0.0.1").port(port).ssl_mode(PgSslMode::Disable);
        (server, options.to_url_lossy().to_string())
    }

    /// A connection to the test's database, not the log's.
    pub(crate) async fn connect(&self) -> PgConnection {
        self.0.options().options([("search_path", "docket_log")]).connect().await.unwrap()
    }
}

impl Tamper for Postgres {
    async fn tamper(&self, sql: String) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await.unwrap();
    }

    fn vault(&self) -> String {
        self.url()
    }

    async fn tamper_vault(&self, sql: String) {
        let options = self.0.options().options([("search_path", "docket_vault")]);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut options.connect().await.unwrap()).await.unwrap();
    }

    fn bytes(bytes: &[u8]) -> String {
        format!("'\\x{}'::bytea", hex::encode(bytes))
    }

    fn id(id: Uuid) -> String {
        format!("'{id}'::uuid")
    }
}

/// Opens a log.
pub(crate) async fn open_at(url: &str) -> Arc<dyn EventStore> {
    open_log(&url.parse().unwrap(), Arc::new(SystemClock)).await.unwrap()
}

/// The tenant of most cases.
pub(crate) fn acme() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// A stream that is not there yet.
pub(crate) fn fresh_stream() -> StreamId {
    StreamId::new(acme(), Category::Ticket, new_id())
}

/// An event with that text in its payload.
pub(crate) fn event(text: &str) -> NewEvent {
    event_with_payload(serde_json::json!({ "text": text }).to_string())
}

/// An event with exactly that payload, and every optional field given.
pub(crate) fn event_with_payload(payload: String) -> NewEvent {
    NewEvent {
        event_id: new_id(),
        event_type: "TicketOpened".into(),
        schema_version: 1,
        occurred_at: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap() - TimeDelta::days(400),
        actor: Actor::agent(new_id()),
        correlation_id: new_id(),
        causation_id: Some(new_id()),
        data_subject: Some(PersonId(new_id())),
        irregular: true,
        payload,
    }
}

/// An append to one stream.
pub(crate) fn to(stream: &StreamId, expected: Expected, events: Vec<NewEvent>) -> Append {
    Append { streams: vec![part(stream, expected, events)], idempotency: None, unchanged_at: None }
}

/// One stream's part of an append.
pub(crate) fn part(stream: &StreamId, expected: Expected, events: Vec<NewEvent>) -> StreamAppend {
    StreamAppend { stream: stream.clone(), expected, events }
}

/// A key for a request.
pub(crate) fn key(name: &str, request: u8) -> IdempotencyKey {
    IdempotencyKey { tenant: acme(), key: name.into(), fingerprint: [request; 32], note: format!("note of {request}") }
}

/// The append, with a key.
pub(crate) fn keyed(append: Append, key: IdempotencyKey) -> Append {
    Append { idempotency: Some(key), ..append }
}

/// Nothing but a key, for something that changed nothing and is answered with that position.
pub(crate) fn unchanged(streams: Vec<StreamAppend>, key: IdempotencyKey, at: u64) -> Append {
    Append { streams, idempotency: Some(key), unchanged_at: Some(Position(at)) }
}

/// Appends one event at any version.
pub(crate) async fn add(store: &dyn EventStore, stream: &StreamId, text: &str) -> Appended {
    store.append(to(stream, Expected::Any, vec![event(text)])).await.unwrap()
}

/// All of a stream.
pub(crate) async fn whole_stream(store: &dyn EventStore, stream: &StreamId) -> Vec<RecordedEvent> {
    store.read_stream(stream, 0, usize::MAX).await.unwrap()
}

/// All of the log, in small pages; checks on the way that positions grow and pages make sense.
pub(crate) async fn whole_log(store: &dyn EventStore) -> Vec<RecordedEvent> {
    let mut all: Vec<RecordedEvent> = Vec::new();
    let mut after = Position::START;
    loop {
        let page = store.read_all(after, &Filter::default(), 100).await.unwrap();
        if page.scanned_to == after {
            assert!(page.events.is_empty(), "events without progress");
            return all;
        }
        for event in page.events {
            assert!(event.meta.position > all.last().map_or(Position::START, |last| last.meta.position));
            assert!(event.meta.position > after && event.meta.position <= page.scanned_to);
            all.push(event);
        }
        after = page.scanned_to;
    }
}

/// The ids of events.
pub(crate) fn ids(events: &[RecordedEvent]) -> Vec<Uuid> {
    events.iter().map(|event| event.meta.event_id).collect()
}

/// Asserts a conflict and returns the version that was met.
#[track_caller]
pub(crate) fn conflict(result: Result<Appended, StoreError>) -> u64 {
    match result {
        Err(StoreError::Conflict { actual, .. }) => actual,
        other => panic!("not a conflict: {other:?}"),
    }
}
