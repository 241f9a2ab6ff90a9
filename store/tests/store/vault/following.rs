//! What of an account follows the log, and what does not.

use chrono::TimeDelta;
use docket_domain::{HeldRole, PermissionSet, PersonId, Position, Role};
use docket_store::Keyring as _;
use docket_store::vault::{
    AccountError, Accounts, Behind, KnownAddress, LogSays, NewAccount, NewApiToken, NewSession, SessionLimits, Vault,
};

use super::house::{House, Kind, agent, epoch, person, tenant};

super::on_both! {
    an_account_follows_the_log_once, what_was_set_here_alone_stays_until_the_log_says_something_else, an_address_somebody_else_has_is_left_alone, an_account_that_changed_is_looked_at_again, an_erasure_is_open_until_it_is_recorded,
}

/// What the log says of an agent who signs in with `email`.
fn says(email: &str) -> LogSays {
    let address = KnownAddress::Is(email.to_owned());
    LogSays { address, role: Some(Role::Agent.into()), left: false, signed_out: 0 }
}

async fn behind(accounts: &Accounts, who: PersonId, says: &LogSays) -> Behind {
    accounts.behind(&tenant(), who, says).await.unwrap().expect("an account")
}

async fn follow(accounts: &Accounts, who: PersonId, says: &LogSays) -> Behind {
    let behind = behind(accounts, who, says).await;
    accounts.follow(&tenant(), who, says, &behind, None).await.unwrap();
    behind
}

/// A session and a token of somebody, as secrets.
async fn credentials(vault: &Vault, who: PersonId) -> [String; 2] {
    let (accounts, scopes, epoch) = (vault.accounts(), PermissionSet::all(), epoch(vault, who).await);
    let new = NewSession { person: who, ip: None, user_agent: None, limits: SessionLimits::default(), scopes, epoch };
    let (_, session) = accounts.begin_session(&tenant(), new).await.unwrap();
    let new = NewApiToken { person: who, label: "CI".into(), scopes, expires_at: None, epoch };
    let (_, token) = accounts.issue_token(&tenant(), new).await.unwrap();
    [session, token]
}

async fn are_good(accounts: &Accounts, secrets: &[String; 2]) -> [bool; 2] {
    let mut good = [false; 2];
    for (good, secret) in good.iter_mut().zip(secrets) {
        *good = accounts.recognise(secret).await.unwrap().is_some();
    }
    good
}

async fn an_account_follows_the_log_once(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let who = agent(&vault, "ada@example.org", None, Role::Agent).await;
    let first = says("ada@example.org");
    assert!(!behind(&accounts, who, &first).await.changes(), "it says what the log says");
    follow(&accounts, who, &first).await;
    assert!(behind(&accounts, who, &first).await.is_nothing());

    let own = HeldRole::Own(docket_domain::RoleId(person().0));
    for (what, now, goes_on) in [
        ("address", LogSays { address: KnownAddress::Is("new@example.org".into()), ..first.clone() }, [false, true]),
        ("role", LogSays { role: Some(Role::Admin.into()), ..first.clone() }, [true, true]),
        ("own role", LogSays { role: Some(own), ..first.clone() }, [true, true]),
        ("signed out", LogSays { signed_out: 7, ..first.clone() }, [false, true]),
        ("left", LogSays { signed_out: 7, left: true, ..first.clone() }, [false, false]),
    ] {
        follow(&accounts, who, &LogSays { signed_out: now.signed_out.saturating_sub(1), ..first.clone() }).await;
        let before = credentials(&vault, who).await;
        assert_eq!(are_good(&accounts, &before).await, [true, true]);
        assert!(follow(&accounts, who, &now).await.changes(), "{what}");
        assert_eq!(are_good(&accounts, &before).await, goes_on, "{what}");
        let account = accounts.account(&tenant(), who).await.unwrap().unwrap();
        let address = if what == "address" { "new@example.org" } else { "ada@example.org" };
        assert_eq!(account.login.as_deref(), Some(address), "{what}");
        assert_eq!((Some(account.role), account.disabled), (now.role, now.left), "{what}");
        // Whoever comes later finds nothing to do, and ends nothing that began since.
        if !now.left {
            let since = credentials(&vault, who).await;
            assert!(follow(&accounts, who, &now).await.is_nothing(), "{what}");
            assert_eq!(are_good(&accounts, &since).await, [true, true], "{what}");
        }
    }
    // Back, they sign in again; what ended stays ended.
    let back = LogSays { signed_out: 7, ..first.clone() };
    assert_eq!(follow(&accounts, who, &back).await.left, Some(false));
    assert!(!accounts.account(&tenant(), who).await.unwrap().unwrap().disabled);
    assert_eq!(accounts.behind(&tenant(), person(), &first).await.unwrap(), None, "nobody's");
    assert_eq!(accounts.accounts_follow_to().await.unwrap(), Position::START);
    accounts.note_accounts_follow(Position(42)).await.unwrap();
    assert_eq!(accounts.accounts_follow_to().await.unwrap(), Position(42));
    assert_eq!(accounts.identities_follow_to().await.unwrap(), Position::START, "each by itself");
    vault.close().await;
}

async fn what_was_set_here_alone_stays_until_the_log_says_something_else(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let login = async |who| accounts.account(&tenant(), who).await.unwrap().unwrap().login;
    let of_customer = |address| LogSays { address, role: None, left: false, signed_out: 0 };
    let at = |email: &str| KnownAddress::Is(email.to_owned());

    // A customer may sign in with another address than the desk knows: until it knows another.
    let customer = agent(&vault, "private@example.org", None, Role::Customer).await;
    follow(&accounts, customer, &of_customer(at("work@example.org"))).await;
    let secrets = credentials(&vault, customer).await;
    assert!(behind(&accounts, customer, &of_customer(at("WORK@example.org"))).await.is_nothing());
    assert!(behind(&accounts, customer, &of_customer(KnownAddress::Unreadable)).await.is_nothing());
    assert_eq!(are_good(&accounts, &secrets).await, [true, true]);
    follow(&accounts, customer, &of_customer(at("new@example.org"))).await;
    assert_eq!(login(customer).await.as_deref(), Some("new@example.org"));
    assert_eq!(are_good(&accounts, &secrets).await, [false, true]);
    follow(&accounts, customer, &of_customer(KnownAddress::Absent)).await;
    assert_eq!(login(customer).await, None);

    // One who comes by links is given no address, but links were made for the one they had.
    let by_link = NewAccount { person: person(), role: Role::Customer.into(), login: None, password: None };
    let who = by_link.person;
    accounts.open_account(&tenant(), by_link).await.unwrap();
    follow(&accounts, who, &of_customer(KnownAddress::Absent)).await;
    let secrets = credentials(&vault, who).await;
    follow(&accounts, who, &of_customer(at("maria@example.org"))).await;
    assert_eq!(
        (login(who).await, are_good(&accounts, &secrets).await),
        (None, [true, true]),
        "links for nobody's address"
    );
    follow(&accounts, who, &of_customer(at("rossi@example.org"))).await;
    assert_eq!((login(who).await, are_good(&accounts, &secrets).await), (None, [false, true]));

    // Somebody of the desk chose an address with a code; the profile, which had none, has it later.
    let new = NewAccount { person: person(), role: Role::Agent.into(), login: None, password: None };
    let who = new.person;
    accounts.open_account(&tenant(), new).await.unwrap();
    let none = LogSays { address: KnownAddress::Absent, ..says("") };
    follow(&accounts, who, &none).await;
    accounts.set_login(&tenant(), who, Some("grace@example.org"), None).await.unwrap();
    let secrets = credentials(&vault, who).await;
    assert!(behind(&accounts, who, &none).await.is_nothing());
    assert!(!follow(&accounts, who, &says("grace@example.org")).await.changes());
    assert_eq!(are_good(&accounts, &secrets).await, [true, true]);
    // Taken from the profile, it opens nothing any more.
    follow(&accounts, who, &none).await;
    assert_eq!((login(who).await, are_good(&accounts, &secrets).await), (None, [false, true]));

    // The command line locks somebody out who works here.
    accounts.set_disabled(&tenant(), who, true).await.unwrap();
    assert!(behind(&accounts, who, &none).await.is_nothing());
    vault.close().await;
}

async fn an_address_somebody_else_has_is_left_alone(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let ada = agent(&vault, "ada@example.org", None, Role::Agent).await;
    let bob = agent(&vault, "bob@example.org", None, Role::Agent).await;
    follow(&accounts, bob, &says("bob@example.org")).await;
    // What else is behind follows all the same, and the address as soon as it is free.
    let wanted = LogSays { role: Some(Role::Admin.into()), ..says("ada@example.org") };
    let taken = follow(&accounts, bob, &wanted).await;
    assert_eq!((taken.address_taken, taken.address, taken.role), (true, false, true));
    let account = accounts.account(&tenant(), bob).await.unwrap().unwrap();
    assert_eq!((account.login.as_deref(), account.role), (Some("bob@example.org"), Role::Admin.into()));
    follow(&accounts, ada, &says("lovelace@example.org")).await;
    assert!(follow(&accounts, bob, &wanted).await.address);
    assert_eq!(accounts.find_login(&tenant(), "ada@example.org").await.unwrap().unwrap().person, bob);
    vault.close().await;
}

async fn an_account_that_changed_is_looked_at_again(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, other) = (house.open().await, house.open().await);
    let who = agent(&vault, "ada@example.org", None, Role::Agent).await;
    follow(&vault.accounts(), who, &says("ada@example.org")).await;
    let now = says("new@example.org");
    let (one, two) = (behind(&vault.accounts(), who, &now).await, behind(&other.accounts(), who, &now).await);
    vault.accounts().follow(&tenant(), who, &now, &one, None).await.unwrap();
    let since = credentials(&vault, who).await;
    let late = other.accounts().follow(&tenant(), who, &now, &two, None).await;
    assert!(matches!(late, Err(AccountError::Changed)));
    assert!(behind(&other.accounts(), who, &now).await.is_nothing());
    assert_eq!(are_good(&vault.accounts(), &since).await, [true, true]);
    assert_eq!(vault.accounts().owners().await.unwrap(), [(tenant(), who)].into());
    vault.close().await;
    other.close().await;
}

async fn an_erasure_is_open_until_it_is_recorded(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let (ada, bob) = (person(), person());
    for who in [ada, bob] {
        vault.ensure(&tenant(), who).await.unwrap();
    }
    let open = async || {
        use docket_store::Clock as _;
        accounts.unrecorded_erasures(house.clock.now() - TimeDelta::seconds(60), 10).await.unwrap()
    };
    vault.destroy(&tenant(), ada).await.unwrap();
    assert_eq!(open().await, [], "whoever erases them may be about to record it");
    house.clock.advance(TimeDelta::seconds(61));
    assert_eq!(open().await, [(tenant(), ada)]);
    for who in [ada, bob] {
        accounts.note_erasure_recorded(&tenant(), who).await.unwrap();
    }
    assert_eq!(open().await, []);
    vault.destroy(&tenant(), bob).await.unwrap();
    house.clock.advance(TimeDelta::seconds(61));
    assert_eq!(open().await, [(tenant(), bob)], "it was noted of somebody who was not erased");
    vault.close().await;
}
