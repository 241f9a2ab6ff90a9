//! A desk without a server: a real log and vault, read models on one of the databases, commands through the deciders.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::chat::{Chat, ChatCommand};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Channel, PlainFields, Priority, Ticket, TicketCommand, TicketNumber};
use docket_domain::{
    Actor, AgentId, Aggregate, CustomerId, DecideContext, DomainEvent, Event, EventSet, Limits, MessageId, Position,
    Rejection, Role, Stamp, StreamId, TenantId,
};
use docket_projections::{Queries, ReadModels, ReadModelsUrl, Runner, Viewer};
use docket_store::delivery::InProcessSource;
use docket_store::{
    Clock, Draft, DraftStream, Expected, Journal, Keyring, LogUrl, ManualClock, MasterKey, new_id, open_log, open_vault,
};
use docket_test_database::Database;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Which database the read models are on. The log is on SQLite: it is not what is tested here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Runs SQL with the database's own client and returns what it prints, without decoration.
pub(crate) fn psql(database: &Database, sql: &str) -> String {
    let out = std::process::Command::new("psql")
        .args(["-d", &database.url(), "-v", "ON_ERROR_STOP=1", "-Atq", "-c", sql])
        .output()
        .expect("psql is installed; scripts/test sees to it");
    assert!(out.status.success(), "{sql}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// When tests begin: a Wednesday at noon.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-03-04T12:00:00Z".parse().unwrap()
}

pub(crate) struct Desk {
    pub(crate) journal: Journal,
    pub(crate) models: ReadModels,
    pub(crate) url: ReadModelsUrl,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tenant: TenantId,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) scratch: Option<Database>,
    running: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Desk {
    /// A desk whose projections do not run yet.
    pub(crate) async fn idle(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scratch = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::create().await),
        };
        let url = scratch.as_ref().map_or_else(
            || ReadModelsUrl::Sqlite(folder.path().join("read.db")),
            |scratch| ReadModelsUrl::Postgres(scratch.url()),
        );
        let clock = Arc::new(ManualClock::at(noon()));
        let log = open_log(&LogUrl::Sqlite(folder.path().join("log.db")), clock.clone()).await.unwrap();
        let vault = vault(folder.path(), clock.clone()).await;
        let journal = Journal::new(log, vault, clock.clone());
        let models = ReadModels::open(&url, clock.clone()).await.unwrap();
        let tenant = TenantId::new("acme").unwrap();
        Self { journal, models, url, clock, tenant, folder, scratch, running: None }
    }

    /// A desk whose projections run.
    pub(crate) async fn open(engine: Engine) -> Self {
        let mut desk = Self::idle(engine).await;
        desk.run();
        desk
    }

    pub(crate) fn source(&self) -> Arc<InProcessSource> {
        Arc::new(InProcessSource::with_poll(self.journal.clone(), Duration::from_millis(20)))
    }

    /// Starts projecting.
    pub(crate) fn run(&mut self) {
        let cancel = CancellationToken::new();
        let runner = Runner::new(self.models.clone(), self.source(), self.journal.clone());
        self.running = Some((cancel.clone(), tokio::spawn(runner.run(cancel))));
    }

    /// Stops projecting.
    pub(crate) async fn stop(&mut self) {
        if let Some((cancel, running)) = self.running.take() {
            cancel.cancel();
            running.await.unwrap();
        }
    }

    pub(crate) fn queries(&self) -> Queries {
        self.models.queries()
    }

    pub(crate) fn agent(&self, id: Uuid) -> Viewer {
        Viewer::agent(self.tenant.clone(), id)
    }

    pub(crate) fn customer(&self, id: Uuid) -> Viewer {
        Viewer::customer(self.tenant.clone(), id)
    }

    /// Waits until the read models have everything in the log.
    pub(crate) async fn settle(&self) -> Position {
        let head = self.journal.store().head().await.unwrap();
        assert!(self.models.wait_for(head, Duration::from_secs(60)).await.unwrap(), "not at {head} after a minute");
        head
    }

    pub(crate) async fn stream<A: Aggregate>(&self, id: Uuid) -> Vec<Event> {
        let stream = StreamId::new(self.tenant.clone(), A::CATEGORY, id);
        self.journal.read_stream(&stream, 0, 10_000).await.unwrap()
    }

    /// Decides a command and appends what it leads to. Answers the number of events.
    pub(crate) async fn try_act<A: Aggregate>(
        &self,
        id: Uuid,
        actor: Actor,
        command: A::Command,
    ) -> Result<usize, Rejection>
    where
        DomainEvent: From<A::Event>,
    {
        let mut state = A::default();
        let mut version = 0;
        for event in self.stream::<A>(id).await {
            let body =
                A::Event::decode(event.body.event_type(), event.body.schema_version(), &event.body.encode().unwrap())
                    .unwrap();
            let stamp =
                Stamp { version: event.meta.version, occurred_at: event.meta.occurred_at, actor: event.meta.actor };
            state.evolve(&body, &stamp);
            version = event.meta.version;
        }
        let limits = Limits::default();
        let now = self.clock.now();
        let events = state.decide(&command, &DecideContext { now, actor, limits: &limits })?;
        let count = events.len();
        if events.is_empty() {
            return Ok(0);
        }
        let after = state.evolved(&events, Stamp { version: version + 1, occurred_at: now, actor });
        let subject = after.data_subject(id);
        let drafts = events
            .into_iter()
            .map(|event| Draft { body: event.into(), occurred_at: now, actor, data_subject: subject, irregular: false })
            .collect();
        let stream = StreamId::new(self.tenant.clone(), A::CATEGORY, id);
        let expected = Expected::Version(version);
        self.journal.append(vec![DraftStream { stream, expected, drafts }], new_id(), None, None).await.unwrap();
        Ok(count)
    }

    pub(crate) async fn act<A: Aggregate>(&self, id: Uuid, actor: Actor, command: A::Command) -> usize
    where
        DomainEvent: From<A::Event>,
    {
        self.try_act::<A>(id, actor, command).await.unwrap()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) async fn register_customer(&self, name: &str) -> Uuid {
        let id = new_id();
        let command = CustomerCommand::Register {
            kind: CustomerKind::Customer,
            name: Some(name.into()),
            email: Some(format!("{}@example.com", name.to_lowercase().replace(' ', "."))),
            phone: None,
            external_id: Some(format!("ext-{name}")),
        };
        self.act::<Customer>(id, Actor::SYSTEM, command).await;
        id
    }

    pub(crate) async fn register_agent(&self, name: &str) -> Uuid {
        let id = new_id();
        let command = AgentCommand::Register {
            name: name.into(),
            email: Some(format!("{name}@desk.example")),
            role: Role::Agent.into(),
            department_ids: Vec::new(),
            skills: vec!["billing".into()],
            max_concurrent_chats: 3,
        };
        self.act::<Agent>(id, Actor::SYSTEM, command).await;
        id
    }

    pub(crate) async fn open_ticket(&self, number: u64, customer: Uuid, subject: &str, description: &str) -> Uuid {
        self.open_urgent(number, customer, subject, description, Priority::Medium).await
    }

    pub(crate) async fn open_urgent(
        &self,
        number: u64,
        customer: Uuid,
        subject: &str,
        description: &str,
        priority: Priority,
    ) -> Uuid {
        let id = new_id();
        let command = TicketCommand::Open {
            number: TicketNumber(number),
            subject: subject.into(),
            description: description.into(),
            message_id: MessageId(new_id()),
            category: "billing".into(),
            priority,
            customer_id: CustomerId(customer),
            department_id: None,
            order_ref: Some(format!("ORD-{number}")),
            tags: vec!["first".into()],
            custom_fields: [("score".to_owned(), 7.into())].into(),
            plain_fields: PlainFields::new(),
            channel: Channel::Portal,
            follow_up_of: None,
            chat_id: None,
            assignee_id: None,
            sla: Some(Box::new(docket_domain::sla::default_policy("Europe/Rome"))),
            author: None,
            written_at: None,
        };
        self.act::<Ticket>(id, Actor::customer(customer), command).await;
        id
    }

    pub(crate) async fn reply(&self, ticket: Uuid, actor: Actor, body: &str) {
        let command = TicketCommand::PostMessage { message_id: MessageId(new_id()), body: body.into() };
        self.act::<Ticket>(ticket, actor, command).await;
    }

    pub(crate) async fn note(&self, ticket: Uuid, agent: Uuid, body: &str) {
        let command = TicketCommand::AddNote { message_id: MessageId(new_id()), body: body.into() };
        self.act::<Ticket>(ticket, Actor::agent(agent), command).await;
    }

    pub(crate) async fn link_order(&self, ticket: Uuid, agent: Uuid, order: &str) {
        let command = TicketCommand::LinkOrder { to: Some(order.into()) };
        self.act::<Ticket>(ticket, Actor::agent(agent), command).await;
    }

    pub(crate) async fn set_fields(&self, ticket: Uuid, agent: Uuid, set: &[(&str, &str)], plain: &[&str]) {
        let command = TicketCommand::ChangeCustomFields {
            set: set.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect(),
            plain: plain.iter().map(|name| (*name).to_owned()).collect(),
        };
        self.act::<Ticket>(ticket, Actor::agent(agent), command).await;
    }

    pub(crate) async fn start_chat(&self, customer: Uuid, question: &str) -> Uuid {
        let id = new_id();
        let command = ChatCommand::Start {
            customer_id: CustomerId(customer),
            visitor_name: Some("Vera Visitor".into()),
            visitor_email: Some("vera@example.com".into()),
            page: Some("https://shop.example/cart".into()),
            user_agent: Some("Firefox".into()),
            ip: Some("192.0.2.7".into()),
            question: Some(question.into()),
            department_id: None,
            skills: Vec::new(),
            verified: false,
        };
        self.act::<Chat>(id, Actor::customer(customer), command).await;
        id
    }

    pub(crate) async fn say(&self, chat: Uuid, actor: Actor, body: &str) {
        let command = ChatCommand::PostMessage { message_id: MessageId(new_id()), body: body.into() };
        self.act::<Chat>(chat, actor, command).await;
    }

    pub(crate) async fn accept(&self, chat: Uuid, agent: Uuid) {
        self.act::<Chat>(chat, Actor::agent(agent), ChatCommand::Accept { agent_id: AgentId(agent) }).await;
    }

    /// A copy of the log as it is, as an operator takes one.
    pub(crate) fn copy_log(&self) -> PathBuf {
        let copy = self.folder.path().join("copy.db");
        let log = rusqlite::Connection::open(self.folder.path().join("log.db")).unwrap();
        log.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        copy
    }

    /// Goes on with that copy of the log.
    pub(crate) async fn restore_log(&mut self, copy: PathBuf) {
        let log = open_log(&LogUrl::Sqlite(copy), self.clock.clone()).await.unwrap();
        let vault = vault(self.folder.path(), self.clock.clone()).await;
        self.journal = Journal::new(log, vault, self.clock.clone());
    }

    /// Destroys the person's key and records that.
    pub(crate) async fn erase(&self, customer: Uuid) {
        self.journal.keys().destroy(&self.tenant, CustomerId(customer).into()).await.unwrap();
        self.act::<Customer>(customer, Actor::SYSTEM, CustomerCommand::Erase).await;
    }

    /// Changes tables behind the read models' back.
    pub(crate) fn write(&self, sql: &str) {
        match &self.scratch {
            None => {
                let file = rusqlite::Connection::open(self.folder.path().join("read.db")).unwrap();
                file.busy_timeout(Duration::from_secs(30)).unwrap();
                file.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            Some(scratch) => drop(psql(scratch, &format!("SET search_path = docket_read; {sql}"))),
        }
    }

    /// Every row of every table, as text, by table.
    pub(crate) fn dump(&self) -> Vec<(String, String)> {
        ReadModels::names().into_iter().map(|table| (table.to_owned(), self.dump_table(table))).collect()
    }

    pub(crate) fn dump_table(&self, table: &str) -> String {
        let mut lines: Vec<String> = match &self.scratch {
            None => sqlite(self.folder.path(), &format!("SELECT * FROM {table}")),
            Some(scratch) => psql(scratch, &format!("SELECT to_jsonb(t)::text FROM docket_read.{table} t")),
        }
        .lines()
        .map(str::to_owned)
        .collect();
        lines.sort();
        lines.join("\n")
    }
}

/// Compares dumps and shows only the rows that differ.
pub(crate) fn assert_same(before: &[(String, String)], after: &[(String, String)]) {
    for ((table, before), (_, after)) in before.iter().zip(after) {
        let lost: Vec<_> = before.lines().filter(|row| !after.lines().any(|other| other == *row)).collect();
        let come: Vec<_> = after.lines().filter(|row| !before.lines().any(|other| other == *row)).collect();
        assert_eq!(lost, come, "{table} differs");
        assert_eq!(before, after, "{table} differs");
    }
}

/// Runs a query on the SQLite read models past Docket: a line a row, values written so that their types show.
pub(crate) fn sqlite(folder: &Path, sql: &str) -> String {
    use rusqlite::types::Value;
    let file = rusqlite::Connection::open(folder.join("read.db")).unwrap();
    file.busy_timeout(Duration::from_secs(30)).unwrap();
    let mut query = file.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = query.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let values = (0..width).map(|i| {
            Ok(match row.get::<_, Value>(i)? {
                Value::Null => "NULL".to_owned(),
                Value::Integer(int) => int.to_string(),
                Value::Real(real) => format!("{real:?}"),
                Value::Text(text) => format!("{text:?}"),
                Value::Blob(bytes) => format!("X{bytes:02x?}"),
            })
        });
        Ok(values.collect::<rusqlite::Result<Vec<_>>>()?.join(","))
    };
    // Raw: a plan is asked for without the values.
    let lines: rusqlite::Result<Vec<String>> = query.raw_query().mapped(line).collect();
    lines.unwrap().join("\n")
}

async fn vault(folder: &Path, clock: Arc<dyn Clock>) -> Arc<dyn Keyring> {
    let path = folder.join("vault.db");
    let vault = open_vault(path.to_str().unwrap(), MasterKey::from_bytes(&[7; 32]), clock).await.unwrap();
    Arc::new(vault)
}
