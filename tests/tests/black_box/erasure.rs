//! Erasing a person: nothing readable is left of them anywhere, and the chain still verifies.

use std::path::Path;

use docket_tests::{Database, Docket, DocketOptions, Person, history};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const NAME: &str = "Quentin Xylophone";
/// In the order: name and texts, order references (at opening, before and after), personal fields likewise.
const WORDS: [&str; 9] = [
    "xylophone",
    "chrysanthemum",
    "quentin.xylophone",
    "ORDER-7351-A",
    "ORDER-7351-B",
    "ORDER-7351-C",
    "Attic of Quince Lane",
    "Cellar of Quince Lane",
    "1961-07-30",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_unreadable_everywhere() {
    nothing_is_left(Docket::start().await, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_unreadable_everywhere_on_postgres() {
    let database = Database::create().await;
    let url = database.url();
    let options =
        DocketOptions { store: Some(url.clone()), read_models: Some(url.clone()), ..DocketOptions::default() };
    nothing_is_left(Docket::start_with(options).await, Some(&url)).await;
}

async fn nothing_is_left(mut docket: Docket, postgres: Option<&str>) {
    let admin = docket.admin();
    for (name, field) in [
        ("address", json!({ "label": "Address", "field_type": "text" })),
        ("born", json!({ "label": "Born", "field_type": "date", "personal": true })),
        ("size", json!({ "label": "Size", "field_type": "choice", "options": ["small", "large"] })),
    ] {
        admin.put(&format!("/v1/organisation/custom-fields/{name}"), field).await.ok();
    }
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let gone = Person::customer(&admin, NAME).await;
    let kept = Person::customer(&admin, "Katrin Kept").await;
    let opened = gone
        .client
        .post(
            "/v1/tickets",
            json!({ "subject": "My chrysanthemum", "description": "chrysanthemum, says Xylophone",
                    "category": "garden", "order_ref": "ORDER-7351-A" }),
        )
        .await;
    let ticket = format!("/v1/tickets/{}", opened.id());
    let set = json!({ "set": { "address": "Attic of Quince Lane", "born": "1961-07-30", "size": "small" } });
    ada.client.put(&format!("{ticket}/custom-fields"), set).await.ok();
    ada.client
        .post(&format!("{ticket}/messages"), json!({ "body": "Dear Xylophone, chrysanthemum indeed" }))
        .await
        .ok();
    ada.client.post(&format!("{ticket}/notes"), json!({ "body": "Xylophone again" })).await.ok();
    for order in ["ORDER-7351-B", "ORDER-7351-C"] {
        ada.client.put(&format!("{ticket}/order"), json!({ "order_ref": order })).await.ok();
    }
    let set = json!({ "set": { "address": "Cellar of Quince Lane", "size": "large" } });
    ada.client.put(&format!("{ticket}/custom-fields"), set).await.ok();
    let chat = gone.client.post("/v1/chats", json!({ "question": "chrysanthemum?", "name": NAME })).await.id();
    gone.client.post(&format!("/v1/chats/{chat}/messages"), json!({ "body": "chrysanthemum!" })).await.ok();
    let last = kept.client.open_ticket(&kept.id, "A tulip").await.ok()["position"].as_u64().expect("a position");
    let found = admin.get_at("/v1/search?q=chrysanthemum", last).await.ok();
    assert!(!found["items"].as_array().expect("items").is_empty(), "{found}");
    assert!(docket.rows().await.mention("chrysanthemum"));
    let detail = admin.get(&ticket).await.ok();
    let fields = json!({ "address": "Cellar of Quince Lane", "born": "1961-07-30", "size": "large" });
    assert_eq!((&detail["order_ref"], &detail["custom_fields"]), (&json!("ORDER-7351-C"), &fields), "{detail}");
    let found = admin.get("/v1/tickets?order_ref=ORDER-7351-C").await.ok();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    let events = admin.get(&format!("{ticket}/events?limit=100")).await;
    assert!(WORDS[3..].iter().all(|word| events.text.contains(word)), "{events}");
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
        "/v1/search?q=quince",
        "/v1/tickets?order_ref=ORDER-7351-C",
    ];
    let own = [
        format!("{ticket}/messages"),
        format!("{ticket}/events?limit=100"),
        ticket.clone(),
        format!("{ticket}?at_version=1"),
        format!("/v1/chats/{chat}"),
    ];
    for path in list.iter().map(|path| (*path).to_owned()).chain(own) {
        let answer = admin.get_at(&path, last).await;
        assert_eq!(answer.status, 200, "{answer}");
        for word in WORDS {
            // A list tells where it goes on, and so which order was asked for.
            let body = &answer.json()["items"]
                .as_array()
                .map_or_else(|| answer.text.clone(), |_| answer.json()["items"].to_string());
            assert!(!body.to_lowercase().contains(&word.to_lowercase()), "{word}: {answer}");
        }
    }
    assert_eq!(admin.get("/v1/tickets?order_ref=ORDER-7351-C").await.ok()["items"], json!([]));
    assert_eq!(admin.get("/v1/search?q=chrysanthemum").await.ok()["items"], json!([]));
    let detail = admin.get(&ticket).await.ok();
    assert_eq!((&detail["subject"], &detail["category"]), (&Value::Null, &json!("garden")), "{detail}");
    assert_eq!(
        (&detail["order_ref"], &detail["custom_fields"]),
        (&Value::Null, &json!({ "size": "large" })),
        "{detail}"
    );
    let order = admin.put(&format!("{ticket}/order"), json!({ "order_ref": "ORDER-7351-D" })).await;
    assert!((400..500).contains(&order.status), "{order}");
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
    let (id, out) = (opened.id(), tempfile::tempdir().expect("a folder"));
    docket.run("export", &["--out", &out.path().join("history").display().to_string()]);
    docket.run("export", &["--format", "raw", "--out", &out.path().join("raw").display().to_string()]);
    let told = docket.run("replay", &[&format!("ticket-{id}")]);
    assert!(told.contains("OrderLinked"), "{told}");
    nothing_in("the replay", told.as_bytes());
    let rows = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    rows.assert_same(&docket.rows().await, "read models after an erasure, and rebuilt ones");
    for file in files(&docket.data()).into_iter().chain(files(out.path())) {
        nothing_in(&file.display().to_string(), &std::fs::read(&file).expect("readable"));
    }
    if let Some(url) = postgres {
        nothing_in("PostgreSQL", everything(url).await.as_bytes());
    }
}

#[track_caller]
fn nothing_in(place: &str, bytes: &[u8]) {
    for word in WORDS {
        let there = bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
        assert!(!there, "{place} still holds {word}");
    }
}

/// Every row of every table of a database, the log's and the vault's too, as text.
async fn everything(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("the database");
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', table_schema, table_name) from information_schema.tables \
         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut connection)
    .await
    .expect("the tables");
    let mut rows: Vec<String> = Vec::new();
    for table in tables {
        let sql = format!("select t::text from {table} t");
        rows.extend(
            sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows"),
        );
    }
    rows.join("\n")
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}
