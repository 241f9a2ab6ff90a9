//! `docket token` and `docket user`: what they refuse leaves nothing behind, and nobody need listen to the end.

use std::process::{Output, Stdio};

use docket_tests::Docket;
use serde_json::Value;

fn refused(docket: &Docket, command: &str, arguments: &[&str], why: &str) {
    let Output { status, stderr, .. } = docket.command(command).args(arguments).output().expect("it ran");
    let told = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && told.contains(why) && !told.contains("panicked"), "{command} {arguments:?}: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_on_the_command_line_leaves_nothing() {
    let mut docket = Docket::start().await;
    docket.stop().await;
    docket.run("user add", &["Ada Lovelace", "ada@example.com"]);
    docket.run("user disable", &["ada@example.com"]);
    let tokens = || docket.run("token list", &["--json"]);
    let before = tokens();
    refused(&docket, "token issue", &["--label", "x", "--days", "99999999"], "36500");
    refused(&docket, "token issue", &["--label", "x", "--days", "0"], "1..=36500");
    refused(&docket, "token issue", &["--label", " "], "label: 1 to");
    refused(&docket, "token issue", &["--label", "x", "--who", "ada@example.com"], "locked out");
    assert_eq!(tokens(), before);
    docket.run("token issue", &["--label", "x", "--days", "36500"]);
    let users: Value = serde_json::from_str(&docket.run("user list", &["--json"])).expect("JSON");
    let admin = users.as_array().expect("a list").iter().find(|one| one["role"] == "admin").expect("an administrator");
    refused(&docket, "user disable", &[admin["id"].as_str().expect("an id")], "last active administrator");
    docket.run("user add", &["Joan Clarke", "joan@example.com", "--role", "admin"]);
    docket.run("user disable", &[admin["id"].as_str().expect("an id")]);
    refused(&docket, "quarantine", &["1", "--reason", " "], "say why");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_need_listen_to_the_end() {
    let mut docket = Docket::start().await;
    docket.stop().await;
    for command in ["user list", "org list", "token list", "verify", "config"] {
        let mut command = match command {
            "config" => Docket::bare_command("config"),
            command => docket.command(command),
        };
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !told.contains("panicked"), "{command:?}: {told}");
    }
}
