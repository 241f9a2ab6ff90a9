//! A desk that signs its log: what its operator and an auditor prove, and what shows when somebody wrote to its databases.

use docket_tests::{Database, Docket, DocketOptions, tamper};
use serde_json::Value;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

/// Runs `docket verify --json`: whether it ended well, and what it said.
fn verify(docket: &Docket, arguments: &[&str]) -> (bool, Value) {
    let output = docket.command("verify").arg("--json").args(arguments).output().expect("it ran");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), report)
}

/// A check's result and detail.
fn of<'a>(report: &'a Value, check: &str) -> (&'a str, &'a str) {
    let checks = report["checks"].as_array().expect("a list");
    let found = checks.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("no {check}: {report}"));
    (found["result"].as_str().expect("a name"), found["detail"].as_str().expect("words"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_desk_is_proven_and_a_tampered_one_is_not() {
    signed_and_tampered(DocketOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_desk_on_postgres_is_proven_and_a_tampered_one_is_not() {
    let database = Database::create().await;
    let url = Some(database.url());
    signed_and_tampered(DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() }).await;
}

async fn signed_and_tampered(mut options: DocketOptions) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let made = Docket::bare_command("signer").args(["new", &path("signing.key")]).output().expect("it ran");
    let key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    assert_eq!(key.len(), 64, "{}", String::from_utf8_lossy(&made.stderr));
    options.environment.push(("DOCKET_SIGNING__KEY_FILE".into(), path("signing.key")));
    let mut docket = Docket::start_with(options).await;
    let admin = docket.admin();
    let customer = admin.post("/v1/customers", serde_json::json!({ "name": "Maria Rossi" })).await.id();
    let opened = admin.open_ticket(&customer, "It hums").await;
    admin.get_at("/v1/tickets?limit=1", opened.ok()["position"].as_u64().expect("a position")).await.ok();
    docket_tests::eventually(docket_tests::DEADLINE, || async {
        let ready = docket.admin().get("/readyz").await.json();
        if ready["log_position"] == ready["read_position"] { Ok(()) } else { Err(ready.to_string()) }
    })
    .await;
    docket.stop().await;

    // What was appended until the stop is signed.
    let (well, report) = verify(&docket, &["--signer", &key, "--signed-within", "1h", "--compare-read-models"]);
    assert!(well, "{report:#}");
    for check in report["checks"].as_array().expect("a list") {
        let expected = if check["check"] == "anchor" { "not_checked" } else { "proved" };
        assert_eq!(check["result"], expected, "{check:#}");
    }
    let anchor = report["anchor"].as_str().expect("an anchor").to_owned();
    let (well, report) = verify(&docket, &["--signer", &"0".repeat(64)]);
    assert!(!well && of(&report, "signed_heads").1.contains("not named as a signer"), "{report:#}");

    // An auditor of one organisation, without the desk.
    let file = path("log.jsonl.gz");
    docket.run("export", &["--format", "raw", "--out", &file]);
    let (well, report) =
        verify(&docket, &["--export", &file, "--signer", &key, "--tenant", "default", "--anchor", &anchor]);
    assert!(well && of(&report, "tenants").0 == "proved" && of(&report, "anchor").0 == "proved", "{report:#}");
    let (well, report) = verify(&docket, &["--export", &file, "--signer", &key, "--tenant", "another"]);
    assert!(!well && of(&report, "tenants").0 == "failed", "{report:#}");

    // A monitor elsewhere collects heads.
    docket.resume().await;
    let heads = docket.admin().get("/v1/audit/heads?limit=1").await.ok();
    assert_eq!(heads["items"][0]["public_key"], key.as_str(), "{heads:#}");
    docket.stop().await;

    if docket.store_url().is_none() {
        docket.run("backup", &[&path("backup")]);
        let options = SqliteConnectOptions::new().filename(folder.path().join("backup/log.db"));
        let mut copy = options.connect().await.expect("it opens");
        let heads: i64 = sqlx::query_scalar("SELECT count(*) FROM heads").fetch_one(&mut copy).await.expect("a count");
        assert!(heads > 0, "the backup has the heads");
    }

    // Somebody changes what people read.
    tamper(&docket, "read.db", "docket_read", "UPDATE tickets SET reopen_count = 7").await;
    let (well, report) = verify(&docket, &["--compare-read-models"]);
    let (result, detail) = of(&report, "read_models");
    assert!(!well && result == "failed" && detail.contains("1 rows of tickets"), "{report:#}");
    assert!(!report.to_string().contains("It hums"));

    // Somebody cuts off the end.
    tamper(&docket, "log.db", "docket_log", "DELETE FROM events WHERE position > 2").await;
    let (well, report) = verify(&docket, &[]);
    assert!(!well && of(&report, "chain").0 == "proved", "{report:#}");
    let (result, detail) = of(&report, "signed_heads");
    assert!(result == "failed" && detail.contains("its end was cut off"), "{report:#}");
    tamper(&docket, "log.db", "docket_log", "DELETE FROM heads").await;
    let (well, report) = verify(&docket, &[]);
    assert!(
        well && of(&report, "signed_heads").0 == "not_checked",
        "only what was kept elsewhere shows it: {report:#}"
    );
    let (well, report) = verify(&docket, &["--signer", &key]);
    assert!(!well && of(&report, "signed_heads").1.contains("nothing was signed"), "{report:#}");
    let (well, report) = verify(&docket, &["--anchor", &anchor]);
    assert!(!well && of(&report, "anchor").0 == "failed", "{report:#}");
}

/// A name that was mistyped proves nothing, and nothing of the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_nobody_knows_is_named_and_proves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let made = Docket::bare_command("signer").args(["new", &path("signing.key")]).output().expect("it ran");
    let key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    let environment = vec![("DOCKET_SIGNING__KEY_FILE".into(), path("signing.key"))];
    let mut docket = Docket::start_with(DocketOptions { environment, ..DocketOptions::default() }).await;
    docket.admin().post("/v1/customers", serde_json::json!({ "name": "Maria Rossi" })).await.ok();
    docket.stop().await;
    for (scope, name) in [("--everyone", "all.jsonl"), ("--format", "one.jsonl.gz")] {
        let file = path(name);
        let mut export = docket.command("export");
        export.args(["--format", "raw", "--out", &file]);
        if scope == "--everyone" {
            export.arg(scope);
        }
        assert!(export.output().expect("it ran").status.success());
        for arguments in [vec!["--tenant", "nobody"], vec!["--tenant", "nobody", "--json"]] {
            let mut verify = docket.command("verify");
            let output = verify.args(["--export", &file, "--signer", &key]).args(&arguments).output().expect("it ran");
            let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(1), "{said}{told}");
            assert!(told.contains("not proven as asked") && told.contains("all events of nobody"), "{told}");
            assert!(!told.contains("not what was written") && !told.contains("panicked"), "{told}");
            assert!(said.contains("nobody") && said.contains("failed"), "{said}");
        }
        let well = docket.command("verify").args(["--export", &file, "--signer", &key, "--tenant", "default"]).output();
        assert!(well.expect("it ran").status.success(), "{name}");
    }
    // Nor is there anything to export.
    for format in ["raw", "history"] {
        let mut export = docket.command("export");
        let output =
            export.args(["--format", format, "--out", &path("none.jsonl")]).env("DOCKET_ORG", "nobody").output();
        let output = output.expect("it ran");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains("there is no organisation nobody"), "{format}: {told}");
        assert!(!std::path::Path::new(&path("none.jsonl")).exists(), "{format}: nothing is left of it");
    }
}
