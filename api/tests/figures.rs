//! The dashboard's figures, and the lists they lead to.

use chrono::TimeDelta;
use docket_store::{Clock as _, SystemClock};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Client, Person, TestDesk};

/// How many tickets or chats a list has, page by page.
async fn count(client: &Client, list: &str) -> i64 {
    let mut path = format!("{list}{}limit=2", if list.contains('?') { '&' } else { '?' });
    let first = path.clone();
    let mut count = 0;
    loop {
        let page = client.get(&path).await.expect(StatusCode::OK);
        count += i64::try_from(page["items"].as_array().expect("items").len()).expect("a count");
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{first}&cursor={cursor}"),
            None => return count,
        }
    }
}

/// The figure of that name: `a.b` is b of a, of an agent or a day.
fn figure(dashboard: &Value, name: &str) -> i64 {
    let mut at = dashboard;
    for part in name.split('.') {
        at = match at {
            Value::Array(entries) => entries
                .iter()
                .find(|entry| entry["id"] == part || entry["day"] == part)
                .map(|entry| entry.get("resolved_tickets").unwrap_or(entry))
                .expect("the entry"),
            other => &other[part],
        };
    }
    at.as_i64().unwrap_or_else(|| panic!("{name}: {at}"))
}

/// A desk with some of everything. Answers with an agent who resolved two tickets, and when all of it is to be seen.
async fn mixed(desk: &TestDesk) -> (Person, u64) {
    let (admin, agent, carl) = (desk.admin(), desk.agent("agent").await, desk.customer().await);
    let department = admin.post("/v1/departments", &json!({ "name": "Returns" })).await.id();
    let mut ids = Vec::new();
    for (number, priority) in ["low", "medium", "high", "urgent"].iter().cycle().take(11).enumerate() {
        let category = if number < 5 { "general" } else { "R&D + more" };
        let mut body = json!({ "subject": "x", "description": "x", "category": category, "priority": priority, "customer_id": carl.id });
        if number % 3 == 0 {
            body["department_id"] = json!(department);
        }
        ids.push(admin.post("/v1/tickets", &body).await.id());
    }
    let put = async |index: usize, what: &str, body: Value| {
        agent.client.put(&format!("/v1/tickets/{}/{what}", ids[index]), &body).await.expect(StatusCode::OK);
    };
    put(0, "status", json!({ "status": "resolved" })).await;
    put(1, "status", json!({ "status": "closed" })).await;
    put(2, "snooze", json!({ "until": SystemClock.now() + TimeDelta::days(1) })).await;
    put(5, "status", json!({ "status": "resolved" })).await;
    put(5, "status", json!({ "status": "open" })).await;
    put(6, "status", json!({ "status": "on_hold" })).await;
    let merge = json!({ "into": ids[4] });
    agent.client.post(&format!("/v1/tickets/{}/merge", ids[3]), &merge).await.expect(StatusCode::OK);
    // Archiving and deleting are not for agents.
    admin.post(&format!("/v1/tickets/{}/archive", ids[7]), &json!({})).await.expect(StatusCode::OK);
    put(8, "status", json!({ "status": "resolved" })).await;
    admin.delete(&format!("/v1/tickets/{}", ids[8])).await.expect(StatusCode::OK);

    let ada = desk.agent("agent").await;
    let mut chats = Vec::new();
    for number in 0..5 {
        let body = if number % 2 == 0 {
            json!({ "message": "Hi" })
        } else {
            json!({ "message": "Hi", "department_id": department })
        };
        chats.push(desk.customer().await.client.post("/v1/chats", &body).await.id());
    }
    let act = async |index: usize, what: &str, body: Value| {
        let answer = ada.client.post(&format!("/v1/chats/{}/{what}", chats[index]), &body).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        answer.json()["position"].as_u64().expect("a position")
    };
    act(3, "accept", json!({})).await;
    act(3, "end", json!({})).await;
    for index in 0..3 {
        act(index, "accept", json!({})).await;
    }
    act(1, "transfer", json!({ "to_department": department, "note": "theirs" })).await;
    let position = act(2, "ticket", json!({ "subject": "x", "category": "general" })).await;
    (agent, position)
}

#[tokio::test]
async fn every_figure_leads_to_exactly_what_it_counts() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let (agent, position) = mixed(&desk).await;
    let dashboard = admin.get_at("/v1/dashboard", position).await.expect(StatusCode::OK);
    let lists = dashboard["lists"].as_object().expect("lists");
    for (name, value) in dashboard.as_object().expect("figures") {
        // Agents have no list that could be filtered so.
        if value.is_i64() && !name.ends_with("_agents") {
            assert!(lists.contains_key(name), "{name} leads nowhere");
        }
    }
    for day in dashboard["ticket_volume_trend_last_week"].as_array().expect("days") {
        for what in ["created", "resolved", "chats"] {
            let name = format!("ticket_volume_trend_last_week.{}.{what}", day["day"].as_str().expect("a day"));
            assert!(lists.contains_key(&name), "{name} leads nowhere");
        }
    }
    for (name, list) in lists {
        let list = list.as_str().expect("a list");
        assert_eq!(count(&admin, list).await, figure(&dashboard, name), "{name}: {list}");
    }
    let of = |name: &str| figure(&dashboard, name);
    assert_eq!((of("total_tickets"), of("open_tickets"), of("snoozed_tickets"), of("resolved_tickets")), (10, 6, 1, 2));
    assert_eq!((of("total_chats"), of("waiting_chats"), of("active_chats")), (5, 1, 3));
    assert_eq!(of(&format!("top_agents.{}", agent.id)), 2);
}

#[tokio::test]
async fn who_sees_less_is_led_to_what_they_see_all_of() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let (_, position) = mixed(&desk).await;
    let kinds = |dashboard: &Value| {
        let lists = dashboard["lists"].as_object().expect("lists");
        let has = |name: &str| lists.contains_key(name);
        (
            has("open_tickets"),
            has("waiting_chats") && has("active_chats"),
            has("total_chats") && has("chats_started_today"),
        )
    };
    for (also, expected) in [
        (&[][..], (false, false, false)),
        (&["view_tickets"], (true, false, false)),
        (&["view_chat"], (false, true, false)),
        // They see none of those under way.
        (&["view_chat_history"], (false, false, false)),
        (&["view_chat", "view_chat_history"], (false, true, true)),
    ] {
        let permissions: Vec<_> = ["view_reports"].iter().chain(also).collect();
        let role = json!({ "name": also.join(" and ").replace('_', " ") + "!", "permissions": permissions });
        let role = admin.post("/v1/roles", &role).await.id();
        let reader = desk.agent("agent").await;
        let given = json!({ "custom_role_id": role });
        admin.put(&format!("/v1/agents/{}/role", reader.id), &given).await.expect(StatusCode::OK);
        // A token takes on nothing that its owner is allowed later.
        let reader = desk.person(reader.id, reader.email).await;
        let dashboard = reader.client.get_at("/v1/dashboard", position).await.expect(StatusCode::OK);
        assert_eq!(kinds(&dashboard), expected, "{also:?}");
        assert_eq!((&dashboard["open_tickets"], &dashboard["total_chats"]), (&json!(6), &json!(5)), "{also:?}");
        for (name, list) in dashboard["lists"].as_object().expect("lists") {
            let list = list.as_str().expect("a list");
            assert_eq!(count(&reader.client, list).await, figure(&dashboard, name), "{also:?}: {name}: {list}");
        }
    }
}

#[tokio::test]
async fn a_ticket_that_is_not_measured_has_no_clocks() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let line = json!({
        "type": "ticket", "external_id": "T1", "subject": "Old", "description": "Old", "opened_at": "2020-05-01T10:00:00Z",
        "customer": { "external_id": "c1", "name": "Ada" }, "history": [],
    });
    let request = admin.request(reqwest::Method::POST, "/v1/imports").header("content-type", "application/x-ndjson");
    Client::send(request.body(line.to_string())).await.expect(StatusCode::OK);
    let tickets = crate::harness::eventually("the ticket", || async {
        let tickets = admin.get("/v1/tickets").await.expect(StatusCode::OK);
        tickets["items"].get(0).cloned()
    })
    .await;
    let id = tickets["id"].as_str().expect("an id");
    let sla = admin.get(&format!("/v1/tickets/{id}/sla")).await.expect(StatusCode::OK);
    assert_eq!((&sla["clocks"], &sla["policy"], &sla["ticket_id"]), (&json!([]), &Value::Null, &json!(id)));
    let nobody = docket_store::new_id();
    admin.get(&format!("/v1/tickets/{nobody}/sla")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_set_of_changes_is_one_wish() {
    let desk = TestDesk::start().await;
    let (admin, agent, carl) = (desk.admin(), desk.agent("agent").await, desk.customer().await);
    let id = admin.open_ticket(&carl.id, "x").await.id();
    let change = async |body: Value| {
        let mut all = json!({ "ids": [id] });
        all.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        admin.post("/v1/ticket-changes", &all).await.expect(StatusCode::OK)["items"][0].clone()
    };
    assert_eq!(change(json!({ "status": "closed", "priority": "low", "assignee_id": agent.id })).await["status"], 200);
    let reopened = change(json!({ "status": "open", "priority": "high" })).await;
    let position = reopened["receipt"]["position"].as_u64().expect("a position");
    let refused = change(json!({ "status": "closed", "category": "" })).await;
    assert_eq!((&refused["status"], &refused["problem"]["errors"][0]["field"]), (&json!(422), &json!("category")));
    let seen = admin.get_at(&format!("/v1/tickets/{id}"), position).await.expect(StatusCode::OK);
    assert_eq!(seen["status"], "open", "nothing of it happened");
}

#[tokio::test]
async fn neither_customer_is_told_of_the_others_ticket() {
    let desk = TestDesk::start().await;
    let (admin, carl, dora) = (desk.admin(), desk.customer().await, desk.customer().await);
    let (one, other) = (admin.open_ticket(&carl.id, "One").await.id(), admin.open_ticket(&dora.id, "Other").await.id());
    let merge = async |across: bool| {
        admin.post(&format!("/v1/tickets/{one}/merge"), &json!({ "into": other, "across_customers": across })).await
    };
    merge(false).await.problem(409, "different_customers");
    let position = merge(true).await.expect(StatusCode::OK)["position"].as_u64().expect("a position");
    let seen = carl.client.get_at(&format!("/v1/tickets/{one}"), position).await.expect(StatusCode::OK);
    assert_eq!((&seen["status"], &seen["merged_into"]), (&json!("closed"), &Value::Null));
    let events = carl.client.get(&format!("/v1/tickets/{one}/events")).await;
    events.expect(StatusCode::OK);
    assert!(!events.text.contains(&other) && !events.text.contains("into_number"), "{}", events.text);
    let theirs = dora.client.get(&format!("/v1/tickets/{other}/events")).await;
    assert!(!theirs.text.contains(&one), "{}", theirs.text);
    let seen = admin.get(&format!("/v1/tickets/{one}")).await.expect(StatusCode::OK);
    assert_eq!(seen["merged_into"], json!(other), "the desk knows");
}

#[tokio::test]
async fn what_was_written_comes_along_and_a_merge_can_be_taken_back() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let mut ids = Vec::new();
    for subject in ["One", "Two", "Three"] {
        ids.push(admin.open_ticket(&carl.id, subject).await.id());
    }
    let mut position = 0;
    for (source, target) in [(0, 1), (1, 2)] {
        let merged = admin.post(&format!("/v1/tickets/{}/merge", ids[source]), &json!({ "into": ids[target] })).await;
        position = merged.expect(StatusCode::OK)["position"].as_u64().expect("a position");
    }
    for client in [&admin, &carl.client] {
        let seen = client.get_at(&format!("/v1/tickets/{}/messages", ids[2]), position).await.expect(StatusCode::OK);
        let written: Vec<_> =
            seen["items"].as_array().expect("items").iter().map(|m| (&m["body"], &m["ticket_id"])).collect();
        assert_eq!(
            written,
            [
                (&json!("One, in full"), &json!(ids[0])),
                (&json!("Two, in full"), &json!(ids[1])),
                (&json!("Three, in full"), &Value::Null),
            ]
        );
    }
    let undone = admin.delete(&format!("/v1/tickets/{}/merge", ids[1])).await.expect(StatusCode::OK);
    let position = undone["position"].as_u64().expect("a position");
    let seen = admin.get_at(&format!("/v1/tickets/{}/messages", ids[2]), position).await.expect(StatusCode::OK);
    assert_eq!(seen["items"].as_array().expect("items").len(), 1);
    let back = admin.get(&format!("/v1/tickets/{}", ids[1])).await.expect(StatusCode::OK);
    assert_eq!(
        (&back["status"], &back["merged"], &back["merged_from"]),
        (&json!("open"), &json!(false), &json!([ids[0]]))
    );
    admin.delete(&format!("/v1/tickets/{}/merge", ids[1])).await.problem(409, "not_merged");
}

#[tokio::test]
async fn who_leaves_hands_back_their_tickets() {
    let desk = TestDesk::start().await;
    let (admin, agent, carl) = (desk.admin(), desk.agent("agent").await, desk.customer().await);
    let id = admin.open_ticket(&carl.id, "x").await.id();
    let to = json!({ "agent_id": agent.id });
    let assigned = admin.put(&format!("/v1/tickets/{id}/assignee"), &to).await.expect(StatusCode::OK);
    // Before it was assigned it was nobody's too.
    admin.get_at("/v1/tickets", assigned["position"].as_u64().expect("a position")).await.expect(StatusCode::OK);
    admin.post(&format!("/v1/agents/{}/deactivate", agent.id), &json!({})).await.expect(StatusCode::OK);
    crate::harness::eventually("it waits to be taken", || async {
        let unassigned = admin.get("/v1/tickets?assignee=unassigned").await.expect(StatusCode::OK);
        (unassigned["items"][0]["id"] == json!(id)).then_some(())
    })
    .await;
    let events = admin.get(&format!("/v1/tickets/{id}/events")).await.expect(StatusCode::OK);
    let handed_back = events["items"].as_array().expect("items").iter().find(|e| e["event_type"] == "Unassigned");
    assert_eq!(handed_back.expect("it")["payload"]["reason"], "agent_deactivated");
}

#[tokio::test]
async fn a_refused_form_leaves_nothing_behind() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let form = |subject: &str| {
        json!({ "subject": subject, "description": "x", "category": "general",
            "customer": { "name": "Ada", "email": "ada@example.com" } })
    };
    admin.post("/v1/tickets", &form(" ")).await.problem(422, "invalid_fields");
    let known = admin.get("/v1/customers").await.expect(StatusCode::OK);
    assert_eq!(known["items"], json!([]), "nor a customer");
    let opened = admin.post("/v1/tickets", &form("Lamp")).await.expect(StatusCode::CREATED);
    assert_eq!(opened["number"], "TKT-000001");
}
