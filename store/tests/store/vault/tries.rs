//! Counting wrong tries, on every node.

use chrono::TimeDelta;
use docket_domain::Role;
use docket_store::vault::{TryKey, TryLimit};

use super::house::{House, Kind, agent, tenant};

super::on_both! {
    a_lock_is_the_same_on_every_node_and_only_time_ends_it, a_browser_is_known_to_one_account,
}

const LIMIT: TryLimit = TryLimit { attempts: 3, window: TimeDelta::seconds(60) };

async fn a_lock_is_the_same_on_every_node_and_only_time_ends_it(kind: Kind) {
    let house = House::new(kind).await;
    let (one, two) = (house.open().await, house.open().await);
    let login = TryKey::Login(tenant(), "Ada@Example.org".into());
    let again = TryKey::Login(tenant(), "ada@example.org".into());
    let network = |n: u32| TryKey::Network(format!("2001:db8:0:{n:x}::"));
    // Many at once do not slip through.
    let tries = (0..8).map(|n| {
        let (accounts, login) = (if n % 2 == 0 { one.accounts() } else { two.accounts() }, login.clone());
        async move { accounts.begin_try(&[login, network(n)], LIMIT).await.unwrap().is_ok() }
    });
    let answered = futures::future::join_all(tries).await;
    assert_eq!(answered.into_iter().filter(|answered| *answered).count(), 3);
    // Neither flooding nor a restart makes it forget.
    for n in 100..400 {
        one.accounts().begin_try(&[network(n)], LIMIT).await.unwrap().unwrap();
    }
    one.close().await;
    let one = house.open().await;
    house.clock.advance(TimeDelta::seconds(20));
    for vault in [&one, &two] {
        let locked = vault.accounts().begin_try(std::slice::from_ref(&again), LIMIT).await.unwrap().unwrap_err();
        assert_eq!(locked.seconds, 40);
    }
    house.clock.advance(TimeDelta::seconds(40));
    one.accounts().begin_try(&[again], LIMIT).await.unwrap().unwrap();

    // What was right does not count.
    let key = network(7);
    for _ in 0..10 {
        one.accounts().begin_try(std::slice::from_ref(&key), LIMIT).await.unwrap().unwrap();
        two.accounts().take_back_try(&key).await.unwrap();
    }
    for _ in 0..10 {
        one.accounts().begin_try(std::slice::from_ref(&login), LIMIT).await.unwrap().unwrap();
        two.accounts().forgive_tries(&login).await.unwrap();
    }
    one.close().await;
    two.close().await;
}

async fn a_browser_is_known_to_one_account(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let ada = agent(&vault, "ada@example.org", None, Role::Agent).await;
    let bob = agent(&vault, "bob@example.org", None, Role::Agent).await;
    let account = async |who| accounts.account(&tenant(), who).await.unwrap().unwrap();
    let shown = accounts.known_browser(&account(ada).await, "b1");
    assert_eq!(accounts.knows_browser(&account(ada).await, &shown), Some("b1"));
    assert_eq!(accounts.knows_browser(&account(bob).await, &shown), None);
    for forged in ["", "b1", "b1.", "b2.00", &shown.replace("b1", "b2")] {
        assert_eq!(accounts.knows_browser(&account(ada).await, forged), None, "{forged}");
    }
    accounts.sign_out_everywhere(&tenant(), ada).await.unwrap();
    assert_eq!(accounts.knows_browser(&account(ada).await, &shown), None);
    vault.close().await;
}
