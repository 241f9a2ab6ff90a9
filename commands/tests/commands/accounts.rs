//! Accounts and erasures that a process left behind: who completes them, when, and what is nobody's to complete.

use chrono::TimeDelta;
use docket_commands::{Commands, Followed, Unfollowed};
use docket_domain::agent::AgentCommand;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::{Actor, AgentId, CustomerId, PersonId, Position, Role};
use docket_store::vault::NewAccount;
use docket_store::{Accounts, new_id};

use crate::desk::Desk;
use crate::identities::with_clock;

async fn login(accounts: &Accounts, desk: &Desk, person: PersonId) -> Option<String> {
    accounts.account(&desk.tenant, person).await.unwrap().expect("an account").login
}

async fn open(accounts: &Accounts, desk: &Desk, person: PersonId, role: Role, login: &str) {
    let account = NewAccount { person, role: role.into(), login: Some(login.to_owned()), password: None };
    accounts.open_account(&desk.tenant, account).await.unwrap();
}

/// Somebody of the desk, known to `commands`' own vault.
async fn agent(commands: &Commands, desk: &Desk) -> AgentId {
    let id = AgentId(new_id());
    let register = AgentCommand::Register {
        name: "Grace".into(),
        email: None,
        role: Role::Agent.into(),
        department_ids: Vec::new(),
        skills: Vec::new(),
        max_concurrent_chats: 3,
    };
    commands.register_agent(&desk.by_admin(), id, &register).await.unwrap();
    id
}

fn renamed(email: &str) -> AgentCommand {
    AgentCommand::Rename { name: "Grace".into(), email: Some(email.to_owned()) }
}

#[tokio::test]
async fn what_is_fresh_is_left_to_whoever_recorded_it() {
    let desk = Desk::new().await;
    let (commands, accounts, clock, _folder) = with_clock(&desk).await;
    let grace = agent(&commands, &desk).await;
    let by = desk.by_admin();
    commands.change_agent(&by, grace, &renamed("grace@example.org")).await.unwrap();
    let person = PersonId(grace.0);
    open(&accounts, &desk, person, Role::Agent, "grace@example.org").await;
    commands.follow_people(Unfollowed::All).await.unwrap();

    // A process records another address, and dies.
    commands.change_agent(&by, grace, &renamed("new@example.org")).await.unwrap();
    commands.follow_people(Unfollowed::Settled).await.unwrap();
    assert_eq!(login(&accounts, &desk, person).await.as_deref(), Some("grace@example.org"), "it may be at it");
    clock.advance(TimeDelta::minutes(30));
    commands.follow_people(Unfollowed::Settled).await.unwrap();
    assert_eq!(login(&accounts, &desk, person).await.as_deref(), Some("new@example.org"));
    assert_eq!(accounts.accounts_follow_to().await.unwrap(), commands.journal().store().head().await.unwrap());
    assert_eq!(commands.follow_account(&by, person, None).await.unwrap(), Followed::Unchanged);

    // At a start nobody else is taken to be at it.
    commands.change_agent(&by, grace, &renamed("third@example.org")).await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    assert_eq!(login(&accounts, &desk, person).await.as_deref(), Some("third@example.org"));

    // Of a log that is another's, or an older copy, it begins where that ends.
    accounts.note_accounts_follow(Position(1_000_000)).await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    assert_eq!(accounts.accounts_follow_to().await.unwrap(), commands.journal().store().head().await.unwrap());
}

#[tokio::test]
async fn an_address_that_is_taken_keeps_nobody_else_waiting() {
    let desk = Desk::new().await;
    let (commands, accounts, _clock, _folder) = with_clock(&desk).await;
    let by = desk.by_admin();
    let mut people = Vec::new();
    for name in ["ada", "grace", "joan"] {
        let id = agent(&commands, &desk).await;
        let email = format!("{name}@example.org");
        commands.change_agent(&by, id, &renamed(&email)).await.unwrap();
        open(&accounts, &desk, PersonId(id.0), Role::Agent, &email).await;
        people.push(id);
    }
    commands.follow_people(Unfollowed::All).await.unwrap();
    // Two at the same moment saw that it is free.
    commands.change_agent(&by, people[1], &renamed("ada@example.org")).await.unwrap();
    commands.change_agent(&by, people[2], &renamed("new@example.org")).await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    let mut logins = Vec::new();
    for id in &people {
        logins.push(login(&accounts, &desk, PersonId(id.0)).await.unwrap_or_default());
    }
    assert_eq!(logins, ["ada@example.org", "grace@example.org", "new@example.org"]);
    let followed = commands.follow_account(&by, PersonId(people[1].0), None).await.unwrap();
    assert_eq!(followed, Followed::AddressTaken);
}

#[tokio::test]
async fn what_customers_say_of_themselves_changes_nothing_of_how_they_sign_in() {
    let desk = Desk::new().await;
    let (commands, accounts, _clock, _folder) = with_clock(&desk).await;
    let (id, by) = (new_id(), desk.by_admin());
    let (person, themselves) = (PersonId(id), desk.by(Actor::customer(id)));
    let first = Some("maria@example.org".to_owned());
    let register = CustomerCommand::Register {
        kind: CustomerKind::Customer,
        name: None,
        email: first,
        phone: None,
        external_id: None,
    };
    commands.execute::<Customer>(&by, id, register).await.unwrap();
    open(&accounts, &desk, person, Role::Customer, "maria@example.org").await;
    commands.follow_people(Unfollowed::All).await.unwrap();
    let change = |email: Option<&str>| CustomerCommand::ChangeDetails {
        name: Some("Maria".into()),
        email: email.map(str::to_owned),
        phone: None,
    };
    for stated in [Some("somebody.else@example.org"), None] {
        commands.execute::<Customer>(&themselves, id, change(stated)).await.unwrap();
        commands.follow_people(Unfollowed::All).await.unwrap();
        assert_eq!(login(&accounts, &desk, person).await.as_deref(), Some("maria@example.org"), "{stated:?}");
    }
    commands.execute::<Customer>(&by, id, change(Some("rossi@example.org"))).await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    assert_eq!(login(&accounts, &desk, person).await.as_deref(), Some("rossi@example.org"));
    commands.execute::<Customer>(&by, id, change(None)).await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    assert_eq!(login(&accounts, &desk, person).await, None);
}

async fn is_erased(commands: &Commands, desk: &Desk, id: CustomerId) -> bool {
    commands.load_fresh::<Customer>(&desk.tenant, id).await.unwrap().erased
}

#[tokio::test]
async fn an_erasure_that_broke_off_is_recorded_and_nobody_elses() {
    let desk = Desk::new().await;
    let (commands, accounts, clock, _folder) = with_clock(&desk).await;
    let by = desk.by_admin();
    let register = |kind, email: &str| CustomerCommand::Register {
        kind,
        name: Some("Ada".into()),
        email: Some(email.to_owned()),
        phone: None,
        external_id: None,
    };
    let [ada, visitor, customer] = [(); 3].map(|()| CustomerId(new_id()));
    for (id, kind, email) in [
        (ada, CustomerKind::Customer, "ada@example.org"),
        (visitor, CustomerKind::Visitor, "visitor@example.org"),
        (customer, CustomerKind::Customer, "customer@example.org"),
    ] {
        commands.execute::<Customer>(&by, id.0, register(kind, email)).await.unwrap();
    }
    // A process destroyed their keys, and died. One was taken for somebody the desk knows before anybody noticed.
    let keys = commands.journal().keys();
    for id in [ada, visitor] {
        keys.destroy(&desk.tenant, PersonId(id.0)).await.unwrap();
    }
    // Of somebody the log never heard of there is nothing to say.
    keys.destroy(&desk.tenant, PersonId(new_id())).await.unwrap();
    commands.merge_visitor(&by, visitor, customer).await.unwrap();
    commands.follow_people(Unfollowed::Settled).await.unwrap();
    assert!(!is_erased(&commands, &desk, ada).await, "whoever erases them may be at it");
    clock.advance(TimeDelta::minutes(30));
    commands.follow_people(Unfollowed::Settled).await.unwrap();
    let erased = [is_erased(&commands, &desk, ada).await, is_erased(&commands, &desk, visitor).await];
    assert_eq!(erased, [true, true]);
    assert!(!is_erased(&commands, &desk, customer).await, "nobody asked for that");
    assert_eq!(accounts.unrecorded_erasures(docket_store::Clock::now(&*clock), 10).await.unwrap(), []);
    let before = commands.journal().store().head().await.unwrap();
    commands.follow_people(Unfollowed::All).await.unwrap();
    assert_eq!(commands.journal().store().head().await.unwrap(), before, "once");
}
