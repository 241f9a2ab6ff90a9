//! PostgreSQL restarted under load, and two nodes that both want to keep the read models.

use docket_tests::{
    DEADLINE, Database, Docket, DocketOptions, PostgresServer, Workload, assert_kept, eventually, history,
};

fn on(url: &str) -> DocketOptions {
    DocketOptions { store: Some(url.to_owned()), read_models: Some(url.to_owned()), ..DocketOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_be_restarted_under_load() {
    let Some(postgres) = PostgresServer::start() else { return };
    let mut docket = Docket::start_with(on(&postgres.url())).await;
    let work = Workload::start(&[docket.admin()], 8).await;
    for _ in 0..5 {
        let before = work.acknowledged();
        eventually(DEADLINE, || async {
            let now = work.acknowledged();
            if now > before + 20 { Ok(()) } else { Err(format!("{} commands after a restart", now - before)) }
        })
        .await;
        postgres.crash();
        postgres.resume();
    }
    let acknowledged = work.finish().await;
    settle(&docket, &acknowledged).await;
    docket.stop().await;
    assert_kept(&acknowledged, &history(&docket).await);
    docket.run("verify", &[]);
    let grown = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, "read models that grew through restarts, and rebuilt ones");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rival_nodes_apply_each_event_once() {
    let database = Database::create().await;
    let mut first = Docket::start_with(on(&database.url())).await;
    let mut second = first.start_beside(None).await;
    let work = Workload::start(&[first.admin(), second.admin()], 8).await;
    // Whoever keeps the read models is killed in turn, so that the other takes over in the middle of a batch.
    for round in 0..6 {
        let before = work.acknowledged();
        eventually(DEADLINE, || async {
            let now = work.acknowledged();
            if now > before + 20 { Ok(()) } else { Err(format!("round {round}: {} commands", now - before)) }
        })
        .await;
        let node = if round % 2 == 0 { &mut first } else { &mut second };
        node.kill();
        // The other one goes on alone.
        let before = work.acknowledged();
        eventually(DEADLINE, || async {
            if work.acknowledged() > before { Ok(()) } else { Err(format!("round {round}: nothing goes on")) }
        })
        .await;
        node.resume().await;
    }
    let acknowledged = work.finish().await;
    settle(&first, &acknowledged).await;
    settle(&second, &acknowledged).await;
    second.stop().await;
    first.stop().await;
    assert_kept(&acknowledged, &history(&first).await);
    first.run("verify", &[]);
    let grown = first.rows().await;
    first.run("rebuild", &["--all"]);
    grown.assert_same(&first.rows().await, "read models of two rivals, and rebuilt ones");
}

/// Waits until a node's read models have everything that was acknowledged.
async fn settle(docket: &Docket, acknowledged: &[docket_tests::Acknowledged]) {
    let last = acknowledged.iter().map(|command| command.position).max().unwrap_or(0);
    let admin = docket.admin();
    eventually(DEADLINE, || async {
        let answer = admin.get_at("/v1/tickets?limit=1", last).await;
        if answer.status == 200 { Ok(()) } else { Err(format!("the read models: {answer}")) }
    })
    .await;
}
