//! What erasing leaves in PostgreSQL's own files, looked for in every one of them: heap, indexes, TOAST, statistics and
//! the write-ahead log.

use std::path::Path;
use std::process::Command;

use docket_tests::{DEADLINE, Docket, DocketOptions, NatsServer, NatsVersion, Person, PostgresServer, eventually};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

/// Name, address, texts.
const WORDS: [&str; 4] = ["xylophone", "chrysanthemum", "quentin.x@", "quince lane"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_erased_person_is_left_in_the_databases_files() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url();
    let options =
        DocketOptions { store: Some(url.clone()), read_models: Some(url.clone()), ..DocketOptions::default() };
    let docket = Docket::start_with(options).await;
    let mut database = PgConnection::connect(&url).await.expect("the database");
    // As docs/operating.md says: segments are removed, not kept to be written over some time.
    execute(&mut database, "ALTER SYSTEM SET wal_recycle = off").await;
    execute(&mut database, "SELECT pg_reload_conf()").await;

    let admin = docket.admin();
    let person = json!({ "name": "Quentin Xylophone", "email": "quentin.x@example.org" });
    let id = admin.post("/v1/customers", person).await.id();
    let mut last = 0;
    for number in 0..30 {
        let kept = Person::customer(&admin, &format!("Katrin {number}")).await;
        let ticket = kept.client.open_ticket(&kept.id, &format!("Tulip number {number}")).await.ok();
        last = ticket["position"].as_u64().expect("a position");
    }
    let opened = admin
        .post(
            "/v1/tickets",
            json!({ "subject": "My chrysanthemum", "description": "chrysanthemum, says Xylophone of Quince Lane",
                    "category": "garden", "customer_id": id }),
        )
        .await
        .id();
    for number in 0..10 {
        let body = json!({ "body": format!("chrysanthemum {number}, dear Xylophone") });
        last =
            admin.post(&format!("/v1/tickets/{opened}/messages"), body).await.ok()["position"].as_u64().unwrap_or(last);
    }
    admin.get_at("/v1/search?q=chrysanthemum", last).await.ok();
    execute(&mut database, "ANALYZE").await;
    execute(&mut database, "CHECKPOINT").await;
    let wrapped: Vec<u8> = sqlx::query_scalar("SELECT wrapped FROM docket_vault.person_keys WHERE person = $1::uuid")
        .bind(&id)
        .fetch_one(&mut database)
        .await
        .expect("their key");
    for word in WORDS {
        assert!(!containing(&server.data(), word).is_empty(), "{word} is not where it is looked for later");
    }
    assert!(!containing_bytes(&server.data(), &wrapped).is_empty());

    let erased = admin.post(&format!("/v1/customers/{id}/erase"), json!({})).await.ok();
    admin.get_at("/v1/tickets", erased["position"].as_u64().expect("a position")).await.ok();
    execute(&mut database, "CHECKPOINT").await;
    // Gone for whoever asks, and yet there: which is why there is something to sweep.
    assert!(!containing(&server.data(), "chrysanthemum").is_empty());

    let swept = docket.run("sweep", &["--json"]);
    assert!(swept.contains("\"left\": []"), "{swept}");
    for word in WORDS {
        assert_eq!(containing(&server.data(), word), Vec::<String>::new(), "{word}");
    }
    assert_eq!(containing_bytes(&server.data(), &wrapped), Vec::<String>::new(), "the wrapped key");
    // The server beside it goes on.
    let found = admin.get("/v1/search?q=tulip").await.ok();
    assert!(!found["items"].as_array().expect("items").is_empty(), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_from_before_is_named_and_waited_for() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url();
    let options =
        DocketOptions { store: Some(url.clone()), read_models: Some(url.clone()), ..DocketOptions::default() };
    let docket = Docket::start_with(options).await;
    let mut other = PgConnection::connect(&url).await.expect("the database");
    execute(&mut other, "CREATE DATABASE neighbour").await;
    let mut reader = PgConnection::connect(&url).await.expect("the database");
    execute(&mut reader, "BEGIN ISOLATION LEVEL REPEATABLE READ").await;
    execute(&mut reader, "SELECT count(*) FROM docket_vault.person_keys").await;
    waits_for(&docket, &url, reader, &mut other).await;
    // What somebody writes in another database of the server holds every new snapshot back.
    let beside = url.replace("/postgres", "/neighbour");
    let mut writer = PgConnection::connect(&beside).await.expect("the other database");
    execute(&mut writer, "BEGIN").await;
    execute(&mut writer, "SELECT txid_current()").await;
    waits_for(&docket, &url, writer, &mut other).await;
}

/// A sweep waits for a transaction that somebody has open.
async fn waits_for(docket: &Docket, url: &str, mut holder: PgConnection, other: &mut PgConnection) {
    execute(other, "CREATE TABLE something_later (id int)").await;
    execute(other, "DROP TABLE something_later").await;
    let mut sweep = docket.command("sweep").spawn().expect("it starts");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'docket sweep'";
    docket_tests::eventually(docket_tests::DEADLINE, || async {
        let mut looking = PgConnection::connect(url).await.expect("the database");
        let count: i64 = sqlx::query_scalar(waiting).fetch_one(&mut looking).await.expect("a count");
        if count > 0 { Ok(()) } else { Err("it has not begun".to_owned()) }
    })
    .await;
    let rewritten = "SELECT pg_relation_filenode('docket_vault.person_keys')";
    let before: u32 = filenode(other, rewritten).await;
    assert!(sweep.try_wait().expect("a process").is_none(), "it waits");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(filenode(other, rewritten).await, before, "and has written nothing anew");
    execute(&mut holder, "ROLLBACK").await;
    let status = tokio::task::spawn_blocking(move || sweep.wait()).await.expect("a thread").expect("a process");
    assert!(status.success(), "{status}");
    assert_ne!(filenode(other, rewritten).await, before);
}

/// What JetStream keeps in its own files is not within reach of a sweep: it says so, of that and of nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_jetstream_keeps_is_left_to_whoever_runs_it() {
    let Some(nats) = NatsServer::start(NatsVersion::Current).await else { return };
    let docket = Docket::start_with(DocketOptions { nats: Some(nats.url()), ..DocketOptions::default() }).await;
    let admin = docket.admin();
    let id = admin.post("/v1/customers", json!({ "name": "Quentin Xylophone" })).await.id();
    let opened = admin.open_ticket(&id, "My chrysanthemum").await;
    // It is in the stream's files, which is why there is something to say.
    eventually(DEADLINE, || async {
        if containing(&nats.store(), "chrysanthemum").is_empty() { Err("not published yet") } else { Ok(()) }
    })
    .await;
    let erased = admin.post(&format!("/v1/customers/{id}/erase"), json!({})).await.ok();
    admin.get_at("/v1/tickets", erased["position"].as_u64().expect("a position")).await.ok();
    assert!(!admin.get(&format!("/v1/tickets/{}", opened.id())).await.text.contains("chrysanthemum"));

    let sweep = |nats_url: Option<String>, arguments: &[&str]| {
        let mut command = docket.command("sweep");
        command.args(arguments).envs(nats_url.map(|url| ("DOCKET_NATS__URL", url)));
        let output = command.output().expect("it ran");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        String::from_utf8(output.stdout).expect("text")
    };
    let said = sweep(Some(nats.url()), &[]);
    let left: Vec<&str> = said.lines().filter(|line| line.starts_with("left to do: ")).collect();
    assert_eq!(left.len(), 1, "{said}");
    for word in ["JetStream", "relay.keep_hours", "encrypt", "delete the stream"] {
        assert!(left[0].contains(word), "{word}: {said}");
    }
    let report: serde_json::Value = serde_json::from_str(&sweep(Some(nats.url()), &["--json"])).expect("JSON");
    let left = report["left"].as_array().expect("a list");
    assert!(left.len() == 1 && left[0].as_str().is_some_and(|left| left.contains("JetStream")), "{report}");
    // Without a broker there is nothing of the kind.
    let report: serde_json::Value = serde_json::from_str(&sweep(None, &["--json"])).expect("JSON");
    assert_eq!(report["left"], json!([]), "{report}");
}

async fn filenode(database: &mut PgConnection, sql: &'static str) -> u32 {
    let node: sqlx::postgres::types::Oid = sqlx::query_scalar(sql).fetch_one(database).await.expect("a table");
    node.0
}

async fn execute(database: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(database).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The files in which a text stands, in whatever case.
fn containing(folder: &Path, text: &str) -> Vec<String> {
    grep(folder, &["-i", "-F", "-e", text])
}

/// The files in which these bytes stand.
fn containing_bytes(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    // Files come and go while one looks.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(containing_bytes(&path, bytes));
        } else if std::fs::read(&path).is_ok_and(|file| file.windows(bytes.len()).any(|window| window == bytes)) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn grep(folder: &Path, what: &[&str]) -> Vec<String> {
    let output = Command::new("grep").env("LC_ALL", "C").args(["-r", "-l", "-a"]).args(what).arg(folder).output();
    let output = output.expect("grep runs");
    // Files come and go while it looks.
    assert!(output.status.code().is_some_and(|code| code < 3), "{output:?}");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
