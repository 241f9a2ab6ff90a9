//! Commands that only look: where there is nothing they say so, make nothing, and prove nothing.

use std::path::Path;
use std::process::Output;

use docket_tests::{DEADLINE, Database, Docket, DocketOptions, eventually};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

const LOOKING: [&[&str]; 8] = [
    &["verify"],
    &["verify", "--compare-read-models"],
    &["export", "--format", "raw"],
    &["user", "list"],
    &["org", "list"],
    &["token", "list"],
    &["quarantine", "--list"],
    &["sweep"],
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_makes_no_desk() {
    let database = Database::create().await;
    let url = Some(database.url());
    let on_postgres = DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() };
    for options in [on_postgres, DocketOptions::default()] {
        let is_postgres = options.store.is_some();
        let docket = Docket::prepare(options);
        std::fs::create_dir_all(docket.data()).expect("made");
        for arguments in LOOKING {
            let (words, flags) = match arguments {
                ["user" | "org" | "token", "list"] => (arguments.join(" "), &[][..]),
                [command, flags @ ..] => ((*command).to_owned(), flags),
                [] => continue,
            };
            let output = docket.command(&words).args(flags).output().expect("it ran");
            let told = said(&output);
            assert!(!output.status.success() && told.contains("there is no desk in"), "{arguments:?}: {told}");
            assert_eq!(names(&docket.data()), Vec::<String>::new(), "{arguments:?}");
        }
        if is_postgres {
            let mut connection = PgConnection::connect(&database.url()).await.expect("the server");
            let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'docket%'";
            let schemas: i64 = sqlx::query_scalar(schemas).fetch_one(&mut connection).await.expect("a count");
            assert_eq!(schemas, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_missing_is_not_replaced_by_who_looks() {
    let database = Database::create().await;
    let url = Some(database.url());
    let options = DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() };
    Docket::prepare(options.clone()).run("migrate", &[]);
    let elsewhere = Docket::prepare(options);
    std::fs::create_dir_all(elsewhere.data()).expect("made");
    let output = elsewhere.command("verify").output().expect("it ran");
    assert!(!output.status.success() && said(&output).contains("master.key is missing"), "{}", said(&output));
    assert_eq!(names(&elsewhere.data()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_models_that_are_missing_or_behind_prove_nothing() {
    let mut docket = Docket::start().await;
    for name in ["Ada", "Bob"] {
        docket.admin().post("/v1/customers", json!({ "name": name })).await.ok();
    }
    taken_in(&docket).await;
    docket.stop().await;
    let verify = || docket.command("verify").arg("--compare-read-models").output().expect("it ran");
    let output = verify();
    assert!(output.status.success(), "{}", said(&output));

    let file = docket.data().join("read.db");
    let options = SqliteConnectOptions::new().filename(&file);
    let mut connection = options.connect().await.expect("it opens");
    sqlx::raw_sql("UPDATE checkpoints SET position = position - 1").execute(&mut connection).await.expect("written");
    connection.close().await.expect("closed");
    let output = verify();
    let told = said(&output);
    assert!(!output.status.success() && told.contains("the read models have the log up to position"), "{told}");

    for name in names(&docket.data()).iter().filter(|name| name.starts_with("read.db")) {
        std::fs::remove_file(docket.data().join(name)).expect("removed");
    }
    let output = verify();
    let told = said(&output);
    assert!(!output.status.success() && told.contains("there are no read models in"), "{told}");
    docket.run("verify", &[]);
    assert!(!file.exists(), "nothing is made");
}

/// Waits until the read models have all of the log.
async fn taken_in(docket: &Docket) {
    eventually(DEADLINE, || async {
        let ready = docket.admin().get("/readyz").await.json();
        if ready["log_position"] == ready["read_position"] { Ok(()) } else { Err(ready.to_string()) }
    })
    .await;
}
