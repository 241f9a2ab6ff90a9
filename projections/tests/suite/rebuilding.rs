//! A read model is a pure function of the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use docket_domain::Actor;
use docket_projections::views::{PageRequest, TicketFilter};
use docket_projections::{ReadError, ReadModels};
use proptest::prelude::*;

use super::desk::{Desk, Engine, assert_same};
use super::history::{Cast, choices};
use super::on_both;

on_both!(
    rebuilt_rows_are_those_built_step_by_step,
    rebuilding_while_serving_and_advancing,
    one_model_alone_is_rebuilt,
    rebuilds_at_once_take_turns,
    another_version_is_rebuilt_by_itself,
    a_long_log_is_rebuilt_with_its_words,
    a_log_restored_from_a_copy_is_followed_from_its_beginning,
);

async fn play(desk: &Desk, choices: &[u32]) {
    let mut cast = Cast::gather(desk).await;
    for choice in choices {
        cast.step(desk, *choice).await;
    }
}

/// Plays a history while projections run, and compares with tables made from the whole log at once.
async fn incremental_equals_rebuilt(engine: Engine, choices: &[u32]) {
    let mut desk = Desk::open(engine).await;
    play(&desk, choices).await;
    desk.settle().await;
    let built = desk.dump();
    let mut told = 0;
    let rebuilt = desk.models.rebuild(&desk.journal, &[], |progress| told = progress.events).await.unwrap();
    assert_eq!(rebuilt.models, ReadModels::names());
    assert_eq!(told, rebuilt.events);
    assert_same(&built, &desk.dump());
    // The runner notices and goes on with the new tables.
    let anna = desk.register_customer("Dora").await;
    desk.open_ticket(9999, anna, "After", "the rebuild").await;
    desk.settle().await;
    assert!(desk.dump_table("tickets").contains("9999"));
    desk.stop().await;
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
}

async fn rebuilt_rows_are_those_built_step_by_step(engine: Engine) {
    incremental_equals_rebuilt(engine, &choices(42, 500)).await;
}

/// More events than are folded while the tables change places: the tables are filled first and indexed then.
async fn a_long_log_is_rebuilt_with_its_words(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let bob = desk.register_agent("bob").await;
    let anna = desk.register_customer("Annaliese Quandt").await;
    for number in 1..=40 {
        let id = desk.open_ticket(number, anna, &format!("Flackerlampe {number}"), "It hums").await;
        for reply in 0..16 {
            desk.reply(id, Actor::customer(anna), &format!("Brummton {reply} of {number}")).await;
        }
    }
    desk.settle().await;
    let bob = desk.agent(bob);
    let finds = async |desk: &Desk| {
        let mut found = Vec::new();
        for words in ["Flackerlampe", "Flackerlampe 17", "Brummton", "Quandt", "hums"] {
            let hits = desk.queries().search(&bob, words, 100).await.unwrap();
            assert!(!hits.is_empty(), "{words} finds nothing");
            found.push(format!("{hits:?}"));
        }
        found
    };
    let (rows, found) = (desk.dump(), finds(&desk).await);
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&rows, &desk.dump());
    assert_eq!(found, finds(&desk).await);
    // The words of what comes and goes after the rebuild are followed as before.
    let id = desk.open_ticket(99, anna, "Zwielicht", "At dusk").await;
    desk.reply(id, Actor::customer(anna), "Dämmerung").await;
    desk.settle().await;
    assert!(!desk.queries().search(&bob, "Zwielicht", 10).await.unwrap().is_empty());
    desk.erase(anna).await;
    desk.settle().await;
    for words in ["Zwielicht", "Flackerlampe", "Brummton", "Quandt", "Dämmerung"] {
        assert!(desk.queries().search(&bob, words, 10).await.unwrap().is_empty(), "{words} is still found");
    }
    desk.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_rebuild_gives_the_same(choices in proptest::collection::vec(any::<u32>(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(incremental_equals_rebuilt(Engine::Sqlite, &choices));
    }
}

async fn rebuilding_while_serving_and_advancing(engine: Engine) {
    let desk = Arc::new(Desk::open(engine).await);
    play(&desk, &choices(7, 150)).await;
    desk.settle().await;
    let done = Arc::new(AtomicBool::new(false));
    // Somebody keeps reading and writing meanwhile.
    let busy = {
        let (desk, done) = (desk.clone(), done.clone());
        tokio::spawn(async move {
            let anna = desk.register_customer("Zoe").await;
            let mut opened = 0;
            while !done.load(Ordering::SeqCst) || opened == 0 {
                opened += 1;
                let id = desk.open_ticket(10_000 + opened, anna, "Meanwhile", "Something").await;
                desk.settle().await;
                let seen = desk.queries().ticket(&desk.customer(anna), id).await.unwrap();
                assert!(seen.is_some(), "a ticket is missing during the rebuild");
            }
            opened
        })
    };
    // From another process, as it were.
    let other = ReadModels::open(&desk.url, desk.clock.clone()).await.unwrap();
    for _ in 0..3 {
        other.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let opened = busy.await.unwrap();
    desk.settle().await;
    let built = desk.dump();
    assert!(built[0].1.lines().count() > usize::try_from(opened).unwrap());
    other.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&built, &desk.dump());
    assert!(matches!(other.rebuild(&desk.journal, &["nonsense"], |_| {}).await, Err(ReadError::UnknownModel(_))));
}

async fn rebuilds_at_once_take_turns(engine: Engine) {
    let desk = Desk::open(engine).await;
    play(&desk, &choices(11, 120)).await;
    desk.settle().await;
    let built = desk.dump();
    // From other processes, as it were.
    let others = futures::future::join_all((0..3).map(|_| ReadModels::open(&desk.url, desk.clock.clone()))).await;
    let rebuilds = others.into_iter().map(|other| {
        let journal = desk.journal.clone();
        async move { other.unwrap().rebuild(&journal, &[], |_| {}).await }
    });
    for rebuilt in futures::future::join_all(rebuilds).await {
        assert_eq!(rebuilt.unwrap().models, ReadModels::names());
    }
    assert_same(&built, &desk.dump());
}

async fn one_model_alone_is_rebuilt(engine: Engine) {
    let desk = Desk::open(engine).await;
    play(&desk, &choices(3, 60)).await;
    desk.settle().await;
    let built = desk.dump();
    let rebuilt = desk.models.rebuild(&desk.journal, &["tickets"], |_| {}).await.unwrap();
    assert_eq!(rebuilt.models, ["tickets"]);
    assert_same(&built, &desk.dump());
}

async fn another_version_is_rebuilt_by_itself(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    play(&desk, &choices(5, 60)).await;
    desk.settle().await;
    let built = desk.dump();
    desk.stop().await;
    desk.write("UPDATE models SET version = 0 WHERE name = 'messages'; DELETE FROM messages");
    let models = ReadModels::open(&desk.url, desk.clock.clone()).await.unwrap();
    assert_eq!(models.outdated().await.unwrap(), ["messages"]);
    desk.models = models;
    desk.run();
    let anna = desk.register_customer("Last").await;
    let id = desk.open_ticket(5000, anna, "Last", "one").await;
    desk.settle().await;
    assert!(desk.models.outdated().await.unwrap().is_empty());
    assert!(desk.dump_table("messages").lines().count() > built[1].1.lines().count());
    let page = PageRequest::default();
    let seen = desk.queries().tickets(&desk.customer(anna), &TicketFilter::default(), &page).await.unwrap();
    assert_eq!(seen.items[0].id, id);
}

/// What was in the log after the copy never happened; what happens now takes the same positions.
async fn a_log_restored_from_a_copy_is_followed_from_its_beginning(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    desk.open_ticket(1, anna, "Kept", "It is in the copy").await;
    desk.settle().await;
    desk.stop().await;
    let copy = desk.copy_log();
    desk.run();
    for number in 2..=5 {
        desk.open_ticket(number, anna, "Lost", "It came after the copy").await;
    }
    let far = desk.settle().await;
    desk.stop().await;

    desk.restore_log(copy).await;
    desk.open_ticket(2, anna, "New", "It came after the disaster").await;
    let head = desk.journal.store().head().await.unwrap();
    assert!(head < far, "what is new would be passed over");
    desk.run();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while desk.models.look().await.unwrap() != head {
        assert!(tokio::time::Instant::now() < deadline, "still of the log that was lost");
        tokio::task::yield_now().await;
    }
    desk.stop().await;
    let followed = desk.dump();
    let tickets = desk.dump_table("tickets");
    assert!(tickets.contains("Kept") && tickets.contains("New") && !tickets.contains("Lost"), "{tickets}");
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&followed, &desk.dump());
}
