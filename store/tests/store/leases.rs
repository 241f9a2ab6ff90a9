//! Leases: one holder at a time, on both databases.

use std::sync::Arc;
use std::time::Duration;

use docket_store::delivery::{Lease, LeaseStore, open_leases};
use docket_store::{WorkerState, Workers};
use docket_test_database::Database;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

const TTL: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(20);

/// The kinds of databases there are here, each with what keeps it alive.
async fn databases() -> Vec<(Arc<dyn LeaseStore>, Kept)> {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = open_leases(dir.path().join("leases.db").to_str().unwrap()).await.unwrap();
    let mut all = vec![(sqlite, Kept::Dir(dir))];
    let database = Database::create().await;
    all.push((open_leases(&database.url()).await.unwrap(), Kept::Database(database)));
    all
}

#[allow(dead_code, reason = "held for their drop")]
enum Kept {
    Dir(tempfile::TempDir),
    Database(Database),
}

#[tokio::test]
async fn one_holder_at_a_time_and_tokens_grow() {
    for (leases, _kept) in databases().await {
        let first = leases.try_acquire("relay", "a", TTL).await.unwrap().expect("free");
        assert_eq!(leases.try_acquire("relay", "b", TTL).await.unwrap(), None, "{leases:?}");
        assert_eq!(leases.try_acquire("relay", "a", TTL).await.unwrap(), None, "nobody holds it twice: {leases:?}");
        assert!(leases.try_acquire("other", "b", TTL).await.unwrap().is_some(), "names are apart");
        assert!(leases.renew("relay", first, TTL).await.unwrap());

        leases.release("relay", first).await.unwrap();
        let second = leases.try_acquire("relay", "b", TTL).await.unwrap().expect("released");
        assert!(second > first);
        assert!(!leases.renew("relay", first, TTL).await.unwrap(), "the old token is void");
        leases.release("relay", first).await.unwrap();
        assert!(leases.renew("relay", second, TTL).await.unwrap(), "a stale release releases nothing");
    }
}

#[tokio::test]
async fn an_expired_lease_is_free_and_cannot_be_renewed() {
    for (leases, _kept) in databases().await {
        let first = leases.try_acquire("relay", "a", Duration::from_millis(1)).await.unwrap().expect("free");
        let deadline = Instant::now() + PATIENCE;
        let second = loop {
            if let Some(token) = leases.try_acquire("relay", "b", TTL).await.unwrap() {
                break token;
            }
            assert!(Instant::now() < deadline, "never expired: {leases:?}");
        };
        assert!(second > first);
        assert!(!leases.renew("relay", first, TTL).await.unwrap());
    }
}

#[tokio::test]
async fn many_at_once_get_one_lease() {
    for (leases, _kept) in databases().await {
        let tries = (0..32).map(|i| {
            let leases = leases.clone();
            tokio::spawn(async move { leases.try_acquire("relay", &i.to_string(), TTL).await.unwrap() })
        });
        let got: Vec<_> =
            futures::future::join_all(tries).await.into_iter().filter_map(|token| token.unwrap()).collect();
        assert_eq!(got.len(), 1, "{leases:?}");
    }
}

#[tokio::test]
async fn a_held_lease_outlives_its_time_and_passes_on_at_release() {
    for (leases, _kept) in databases().await {
        let cancel = CancellationToken::new();
        let ttl = Duration::from_millis(600);
        let held = Lease::acquire(&leases, "group", "a", ttl, &cancel, &Workers::default()).await.unwrap();
        let waiting = {
            let (leases, cancel) = (leases.clone(), cancel.clone());
            tokio::spawn(async move { Lease::acquire(&leases, "group", "b", ttl, &cancel, &Workers::default()).await })
        };
        tokio::time::sleep(ttl * 3).await; // longer than it lasts without renewal
        assert!(!waiting.is_finished(), "taken from a living holder: {leases:?}");
        assert!(!held.lost().is_cancelled());
        let token = held.token();
        held.release().await;
        let next = timeout(PATIENCE, waiting).await.unwrap().unwrap().unwrap();
        assert!(next.token() > token);
    }
}

#[tokio::test]
async fn a_holder_notices_that_the_lease_is_gone() {
    for (leases, _kept) in databases().await {
        let cancel = CancellationToken::new();
        let ttl = Duration::from_millis(300);
        let held = Lease::acquire(&leases, "group", "a", ttl, &cancel, &Workers::default()).await.unwrap();
        leases.release("group", held.token()).await.unwrap(); // as if it had expired and another had it
        timeout(PATIENCE, held.lost().cancelled()).await.expect("noticed");
    }
}

#[tokio::test]
async fn a_lease_from_a_clock_that_was_ahead_is_free() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    for (leases, _kept) in databases().await {
        let ahead = leases.try_acquire("relay", "a", TTL + DAY).await.unwrap().expect("free");
        let taken = leases.try_acquire("relay", "b", TTL).await.unwrap().expect("free: nobody renews it by this clock");
        assert!(taken > ahead);
        assert!(!leases.renew("relay", ahead, TTL).await.unwrap());
        assert_eq!(leases.try_acquire("relay", "c", TTL).await.unwrap(), None, "an ordinary one is not: {leases:?}");
    }
}

#[tokio::test]
async fn who_waits_stands_by_and_says_for_whom() {
    for (leases, _kept) in databases().await {
        let (cancel, workers) = (CancellationToken::new(), Workers::default());
        let held = Lease::acquire(&leases, "group", "the first", TTL, &cancel, &Workers::default()).await.unwrap();
        let waiting = {
            let (leases, cancel, workers) = (leases.clone(), cancel.clone(), workers.clone());
            tokio::spawn(async move { Lease::acquire(&leases, "group", "b", TTL, &cancel, &workers).await })
        };
        timeout(PATIENCE, async {
            while workers.get("group").is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("it says what it does");
        let holder = Some("the first".to_owned());
        assert_eq!(workers.get("group").unwrap().state, WorkerState::StandingBy { holder });
        held.release().await;
        let taken = timeout(PATIENCE, waiting).await.unwrap().unwrap();
        assert_eq!(workers.get("group").unwrap().state, WorkerState::Working);
        drop(taken);
    }
}

#[tokio::test]
async fn nobody_stands_by_for_themselves_and_nobody_fails_under_a_lost_lease() {
    for (leases, _kept) in databases().await {
        let (cancel, workers) = (CancellationToken::new(), Workers::default());
        // As after a renewal that could not be written: the lease is still in this process's name.
        leases.try_acquire("group", "own", TTL).await.unwrap().expect("free");
        workers.failing("group/part", "the database was gone", None);
        let waiting = {
            let (leases, cancel, workers) = (leases.clone(), cancel.clone(), workers.clone());
            tokio::spawn(async move { Lease::acquire(&leases, "group", "own", TTL, &cancel, &workers).await })
        };
        timeout(PATIENCE, async {
            while workers.get("group").is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("it says what it does");
        assert!(matches!(workers.get("group").unwrap().state, WorkerState::Failing { .. }), "{workers:?}");
        assert_eq!(workers.get("group/part"), None, "it does not work, and does not fail");
        cancel.cancel();
        assert!(timeout(PATIENCE, waiting).await.unwrap().unwrap().is_none());
    }
}
