//! NATS as others run it: with logins of every kind, permissions, TLS and several servers.

use std::path::Path;

use async_nats::ConnectOptions;
use docket_tests::{
    Certificates, Client, DEADLINE, Docket, DocketOptions, NatsServer, NatsVersion, eventually, nkey,
    operator_with_user, repository,
};
use serde_json::{Value, json};

/// The permissions that `docs/nats.md` says Docket needs.
fn documented_permissions() -> String {
    let page = std::fs::read_to_string(repository().join("docs/nats.md")).expect("the page");
    let (_, rest) = page.split_once("```hocon\n").expect("the permissions");
    rest.split_once("```").expect("its end").0.to_owned()
}

async fn start(nats: &str, environment: &[(&str, String)]) -> Docket {
    let environment = environment.iter().map(|(name, value)| (format!("DOCKET_NATS__{name}"), value.clone())).collect();
    Docket::start_with(DocketOptions { nats: Some(nats.to_owned()), environment, ..DocketOptions::default() }).await
}

/// Everything that goes through NATS works, and nothing is complained about.
async fn works(docket: &Docket, observer: &async_nats::Client) {
    let position = register(&docket.admin()).await;
    let stream = async_nats::jetstream::new(observer.clone());
    eventually(DEADLINE, || async {
        let stream = stream.get_stream("DOCKET").await.map_err(|error| format!("{error}; {}", said_of_nats(docket)))?;
        let last = stream.cached_info().state.last_sequence;
        let message = stream.get_raw_message(last).await.map_err(|error| error.to_string())?;
        let reached: u64 = message.headers.get("ce-position").expect("a position").as_str().parse().expect("a number");
        if reached >= position { Ok(()) } else { Err(format!("the stream is at {reached}")) }
    })
    .await;
    // Feeds are live from the broker, not only from the log.
    eventually(DEADLINE, || async {
        register(&docket.admin()).await;
        let metrics = docket.admin().get("/metrics").await.text;
        if metrics.contains("docket_feed_live 1") { Ok(()) } else { Err("feeds read the log") }
    })
    .await;
    eventually(DEADLINE, || async {
        let said = docket.admin().get("/readyz").await.json();
        let states: Vec<_> = said["workers"].as_array().expect("workers").iter().map(|one| &one["state"]).collect();
        let good = said["degraded"] == json!([]) && states.iter().all(|state| **state == "working");
        if good { Ok(()) } else { Err(said.to_string()) }
    })
    .await;
}

fn said_of_nats(docket: &Docket) -> String {
    let log = std::fs::read_to_string(docket.log()).unwrap_or_default();
    log.lines().filter(|line| line.contains("NATS")).collect::<Vec<_>>().join("\n")
}

async fn register(admin: &Client) -> u64 {
    admin.post("/v1/customers", json!({ "name": "Ada" })).await.ok()["position"].as_u64().expect("a position")
}

fn says_nothing_of(docket: &Docket, secret: &str) {
    let log = std::fs::read_to_string(docket.log()).expect("a log");
    assert!(!log.contains(secret), "the log has the secret");
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn write(folder: &tempfile::TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    text(&path)
}

async fn least_privilege(version: NatsVersion) {
    let config = format!(
        "authorization {{ users: [
           {{ user: docket, password: \"p@ss/w0rd\", {} }}
           {{ user: observer, password: observer }}
         ] }}",
        documented_permissions()
    );
    let Some(nats) = NatsServer::start_configured(version, &config).await else { return };
    let observer =
        ConnectOptions::with_user_and_password("observer".into(), "observer".into()).connect(nats.url()).await;
    let observer = observer.expect("it runs");
    let in_url = format!("nats://docket:p%40ss%2Fw0rd@{}", nats.address());
    let docket = start(&in_url, &[]).await;
    works(&docket, &observer).await;
    says_nothing_of(&docket, "w0rd");
    drop(docket);
    let docket = start(&nats.url(), &[("USER", "docket".into()), ("PASSWORD", "p@ss/w0rd".into())]).await;
    works(&docket, &observer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_permissions_are_enough_for_debians_nats() {
    least_privilege(NatsVersion::Debian).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_permissions_are_enough_for_a_current_nats() {
    least_privilege(NatsVersion::Current).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_an_nkey_and_a_credentials_file_let_in() {
    docket_tests::set_up();
    let folder = tempfile::tempdir().expect("a folder");

    let config = "authorization { token: \"0123456789\" }";
    let Some(nats) = NatsServer::start_configured(NatsVersion::Current, config).await else { return };
    let observer = ConnectOptions::with_token("0123456789".into()).connect(nats.url()).await.expect("it runs");
    let file = write(&folder, "token", "0123456789\n");
    let docket = start(&nats.url(), &[("TOKEN_FILE", file)]).await;
    works(&docket, &observer).await;
    says_nothing_of(&docket, "0123456789");
    drop(docket);

    let (public, seed) = nkey();
    let config = format!("authorization {{ users: [ {{ nkey: {public} }} ] }}");
    let Some(nats) = NatsServer::start_configured(NatsVersion::Debian, &config).await else { return };
    let observer = ConnectOptions::with_nkey(seed.clone()).connect(nats.url()).await.expect("it runs");
    let docket = start(&nats.url(), &[("NKEY_SEED", seed.clone())]).await;
    works(&docket, &observer).await;
    says_nothing_of(&docket, &seed);
    drop(docket);

    let (config, credentials) = operator_with_user();
    let Some(nats) = NatsServer::start_configured(NatsVersion::Current, &config).await else { return };
    let observer = ConnectOptions::with_credentials(&credentials).expect("credentials");
    let observer = observer.connect(nats.url()).await.expect("it runs");
    let file = write(&folder, "docket.creds", &credentials);
    let docket = start(&nats.url(), &[("CREDENTIALS_FILE", file)]).await;
    works(&docket, &observer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_of_both_sides_are_checked() {
    docket_tests::set_up();
    let certificates = Certificates::new();
    let file = |name: &str| text(&certificates.file(name));
    let config = format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}",
        file("server.pem"),
        file("server-key.pem"),
        file("ca.pem")
    );
    let Some(nats) = NatsServer::start_configured(NatsVersion::Current, &config).await else { return };
    let observer = ConnectOptions::new()
        .add_root_certificates(certificates.file("ca.pem"))
        .add_client_certificate(certificates.file("client.pem"), certificates.file("client-key.pem"))
        .connect(nats.url())
        .await
        .expect("it runs");
    let url = format!("tls://localhost:{}", nats.address().rsplit_once(':').expect("a port").1);
    let own = [("CA_FILE", file("ca.pem")), ("CERT_FILE", file("client.pem")), ("KEY_FILE", file("client-key.pem"))];
    let docket = start(&url, &own).await;
    works(&docket, &observer).await;
    drop(docket);

    // Without them nothing goes out, and where and why is said.
    let docket = start(&url, &[]).await;
    let server = url.trim_start_matches("tls://");
    degraded(&docket, "nats", &format!("{server}: io error: invalid peer certificate")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn which_server_is_not_reached_is_said_and_why() {
    docket_tests::set_up();
    let nobody = format!("127.0.0.1:{}", docket_tests::free_port());
    let docket = start(&format!("nats://u:s3cret@{nobody},nats://no-such-host.invalid:4222"), &[]).await;
    degraded(&docket, "nats", &format!("{nobody}: io error: connection refused")).await;
    degraded(&docket, "nats", "no-such-host.invalid:4222: ").await;
    register(&docket.admin()).await; // goes on all the same
    says_nothing_of(&docket, "s3cret");
    let log = std::fs::read_to_string(docket.log()).expect("a log");
    assert!(log.contains(&format!("{nobody}: IO error: Connection refused")), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let Some(nats) = NatsServer::start(NatsVersion::Current).await else { return };
    let docket = start(&nats.url(), &[("TLS_REQUIRED", "true".into())]).await;
    degraded(&docket, "nats", "").await;
    register(&docket.admin()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_let_in_or_may_not_publish_is_told_once() {
    let config = "authorization { users: [
        { user: docket, password: docket, permissions: { publish: [\"docket.>\"], subscribe: [\"_INBOX.>\"] } }
    ] }";
    let Some(nats) = NatsServer::start_configured(NatsVersion::Current, config).await else { return };
    let docket = start(&nats.url(), &[("USER", "docket".into()), ("PASSWORD", "wr0ng-secret".into())]).await;
    degraded(&docket, "nats", "authorization violation").await;
    register(&docket.admin()).await; // goes on all the same
    says_nothing_of(&docket, "wr0ng-secret");
    let log = std::fs::read_to_string(docket.log()).expect("a log").to_lowercase();
    let lines = log.lines().filter(|line| line.contains("authorization violation")).count();
    assert!((1..=3).contains(&lines), "it is said {lines} times:\n{log}");
    drop(docket);

    let docket = start(&nats.url(), &[("USER", "docket".into()), ("PASSWORD", "docket".into())]).await;
    degraded(&docket, "relay", "permissions violation").await;
}

/// Waits until readiness says so of a worker; the desk goes on all the same.
async fn degraded(docket: &Docket, worker: &str, with: &str) {
    eventually(DEADLINE, || async {
        let answer = docket.admin().get("/readyz").await;
        let said = answer.json();
        let told = |line: &Value| {
            let line = line.as_str().unwrap_or_default().to_lowercase();
            line.starts_with(worker) && line.contains(with)
        };
        let found = said["degraded"].as_array().is_some_and(|lines| lines.iter().any(told));
        if found && answer.status == 200 { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_takes_over() {
    let Some(mut first) = NatsServer::start(NatsVersion::Current).await else { return };
    let Some(mut second) = NatsServer::start(NatsVersion::Current).await else { return };
    let gone = format!("127.0.0.1:{}", docket_tests::free_port());
    let docket = start(&format!("nats://{gone},{},{}", first.url(), second.url()), &[]).await;
    let connected = eventually(DEADLINE, || async {
        for (n, url) in [first.url(), second.url()].into_iter().enumerate() {
            let client = async_nats::connect(&url).await.map_err(|error| error.to_string())?;
            if async_nats::jetstream::new(client).get_stream("DOCKET").await.is_ok() {
                return Ok(n);
            }
        }
        Err("no server has the stream".to_owned())
    })
    .await;
    let (gone, other) = if connected == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
    let observer = async_nats::connect(other.url()).await.expect("it runs");
    gone.kill();
    works(&docket, &observer).await;
}
