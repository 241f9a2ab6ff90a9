//! One caller cannot take all the read models' readers, and no query takes for ever.

use docket_tests::{Client, DEADLINE, Database, Docket, DocketOptions, Person, eventually};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// Whoever asks for tickets waits until it is released.
async fn lock_tickets(database: &Database) -> PgConnection {
    let mut administrator = PgConnection::connect(&database.url()).await.expect("the server");
    administrator.execute("BEGIN; LOCK TABLE docket_read.tickets IN ACCESS EXCLUSIVE MODE").await.expect("locked");
    administrator
}

async fn waiting(database: &Database) -> i64 {
    let mut administrator = PgConnection::connect(&database.url()).await.expect("the server");
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(count).fetch_one(&mut administrator).await.expect("counted")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_caller_waits_for_themselves_alone() {
    let database = Database::create().await;
    let docket = Docket::start_with(DocketOptions {
        read_models: Some(database.url()),
        environment: vec![("DOCKET_HTTP__WAITING_READS_PER_CALLER".to_owned(), "2".to_owned())],
        ..DocketOptions::default()
    })
    .await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let position = carl.client.open_ticket(&carl.id, "Slow").await.ok()["position"].as_u64().expect("a position");
    admin.get_at("/v1/tickets", position).await.ok();

    let mut lock = lock_tickets(&database).await;
    let ask = |client: Client| async move { client.get("/v1/tickets").await };
    let mut answers: FuturesUnordered<_> = (0..8).map(|_| tokio::spawn(ask(carl.client.clone()))).collect();
    // Nothing of theirs can be answered yet but that there is no place for it.
    for _ in 0..3 {
        let refused = answers.next().await.expect("an answer").expect("sent");
        let problem = refused.problem(429, "too_many_reads_at_once");
        assert_eq!((&problem["limit"], &problem["waiting"]), (&3.into(), &2.into()), "{refused}");
        assert!(refused.header("retry-after").is_some(), "{refused}");
    }
    eventually(DEADLINE, || async {
        match waiting(&database).await {
            3 => Ok(()),
            other => Err(format!("{other} queries wait for the table")),
        }
    })
    .await;
    admin.get("/v1/customers").await.ok();
    lock.execute("COMMIT").await.expect("released");
    let mut answered = 0;
    while let Some(answer) = answers.next().await {
        answer.expect("sent").ok();
        answered += 1;
    }
    assert_eq!(answered, 5);

    let _lock = lock_tickets(&database).await;
    let given_up = admin.get("/v1/tickets").await;
    assert_eq!(given_up.problem(503, "query_took_too_long")["limit_seconds"], 10, "{given_up}");
    admin.get("/v1/customers").await.ok();
}
