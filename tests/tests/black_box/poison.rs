//! An event that no version at hand understands: it is said, and with one command the desk goes past it.

use std::time::Duration;

use docket_tests::{
    DEADLINE, Database, Docket, DocketOptions, NatsServer, NatsVersion, SseStream, eventually, run_tool,
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_goes_past_a_poison_event() {
    goes_past(DocketOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_goes_past_a_poison_event() {
    let database = Database::create().await;
    let url = Some(database.url());
    goes_past(DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_goes_past_a_poison_event() {
    let Some(nats) = NatsServer::start(NatsVersion::Current).await else { return };
    let nats = Some(nats.url());
    goes_past(DocketOptions { nats, ..DocketOptions::default() }).await;
}

async fn goes_past(options: DocketOptions) {
    let nats = options.nats.clone();
    let mut docket = Docket::start_with(options).await;
    let admin = docket.admin();
    let customer = |name: &str| {
        let (admin, body) = (admin.clone(), json!({ "name": name }));
        async move { admin.post("/v1/customers", body).await }
    };
    let before = customer("before").await;
    let poison = customer("poison").await;
    let after = customer("after").await;
    let at = poison.ok()["position"].as_u64().expect("a position");
    let last = after.ok()["position"].as_u64().expect("a position");
    if let Some(nats) = &nats {
        // The relay may not have made it yet.
        eventually(DEADLINE, || async { jetstream(nats).await.get_stream("DOCKET").await.map(drop) }).await;
    }
    docket.stop().await;
    tamper(&docket, &format!("UPDATE events SET event_type = 'CustomerFrobbed' WHERE position = {at}")).await;
    // From the beginning, so that projections, reactors and the relay all meet it.
    forget_read_models(&docket).await;
    if let Some(nats) = &nats {
        jetstream(nats).await.delete_stream("DOCKET").await.expect("deleted");
    }
    docket.spawn();

    let stuck = eventually(DEADLINE, || async {
        let request = docket.admin().request(Method::GET, "/readyz");
        let answer = docket.admin().try_send(request).await.map_err(|error| error.to_string())?;
        let said = answer.json();
        let is_stuck = |name: &str| {
            let workers = said["workers"].as_array();
            workers.is_some_and(|all| all.iter().any(|one| one["name"] == name && one["stuck_at"] == at))
        };
        // The relay leaves it to the log, when no other node understood it either.
        let left = said["workers"].as_array().is_some_and(|all| {
            let told =
                |one: &Value| one["detail"].as_str().is_some_and(|told| told.contains(&format!("position {at} ")));
            all.iter().any(|one| one["name"] == "relay/events" && told(one))
        });
        let named = is_stuck("projections") && (nats.is_none() || left);
        if answer.status == 503 && named { Ok(said) } else { Err(answer.to_string()) }
    })
    .await;
    let words = stuck["not_ready"].to_string();
    for part in [format!("position {at}"), "CustomerFrobbed".into(), "since".into(), format!("docket quarantine {at}")]
    {
        assert!(words.contains(&part), "{part:?} is not said: {words}");
    }
    assert_eq!(stuck["read_position"], at - 1, "what lies before it is there");
    if let Some(nats) = &nats {
        // What lies behind it is published all the same.
        let published = eventually(DEADLINE, || positions(nats, last)).await;
        assert!(published.contains(&(at - 1)) && !published.contains(&at), "{published:?}");
    }
    let mut listener = SseStream::open(&admin, "/v1/events?after=0", None).await;
    let ended = loop {
        let event = listener.next(DEADLINE).await.expect("it ends clearly");
        if event.event == "unreadable" {
            break event.json();
        }
    };
    assert_eq!(ended["position"], at);

    assert!(!docket.command("quarantine").arg((at - 1).to_string()).output().expect("it ran").status.success());
    run_tool(docket.command("quarantine").args([&at.to_string(), "--reason", "a test"]));
    let listed: Value = serde_json::from_str(&docket.run("quarantine", &["--list", "--json"])).expect("JSON");
    assert_eq!((&listed[0]["position"], &listed[0]["reason"]), (&json!(at), &json!("a test")));

    docket.ready().await;
    eventually(DEADLINE, || async {
        let said = docket.admin().get("/readyz").await.json();
        let workers = said["workers"].as_array().expect("workers");
        let failing: Vec<_> = workers.iter().filter(|worker| worker["state"] == "failing").collect();
        if failing.is_empty() && said["degraded"] == json!([]) { Ok(()) } else { Err(said.to_string()) }
    })
    .await;
    for (customer, status) in [(&before, 200), (&poison, 404), (&after, 200)] {
        assert_eq!(admin.get_at(&format!("/v1/customers/{}", customer.id()), last).await.status, status);
    }
    let mut listener = SseStream::open(&admin, "/v1/events?after=0", None).await;
    while listener.next(Duration::from_secs(20)).await.expect("it goes on").id != last.to_string() {}
    if let Some(nats) = &nats {
        let published = eventually(DEADLINE, || positions(nats, last)).await;
        assert_eq!(published.iter().filter(|position| **position == at).count(), 0);
        assert!(published.contains(&(at - 1)), "{published:?}");
    }
    // Nothing is decided on a history that is not understood.
    let refused = admin.put(&format!("/v1/customers/{}", poison.id()), json!({ "name": "other" })).await;
    refused.problem(409, "history_unreadable");
    docket.stop().await;
    docket.run("rebuild", &["--all"]);
}

async fn jetstream(nats: &str) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(async_nats::connect(nats).await.expect("nats-server runs"))
}

/// The positions on the stream, once it has the one given.
async fn positions(nats: &str, last: u64) -> Result<Vec<u64>, String> {
    let stream = jetstream(nats).await.get_stream("DOCKET").await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for sequence in 1..=stream.cached_info().state.last_sequence {
        let message = stream.get_raw_message(sequence).await.map_err(|error| error.to_string())?;
        found.push(message.headers.get("ce-position").expect("a position").as_str().parse().expect("a number"));
    }
    if found.contains(&last) { Ok(found) } else { Err(format!("{found:?}")) }
}

async fn tamper(docket: &Docket, sql: &str) {
    match docket.store_url() {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.expect("the log");
            connection.execute("SET search_path = docket_log").await.expect("a setting");
            connection.execute(AssertSqlSafe(sql)).await.expect("changed");
        }
        None => {
            let options = SqliteConnectOptions::new().filename(docket.data().join("log.db"));
            options.connect().await.expect("the log").execute(AssertSqlSafe(sql)).await.expect("changed");
        }
    }
}

async fn forget_read_models(docket: &Docket) {
    if let Some(url) = docket.store_url() {
        let mut connection = PgConnection::connect(url).await.expect("the read models");
        connection.execute("DROP SCHEMA docket_read CASCADE").await.expect("dropped");
        connection.execute("DROP SCHEMA IF EXISTS reporting CASCADE").await.expect("dropped");
        return;
    }
    for name in ["read.db", "read.db-wal", "read.db-shm"] {
        let _ = std::fs::remove_file(docket.data().join(name));
    }
}
