//! PostgreSQL restarted under load, and two nodes that both want to keep the read models.

use chrono::{DateTime, TimeDelta, Utc};
use docket_store::{Clock as _, SystemClock};
use docket_tests::{
    DEADLINE, Database, Docket, DocketOptions, PostgresServer, Workload, assert_kept, eventually, history,
};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

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

/// Somebody else's transaction holds the log's table: who asks for readiness is told that the log takes nothing, and since when.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_tells_that_an_append_waits_and_since_when() {
    let database = Database::create().await;
    let mut docket = Docket::start_with(on(&database.url())).await;
    let admin = docket.admin();
    let mut other = PgConnection::connect(&database.url()).await.expect("the database");
    let mut held = other.begin().await.expect("begun");
    sqlx::query("LOCK TABLE docket_log.events IN EXCLUSIVE MODE").execute(&mut *held).await.expect("locked");
    let begun = SystemClock.now();
    let client = admin.clone();
    let waits = tokio::spawn(async move { client.post("/v1/customers", json!({ "name": "Maria Rossi" })).await });
    const WORDS: &str = "the log has been taking no events since ";
    let degraded = |readiness: &Value| {
        let all = readiness["degraded"].as_array().cloned().unwrap_or_default();
        all.iter().filter_map(Value::as_str).find_map(|one| one.strip_prefix(WORDS).map(str::to_owned))
    };
    let told = eventually(DEADLINE, || async {
        let answer = admin.get("/readyz").await;
        let found = degraded(&answer.json());
        // What waits may yet go through: requests are still answered here.
        if found.is_some() {
            assert_eq!((answer.status, &answer.json()["ready"]), (200, &json!(true)), "{answer}")
        }
        found.ok_or(answer.text)
    })
    .await;
    let (since, why) = told.split_once(": ").expect("who may read figures is told more");
    let since: DateTime<Utc> = since.parse().expect("a moment");
    // In whole seconds.
    assert!((begun - TimeDelta::seconds(1)..SystemClock.now()).contains(&since), "{since}, begun at {begun}");
    assert!(why.contains("another process holds its lock"), "{why}");
    let strangers = docket.anonymous().get("/readyz").await.json();
    assert_eq!(degraded(&strangers).as_deref(), told.split_once(": ").map(|(since, _)| since), "{strangers}");
    assert!(!waits.is_finished());

    held.rollback().await.expect("let go");
    waits.await.expect("it ends").ok();
    let readiness = admin.get("/readyz").await.json();
    assert_eq!(degraded(&readiness), None, "{readiness}");
    docket.stop().await;
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
