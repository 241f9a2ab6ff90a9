//! A desk of a test's own, its reactors running.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{Commands, Invocation, OpenTicket, Settings as CommandSettings, StartChat};
use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::chat::Chat;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::Ticket;
use docket_domain::{Actor, AgentId, Category, ChatId, CustomerId, DepartmentId, Role, StreamId, TenantId, TicketId};
use docket_reactors::{Reactors, Settings};
use docket_store::delivery::{InProcessSource, open_leases};
use docket_store::{Clock as _, Journal, LogUrl, ManualClock, MasterKey, Workers, new_id, open_log, open_vault};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A Wednesday, ten in the morning in Rome.
pub(crate) fn wednesday() -> DateTime<Utc> {
    "2026-03-11T09:00:00Z".parse().unwrap()
}

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) commands: Commands,
    pub(crate) tenant: TenantId,
    /// What the reactors say of themselves.
    pub(crate) workers: Workers,
}

/// Reactors at work, until they are ended.
pub(crate) struct Running {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn end(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(wednesday()));
        let house = Self::open(folder, clock).await;
        let by = house.by(Actor::SYSTEM);
        house.commands.create_organisation(&by, "Acme".into(), "Europe/Rome".into()).await.unwrap();
        house
    }

    async fn open(folder: tempfile::TempDir, clock: Arc<ManualClock>) -> Self {
        let store = open_log(&LogUrl::Sqlite(folder.path().join("log.db")), clock.clone()).await.unwrap();
        let vault = folder.path().join("vault.db").display().to_string();
        let vault = open_vault(&vault, MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
        let journal = Journal::new(store, Arc::new(vault.clone()), clock.clone());
        let commands = Commands::new(journal, vault.accounts(), CommandSettings::default());
        let workers = Workers::new(clock.clone());
        Self { folder, clock, commands, tenant: TenantId::new("acme").unwrap(), workers }
    }

    /// The same house after its process ended and began again.
    pub(crate) async fn restarted(self) -> Self {
        self.commands.journal().store().close().await;
        Self::open(self.folder, self.clock).await
    }

    /// Lets the reactors run, alone or with rivals, under the lease.
    pub(crate) async fn react(&self, settings: Settings) -> Running {
        let leases = open_leases(self.folder.path().join("leases.db").to_str().unwrap()).await.unwrap();
        let reactors = self.reactors(settings);
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let holder = new_id().to_string();
        let task = tokio::spawn(async move { reactors.run(&leases, &holder, &stop).await });
        Running { cancel, task }
    }

    /// Lets reactors run without a lease: a rival that believes it is alone.
    pub(crate) fn rival(&self, settings: Settings) -> Running {
        let reactors = self.reactors(settings);
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let task = tokio::spawn(async move { reactors.react(&stop).await });
        Running { cancel, task }
    }

    fn reactors(&self, settings: Settings) -> Reactors {
        let source = InProcessSource::with_poll(self.commands.journal().clone(), Duration::from_millis(20));
        Reactors::new(self.commands.clone(), Arc::new(source), settings).with_workers(self.workers.clone())
    }

    pub(crate) fn by(&self, actor: Actor) -> Invocation {
        Invocation::by(self.tenant.clone(), actor)
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) async fn customer(&self) -> CustomerId {
        let id = CustomerId(new_id());
        let kind = CustomerKind::Customer;
        let command = CustomerCommand::Register { kind, name: None, email: None, phone: None, external_id: None };
        self.commands.begin::<Customer>(&self.by(Actor::SYSTEM), id.0, command).await.unwrap();
        id
    }

    pub(crate) async fn open_ticket(&self, customer: CustomerId) -> TicketId {
        let request = OpenTicket::from_message(customer, "Broken".into(), "other".into());
        let done = self.commands.open_ticket(&self.by(Actor::customer(customer)), &request).await.unwrap();
        TicketId(done.stream.id)
    }

    pub(crate) async fn agent(&self, places: u32, departments: &[DepartmentId], skills: &[&str]) -> AgentId {
        let id = AgentId(new_id());
        let register = AgentCommand::Register {
            name: "Grace".into(),
            email: None,
            role: Role::Agent.into(),
            department_ids: departments.to_vec(),
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            max_concurrent_chats: places,
        };
        self.commands.register_agent(&self.by(Actor::SYSTEM), id, &register).await.unwrap();
        self.available(id, Availability::Available).await;
        id
    }

    pub(crate) async fn available(&self, id: AgentId, to: Availability) {
        let command = AgentCommand::ChangeAvailability { to };
        self.commands.change_agent(&self.by(Actor::agent(id)), id, &command).await.unwrap();
    }

    pub(crate) async fn start_chat(&self) -> ChatId {
        let visitor = CustomerId(new_id());
        self.start(StartChat::of(visitor)).await
    }

    pub(crate) async fn start(&self, start: StartChat) -> ChatId {
        let by = self.by(Actor::customer(start.customer_id));
        ChatId(self.commands.start_chat(&by, &start).await.unwrap().stream.id)
    }

    pub(crate) async fn ticket(&self, id: TicketId) -> Ticket {
        (*self.commands.load_fresh::<Ticket>(&self.tenant, id).await.unwrap().state).clone()
    }

    pub(crate) async fn chat(&self, id: ChatId) -> Chat {
        (*self.commands.load_fresh::<Chat>(&self.tenant, id).await.unwrap().state).clone()
    }

    pub(crate) async fn load_agent(&self, id: AgentId) -> Agent {
        (*self.commands.load_fresh::<Agent>(&self.tenant, id).await.unwrap().state).clone()
    }

    /// How often something happened to a stream.
    pub(crate) async fn count(&self, category: Category, id: uuid::Uuid, event_type: &str) -> usize {
        let stream = StreamId::new(self.tenant.clone(), category, id);
        let events = self.commands.journal().read_stream(&stream, 0, 10_000).await.unwrap();
        events.iter().filter(|event| event.body.event_type() == event_type).count()
    }
}

/// Waits until it is so, for as long as a slow machine may take.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, check: impl Fn() -> F) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !check().await {
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
