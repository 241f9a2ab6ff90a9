//! Nobody hands out what they may not do, where it is recorded: a right that is taken away between the look at it and the
//! append is not used any more.

use std::sync::Arc;

use async_trait::async_trait;
use docket_commands::{CommandError, Commands, Done, Grounds, HandedOut, Invocation, Mandate, Settings};
use docket_domain::Permission::*;
use docket_domain::account::{AccountCommand, SignInMethod};
use docket_domain::agent::AgentCommand;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::role::RoleCommand;
use docket_domain::{
    Actor, AgentId, CustomerId, HeldRole, Permission, PermissionSet, PersonId, Position, Role, RoleId, StreamId,
    TenantId,
};
use docket_store::{
    Append, Appended, Capabilities, EventStore, Filter, IdempotencyKey, Journal, Page, RecordedEvent, StoreError,
    SystemClock, new_id,
};
use tokio::sync::{Mutex, watch};

use crate::desk::{Desk, code, types};

/// What an administrator does at the same moment.
#[derive(Debug, Clone)]
enum Change {
    Role(RoleCommand),
    Agent(AgentId, AgentCommand),
}

/// A log in which something happens just before it is first given something.
struct Meanwhile {
    log: Arc<dyn EventStore>,
    desk: Commands,
    by: Invocation,
    change: Mutex<Option<Change>>,
}

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

#[async_trait]
impl EventStore for Meanwhile {
    fn capabilities(&self) -> Capabilities {
        self.log.capabilities()
    }
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        let change = self.change.lock().await.take();
        let done = match change {
            None => None,
            Some(Change::Role(command)) => Some(self.desk.change_roles(&self.by, command).await),
            Some(Change::Agent(id, command)) => Some(self.desk.change_agent(&self.by, id, &command).await),
        };
        assert!(done.is_none_or(|done| done.is_ok_and(|done| done.changed)));
        self.log.append(append).await
    }
    async fn find_appended(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        self.log.find_appended(key).await
    }
    async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        self.log.read_stream(stream, after, limit).await
    }
    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
        self.log.read_all(after, filter, limit).await
    }
    async fn head(&self) -> Result<Position, StoreError> {
        self.log.head().await
    }
    fn appended(&self) -> watch::Receiver<Position> {
        self.log.appended()
    }
    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        self.log.reserve_numbers(tenant, sequence, count).await
    }
    async fn close(&self) {
        self.log.close().await;
    }
}

/// Somebody who manages people and settings by a role of the organisation's own, and a reader whom they outrank.
struct House {
    desk: Desk,
    chiefs: RoleId,
    readers: RoleId,
    chief: AgentId,
    reader: AgentId,
}

const CHIEFS: [Permission; 9] = [
    ViewTickets,
    ManageSettings,
    ManagePeople,
    EditTickets,
    EraseData,
    CreateTickets,
    ViewChat,
    SendMessages,
    ViewChatHistory,
];

fn everything() -> PermissionSet {
    PermissionSet::all()
}

fn another_address() -> CustomerCommand {
    CustomerCommand::ChangeDetails { name: Some("Carl".into()), email: Some("m@example.org".into()), phone: None }
}

fn joining(role: HeldRole) -> AgentCommand {
    AgentCommand::Register {
        name: "Grace".into(),
        email: None,
        role,
        department_ids: vec![],
        skills: vec![],
        max_concurrent_chats: 1,
    }
}

impl House {
    async fn new() -> Self {
        let desk = Desk::new().await;
        let define = async |name: &str, permissions: &[Permission]| {
            let by = desk.by_admin();
            let defined = desk.commands.define_role(&by, name.into(), permissions.to_vec(), everything());
            RoleId(defined.await.unwrap().note.unwrap().parse().unwrap())
        };
        let (chiefs, readers) = (define("Chief", &CHIEFS).await, define("Reader", &[ViewTickets]).await);
        let (chief, reader) = (AgentId(new_id()), AgentId(new_id()));
        for (id, role) in [(chief, chiefs), (reader, readers)] {
            desk.commands.register_agent(&desk.by_admin(), id, &joining(HeldRole::Own(role))).await.unwrap();
        }
        // The last administrator stays; this one is another.
        let admin = joining(Role::Admin.into());
        desk.commands.register_agent(&desk.by_admin(), AgentId(new_id()), &admin).await.unwrap();
        Self { desk, chiefs, readers, chief, reader }
    }

    /// The chief, as they were let in.
    fn by_chief(&self) -> Invocation {
        let mandate = Mandate {
            person: PersonId(self.chief.0),
            permissions: PermissionSet::of(&CHIEFS),
            admin: false,
            grounds: Grounds::Role,
        };
        self.desk.by(Actor::agent(self.chief)).with_mandate(mandate)
    }

    /// The write side of the node they ask, on which the change is made by another before anything is appended.
    fn node(&self, change: Option<Change>) -> Commands {
        let (log, vault) = (Arc::clone(self.desk.journal.store()), self.desk.vault.clone());
        let (desk, by) = (self.desk.commands.clone(), self.desk.by_admin());
        let log = Arc::new(Meanwhile { log, desk, by, change: Mutex::new(change) });
        let journal = Journal::new(log, Arc::new(vault.clone()), Arc::new(SystemClock));
        Commands::new(journal, vault.accounts(), Settings::default())
    }

    /// Hands something out in the `nth` way there is; none if there is no such way.
    async fn hand_out(&self, nth: usize, on: &Commands) -> Option<Result<Done, CommandError>> {
        let (by, readers) = (self.by_chief(), HeldRole::Own(self.readers));
        let may = PermissionSet::of(&CHIEFS);
        let handed = |needs, permissions: &[Permission]| HandedOut {
            needs,
            permissions: PermissionSet::of(permissions),
            role: readers,
        };
        let (person, token_id) = (PersonId(self.reader.0), new_id());
        Some(match nth {
            0 => on.register_agent(&by, AgentId(new_id()), &joining(readers)).await,
            1 => {
                let to = self.another_reading_role().await;
                on.change_agent(&by, self.reader, &AgentCommand::ChangeRole { to }).await
            }
            2 => {
                let rename = AgentCommand::Rename { name: "Mallory".into(), email: Some("m@example.org".into()) };
                on.change_agent(&by, self.reader, &rename).await
            }
            3 => on.define_role(&by, "Writer".into(), vec![ViewTickets], may).await,
            4 => {
                let (role_id, permissions) = (self.readers, vec![ViewTickets, ManageSettings]);
                let change = RoleCommand::Change { role_id, name: "Reader".into(), permissions, may };
                on.change_roles(&by, change).await
            }
            5 => {
                let token = AccountCommand::RecordTokenIssued { token_id, label: "mine".into() };
                on.record_handed_out(&by, person, &token, handed(ManageSettings, &[ViewTickets])).await
            }
            6 => {
                let expires_at = self.desk.journal.clock().now();
                let code = AccountCommand::RecordCodeIssued { method: SignInMethod::Code, expires_at };
                on.record_handed_out(&by, person, &code, handed(ManagePeople, &[])).await
            }
            7 => on.record_widget_secret(&by).await,
            8 => {
                let customer = self.customer(CustomerKind::Customer).await;
                on.change_details(&by, customer, &another_address(), true).await
            }
            9 => {
                let (visitor, customer) =
                    (self.customer(CustomerKind::Visitor).await, self.customer(CustomerKind::Customer).await);
                on.merge_visitor(&by, visitor, customer).await
            }
            10 => {
                let customer = self.customer(CustomerKind::Customer).await;
                on.give_address(&by, customer, &another_address()).await
            }
            _ => return None,
        })
    }

    async fn customer(&self, kind: CustomerKind) -> CustomerId {
        let (id, email) =
            (CustomerId(new_id()), Some("carl@example.org".to_owned()).filter(|_| kind == CustomerKind::Customer));
        let register = CustomerCommand::Register { kind, name: None, email, phone: None, external_id: None };
        self.desk.commands.execute::<Customer>(&self.desk.by_admin(), id.0, register).await.unwrap();
        id
    }

    /// A way in which the chief has no longer what they would hand out.
    fn taken_from_chief(&self, nth: usize) -> Change {
        let role_id = self.chiefs;
        let narrowed = |permissions: &[Permission]| {
            let permissions = permissions.to_vec();
            Change::Role(RoleCommand::Change { role_id, name: "Chief".into(), permissions, may: everything() })
        };
        match nth {
            0 => narrowed(&[ViewTickets]),
            1 => narrowed(&[ManageSettings, ManagePeople]),
            2 => Change::Agent(self.chief, AgentCommand::ChangeRole { to: Role::Auditor.into() }),
            _ => Change::Agent(self.chief, AgentCommand::Deactivate),
        }
    }

    async fn another_reading_role(&self) -> HeldRole {
        let (name, may) = ("Other reader".to_owned(), everything());
        let defined = self.desk.commands.define_role(&self.desk.by_admin(), name, vec![ViewTickets], may).await;
        HeldRole::Own(RoleId(defined.unwrap().note.unwrap().parse().unwrap()))
    }
}

#[tokio::test]
async fn what_was_taken_away_meanwhile_is_not_handed_out() {
    for nth in 0.. {
        let house = House::new().await;
        let Some(done) = house.hand_out(nth, &house.node(None)).await else { break };
        assert_eq!(code(done), "done", "way {nth}, with nothing in between");
        for change in 0..4 {
            let house = House::new().await;
            let change = house.taken_from_chief(change);
            let told = format!("way {nth}, {change:?}");
            let done = house.hand_out(nth, &house.node(Some(change))).await.unwrap();
            assert_eq!(code(done), "forbidden", "{told}");
            let last = types(&house.desk.log().await).pop();
            let taken = ["RoleChanged", "RoleWithdrawn", "RoleGranted"];
            assert!(last.is_some_and(|last| taken.contains(&last)), "{told}: {last:?}");
        }
    }
}

#[tokio::test]
async fn who_may_do_more_by_now_is_out_of_reach() {
    for nth in [1, 2, 5, 6] {
        let house = House::new().await;
        let promoted = Change::Agent(house.reader, AgentCommand::ChangeRole { to: Role::Admin.into() });
        let done = house.hand_out(nth, &house.node(Some(promoted))).await.unwrap();
        assert_eq!(code(done), "forbidden", "way {nth}");
    }
}

#[tokio::test]
async fn ones_own_work_and_what_needs_no_rights_goes_on() {
    let house = House::new().await;
    let demoted = AgentCommand::ChangeRole { to: Role::Agent.into() };
    house.desk.commands.change_agent(&house.desk.by_admin(), house.chief, &demoted).await.unwrap();
    let away = AgentCommand::ChangeAvailability { to: docket_domain::agent::Availability::Away };
    let by = house.by_chief();
    assert_eq!(code(house.desk.commands.change_agent(&by, house.chief, &away).await), "done");
    assert_eq!(code(house.desk.commands.change_agent(&by, house.reader, &away).await), "forbidden");
    let skills = AgentCommand::ChangeSkills { skills: vec!["latin".into()] };
    assert_eq!(code(house.desk.commands.change_agent(&by, house.chief, &skills).await), "forbidden");
}

#[tokio::test]
async fn of_who_has_no_account_the_address_lets_nobody_in() {
    let house = House::new().await;
    let customer = house.customer(CustomerKind::Customer).await;
    let less = vec![ViewTickets, EditTickets];
    let change =
        RoleCommand::Change { role_id: house.chiefs, name: "Chief".into(), permissions: less, may: everything() };
    house.desk.commands.change_roles(&house.desk.by_admin(), change).await.unwrap();
    let details = async |lets_in| {
        let by = house.by_chief();
        code(house.desk.commands.change_details(&by, customer, &another_address(), lets_in).await)
    };
    assert_eq!(details(true).await, "forbidden");
    assert_eq!(details(false).await, "done");
    // What changes no way in is anybody's who may change details.
    assert_eq!(details(true).await, "done");
}

#[tokio::test]
async fn nobody_is_erased_by_who_may_not_any_more() {
    for change in 0..4 {
        let house = House::new().await;
        let customer = house.customer(CustomerKind::Customer).await;
        // What this node remembers is from before.
        let node = house.node(None);
        let tenant = &house.desk.tenant;
        node.load::<docket_domain::agent::Agent>(tenant, house.chief).await.unwrap();
        node.roles(tenant).await.unwrap();
        let by = house.desk.by_admin();
        match house.taken_from_chief(change) {
            Change::Role(command) => house.desk.commands.change_roles(&by, command).await.unwrap(),
            Change::Agent(id, command) => house.desk.commands.change_agent(&by, id, &command).await.unwrap(),
        };
        assert_eq!(code(node.erase_person(&house.by_chief(), customer).await), "forbidden");
        let known = house.desk.commands.load_fresh::<Customer>(tenant, customer).await.unwrap();
        assert!(known.email.as_ref().is_some_and(|email| email.known().is_some()) && !known.erased);
        assert_eq!(code(node.erase_person(&house.desk.by_admin(), customer).await), "done");
    }
}
