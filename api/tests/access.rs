//! Who may know what, through every door: the table of `Data` against what each route, stream and topic really tells.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use docket_domain::{Data, Permission, PermissionSet};
use docket_store::{Clock as _, SystemClock};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Person, TestDesk, unique};
use crate::live::Socket;
use crate::widget::quiet_desk;

/// One of everything, each with a word of its own in it.
struct World {
    desk: TestDesk,
    ada: Person,
    carl: Person,
    ticket: String,
    linked: String,
    archived: String,
    deleted: String,
    chat: String,
    ended: String,
    role: String,
    view: String,
    department: String,
    calendar: String,
    policy: String,
    /// The word by the kind of data it is in.
    words: BTreeMap<&'static str, (Data, String)>,
    /// What nobody may read any more.
    deleted_word: String,
}

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

impl World {
    async fn begin() -> Self {
        let desk = quiet_desk().await;
        let admin = desk.admin();
        let (ada, carl) = (desk.agent("agent").await, desk.customer().await);
        let word = |what: &str| format!("{what}{}", unique());
        let mut words = BTreeMap::new();
        let mut keep = |name: &'static str, data: Data, text: &str| {
            words.insert(name, (data, text.to_owned()));
        };
        let (in_ticket, in_note, in_deleted) = (word("ticket"), word("note"), word("deleted"));
        let ticket = carl.client.open_ticket_for_self(&in_ticket).await;
        let note = json!({ "body": in_note });
        admin.post(&format!("/v1/tickets/{ticket}/notes"), &note).await.expect(StatusCode::CREATED);
        keep("ticket", Data::Tickets, &in_ticket);
        keep("note", Data::Tickets, &in_note);
        let linked = carl.client.open_ticket_for_self("another").await;
        let archived = carl.client.open_ticket_for_self("put away").await;
        admin.post(&format!("/v1/tickets/{archived}/archive"), &json!({})).await.expect(StatusCode::OK);
        let deleted = carl.client.open_ticket_for_self(&in_deleted).await;
        admin.delete(&format!("/v1/tickets/{deleted}")).await.expect(StatusCode::OK);

        let (in_chat, in_ended) = (word("chat"), word("ended"));
        let mut chats = Vec::new();
        for text in [&in_chat, &in_ended] {
            let started = carl.client.post("/v1/chats", &json!({ "message": text })).await;
            chats.push(id_of(&started.expect(StatusCode::CREATED)));
        }
        let ended = chats.pop().expect("a chat");
        let chat = chats.pop().expect("a chat");
        carl.client.post(&format!("/v1/chats/{ended}/end"), &json!({})).await.expect(StatusCode::OK);
        keep("chat", Data::Chats, &in_chat);
        keep("ended", Data::EndedChats, &in_ended);

        let phone = word("phone");
        let details = json!({ "name": "Carl", "email": carl.email, "phone": phone });
        admin.put(&format!("/v1/customers/{}", carl.id), &details).await.expect(StatusCode::OK);
        keep("phone", Data::Customers, &phone);
        keep("agent", Data::Agents, &ada.email);
        let role = word("role");
        let made = json!({ "name": role, "permissions": ["view_reports"] });
        let role_id = id_of(&admin.post("/v1/roles", &made).await.expect(StatusCode::CREATED));
        keep("role", Data::Roles, &role);
        let origin = format!("https://{}.example.com", word("shop"));
        let widget = json!({ "enabled": true, "allowed_origins": [origin] });
        admin.put("/v1/organisation/widget", &widget).await.expect(StatusCode::OK);
        keep("widget", Data::Widget, &origin);
        let view = word("view");
        let saved = json!({ "name": view, "shared": true });
        let view_id = id_of(&admin.post("/v1/views", &saved).await.expect(StatusCode::CREATED));
        keep("view", Data::Views, &view);
        let department = word("department");
        let made = admin.post("/v1/departments", &json!({ "name": department })).await;
        let department_id = id_of(&made.expect(StatusCode::CREATED));
        keep("department", Data::Departments, &department);
        let (calendar, policy) = (word("calendar"), word("policy"));
        let hours = json!({ "name": calendar, "time_zone": "Europe/Rome",
            "ranges": [{ "day": "monday", "from": "09:00", "to": "17:00" }] });
        let calendar_id = id_of(&admin.post("/v1/calendars", &hours).await.expect(StatusCode::CREATED));
        keep("calendar", Data::ServiceLevels, &calendar);
        let terms = json!({ "name": policy, "calendar_id": calendar_id,
            "targets": { "urgent": { "first_response": 1800 } } });
        let made = admin.post("/v1/sla-policies", &terms).await;
        let policy_id = id_of(&made.expect(StatusCode::CREATED));
        let last = admin.post("/v1/departments", &json!({ "name": unique() })).await;
        let position = last.expect(StatusCode::CREATED)["position"].as_u64().expect("a position");
        admin.get_at("/v1/tickets", position).await.expect(StatusCode::OK);
        Self {
            desk,
            ada,
            carl,
            ticket,
            linked,
            archived,
            deleted,
            chat,
            ended,
            role: role_id,
            view: view_id,
            department: department_id,
            calendar: calendar_id,
            policy: policy_id,
            words,
            deleted_word: in_deleted,
        }
    }

    /// A token of the administrator's with these permissions and no others.
    async fn token(&self, permissions: &[Permission]) -> Client {
        let scopes: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
        let body = json!({ "label": unique(), "scopes": scopes });
        let made = self.desk.admin().post("/v1/tokens", &body).await.expect(StatusCode::CREATED);
        Client::new(&self.desk.url, made["token"].as_str())
    }

    /// The addresses of a route that only reads, filled in. A route nobody thought of is a door nobody looked at.
    fn doors(&self, path: &str) -> Vec<String> {
        let fill = |ids: &[&String]| ids.iter().map(|id| path.replacen("{id}", id, 1)).collect();
        let resource = path.trim_start_matches("/v1/").split('/').next().unwrap_or_default();
        let q = |words: &[&str]| words.iter().map(|word| format!("{path}?q={}", self.words[word].1)).collect();
        match (resource, path.contains('{')) {
            ("tickets", true) if path.ends_with("{id}") => {
                let as_of = [format!("{path}?at_version=1"), format!("{path}?at_version=99")];
                let all = [path.to_owned()].into_iter().chain(as_of);
                all.flat_map(|path| {
                    [&self.ticket, &self.archived, &self.deleted].map(|id| path.replacen("{id}", id, 1))
                })
                .collect()
            }
            ("tickets", true) => fill(&[&self.ticket, &self.archived, &self.deleted]),
            ("tickets", false) => {
                vec![
                    path.to_owned(),
                    format!("{path}?archived=true"),
                    format!("{path}?search={}", self.words["note"].1),
                ]
            }
            ("chats", true) => fill(&[&self.chat, &self.ended]),
            ("chats", false) => vec![path.to_owned(), format!("{path}?search={}", self.words["ended"].1)],
            ("search", _) => q(&["ticket", "note", "chat", "ended", "phone"]),
            ("customers", true) => fill(&[&self.carl.id]),
            ("customers", false) => vec![path.to_owned(), format!("{path}?email={}", self.carl.email)],
            ("agents", true) => fill(&[&self.ada.id]),
            ("roles", true) => fill(&[&self.role]),
            ("views", true) => fill(&[&self.view]),
            ("departments", true) => fill(&[&self.department]),
            ("calendars", true) => fill(&[&self.calendar]),
            ("sla-policies", true) => fill(&[&self.policy]),
            ("audit", _) if path.ends_with("/heads") => vec![path.to_owned(), format!("{path}?limit=500")],
            ("audit", _) => vec![format!("{path}?limit=100"), format!("{path}?stream_id={}", self.ticket)],
            // Followed by themselves.
            ("events" | "live", _) => Vec::new(),
            // What is for anybody: how a desk's widget looks is asked with its key.
            ("widget", _) => Vec::new(),
            (
                "agents" | "roles" | "views" | "departments" | "calendars" | "sla-policies" | "ticket-counts"
                | "chat-queue" | "dashboard" | "organisation" | "tokens" | "me" | "sessions" | "visit",
                false,
            ) => vec![path.to_owned()],
            _ => panic!(
                "{path} is a door that is not listed: say here how it is opened, and in Data who knows what is behind"
            ),
        }
    }

    /// Everything that can be read, by address.
    fn all_doors(&self) -> Vec<String> {
        let routes = &self.desk.server.as_ref().expect("it runs").routes;
        let reads = routes.iter().filter(|route| route.method == Method::GET && route.path.starts_with("/v1/"));
        reads.flat_map(|route| self.doors(&route.path)).collect()
    }

    /// All a caller is told, by door.
    async fn told(&self, client: &Client) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        for door in self.all_doors() {
            let answer = client.get(&door).await;
            assert!(answer.status.as_u16() < 500, "{door}: {}", answer.text);
            told.insert(door, shape(&answer));
        }
        told.insert("GET /v1/events".into(), replayed(client, "/v1/events?after=0").await);
        let mut socket = Socket::connect(client).await;
        let topics = ["tickets", "chats", "agents", "customers", "views"].map(str::to_owned);
        let ones = [&self.ticket, &self.archived, &self.deleted].map(|id| format!("ticket:{id}"));
        let chats = [&self.chat, &self.ended].map(|id| format!("chat:{id}"));
        for topic in topics.into_iter().chain(ones).chain(chats) {
            socket.say(&json!({ "type": "subscribe", "topic": topic, "after": 0 })).await;
            let mut text = String::new();
            loop {
                let message = socket.next(std::time::Duration::from_secs(10)).await.expect("an answer");
                text.push_str(&message.to_string());
                if ["subscribed", "error"].contains(&message["type"].as_str().unwrap_or_default()) {
                    break;
                }
            }
            told.insert(format!("live {topic}"), text);
        }
        told
    }
}

impl Client {
    async fn open_ticket_for_self(&self, subject: &str) -> String {
        let body = json!({ "subject": subject, "description": format!("{subject} in full"), "category": "general" });
        id_of(&self.post("/v1/tickets", &body).await.expect(StatusCode::CREATED))
    }
}

/// Of an answer what a caller can learn from.
fn shape(answer: &Answer) -> String {
    let headers = ["etag", "docket-position", "link"].map(|name| answer.header(name).unwrap_or_default().to_owned());
    format!("{} {headers:?} {}", answer.status, answer.text)
}

/// What a stream replays, up to where it says that this was all.
async fn replayed(client: &Client, path: &str) -> String {
    let mut answer = client.request(Method::GET, path).send().await.expect("an answer");
    let mut text = format!("{} ", answer.status());
    while let Some(chunk) = answer.chunk().await.expect("a chunk") {
        text.push_str(&String::from_utf8_lossy(&chunk));
        let whole = text.ends_with("\n\n");
        if whole && text.trim_end().rsplit("\n\n").next().is_some_and(|last| !last.contains("data:")) {
            break;
        }
    }
    text
}

/// Words of people, which the audit trail leaves out.
const OF_PEOPLE: [&str; 6] = ["ticket", "note", "chat", "ended", "phone", "agent"];

#[tokio::test]
async fn every_door_tells_each_permission_what_the_table_says() {
    let world = World::begin().await;
    let mut permissions: Vec<Vec<Permission>> = Permission::ALL.iter().map(|one| vec![*one]).collect();
    permissions.push(Vec::new());
    permissions.push(vec![Permission::ViewTickets, Permission::ViewChat]);
    for permissions in permissions {
        let client = world.token(&permissions).await;
        let set = PermissionSet::of(&permissions);
        let mut found = BTreeMap::new();
        for (door, text) in &world.told(&client).await {
            assert!(!text.contains(&world.deleted_word), "{permissions:?} is told by {door} what was deleted: {text}");
            for (name, (data, word)) in &world.words {
                let in_trail = door.starts_with("/v1/audit") && !OF_PEOPLE.contains(name);
                if !text.contains(word.as_str()) || (in_trail && Data::AuditTrail.is_known_to(set)) {
                    continue;
                }
                assert!(data.is_known_to(set), "{permissions:?} is told the {name} by {door}: {text}");
                found.insert(*name, door.clone());
            }
        }
        for (name, (data, _)) in &world.words {
            assert_eq!(found.contains_key(name), data.is_known_to(set), "{permissions:?} and the {name}: {found:?}");
        }
    }
}

#[tokio::test]
async fn what_only_the_desk_knows_leaves_no_trace_at_any_door_of_a_customer() {
    let world = World::begin().await;
    let (admin, carl) = (world.desk.admin(), &world.carl.client);
    let available = json!({ "availability": "available" });
    let path = format!("/v1/agents/{}/availability", world.ada.id);
    world.ada.client.put(&path, &available).await.expect(StatusCode::OK);
    let read = async || {
        let mut receipts = Vec::new();
        for path in [format!("/v1/tickets/{}/read", world.ticket), format!("/v1/chats/{}/read", world.chat)] {
            receipts.push(shape(&carl.post(&path, &json!({})).await));
        }
        receipts
    };
    let receipts = read().await;
    // That they read is public; the read models have to know it before anything is compared.
    let head = admin.get("/v1/me").await.header("docket-position").and_then(|at| at.parse().ok()).expect("a position");
    admin.get_at("/v1/tickets", head).await.expect(StatusCode::OK);
    let before = world.told(carl).await;
    let known = admin.get(&format!("/v1/tickets/{}", world.ticket)).await.expect(StatusCode::OK);

    let ticket = format!("/v1/tickets/{}", world.ticket);
    let mut last = 0;
    for (method, path, body) in [
        (Method::POST, format!("{ticket}/notes"), json!({ "body": "between us" })),
        (Method::POST, format!("{ticket}/tags"), json!({ "add": ["vip"] })),
        (Method::PUT, format!("{ticket}/snooze"), json!({ "until": SystemClock.now() + TimeDelta::days(30) })),
        (Method::PUT, format!("{ticket}/links/{}", world.linked), json!({})),
        (Method::PUT, format!("/v1/chats/{}/assignee", world.chat), json!({ "agent_id": world.ada.id })),
    ] {
        let answer = Client::send(admin.request(method, &path).json(&body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        last = answer.json()["position"].as_u64().expect("a position");
    }
    let now = admin.get_at(&ticket, last).await.expect(StatusCode::OK);
    assert_ne!(now["version"], known["version"], "something happened");

    for (door, told) in world.told(carl).await {
        assert_eq!(Some(&told), before.get(&door), "{door}");
    }
    assert_eq!(read().await, receipts, "reading what was read");
    // A version seen before the note is not stale; the number of the next one tells of nothing between.
    let seen = carl.get(&ticket).await;
    let version = seen.json()["version"].as_u64().expect("a version");
    let reply = carl.request(Method::POST, &format!("{ticket}/messages")).json(&json!({ "body": "Hello?" }));
    let reply = Client::send(reply.header("if-match", seen.header("etag").expect("an etag"))).await;
    let receipt = reply.expect(StatusCode::CREATED);
    assert_eq!(receipt["version"], version + 1, "{receipt}");
    let written = receipt["position"].as_u64().expect("a position");
    let messages = carl.get_at(&format!("{ticket}/messages"), written).await.expect(StatusCode::OK);
    let position = messages["items"].as_array().and_then(|items| items.last()).map(|message| &message["position"]);
    assert_eq!(Some(&receipt["position"]), position, "that the ticket woke is not told");
    // Stale is what is public, and missed what is public.
    let stale = carl.request(Method::POST, &format!("{ticket}/messages")).json(&json!({ "body": "Once more" }));
    let stale = Client::send(stale.header("if-match", format!("\"{version}\""))).await.problem(412, "stale");
    assert_eq!((&stale["current_version"], stale["missed"].as_array().map(Vec::len)), (&json!(version + 1), Some(1)));
    assert_eq!(stale["missed"][0]["version"], version + 1);
    // As of a public version: what was shown then.
    let was = carl.get(&format!("{ticket}?at_version={version}")).await.expect(StatusCode::OK);
    assert_eq!((&was["message_count"], &was["version"]), (&json!(1), &json!(version)));
}

#[tokio::test]
async fn positions_of_the_log_are_no_oracle_for_customers() {
    let world = World::begin().await;
    let carl = &world.carl.client;
    let far = 1_u64 << 40;
    for _ in 0..20 {
        let name = json!({ "name": unique() });
        world.desk.admin().post("/v1/departments", &name).await.expect(StatusCode::CREATED);
    }
    let near = world.desk.admin().get("/v1/me").await;
    let head: u64 = near.header("docket-position").and_then(|at| at.parse().ok()).expect("a position");
    for position in [head, head + 1, far] {
        carl.get_at("/v1/tickets", position).await.expect(StatusCode::OK);
        let text = replayed(carl, &format!("/v1/events?after={position}")).await;
        assert!(text.contains("event: reset") && !text.contains(&position.to_string()), "{text}");
        let mut socket = Socket::connect(carl).await;
        socket.say(&json!({ "type": "subscribe", "topic": "tickets", "after": position })).await;
        assert_eq!(socket.next_of("error").await["code"], "invalid_position");
    }
    // What they know of they may name.
    let own = carl.get("/v1/me").await;
    let own = own.header("docket-position").expect("a position");
    let text = replayed(carl, &format!("/v1/events?after={own}")).await;
    assert!(!text.contains("event:"), "{text}");
}

#[tokio::test]
async fn what_was_deleted_is_gone_for_everybody_through_every_door() {
    let world = World::begin().await;
    let routes = world.desk.server.as_ref().expect("it runs").routes.clone();
    let admin = world.desk.admin();
    for (who, client) in [("an admin", &admin), ("an agent", &world.ada.client), ("the customer", &world.carl.client)] {
        for route in routes.iter().filter(|route| route.path.starts_with("/v1/tickets/{id}")) {
            if who == "the customer" && !route.access.is_for_customers() {
                continue;
            }
            if who == "an agent" && route.method != Method::GET {
                continue;
            }
            let path = route.path.replacen("{id}", &world.deleted, 1).replace("{other}", &world.ticket);
            let body = json!({ "body": "x", "status": "open", "agent_id": world.ada.id, "priority": "low",
                "category": "general", "department_id": null, "subject": "x", "add": ["x"], "set": {}, "order_ref": "x",
                "until": "2099-01-01T00:00:00Z", "rating": 5, "into": world.ticket });
            let fields = body.as_object().expect("an object");
            // Each route takes fields of its own: whichever it does not know it names.
            let mut sent = fields.clone();
            let answer = loop {
                let request = client.request(route.method.clone(), &path).header("if-match", "\"1\"");
                let request = if route.method == Method::GET { request } else { request.json(&sent) };
                let answer = Client::send(request).await;
                let unknown = fields
                    .keys()
                    .find(|name| sent.contains_key(*name) && answer.text.contains(&format!("unknown field `{name}`")));
                match unknown {
                    Some(name) => drop(sent.remove(name)),
                    None => break answer,
                }
            };
            assert_eq!(answer.status, 404, "{who}: {} {path}: {}", route.method, answer.text);
        }
    }
}

#[tokio::test]
async fn composite_routes_need_what_their_effects_and_answers_need() {
    let world = World::begin().await;
    let create = world.token(&[Permission::CreateTickets]).await;
    let made = json!({ "subject": "s", "category": "general" });
    for chat in [&world.chat, &world.ended] {
        create.post(&format!("/v1/chats/{chat}/ticket"), &made).await.problem(404, "not_found");
    }
    let reads = world.token(&[Permission::CreateTickets, Permission::ViewChat]).await;
    reads.post(&format!("/v1/chats/{}/ticket", world.ended), &made).await.problem(404, "not_found");
    let assigned = json!({ "subject": "s", "category": "general", "assignee_id": world.ada.id });
    reads.post(&format!("/v1/chats/{}/ticket", world.chat), &assigned).await.problem(403, "forbidden");
    reads.post(&format!("/v1/chats/{}/ticket", world.chat), &made).await.expect(StatusCode::CREATED);
    let opened = |more: Value| {
        let mut body =
            json!({ "subject": "s", "description": "d", "category": "general", "customer_id": world.carl.id });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    create.post("/v1/tickets", &opened(json!({ "assignee_id": world.ada.id }))).await.problem(403, "forbidden");
    create.post("/v1/tickets", &opened(json!({ "follow_up_of": world.ticket }))).await.problem(403, "forbidden");
    create.post("/v1/tickets", &opened(json!({}))).await.expect(StatusCode::CREATED);
    let sends = world.token(&[Permission::SendMessages]).await;
    let somebody = json!({ "customer": { "email": "somebody@example.com" }, "message": "x" });
    sends.post("/v1/chats", &somebody).await.problem(403, "forbidden");
    // Bulk changes need what each change needs, and tell of nothing else what they missed.
    let edits = world.token(&[Permission::EditTickets]).await;
    for change in [json!({ "status": "closed" }), json!({ "assignee_id": world.ada.id })] {
        let mut body = change;
        body["ids"] = json!([world.ticket]);
        edits.post("/v1/ticket-changes", &body).await.problem(403, "forbidden");
    }
    let stale = edits.request(Method::PUT, &format!("/v1/tickets/{}/priority", world.ticket));
    let stale = Client::send(stale.json(&json!({ "priority": "high" })).header("if-match", "\"1\"")).await;
    assert_eq!(stale.problem(412, "stale")["missed"], json!([]));
}

#[tokio::test]
async fn figures_of_what_is_done_unseen_are_for_who_runs_the_desk() {
    let desk =
        TestDesk::start_with(|settings| settings.http.metrics_token = "a-token-for-figures".to_owned().into()).await;
    desk.anonymous().get("/metrics").await.problem(401, "unauthenticated");
    let boss = desk.agent("admin").await;
    for client in [&desk.anonymous(), &boss.client] {
        let ready = client.get_at("/readyz", 1 << 40).await.expect(StatusCode::OK);
        assert!(ready.get("log_position").is_none() && ready.get("read_position").is_none(), "{ready}");
    }
    assert!(desk.admin().get("/readyz").await.expect(StatusCode::OK)["log_position"].is_u64());
    boss.client.get("/metrics").await.problem(401, "unauthenticated");
    for token in ["a-token-for-figures", crate::harness::BOOTSTRAP] {
        let figures = Client::new(&desk.url, Some(token)).get("/metrics").await;
        assert!(figures.text.contains("docket_http_seconds"), "{}", figures.text);
    }
    Client::new(&desk.url, Some("a-token-for-figurez")).get("/metrics").await.problem(401, "unauthenticated");
}
