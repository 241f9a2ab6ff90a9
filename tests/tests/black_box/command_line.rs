//! The command line with pipes, and with mistakes.

use std::io::Write as _;
use std::process::Stdio;

use docket_tests::{Docket, DocketOptions, Person};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_goes_through_pipes() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    carl.client.open_ticket(&carl.id, "Through a pipe").await.ok();
    docket.stop().await;
    let exported = docket.command("export").args(["--out", "-"]).output().expect("it ran");
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    assert!(String::from_utf8_lossy(&exported.stdout).contains("Through a pipe"));

    let other = Docket::prepare(DocketOptions::default());
    let mut import = other.command("import");
    let mut import =
        import.args(["-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    import.stdin.take().expect("a pipe").write_all(&exported.stdout).expect("written");
    let output = import.wait_with_output().expect("it ran");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["tickets"], output.status.success()), (&1.into(), true), "{report}");
}

/// Whatever people wrote, on a terminal it steers nothing and is read in the order in which it was written. JSON says the same
/// to programs all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_printed_steers_a_terminal() {
    let turned = "bill\u{202e}fdp.exe";
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let ticket = carl.client.open_ticket(&carl.id, turned).await.id();
    let role = json!({ "name": turned, "permissions": ["view_tickets"] });
    let role = admin.post("/v1/roles", role).await.id();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    admin.put(&format!("/v1/agents/{}/role", ada.id), json!({ "custom_role_id": role })).await.ok();
    docket.stop().await;

    let (replayed, as_json) = (format!("ticket-{ticket}"), "--json");
    for (command, arguments) in [
        ("replay", vec![replayed.as_str()]),
        ("replay", vec![&replayed, as_json]),
        ("replay", vec!["role-00000000-0000-0000-0000-000000000000"]),
        ("user list", vec![]),
        ("user list", vec![as_json]),
        ("export", vec![]),
        ("export", vec!["--format", "raw"]),
    ] {
        let printed = docket.run(command, &arguments);
        assert!(printed.contains("u202e") || printed.contains("u{202e}"), "{command} {arguments:?}: {printed}");
        assert!(!printed.contains('\u{202e}'), "{command} {arguments:?}: {printed}");
        let json = printed.lines().next().filter(|_| command == "replay" && arguments.contains(&as_json));
        if let Some(line) = json {
            let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(event["payload"]["subject"], turned);
        }
    }
    let raw = docket.run("export", &["--format", "raw"]);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), raw).expect("written");
    let verified = Docket::bare_command("verify").arg("--export").arg(file.path()).output().expect("it ran");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_folder_leaves_nothing_in_the_way_of_the_right_one() {
    let mut docket = Docket::start().await;
    docket.stop().await;
    let folder = tempfile::tempdir().expect("a folder");
    for format in ["history", "raw"] {
        let out = folder.path().join(format!("{format}.jsonl.gz"));
        let mut wrong = Docket::bare_command("export");
        wrong.arg("--data").arg(folder.path().join("nowhere")).args(["--format", format, "--out"]).arg(&out);
        let output = wrong.output().expect("it ran");
        assert!(!output.status.success());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "{format}");
        let right = docket.command("export").args(["--format", format, "--out"]).arg(&out).output().expect("it ran");
        assert!(right.status.success(), "{}", String::from_utf8_lossy(&right.stderr));
        std::fs::remove_file(&out).expect("it is there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_of_a_cluster_with_our_name_does_not_stop_us() {
    let environment =
        [("DOCKET_PORT", "tcp://10.0.0.7:8080"), ("DOCKET_SERVICE_HOST", "10.0.0.7"), ("DOCKET_HTTP", "tcp://x")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let docket = Docket::start_with(DocketOptions { environment, ..DocketOptions::default() }).await;
    let log = std::fs::read_to_string(docket.log()).expect("a log");
    for name in ["DOCKET_PORT", "DOCKET_SERVICE_HOST", "DOCKET_HTTP"] {
        let told = |line: &&str| line.contains("WARN") && line.contains(&format!("\"{name}\""));
        assert_eq!(log.lines().filter(told).count(), 1, "{name}:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_name_is_an_address_to_listen_on() {
    let port = docket_tests::free_port();
    let docket = Docket::prepare(DocketOptions::default());
    let mut serve = docket.command("serve");
    let child = serve.args(["--listen", &format!("localhost:{port}")]).stderr(Stdio::null()).stdout(Stdio::null());
    let mut child = child.spawn().expect("it starts");
    let address = format!("http://localhost:{port}/healthz");
    docket_tests::eventually(docket_tests::DEADLINE, || async {
        reqwest::get(&address).await.map(drop).map_err(|error| error.to_string())
    })
    .await;
    child.kill().expect("killed");
    child.wait().expect("gone");
}
