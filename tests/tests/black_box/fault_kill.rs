//! `kill -9` of the server under load, again and again.

use std::time::Duration;

use docket_tests::{Database, Docket, DocketOptions, Random, Workload, assert_kept, history};

/// How often each desk is killed.
const KILLS: u64 = 20;
const CLIENTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_every_acknowledged_command_once() {
    kill_again_and_again(Docket::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_every_acknowledged_command_once() {
    let database = Database::create().await;
    let url = database.url();
    let options = DocketOptions { store: Some(url.clone()), read_models: Some(url), ..DocketOptions::default() };
    kill_again_and_again(Docket::start_with(options).await).await;
}

async fn kill_again_and_again(mut docket: Docket) {
    let work = Workload::start(&[docket.admin()], CLIENTS).await;
    let mut random = Random::new();
    for round in 0..KILLS {
        // Somewhere between just ready and well under way. The moment is random; what must hold is not.
        let moment = Duration::from_millis(20 + random.below(256) as u64);
        tokio::time::sleep(moment).await;
        docket.kill();
        docket.resume().await;
        assert!(work.acknowledged() > 0 || round < 3, "nothing is acknowledged any more");
    }
    let acknowledged = work.finish().await;
    assert!(acknowledged.len() as u64 > KILLS, "only {} commands in all this time", acknowledged.len());
    let last = acknowledged.iter().map(|command| command.position).max().unwrap_or(0);
    docket.admin().get_at("/v1/tickets?limit=1", last).await.ok();
    docket.stop().await;

    assert_kept(&acknowledged, &history(&docket).await);
    docket.run("verify", &[]);
    let grown = docket.rows().await;
    assert!(grown.count() > acknowledged.len() / 2, "only {} rows", grown.count());
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, "read models that grew through the kills, and rebuilt ones");
}
