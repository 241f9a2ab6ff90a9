//! What a process says of itself while what it needs does not work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use docket_api::config::Role;
use docket_test_database::Database;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::harness::{TestDesk, eventually};

/// Who asks for health goes away after this.
const PROBE: Duration = Duration::from_secs(5);

/// A network between Docket and its database that can swallow whatever is sent.
struct Network {
    port: u16,
    swallows: Arc<AtomicBool>,
}

impl Network {
    async fn to(address: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (port, swallows) = (listener.local_addr().expect("bound").port(), Arc::new(AtomicBool::new(false)));
        let swallowing = swallows.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&address).await.expect("the database");
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(near_in, far_out, swallowing.clone()));
                tokio::spawn(carry(far_in, near_out, swallowing.clone()));
            }
        });
        Self { port, swallows }
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, swallows: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if !swallows.load(Ordering::SeqCst) && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_told_while_the_database_says_nothing() {
    let database = Database::create().await;
    let url: reqwest::Url = database.url().parse().expect("a URL");
    let address = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
    let network = Network::to(address).await;
    let mut through = url.clone();
    through.set_host(Some("127.0.0.1")).expect("a host");
    through.set_port(Some(network.port)).expect("a port");
    let desk = TestDesk::start_with(|settings| {
        settings.store = through.to_string();
        settings.read_models = through.to_string();
    })
    .await;
    let admin = desk.admin();
    admin.get("/readyz").await.expect(StatusCode::OK);

    network.swallows.store(true, Ordering::SeqCst);
    let ready = tokio::time::timeout(PROBE, admin.get("/readyz")).await.expect("while whoever asks still waits");
    let said = ready.expect(StatusCode::SERVICE_UNAVAILABLE)["not_ready"].to_string();
    for what in ["the log", "the vault", "the read models"] {
        assert!(said.contains(&format!("{what} does not answer")), "{said}");
    }
    let figures = tokio::time::timeout(PROBE, admin.get("/metrics")).await.expect("figures wait for no database");
    assert_eq!(figures.status, StatusCode::OK);

    network.swallows.store(false, Ordering::SeqCst);
    drop(desk);
}

#[tokio::test]
async fn a_log_that_takes_nothing_is_not_ready_until_it_does() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let customer = admin.post("/v1/customers", &json!({ "name": "Maria" })).await.id();
    let log = desk.desk().settings.data.join("log.db");
    let sql = |sql: &'static str| {
        let connection = rusqlite::Connection::open(&log).expect("opened");
        connection.execute_batch(sql).expect("done");
    };
    // As on a full disk: everything can be read, and nothing written.
    sql("CREATE TRIGGER full BEFORE INSERT ON numbers BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
    let body = json!({ "subject": "S", "description": "D", "category": "general", "customer_id": customer });
    let refused = admin.post("/v1/tickets", &body).await;
    refused.problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some());
    let said = admin.get("/readyz").await.expect(StatusCode::SERVICE_UNAVAILABLE);
    let words = said["not_ready"].to_string();
    assert!(words.contains("the log takes no events since") && words.contains("disk is full"), "{words}");
    let nobody = desk.anonymous().get("/readyz").await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert!(!nobody["not_ready"].to_string().contains("disk is full"), "{nobody}");

    sql("DROP TRIGGER full");
    // Nobody has to write anything for it to be noticed.
    eventually("ready again", || async {
        let said = desk.anonymous().get("/readyz").await;
        (said.status == StatusCode::OK).then_some(())
    })
    .await;
    admin.post("/v1/tickets", &body).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_vault_and_read_models_that_take_nothing_are_not_ready_until_they_do() {
    for (file, what) in [("vault.db", "the vault"), ("read.db", "the read models")] {
        let desk = TestDesk::start().await;
        let admin = desk.admin();
        let ready = || async { (admin.get("/readyz").await.status == StatusCode::OK).then_some(()) };
        eventually("ready", ready).await;
        let path = desk.desk().settings.data.join(file);
        // Aside, as from another program: the desk must be able to end what it is writing.
        let sql = async |sql: &'static str| {
            let path = path.clone();
            let work = move || {
                let connection = rusqlite::Connection::open(&path).expect("opened");
                connection.busy_timeout(Duration::from_secs(60)).expect("set");
                connection.execute_batch(sql).expect("done");
            };
            tokio::task::spawn_blocking(work).await.expect("ended");
        };
        // As on a full disk, or one that became read-only. Nobody has written since, nor does.
        sql("CREATE TRIGGER full BEFORE INSERT ON probe BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
            .await;
        let said = eventually("it is noticed", || async {
            let answer = admin.get("/readyz").await;
            (answer.status == StatusCode::SERVICE_UNAVAILABLE).then(|| answer.json()["not_ready"].to_string())
        })
        .await;
        assert!(said.contains(&format!("{what} cannot be written")) && said.contains("disk is full"), "{said}");
        let nobody = desk.anonymous().get("/readyz").await.text;
        assert!(nobody.contains(what) && !nobody.contains("disk is full"), "{nobody}");
        // Somebody else's transaction is no reason.
        sql("DROP TRIGGER full").await;
        eventually("ready again", ready).await;
    }
}

#[tokio::test]
async fn a_process_without_the_role_api_tells_its_health_and_nothing_else() {
    let desk = TestDesk::start_with(|settings| settings.roles = vec![Role::Projections, Role::Reactors]).await;
    let admin = desk.admin();
    assert_eq!(admin.get("/healthz").await.expect(StatusCode::OK)["status"], "ok");
    eventually("ready", || async { (admin.get("/readyz").await.status == StatusCode::OK).then_some(()) }).await;
    assert!(admin.get("/metrics").await.text.contains("docket_worker_state"));
    assert_eq!(desk.anonymous().get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    for path in ["/v1/tickets", "/openapi.json", "/"] {
        let request = admin.request(reqwest::Method::GET, path);
        super::harness::Client::send_undescribed(request).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_sent_twice_or_in_another_encoding_is_refused_by_name() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let field = |answer: &Value| answer["errors"][0]["field"].clone();
    let twice = admin.get("/v1/tickets?limit=1&limit=2").await.problem(422, "invalid_fields");
    assert_eq!((field(&twice), &twice["errors"][0]["code"]), (json!("limit"), &json!("repeated")), "{twice}");

    let post = || admin.request(reqwest::Method::POST, "/v1/departments").json(&json!({ "name": "Sales" }));
    let request = post().header("Idempotency-Key", "a").header("Idempotency-Key", "b");
    let refused = super::harness::Client::send(request).await.problem(400, "invalid_header");
    assert_eq!(field(&refused), "Idempotency-Key", "{refused}");
    let packed = post().header("content-encoding", "gzip");
    super::harness::Client::send(packed).await.problem(415, "unsupported_content_encoding");
    for (charset, status) in [("latin1", 415), ("UTF-8", 201)] {
        let request = admin.request(reqwest::Method::POST, "/v1/departments").body(r#"{"name":"Sales"}"#);
        let request = request.header("content-type", format!("application/json; charset={charset}"));
        assert_eq!(super::harness::Client::send(request).await.status.as_u16(), status, "{charset}");
    }
}
