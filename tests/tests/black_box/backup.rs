//! A backup taken under load, and put back.

use docket_tests::{Docket, Workload, history};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_comes_back() {
    let mut docket = Docket::start().await;
    let customer = docket.admin().post("/v1/customers", json!({ "name": "Maria Rossi" })).await.id();
    let ticket = docket.admin().open_ticket(&customer, "Kept safe").await.id();
    let work = Workload::start(&[docket.admin()], 8).await;
    let folder = docket.data().parent().expect("it has one").join("backup");
    let target = folder.to_string_lossy().into_owned();
    let said = docket.run("backup", &[&target]);
    assert!(said.contains("its hash chain was followed"), "what was verified is said: {said}");
    let acknowledged = work.finish().await;
    assert!(!acknowledged.is_empty(), "the desk went on");
    let again = docket.command("backup").arg(&target).output().expect("it runs");
    assert!(!again.status.success(), "a backup is not overwritten");
    docket.stop().await;

    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("backup.json")).expect("a manifest")).expect("JSON");
    let kept = usize::try_from(manifest["events"].as_u64().expect("a number")).expect("fits");
    let whole = history(&docket).await;
    assert!(kept >= 5 && kept <= whole.len(), "{kept} of {}", whole.len());
    assert!(!folder.join("master.key").exists(), "the key is not in it unless asked for");

    let mut restored = Docket::prepare(docket_tests::DocketOptions::default());
    let refused = restored.command("restore").arg(&folder).output().expect("it runs");
    assert!(!refused.status.success(), "without its master key a vault is not taken over");
    std::fs::write(restored.data().join("master.key"), "7".repeat(64)).expect("written");
    private(&restored.data().join("master.key"));
    let refused = restored.command("restore").arg(&folder).output().expect("it runs");
    assert!(!refused.status.success(), "another key does not open it");
    let left: Vec<_> = std::fs::read_dir(restored.data())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["master.key"], "what failed leaves nothing that stands in the way");
    std::fs::create_dir(restored.data().join("lost+found")).expect("as a file system makes it");
    std::fs::copy(docket.data().join("master.key"), restored.data().join("master.key")).expect("copied");
    let told = restored.run("restore", &[&target]);
    assert!(told.contains(&format!("{kept} events")), "{told}");
    let refused = restored.command("restore").arg(&folder).output().expect("it runs");
    assert!(!refused.status.success(), "nothing is overwritten");

    restored.resume().await;
    let last = whole[kept - 1].meta.position.0;
    let found = restored.admin().get_at(&format!("/v1/tickets/{ticket}"), last).await.ok();
    assert_eq!((&found["subject"], &found["customer_name"]), (&json!("Kept safe"), &json!("Maria Rossi")));
    restored.stop().await;
    let back = history(&restored).await;
    assert_eq!(back[..kept], whole[..kept], "the same events, readable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_lacks_a_key_is_not_called_verified() {
    let mut docket = Docket::start().await;
    docket.admin().post("/v1/customers", json!({ "name": "Ada Lovelace" })).await.ok();
    let maria = docket.admin().post("/v1/customers", json!({ "name": "Maria Rossi" })).await.id();
    docket.stop().await;
    let folder = docket.data().parent().expect("it has one").join("backup");
    docket.run("backup", &[&folder.to_string_lossy(), "--with-master-key"]);
    let vault = SqliteConnectOptions::new().filename(folder.join("vault.db"));
    let mut vault = vault.connect().await.expect("it opens");
    let lose = format!("DELETE FROM person_keys WHERE person = X'{}'", maria.replace('-', ""));
    sqlx::raw_sql(AssertSqlSafe(lose)).execute(&mut vault).await.expect("deleted");
    vault.close().await.expect("closed");
    let restored = Docket::prepare(docket_tests::DocketOptions::default());
    let output = restored.command("restore").arg(&folder).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("not all keys are"), "{told}");
    assert!(restored.data().join("log.db").exists(), "what there is is back");
}

fn private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("changed");
}
