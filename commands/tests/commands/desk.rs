//! A desk of a test's own: a log, a vault, an organisation.

use std::path::Path;
use std::sync::Arc;

use docket_commands::{CommandError, Commands, Done, Invocation, OpenTicket, Settings};
use docket_domain::Position;
use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::{Actor, AgentId, CustomerId, Event, Rejection, Role, StreamId, TenantId, TicketId};
use docket_store::{EventStore, Filter, Journal, LogUrl, MasterKey, SystemClock, Vault, new_id, open_log, open_vault};
use docket_test_database::Database;

/// Where a test's data lies.
pub(crate) enum Place {
    Folder(tempfile::TempDir),
    Database(tempfile::TempDir, Database),
}

/// A desk with one organisation, `acme`.
pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) commands: Commands,
    pub(crate) journal: Journal,
    pub(crate) vault: Vault,
    pub(crate) tenant: TenantId,
}

async fn open(place: &Place) -> (Arc<dyn EventStore>, Vault) {
    let clock = Arc::new(SystemClock);
    let (folder, url): (&Path, LogUrl) = match place {
        Place::Folder(folder) => (folder.path(), LogUrl::Sqlite(folder.path().join("log.db"))),
        Place::Database(folder, database) => (folder.path(), LogUrl::Postgres(database.url())),
    };
    let store = open_log(&url, clock.clone()).await.unwrap();
    let vault = folder.join("vault.db").display().to_string();
    (store, open_vault(&vault, MasterKey::from_bytes(&[7; 32]), clock).await.unwrap())
}

impl Desk {
    /// A new one on SQLite.
    pub(crate) async fn new() -> Self {
        Self::at(Place::Folder(tempfile::tempdir().unwrap())).await
    }

    /// A new one on the PostgreSQL of the tests.
    pub(crate) async fn on_postgres() -> Self {
        Self::at(Place::Database(tempfile::tempdir().unwrap(), Database::create().await)).await
    }

    async fn at(place: Place) -> Self {
        let (store, vault) = open(&place).await;
        let desk = Self::over(place, store, vault);
        let zone = "Europe/Rome".to_owned();
        desk.commands.create_organisation(&desk.by_admin(), "Acme".to_owned(), zone).await.unwrap();
        desk
    }

    pub(crate) fn over(place: Place, store: Arc<dyn EventStore>, vault: Vault) -> Self {
        let journal = Journal::new(store, Arc::new(vault.clone()), Arc::new(SystemClock));
        let commands = Commands::new(journal.clone(), vault.accounts(), Settings::default());
        Self { place, commands, journal, vault, tenant: TenantId::new("acme").unwrap() }
    }

    /// The same desk after the process ended and began again.
    pub(crate) async fn restarted(self) -> Self {
        self.journal.store().close().await;
        self.vault.close().await;
        let (store, vault) = open(&self.place).await;
        Self::over(self.place, store, vault)
    }

    /// Another node's write side over the same log; it knows nothing of this one's cache.
    pub(crate) async fn another_node(&self) -> Commands {
        let (store, _) = open(&self.place).await;
        let journal = Journal::new(store, Arc::new(self.vault.clone()), Arc::new(SystemClock));
        Commands::new(journal, self.vault.accounts(), Settings::default())
    }

    pub(crate) fn by(&self, actor: Actor) -> Invocation {
        Invocation::by(self.tenant.clone(), actor)
    }

    pub(crate) fn by_admin(&self) -> Invocation {
        self.by(Actor::agent(new_id()))
    }

    /// A known customer.
    pub(crate) async fn customer(&self) -> CustomerId {
        let id = CustomerId(new_id());
        let register = CustomerCommand::Register {
            kind: CustomerKind::Customer,
            name: Some("Ada Lovelace".to_owned()),
            email: Some(format!("ada.{}@example.org", id.0.simple())),
            phone: None,
            external_id: None,
        };
        self.commands.begin::<Customer>(&self.by_admin(), id.0, register).await.unwrap();
        id
    }

    /// An agent who is available and takes so many chats.
    pub(crate) async fn agent(&self, max_concurrent_chats: u32) -> AgentId {
        let id = AgentId(new_id());
        let register = AgentCommand::Register {
            name: "Grace".to_owned(),
            email: None,
            role: Role::Agent.into(),
            department_ids: vec![],
            skills: vec![],
            max_concurrent_chats,
        };
        self.commands.register_agent(&self.by_admin(), id, &register).await.unwrap();
        let available = AgentCommand::ChangeAvailability { to: Availability::Available };
        self.commands.change_agent(&self.by_admin(), id, &available).await.unwrap();
        id
    }

    /// An open ticket of the customer.
    pub(crate) async fn ticket(&self, customer: CustomerId) -> TicketId {
        let done = self.commands.open_ticket(&self.by_admin(), &request(customer)).await.unwrap();
        TicketId(done.stream.id)
    }

    pub(crate) async fn events(&self, stream: &StreamId) -> Vec<Event> {
        self.journal.read_stream(stream, 0, 10_000).await.unwrap()
    }

    /// Everything in the log.
    pub(crate) async fn log(&self) -> Vec<Event> {
        let page = self.journal.read_all(Position::START, &Filter::default(), 100_000).await.unwrap();
        page.events
    }

    pub(crate) async fn load_agent(&self, id: AgentId) -> Agent {
        (*self.commands.load_fresh::<Agent>(&self.tenant, id).await.unwrap().state).clone()
    }
}

/// A plain request.
pub(crate) fn request(customer: CustomerId) -> OpenTicket {
    OpenTicket::from_message(customer, "My parcel is lost\nIt should have come on Monday.".into(), "delivery".into())
}

pub(crate) fn types(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.body.event_type()).collect()
}

/// The stable code of a refusal, or what kind it is.
pub(crate) fn code(outcome: Result<Done, CommandError>) -> &'static str {
    match outcome {
        Ok(_) => "done",
        Err(CommandError::Rejected(Rejection::Refused { code, .. })) => code,
        Err(CommandError::Rejected(Rejection::NotFound(_))) => "not_found",
        Err(CommandError::Rejected(Rejection::Invalid(_))) => "invalid",
        Err(CommandError::Rejected(Rejection::InvalidTransition { .. })) => "invalid_transition",
        Err(CommandError::Rejected(Rejection::Taken { field, .. })) => field,
        Err(CommandError::Rejected(Rejection::ChatOpen { .. })) => "chat_open",
        Err(CommandError::Rejected(Rejection::Forbidden(_))) => "forbidden",
        Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => "already_exists",
        Err(CommandError::Stale { .. }) => "stale",
        Err(CommandError::KeyReused) => "key_reused",
        Err(CommandError::Busy) => "busy",
        Err(CommandError::Journal(error)) => panic!("{error}"),
    }
}

/// The fields of an `Invalid` refusal.
pub(crate) fn fields(outcome: Result<Done, CommandError>) -> Vec<String> {
    match outcome {
        Err(CommandError::Rejected(Rejection::Invalid(violations))) => {
            violations.into_iter().map(|violation| violation.field).collect()
        }
        other => panic!("{other:?}"),
    }
}
