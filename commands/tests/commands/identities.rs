//! By what people are known: claimed and released in the act that changes it.

use std::sync::Arc;

use chrono::TimeDelta;
use docket_commands::{CommandError, Commands, NewPerson, Settings};
use docket_domain::customer::{
    Customer, CustomerCommand, CustomerDetailsChanged, CustomerEvent, CustomerKind, Identity,
};
use docket_domain::{Actor, Category, CustomerId, DomainEvent, PersonId, Rejection, StreamId};
use docket_store::vault::IdentityKind;
use docket_store::{Clock as _, Draft, DraftStream, Expected, Journal, ManualClock, MasterKey, new_id, open_vault};

use crate::desk::{Desk, code};

fn known_by(email: &str) -> NewPerson {
    NewPerson { email: Some(email.to_owned()), ..NewPerson::default() }
}

fn with_email(email: &str) -> CustomerCommand {
    CustomerCommand::ChangeDetails { name: Some("Ada".into()), email: Some(email.to_owned()), phone: None }
}

async fn found(commands: &Commands, desk: &Desk, email: &str) -> Option<CustomerId> {
    commands.find_customer(&desk.tenant, &Identity::email(email)).await.unwrap()
}

async fn an_address_follows_the_person(desk: Desk) {
    let by = desk.by_admin();
    let ada = desk.commands.find_or_register(&by, &known_by("Ada@Example.org")).await.unwrap();
    desk.commands.execute::<Customer>(&by, ada.0, with_email("ada@new.example")).await.unwrap();
    assert_eq!(found(&desk.commands, &desk, "ADA@new.example").await, Some(ada));
    assert_eq!(found(&desk.commands, &desk, "ada@example.org").await, None);

    // The old one is somebody else's to have; one that is taken is refused, naming the field and who has it.
    let bob = desk.commands.find_or_register(&by, &known_by("ada@example.org ")).await.unwrap();
    assert_ne!(bob, ada);
    let refused = desk.commands.execute::<Customer>(&by, bob.0, with_email("Ada@New.example")).await;
    let taken = Rejection::Taken { field: "email", by: ada.0 };
    assert!(matches!(refused, Err(CommandError::Rejected(why)) if why == taken));
    assert_eq!(found(&desk.commands, &desk, "ada@example.org").await, Some(bob));

    // Only by case or not at all: the same person, and nothing is claimed anew.
    desk.commands.execute::<Customer>(&by, ada.0, with_email("ADA@new.example")).await.unwrap();
    assert_eq!(found(&desk.commands, &desk, "ada@new.example").await, Some(ada));

    // Erased, it is free.
    desk.commands.erase_person(&by, ada).await.unwrap();
    let again = desk.commands.find_or_register(&by, &known_by("ada@new.example")).await.unwrap();
    assert_ne!(again, ada);
}

#[tokio::test]
async fn an_address_follows_the_person_on_sqlite() {
    an_address_follows_the_person(Desk::new().await).await;
}

#[tokio::test]
async fn an_address_follows_the_person_on_postgres() {
    an_address_follows_the_person(Desk::on_postgres().await).await;
}

#[tokio::test]
async fn of_two_nodes_that_race_for_an_address_one_wins() {
    let desk = Desk::new().await;
    let other = desk.another_node().await;
    let (ada, bob) = (desk.customer().await, desk.customer().await);
    let change = |commands: Commands, who: CustomerId| {
        let by = desk.by_admin();
        async move { code(commands.execute::<Customer>(&by, who.0, with_email("one@example.org")).await) }
    };
    let (one, two) = tokio::join!(change(desk.commands.clone(), ada), change(other.clone(), bob));
    let mut outcomes = [one, two];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["done", "email"]);
    let winner = if one == "done" { ada } else { bob };
    assert_eq!(found(&other, &desk, "one@example.org").await, Some(winner));

    // Whoever looks for somebody new at once finds the same one.
    let look = |commands: Commands| {
        let by = desk.by_admin();
        tokio::spawn(async move { commands.find_or_register(&by, &known_by("new@example.org")).await.unwrap() })
    };
    let all = (0..20).map(|n| look(if n % 2 == 0 { desk.commands.clone() } else { other.clone() }));
    let found: std::collections::HashSet<_> =
        futures::future::join_all(all).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn two_people_of_another_system_may_share_an_address() {
    let desk = Desk::new().await;
    let by = desk.by_admin();
    let person = |id: &str| NewPerson { external_id: Some(id.to_owned()), ..known_by("family@example.org") };
    let one = desk.commands.find_or_register(&by, &person("crm-1")).await.unwrap();
    assert_eq!(desk.commands.find_or_register(&by, &person("crm-1")).await.unwrap(), one);
    let refused = desk.commands.find_or_register(&by, &person("crm-2")).await;
    let taken = Rejection::Taken { field: "email", by: one.0 };
    assert!(matches!(refused, Err(CommandError::Rejected(why)) if why == taken));
    // What was claimed for the refused one is free again.
    let other = NewPerson { email: None, ..person("crm-2") };
    assert_ne!(desk.commands.find_or_register(&by, &other).await.unwrap(), one);
}

#[tokio::test]
async fn what_somebody_says_of_themselves_is_no_identity() {
    let desk = Desk::new().await;
    let victim = desk.commands.find_or_register(&desk.by_admin(), &known_by("victim@example.org")).await.unwrap();
    let mallory = desk.customer().await;
    let by_mallory = desk.by(Actor::customer(mallory));
    for email in ["victim@example.org", "nobody.yet@example.org"] {
        desk.commands.execute::<Customer>(&by_mallory, mallory.0, with_email(email)).await.unwrap();
    }
    assert_eq!(found(&desk.commands, &desk, "victim@example.org").await, Some(victim));
    assert_eq!(found(&desk.commands, &desk, "nobody.yet@example.org").await, None);
    // Once the desk has set it, it is.
    desk.commands.execute::<Customer>(&desk.by_admin(), mallory.0, with_email("nobody.yet@example.org")).await.unwrap();
    assert_eq!(found(&desk.commands, &desk, "nobody.yet@example.org").await, Some(mallory));
}

#[tokio::test]
async fn what_a_visitor_was_known_by_is_the_customers_they_turned_out_to_be() {
    let desk = Desk::new().await;
    let (customer, visitor) = (desk.customer().await, CustomerId(new_id()));
    let kind = CustomerKind::Visitor;
    let register = CustomerCommand::Register {
        kind,
        name: None,
        email: Some("visitor@example.org".into()),
        phone: None,
        external_id: None,
    };
    let by = desk.by_admin();
    desk.commands.execute::<Customer>(&by, visitor.0, register).await.unwrap();
    desk.commands.merge_visitor(&by, visitor, customer).await.unwrap();
    assert_eq!(found(&desk.commands, &desk, "visitor@example.org").await, Some(customer));
    // It can become the customer's own.
    desk.commands.execute::<Customer>(&by, customer.0, with_email("visitor@example.org")).await.unwrap();
    assert_eq!(found(&desk.commands, &desk, "visitor@example.org").await, Some(customer));
}

/// A desk's log with a vault and clock of the test's own.
pub(crate) async fn with_clock(desk: &Desk) -> (Commands, docket_store::Accounts, Arc<ManualClock>, tempfile::TempDir) {
    let (clock, folder) = (Arc::new(ManualClock::at(docket_store::SystemClock.now())), tempfile::tempdir().unwrap());
    let path = folder.path().join("vault.db").display().to_string();
    let vault = open_vault(&path, MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    let journal = Journal::new(desk.journal.store().clone(), Arc::new(vault.clone()), clock.clone());
    (Commands::new(journal, vault.accounts(), Settings::default()), vault.accounts(), clock, folder)
}

#[tokio::test]
async fn a_claim_the_log_does_not_bear_out_holds_only_as_long_as_it_may_be_under_way() {
    let desk = Desk::new().await;
    let (commands, accounts, clock, _folder) = with_clock(&desk).await;
    let (by, gone) = (desk.by_admin(), PersonId(new_id()));
    let ada = commands.find_or_register(&by, &known_by("ada@example.org")).await.unwrap();
    // A process claimed this for somebody the log knows, and ended before it said so.
    let bob = commands.find_or_register(&by, &known_by("bob@example.org")).await.unwrap();
    accounts.claim_identity(&desk.tenant, IdentityKind::Email, "new@example.org", PersonId(bob.0)).await.unwrap();
    let change = || commands.execute::<Customer>(&by, ada.0, with_email("new@example.org"));
    assert_eq!(code(change().await), "email");
    clock.advance(TimeDelta::seconds(61));
    assert_eq!(code(change().await), "done");
    assert_eq!(found(&commands, &desk, "new@example.org").await, Some(ada));
    // The same with somebody the log never heard of: whoever registers them goes on where that one ended.
    accounts.claim_identity(&desk.tenant, IdentityKind::Email, "half@example.org", gone).await.unwrap();
    let person = commands.find_or_register(&by, &known_by("half@example.org")).await.unwrap();
    assert_eq!(person, CustomerId(gone.0));
}

#[tokio::test]
async fn the_vault_follows_a_log_that_went_on_without_it() {
    let desk = Desk::new().await;
    let (commands, accounts, clock, _folder) = with_clock(&desk).await;
    let by = desk.by_admin();
    let ada = commands.find_or_register(&by, &known_by("old@example.org")).await.unwrap();
    let changed = CustomerEvent::from(CustomerDetailsChanged {
        name: None,
        email: Some("new@example.org".into()),
        phone: None,
        email_verified: None,
    });
    let stream = StreamId::new(desk.tenant.clone(), Category::Customer, ada.0);
    let draft = Draft {
        body: DomainEvent::from(changed),
        occurred_at: clock.now(),
        actor: Actor::SYSTEM,
        data_subject: Some(PersonId(ada.0)),
        irregular: false,
    };
    let write = DraftStream { stream, expected: Expected::Version(1), drafts: vec![draft] };
    commands.journal().append(vec![write], new_id(), None, None).await.unwrap();
    assert_eq!(found(&commands, &desk, "new@example.org").await, None);
    clock.advance(TimeDelta::seconds(61));
    commands.follow_identities().await.unwrap();
    assert_eq!(found(&commands, &desk, "new@example.org").await, Some(ada));
    let old = accounts.find_identity(&desk.tenant, IdentityKind::Email, "old@example.org").await.unwrap();
    assert_eq!(old, None);
    assert_eq!(accounts.identities_follow_to().await.unwrap(), commands.journal().store().head().await.unwrap());
}
