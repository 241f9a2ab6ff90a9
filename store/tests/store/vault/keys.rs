//! The persons' keys.

use std::collections::HashSet;

use docket_store::vault::{MasterKey, open_vault};
use docket_store::{KeyError, KeyState, Keyring as _, new_id};

use super::house::{House, Kind, contains, person, tenant};

super::on_both! {
    a_key_survives_reopening, of_many_who_ensure_one_key_comes_out, rival_nodes_agree_on_a_key, people_without_a_key_are_absent, destroying_a_key_is_for_good, another_node_learns_of_a_destroyed_key, a_wrong_master_key_is_noticed, a_wrapped_key_opens_for_its_person_only,
}

async fn a_key_survives_reopening(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, who, place) = (house.open().await, person(), new_id());
    let sealed = vault.ensure(&tenant(), who).await.unwrap().seal(place, 0, "Ada").unwrap();
    vault.close().await;
    let vault = house.open().await;
    assert_eq!(vault.ensure(&tenant(), who).await.unwrap().open(place, 0, &sealed).unwrap(), "Ada");
    vault.close().await;
}

async fn of_many_who_ensure_one_key_comes_out(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let people: Vec<_> = (0..200).map(|_| person()).collect();
    let asked = people.iter().cycle().take(2000).map(|who| {
        let (vault, who) = (vault.clone(), *who);
        tokio::spawn(async move { (who, vault.ensure(&tenant(), who).await.unwrap()) })
    });
    let place = new_id();
    for (who, key) in futures::future::join_all(asked).await.into_iter().map(Result::unwrap) {
        let sealed = key.seal(place, 1, "x").unwrap();
        let known = vault.ensure(&tenant(), who).await.unwrap();
        assert_eq!(known.open(place, 1, &sealed).unwrap(), "x");
    }
    vault.close().await;
}

async fn rival_nodes_agree_on_a_key(kind: Kind) {
    let house = House::new(kind).await;
    let (one, two) = (house.open().await, house.open().await);
    let people: Vec<_> = (0..300).map(|_| person()).collect();
    let both = people.iter().map(|who| {
        let (one, two, who) = (one.clone(), two.clone(), *who);
        tokio::spawn(async move {
            let acme = tenant();
            let (a, b) = tokio::join!(one.ensure(&acme, who), two.ensure(&acme, who));
            let place = new_id();
            let sealed = a.unwrap().seal(place, 0, "same").unwrap();
            assert_eq!(b.unwrap().open(place, 0, &sealed).unwrap(), "same");
        })
    });
    for done in futures::future::join_all(both).await {
        done.unwrap();
    }
    one.close().await;
    two.close().await;
}

async fn people_without_a_key_are_absent(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, other) = (house.open().await, house.open().await);
    let (known, unknown) = (person(), person());
    vault.ensure(&tenant(), known).await.unwrap();
    let found = vault.find(&tenant(), &[known, unknown]).await.unwrap();
    assert_eq!(found.keys().copied().collect::<HashSet<_>>(), HashSet::from([known]));
    // That there was none is not remembered: it may have come meanwhile.
    other.ensure(&tenant(), unknown).await.unwrap();
    assert_eq!(vault.find(&tenant(), &[unknown]).await.unwrap().len(), 1);
    vault.close().await;
    other.close().await;
}

async fn destroying_a_key_is_for_good(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let (who, stranger) = (person(), person());
    vault.ensure(&tenant(), who).await.unwrap();
    let wrapped = match kind {
        Kind::Sqlite => {
            let pool = sqlx::SqlitePool::connect(&house.url).await.unwrap();
            let (wrapped,): (Vec<u8>,) =
                sqlx::query_as("SELECT wrapped FROM person_keys").fetch_one(&pool).await.unwrap();
            pool.close().await;
            assert!(contains(&house.bytes(), &wrapped));
            Some(wrapped)
        }
        Kind::Postgres => None,
    };
    for gone in [who, stranger] {
        vault.destroy(&tenant(), gone).await.unwrap();
        vault.destroy(&tenant(), gone).await.unwrap();
    }
    if let Some(wrapped) = wrapped {
        assert!(!contains(&house.bytes(), &wrapped), "the wrapped key still lies in a file");
    }
    for vault in [vault, house.open().await] {
        for gone in [who, stranger] {
            assert!(matches!(vault.ensure(&tenant(), gone).await, Err(KeyError::Erased)));
            assert!(matches!(vault.find(&tenant(), &[gone]).await.unwrap()[&gone], KeyState::Destroyed));
        }
        vault.close().await;
    }
}

async fn another_node_learns_of_a_destroyed_key(kind: Kind) {
    let house = House::new(kind).await;
    let (one, two, who) = (house.open().await, house.open().await, person());
    one.ensure(&tenant(), who).await.unwrap();
    two.ensure(&tenant(), who).await.unwrap();
    one.destroy(&tenant(), who).await.unwrap();
    two.forget(&tenant(), who);
    assert!(matches!(two.ensure(&tenant(), who).await, Err(KeyError::Erased)));
    one.close().await;
    two.close().await;
}

async fn a_wrong_master_key_is_noticed(kind: Kind) {
    let house = House::new(kind).await;
    house.open().await.close().await;
    let refused = open_vault(&house.url, MasterKey::from_bytes(&[8; 32]), house.clock.clone()).await;
    assert!(matches!(refused, Err(KeyError::Unavailable(why)) if why.contains("master key")));
}

async fn a_wrapped_key_opens_for_its_person_only(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, one, two) = (house.open().await, person(), person());
    vault.ensure(&tenant(), one).await.unwrap();
    vault.ensure(&tenant(), two).await.unwrap();
    vault.close().await;
    let swap = "UPDATE person_keys SET wrapped = (SELECT wrapped FROM person_keys WHERE person = $1) WHERE person = $2";
    match kind {
        Kind::Sqlite => {
            let pool = sqlx::SqlitePool::connect(&house.url).await.unwrap();
            sqlx::query(swap).bind(one.0).bind(two.0).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Kind::Postgres => {
            let pool = sqlx::PgPool::connect(&house.url).await.unwrap();
            let swap = swap.replace("person_keys", "docket_vault.person_keys");
            sqlx::query(sqlx::AssertSqlSafe(swap)).bind(one.0).bind(two.0).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
    let vault = house.open().await;
    vault.find(&tenant(), &[one]).await.unwrap();
    assert!(matches!(vault.find(&tenant(), &[two]).await, Err(KeyError::Damaged)));
    vault.close().await;
}
