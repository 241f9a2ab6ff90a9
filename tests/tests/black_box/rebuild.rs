//! Read models built anew from the log have the same rows as those that grew command by command, whatever the commands.

use docket_tests::{Database, Docket, DocketOptions, Person, Random};
use reqwest::Method;
use serde_json::{Value, json};

const COMMANDS: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_rows_are_the_same_after_random_commands() {
    same_after_random_commands(Docket::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_rows_are_the_same_after_random_commands() {
    let database = Database::create().await;
    let url = database.url();
    let options = DocketOptions { store: Some(url.clone()), read_models: Some(url), ..DocketOptions::default() };
    same_after_random_commands(Docket::start_with(options).await).await;
}

async fn same_after_random_commands(mut docket: Docket) {
    let admin = docket.admin();
    let mut random = Random::new();
    let seed = random.seed();
    let department = admin.post("/v1/departments", json!({ "name": "Random" })).await.id();
    let mut agents = Vec::new();
    let mut customers = Vec::new();
    for n in 0..3 {
        agents.push(Person::agent(&admin, &format!("Agent {n}"), "supervisor").await);
        customers.push(Person::customer(&admin, &format!("Customer {n}")).await);
    }
    let mut tickets = vec![customers[0].client.open_ticket(&customers[0].id, "The first").await.id()];
    let mut chats: Vec<String> = Vec::new();
    let (mut done, mut last) = (0, 0);
    for n in 0..COMMANDS {
        let agent = random.of(&agents).clone();
        let customer = random.of(&customers).clone();
        let who = if random.below(3) == 0 { &customer.client } else { &agent.client };
        let (method, path, body) = if random.below(4) == 0 || chats.is_empty() {
            let chat = if chats.is_empty() { String::new() } else { random.of(&chats).clone() };
            on_chats(&mut random, &chat, &agent, &department)
        } else {
            let (ticket, other) = (random.of(&tickets).clone(), random.of(&tickets).clone());
            on_tickets(&mut random, n, &ticket, &other, &agent, &customer, &department)
        };
        let answer = who.send(who.request(method, &path).json(&body)).await;
        assert!(answer.status < 500, "seed {seed}: {answer}");
        if answer.status < 300 {
            done += 1;
            let receipt = answer.json();
            last = receipt["position"].as_u64().unwrap_or(last).max(last);
            let id = receipt["id"].as_str().unwrap_or_default().to_owned();
            match path.as_str() {
                "/v1/tickets" => tickets.push(id),
                "/v1/chats" => chats.push(id),
                _ => {}
            }
        }
    }
    let erased = admin.post(&format!("/v1/customers/{}/erase", customers[2].id), json!({})).await;
    last = erased.ok()["position"].as_u64().unwrap_or(last);
    assert!(done > COMMANDS / 4, "seed {seed}: only {done} commands were possible");
    admin.get_at("/v1/tickets?limit=1", last).await.ok();
    docket.stop().await;
    docket.run("verify", &[]);
    let grown = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, &format!("seed {seed}: grown and rebuilt rows"));
}

fn on_tickets(
    random: &mut Random,
    n: usize,
    ticket: &str,
    other: &str,
    agent: &Person,
    customer: &Person,
    department: &str,
) -> (Method, String, Value) {
    let status = *random.of(&["open", "in_progress", "waiting_customer", "on_hold", "resolved", "closed"]);
    let priority = *random.of(&["low", "medium", "high", "urgent"]);
    let at = |part: &str| format!("/v1/tickets/{ticket}/{part}");
    match random.below(22) {
        20 => {
            let filter = json!({ "assignee": "me", "search": format!("words {n}"), "opened_from": "-7d" });
            let shared = n.is_multiple_of(2);
            (
                Method::POST,
                "/v1/views".into(),
                json!({ "name": format!("View {n}"), "filter": filter, "shared": shared }),
            )
        }
        0 | 1 => {
            let body = json!({ "subject": format!("Ticket {n}"), "description": "Something broke", "category": "general",
                               "priority": priority, "customer_id": customer.id });
            (Method::POST, "/v1/tickets".into(), body)
        }
        2..=4 => (Method::POST, at("messages"), json!({ "body": format!("message {n}") })),
        5 => (Method::POST, at("notes"), json!({ "body": format!("note {n}") })),
        6..=8 => (Method::PUT, at("status"), json!({ "status": status, "reason": "random" })),
        9 => (Method::PUT, at("assignee"), json!({ "agent_id": agent.id })),
        10 => (Method::DELETE, at("assignee"), json!({})),
        11 => (Method::PUT, at("priority"), json!({ "priority": priority })),
        12 => (Method::POST, at("tags"), json!({ "add": [format!("t{}", n % 7)], "remove": [format!("t{}", n % 5)] })),
        13 => (Method::POST, at("read"), json!({})),
        14 => (Method::PUT, at("snooze"), json!({ "until": "2030-01-01T00:00:00Z" })),
        15 => (Method::PUT, at("feedback"), json!({ "rating": n % 5 + 1, "comment": "random" })),
        16 => (Method::PUT, at("department"), json!({ "department_id": department })),
        17 => (Method::PUT, format!("/v1/tickets/{ticket}/links/{other}"), json!({})),
        18 if n.is_multiple_of(5) => (Method::POST, at("merge"), json!({ "into": other })),
        18 => (Method::PUT, at("subject"), json!({ "subject": format!("Subject {n}") })),
        _ if n.is_multiple_of(7) => (Method::POST, at("archive"), json!({})),
        _ => (Method::PUT, at("category"), json!({ "category": format!("category {}", n % 3) })),
    }
}

fn on_chats(random: &mut Random, chat: &str, agent: &Person, department: &str) -> (Method, String, Value) {
    let at = |part: &str| format!("/v1/chats/{chat}/{part}");
    let availability = *random.of(&["available", "available", "busy", "away"]);
    match random.below(11) {
        _ if chat.is_empty() => (Method::POST, "/v1/chats".into(), json!({ "question": "Anybody there?" })),
        0 | 1 => (Method::POST, "/v1/chats".into(), json!({ "question": "Hello?" })),
        2 => (Method::PUT, format!("/v1/agents/{}/availability", agent.id), json!({ "availability": availability })),
        3 => (Method::POST, at("accept"), json!({})),
        4 | 5 => (Method::POST, at("messages"), json!({ "body": "typing away" })),
        6 => (Method::POST, at("transfer"), json!({ "to_department": department, "note": "yours" })),
        7 => (Method::POST, at("end"), json!({})),
        8 => (Method::PUT, at("feedback"), json!({ "rating": 4 })),
        9 => (Method::POST, at("ticket"), json!({ "subject": "From a chat", "category": "general" })),
        _ => (Method::POST, at("read"), json!({})),
    }
}
