//! A process that dies between what it records in the log and what it writes to the vault: the next one does the rest.
//!
//! The vault is made to fail, as a full disk would make it, for everything that is written to an account; for an erasure, which goes
//! the other way round, the log is. Then the process is killed, and what failed is mended.

use docket_domain::DomainEvent;
use docket_domain::account::AccountEvent;
use docket_domain::customer::CustomerEvent;
use docket_tests::{Answer, Client, Database, Docket, DocketOptions, Random, history, tamper};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

const PASSWORD: &str = "otter-violet-canal-93";

/// Somebody who signs in.
struct SignsIn {
    id: String,
    email: String,
    session: Option<String>,
}

impl SignsIn {
    /// An agent with a password, in a session.
    async fn agent(admin: &Client, name: &str, role: &str) -> Self {
        let email = format!("{name}@people.example");
        let id = admin.post("/v1/agents", json!({ "name": name, "email": email, "role": role })).await.id();
        let code = admin.post(&format!("/v1/agents/{id}/sign-in-code"), json!({})).await.ok();
        Self::with_code(admin, id, email, &code).await
    }

    /// A customer with a password, in a session.
    async fn customer(admin: &Client, name: &str) -> Self {
        let email = format!("{name}@people.example");
        let id = admin.post("/v1/customers", json!({ "name": name, "email": email })).await.id();
        let code = admin.post(&format!("/v1/customers/{id}/account"), json!({ "email": email })).await.ok();
        Self::with_code(admin, id, email, &code).await
    }

    /// A customer who comes by links, in a session.
    async fn by_link(admin: &Client, name: &str) -> Self {
        let email = format!("{name}@people.example");
        let id = admin.post("/v1/customers", json!({ "name": name, "email": email })).await.id();
        let link = admin.post(&format!("/v1/customers/{id}/sign-in-link"), json!({})).await.ok();
        let code = link["url"].as_str().and_then(|url| url.split_once("code=")).expect("a code").1;
        let session = session(&sign_in(admin, json!({ "code": code })).await);
        Self { id, email, session }
    }

    async fn with_code(admin: &Client, id: String, email: String, code: &Value) -> Self {
        let answer = sign_in(admin, json!({ "code": code["code"], "password": PASSWORD })).await;
        answer.ok();
        Self { id, email, session: session(&answer) }
    }

    /// Whether the session they had goes on.
    async fn session_goes_on(&self, admin: &Client) -> bool {
        let anonymous = Client::new(admin.base(), None);
        let cookie = self.session.as_deref().expect("a session");
        let request = anonymous.request(reqwest::Method::GET, "/v1/me").header("Cookie", cookie);
        let status = anonymous.send(request).await.status;
        assert!([200, 401].contains(&status), "{status}");
        status == 200
    }

    /// Whether an address and their password let them in, and as what.
    async fn comes_in(&self, admin: &Client, email: &str) -> Option<String> {
        let answer = sign_in(admin, json!({ "email": email, "password": PASSWORD })).await;
        if answer.status == 201 {
            assert_eq!(answer.json()["person_id"], self.id.as_str());
            return answer.json()["role"].as_str().map(str::to_owned);
        }
        answer.problem(401, "unauthenticated");
        None
    }
}

async fn sign_in(client: &Client, body: Value) -> Answer {
    let anonymous = Client::new(client.base(), None);
    let request = anonymous.request(reqwest::Method::POST, "/v1/sessions").json(&body);
    anonymous.send(request.header("Origin", client.base())).await
}

/// What a browser would send back.
fn session(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let mut cookies = cookies.filter_map(|cookie| cookie.split(';').next());
    cookies.find(|cookie| cookie.contains("=ds_")).map(str::to_owned)
}

/// From here on nothing can be written to an account, and no erasure to the log.
async fn break_both(docket: &Docket) {
    let vault = |event: &str| match docket.store_url() {
        None => format!(
            "CREATE TRIGGER injected_{event} BEFORE {event} ON credentials BEGIN SELECT RAISE(ABORT, 'injected'); END;"
        ),
        Some(_) => format!(
            "CREATE TRIGGER injected_{event} BEFORE {event} ON credentials FOR EACH ROW EXECUTE FUNCTION injected();"
        ),
    };
    let function = "CREATE FUNCTION injected() RETURNS trigger AS \
                    $$ BEGIN RAISE EXCEPTION 'injected'; END $$ LANGUAGE plpgsql;";
    let function = docket.store_url().map_or("", |_| function);
    tamper(docket, "vault.db", "docket_vault", &[function, &vault("INSERT"), &vault("UPDATE")].concat()).await;
    let log = match docket.store_url() {
        None => {
            "CREATE TRIGGER injected BEFORE INSERT ON events WHEN NEW.event_type = 'PersonalDataErased' \
             BEGIN SELECT RAISE(ABORT, 'injected'); END;"
        }
        Some(_) => {
            "CREATE TRIGGER injected BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.event_type = 'PersonalDataErased') \
             EXECUTE FUNCTION injected();"
        }
    };
    tamper(docket, "log.db", "docket_log", &[function, log].concat()).await;
}

async fn mend_both(docket: &Docket) {
    let on = |table: &str| docket.store_url().map_or(String::new(), |_| format!(" ON {table}"));
    let mend =
        ["INSERT", "UPDATE"].map(|event| format!("DROP TRIGGER injected_{event}{};", on("credentials"))).concat();
    tamper(docket, "vault.db", "docket_vault", &mend).await;
    tamper(docket, "log.db", "docket_log", &format!("DROP TRIGGER injected{};", on("events"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_left_undone_is_done_on_sqlite() {
    what_was_left_undone_is_done(Docket::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_left_undone_is_done_on_postgres() {
    let database = Database::create().await;
    let url = Some(database.url());
    let options = DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() };
    what_was_left_undone_is_done(Docket::start_with(options).await).await;
}

async fn what_was_left_undone_is_done(mut docket: Docket) {
    let admin = docket.admin();
    let renamed = SignsIn::agent(&admin, "renamed", "agent").await;
    let demoted = SignsIn::agent(&admin, "demoted", "supervisor").await;
    let gone = SignsIn::agent(&admin, "gone", "agent").await;
    let back = SignsIn::agent(&admin, "back", "agent").await;
    let lost = SignsIn::agent(&admin, "lost-laptop", "agent").await;
    let moved = SignsIn::customer(&admin, "moved").await;
    let linked = SignsIn::by_link(&admin, "linked").await;
    let erased = SignsIn::customer(&admin, "erased").await;
    admin.post(&format!("/v1/agents/{}/deactivate", back.id), json!({})).await.ok();

    // Each is recorded and then fails, in any order.
    break_both(&docket).await;
    let named = |who: &SignsIn| json!({ "name": "Somebody", "email": format!("new-{}", who.email) });
    let mut acts = vec![
        ("PUT", format!("/v1/agents/{}", renamed.id), named(&renamed)),
        ("PUT", format!("/v1/agents/{}/role", demoted.id), json!({ "role": "agent" })),
        ("POST", format!("/v1/agents/{}/deactivate", gone.id), json!({})),
        ("POST", format!("/v1/agents/{}/reactivate", back.id), json!({})),
        ("DELETE", format!("/v1/agents/{}/sessions", lost.id), json!({})),
        ("POST", "/v1/agents".to_owned(), json!({ "name": "Newcomer", "email": "newcomer@people.example" })),
        ("PUT", format!("/v1/customers/{}", moved.id), named(&moved)),
        ("PUT", format!("/v1/customers/{}", linked.id), named(&linked)),
        ("POST", format!("/v1/customers/{}/erase", erased.id), json!({})),
    ];
    let mut random = Random::new();
    while !acts.is_empty() {
        let (method, path, body) = acts.swap_remove(random.below(acts.len()));
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = admin.send(admin.request(method, &path).json(&body)).await;
        assert!(answer.status >= 500, "{answer}");
    }
    docket.kill();
    mend_both(&docket).await;
    docket.resume().await;

    let new = |who: &SignsIn| format!("new-{}", who.email);
    for who in [&renamed, &moved] {
        assert!(!who.session_goes_on(&admin).await, "{}", who.email);
        assert_eq!(who.comes_in(&admin, &who.email).await, None);
        assert!(who.comes_in(&admin, &new(who)).await.is_some(), "{}", who.email);
    }
    assert!(!linked.session_goes_on(&admin).await, "links were made for another address");
    assert!(demoted.session_goes_on(&admin).await);
    assert_eq!(demoted.comes_in(&admin, &demoted.email).await.as_deref(), Some("agent"));
    assert_eq!(gone.comes_in(&admin, &gone.email).await, None);
    assert!(back.comes_in(&admin, &back.email).await.is_some());
    assert!(!lost.session_goes_on(&admin).await);
    assert!(lost.comes_in(&admin, &lost.email).await.is_some());
    let agents = admin.get("/v1/agents?search=newcomer").await.ok();
    let newcomer = &agents["items"][0];
    let id = newcomer["id"].as_str().expect("an id").to_owned();
    let code = admin.post(&format!("/v1/agents/{id}/sign-in-code"), json!({})).await.ok();
    SignsIn::with_code(&admin, id, "newcomer@people.example".into(), &code).await;

    docket.stop().await;
    let users: Value = serde_json::from_str(&docket.run("user list", &["--json"])).expect("JSON");
    let user = |who: &SignsIn| users.as_array().expect("a list").iter().find(|one| one["id"] == who.id.as_str());
    let locked = |who: &SignsIn| user(who).expect("an account")["disabled"].as_bool();
    assert_eq!((locked(&gone), locked(&back)), (Some(true), Some(false)));
    assert_eq!(user(&demoted).expect("an account")["role"], "agent");
    assert!(user(&erased).is_none());

    // The trail tells of each once; the erasure is in the log, and nothing of it is readable anywhere.
    let events = history(&docket).await;
    let told = |who: &SignsIn, of: fn(&AccountEvent) -> bool| {
        let id: Uuid = who.id.parse().expect("an id");
        let theirs = events.iter().filter(|event| event.meta.stream.id == id);
        theirs.filter(|event| matches!(&event.body, DomainEvent::Account(told) if of(told))).count()
    };
    for who in [&renamed, &moved, &linked] {
        assert_eq!(told(who, |event| matches!(event, AccountEvent::SignInAddressChanged(_))), 1, "{}", who.email);
    }
    assert_eq!(told(&gone, |event| matches!(event, AccountEvent::AccountDisabled(_))), 1);
    assert_eq!(told(&back, |event| matches!(event, AccountEvent::AccountEnabled(_))), 1);
    assert_eq!(told(&lost, |event| matches!(event, AccountEvent::SignedOutEverywhere(_))), 1);
    let is_erasure = |event: &&docket_domain::Event| {
        event.meta.stream.id.to_string() == erased.id
            && matches!(event.body, DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)))
    };
    assert_eq!(events.iter().filter(is_erasure).count(), 1);
    docket.run("verify", &[]);
    docket.resume().await;
    let position = events.iter().map(|event| event.meta.position.0).max().expect("events");
    let shown = admin.get_at(&format!("/v1/customers/{}", erased.id), position).await;
    assert!(!shown.text.contains(&erased.email), "{shown}");
    docket.stop().await;
}

/// The process is killed while the vault keeps it waiting, the event being on disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_between_both_writes_leaves_no_former_address() {
    let database = Database::create().await;
    let url = database.url();
    let options =
        DocketOptions { store: Some(url.clone()), read_models: Some(url.clone()), ..DocketOptions::default() };
    let mut docket = Docket::start_with(options).await;
    let admin = docket.admin();
    let ada = SignsIn::agent(&admin, "ada", "agent").await;
    let mut keeper = PgConnection::connect(&url).await.expect("the database");
    let mut held = keeper.begin().await.expect("begun");
    sqlx::query("LOCK TABLE docket_vault.credentials IN EXCLUSIVE MODE").execute(&mut *held).await.expect("locked");
    let (client, path) = (admin.clone(), format!("/v1/agents/{}", ada.id));
    let change = tokio::spawn(async move {
        let request = client.request(reqwest::Method::PUT, &path);
        client.try_send(request.json(&json!({ "name": "Ada", "email": "new-ada@people.example" }))).await
    });
    docket_tests::eventually(docket_tests::DEADLINE, || async {
        let agent = admin.get(&format!("/v1/agents/{}", ada.id)).await.ok();
        if agent["email"] == "new-ada@people.example" { Ok(()) } else { Err(agent.to_string()) }
    })
    .await;
    docket.kill();
    assert!(change.await.expect("it ends").is_err(), "nobody was told that it is done");
    held.rollback().await.expect("let go");
    docket.resume().await;
    assert!(!ada.session_goes_on(&admin).await);
    assert_eq!(ada.comes_in(&admin, &ada.email).await, None);
    assert!(ada.comes_in(&admin, "new-ada@people.example").await.is_some());
    docket.stop().await;
}
