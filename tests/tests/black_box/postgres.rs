//! PostgreSQL as others run it: with other defaults, behind a pooler, read-only for a while.

use docket_tests::{DEADLINE, Database, Docket, DocketOptions, Person, PgBouncer, eventually};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

fn on(url: &str) -> DocketOptions {
    DocketOptions { store: Some(url.to_owned()), read_models: Some(url.to_owned()), ..DocketOptions::default() }
}

/// A connection to the test's database that is not Docket's.
async fn administrator(database: &Database) -> PgConnection {
    PgConnection::connect(&database.url()).await.expect("the server")
}

async fn set(administrator: &mut PgConnection, database: &Database, setting: &str) {
    let name = database.options().get_database().expect("a database").to_owned();
    administrator.execute(AssertSqlSafe(format!("ALTER DATABASE {name} {setting}"))).await.expect("changed");
}

/// Somebody new registers, writes and is read.
async fn works(docket: &Docket, name: &str) {
    let admin = docket.admin();
    let carl = Person::customer(&admin, &format!("{name} O'Neil \\ Ümlaut")).await;
    let ticket = carl.client.open_ticket(&carl.id, "back\\slash and 'quote'").await;
    let position = ticket.ok()["position"].as_u64().expect("a position");
    let shown = admin.get_at(&format!("/v1/tickets/{}", ticket.id()), position).await.ok();
    assert_eq!(shown["subject"], "back\\slash and 'quote'");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_defaults_of_a_database_change_nothing() {
    let database = Database::create().await;
    let mut administrator = administrator(&database).await;
    for (name, value) in [
        ("array_nulls", "off"),
        ("bytea_output", "escape"),
        ("client_min_messages", "debug1"),
        ("DateStyle", "'SQL, DMY'"),
        ("default_transaction_deferrable", "on"),
        ("default_transaction_isolation", "serializable"),
        ("extra_float_digits", "0"),
        ("idle_in_transaction_session_timeout", "1"),
        ("IntervalStyle", "iso_8601"),
        ("lock_timeout", "1"),
        ("row_security", "off"),
        ("search_path", "nowhere"),
        ("standard_conforming_strings", "off"),
        ("statement_timeout", "'2s'"),
        ("synchronous_commit", "off"),
        ("TimeZone", "'Asia/Kathmandu'"),
        ("transform_null_equals", "on"),
    ] {
        set(&mut administrator, &database, &format!("SET {name} = {value}")).await;
    }
    let mut docket = Docket::start_with(on(&database.url())).await;
    works(&docket, "Ada").await;
    docket.stop().await;
    docket.run("verify", &[]);
    docket.run("rebuild", &["--all"]);
    docket.resume().await;
    works(&docket, "Bob").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_read_only_for_a_while_is_written_again() {
    let database = Database::create().await;
    let docket = Docket::start_with(on(&database.url())).await;
    works(&docket, "Cleo").await;
    let mut administrator = administrator(&database).await;
    // As when the primary becomes a standby: connections are cut, and those made next are to a server that only reads.
    set(&mut administrator, &database, "SET default_transaction_read_only = on").await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    administrator.execute(cut).await.expect("cut");
    eventually(DEADLINE, || async {
        let said = docket.anonymous().get("/readyz").await;
        let words = said.json()["not_ready"].to_string();
        let told = ["the log", "the vault", "the read models"].map(|what| format!("{what} cannot be written"));
        if said.status == 503 && told.iter().all(|text| words.contains(text)) { Ok(()) } else { Err(said.to_string()) }
    })
    .await;
    // Connections are not cut now: those that only read live on, and no pool may keep them.
    set(&mut administrator, &database, "RESET default_transaction_read_only").await;
    eventually(DEADLINE, || async {
        let said = docket.anonymous().get("/readyz").await;
        if said.status == 200 { Ok(()) } else { Err(said.to_string()) }
    })
    .await;
    works(&docket, "Dora").await;
    let admin = docket.admin();
    let written = admin.post("/v1/customers", json!({ "name": "afterwards" })).await;
    let position = written.ok()["position"].as_u64().expect("a position");
    eventually(DEADLINE, || async {
        let shown = admin.get_at(&format!("/v1/customers/{}", written.id()), position).await;
        if shown.status == 200 { Ok(()) } else { Err(shown.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_shares_sessions_is_refused_at_the_start() {
    let database = Database::create().await;
    for pool_mode in ["transaction", "statement"] {
        let Some(pooler) = PgBouncer::start(&database, pool_mode).await else { return };
        let docket = Docket::prepare(on(&pooler.url(&database)));
        let output = docket.command("migrate").output().expect("it ran");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{pool_mode}: {said}");
        assert!(said.contains("pool_mode = session"), "{pool_mode}: {said}\n{}", pooler.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_hands_out_sessions_is_as_good_as_none() {
    let database = Database::create().await;
    let Some(pooler) = PgBouncer::start(&database, "session").await else { return };
    let mut docket = Docket::start_with(on(&pooler.url(&database))).await;
    works(&docket, "Emil").await;
    docket.stop().await;
    docket.resume().await;
    works(&docket, "Fay").await;
}
