//! Erasing a person: nothing readable is left of them anywhere, and the chain still verifies.

use std::path::Path;

use docket_tests::{Docket, Person, history};
use serde_json::json;

const NAME: &str = "Quentin Xylophone";
const WORDS: [&str; 4] = ["Xylophone", "xylophone", "chrysanthemum", "quentin.xylophone"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_unreadable_everywhere() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let gone = Person::customer(&admin, NAME).await;
    let kept = Person::customer(&admin, "Katrin Kept").await;
    let opened = gone
        .client
        .post(
            "/v1/tickets",
            json!({ "subject": "My chrysanthemum", "description": "chrysanthemum, says Xylophone", "category": "garden" }),
        )
        .await;
    let ticket = format!("/v1/tickets/{}", opened.id());
    ada.client
        .post(&format!("{ticket}/messages"), json!({ "body": "Dear Xylophone, chrysanthemum indeed" }))
        .await
        .ok();
    ada.client.post(&format!("{ticket}/notes"), json!({ "body": "Xylophone again" })).await.ok();
    let chat = gone.client.post("/v1/chats", json!({ "question": "chrysanthemum?", "name": NAME })).await.id();
    gone.client.post(&format!("/v1/chats/{chat}/messages"), json!({ "body": "chrysanthemum!" })).await.ok();
    let last = kept.client.open_ticket(&kept.id, "A tulip").await.ok()["position"].as_u64().expect("a position");
    let found = admin.get_at("/v1/search?q=chrysanthemum", last).await.ok();
    assert!(!found["items"].as_array().expect("items").is_empty(), "{found}");
    assert!(docket.rows().await.mention("chrysanthemum"));
    let before = history(&docket).await.len();

    let erased = admin.post(&format!("/v1/customers/{}/erase", gone.id), json!({})).await;
    let last = erased.ok()["position"].as_u64().expect("a position");

    let list = [
        "/v1/tickets",
        "/v1/customers",
        "/v1/audit",
        "/v1/chats",
        "/v1/search?q=chrysanthemum",
        "/v1/search?q=xylophone",
    ];
    let own = [format!("{ticket}/messages"), format!("{ticket}/events"), ticket.clone(), format!("/v1/chats/{chat}")];
    for path in list.iter().map(|path| (*path).to_owned()).chain(own) {
        let answer = admin.get_at(&path, last).await;
        assert_eq!(answer.status, 200, "{answer}");
        for word in WORDS {
            assert!(!answer.text.contains(word), "{word}: {answer}");
        }
    }
    assert_eq!(admin.get("/v1/search?q=chrysanthemum").await.ok()["items"], json!([]));
    let detail = admin.get(&ticket).await.ok();
    assert_eq!((&detail["subject"], &detail["category"]), (&serde_json::Value::Null, &json!("garden")), "{detail}");
    // Their token is void, and nothing more can be said about them.
    assert_eq!(gone.client.get("/v1/tickets").await.status, 401);
    let more = admin.post(&format!("{ticket}/messages"), json!({ "body": "Xylophone?" })).await;
    assert!((400..500).contains(&more.status), "{more}");
    // Others are as they were.
    let kept_list = kept.client.get("/v1/tickets").await.ok();
    assert_eq!(kept_list["items"][0]["subject"], "A tulip");

    docket.stop().await;
    assert!(history(&docket).await.len() > before, "the erasure itself is recorded");
    docket.run("verify", &[]);
    let rows = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    rows.assert_same(&docket.rows().await, "read models after an erasure, and rebuilt ones");
    for file in files(&docket.data()) {
        let bytes = std::fs::read(&file).expect("readable");
        for word in WORDS {
            let there = bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
            assert!(!there, "{} still holds {word}", file.display());
        }
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}
