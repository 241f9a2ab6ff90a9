//! `/v1/calendars` and `/v1/sla-policies`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestDesk};

fn days() -> Value {
    json!({ "name": "Days", "time_zone": "Europe/Rome", "holidays": ["2026-12-25"], "ranges": [
        { "day": "monday", "from": "13:00", "to": "24:00" },
        { "day": "monday", "from": "08:30", "to": "12:00" },
    ] })
}

fn policy(name: &str, calendar: &str) -> Value {
    json!({ "name": name, "calendar_id": calendar, "targets": { "urgent": { "first_response": 1800 } } })
}

fn position(answer: &Answer) -> u64 {
    answer.json()["position"].as_u64().expect("a position")
}

fn fields(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors.map(|error| (error["field"].as_str().expect("a field"), error["code"].as_str().expect("a code"))).collect()
}

async fn put_if(client: &Client, path: &str, version: u64, body: &Value) -> Answer {
    Client::send(client.request(Method::PUT, path).header("if-match", format!("\"{version}\"")).json(body)).await
}

#[tokio::test]
async fn a_calendar_comes_back_as_it_was_meant() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin.post("/v1/calendars", &days()).await;
    made.expect(StatusCode::CREATED);
    let path = format!("/v1/calendars/{}", made.id());
    assert_eq!(made.header("location"), Some(path.as_str()));
    let agent = desk.agent("agent").await.client;
    let seen = agent.get_at(&path, position(&made)).await;
    assert!(seen.header("etag").is_some_and(|tag| tag.starts_with("\"1-")), "{:?}", seen.header("etag"));
    let seen = seen.expect(StatusCode::OK);
    assert_eq!(
        seen["ranges"],
        json!([{ "day": "monday", "from": "08:30", "to": "12:00" }, { "day": "monday", "from": "13:00", "to": "24:00" }])
    );
    assert_eq!((&seen["holidays"], &seen["archived"]), (&json!(["2026-12-25"]), &json!(false)));
    assert_eq!(seen["next_open"].as_array().expect("ranges").len(), 7);
    // As it was read it can be written again.
    let same = json!({ "name": seen["name"], "time_zone": seen["time_zone"], "ranges": seen["ranges"], "holidays": seen["holidays"] });
    let unchanged = admin.put(&path, &same).await.expect(StatusCode::OK);
    assert_eq!(unchanged["version"], seen["version"]);
    assert_eq!(unchanged["id"], seen["id"]);
}

#[tokio::test]
async fn whatever_is_wrong_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let calendar = admin.post("/v1/calendars", &days()).await.id();
    let mut wrong = days();
    wrong["name"] = json!(" ");
    wrong["time_zone"] = json!("Mars/Olympus");
    wrong["ranges"] = json!([
        { "day": "friday", "from": "10:00", "to": "09:00" },
        { "day": "sunday", "from": "08:00", "to": "12:00" },
        { "day": "sunday", "from": "11:00", "to": "13:00" },
    ]);
    let named = admin.post("/v1/calendars", &wrong).await.problem(422, "invalid_fields");
    assert_eq!(
        fields(&named),
        [("name", "required"), ("time_zone", "unknown"), ("ranges.0", "invalid"), ("ranges.2", "invalid")]
    );
    for (pointer, value, field) in [
        ("/ranges/0/day", json!("funday"), "ranges[0].day"),
        ("/ranges/1/from", json!("8:30"), "ranges[1].from"),
        ("/ranges/1/from", json!("24:00"), "ranges[1].from"),
        ("/holidays/0", json!("2026-02-30"), "holidays[0]"),
    ] {
        let mut wrong = days();
        *wrong.pointer_mut(pointer).expect("is there") = value;
        let named = admin.post("/v1/calendars", &wrong).await.problem(422, "invalid_fields");
        assert_eq!(fields(&named), [(field, "invalid")], "{named}");
    }
    let with = |name: &str, value: Value| {
        let mut body = policy("Odd", &calendar);
        body[name] = value;
        body
    };
    for (body, field, code) in [
        (with("pause_in", json!(["asleep"])), "pause_in[0]", "invalid"),
        (with("targets", json!({})), "targets", "required"),
        (with("targets", json!({ "someday": {} })), "targets.someday", "unknown"),
        (with("targets", json!({ "low": { "resolution": 0 } })), "targets.low.resolution", "out_of_range"),
        (with("targets", json!({ "low": { "resolution": 1e12 as u64 } })), "targets.low.resolution", "out_of_range"),
        (with("conditions", json!({ "priorities": ["dire"] })), "conditions.priorities[0]", "invalid"),
        (with("conditions", json!({ "department_ids": [calendar] })), "conditions.department_ids.0", "unknown"),
        (with("calendar_id", json!("00000000-0000-7000-8000-000000000000")), "calendar_id", "unknown"),
        (with("name", json!("x".repeat(101))), "name", "too_long"),
    ] {
        let named = admin.post("/v1/sla-policies", &body).await.problem(422, "invalid_fields");
        assert_eq!(fields(&named), [(field, code)], "{named}");
    }
    let order = json!({ "policy_ids": [calendar] });
    let named = admin.put("/v1/sla-policies/order", &order).await.problem(422, "invalid_fields");
    assert_eq!(fields(&named), [("policy_ids.0", "unknown")]);
}

#[tokio::test]
async fn policies_are_tried_in_their_order() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let calendar = admin.post("/v1/calendars", &days()).await.id();
    let mut ids = Vec::new();
    for name in ["First", "Second", "Third"] {
        ids.push(admin.post("/v1/sla-policies", &policy(name, &calendar)).await.id());
    }
    admin.post("/v1/sla-policies", &policy("Third", &calendar)).await.problem(422, "invalid_fields");
    ids.rotate_left(1);
    let ordered = admin.put("/v1/sla-policies/order", &json!({ "policy_ids": ids })).await;
    ordered.expect(StatusCode::OK);
    let agent = desk.agent("agent").await.client;
    let list = agent.get_at("/v1/sla-policies", position(&ordered)).await.expect(StatusCode::OK);
    let names: Vec<_> = list["items"].as_array().expect("items").iter().map(|policy| policy["name"].clone()).collect();
    assert_eq!(names, ["Second", "Third", "First"]);
    assert_eq!(list["items"][0]["pause_in"], json!(["waiting_customer", "on_hold"]), "as usual");
    assert_eq!(list["items"][0]["targets"], json!({ "urgent": { "first_response": 1800 } }));
    let gone = admin.delete(&format!("/v1/sla-policies/{}", ids[0])).await;
    let list = agent.get_at("/v1/sla-policies", position(&gone)).await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().expect("items").len(), 2);
    let problem =
        admin.put("/v1/sla-policies/order", &json!({ "policy_ids": ids })).await.problem(422, "invalid_fields");
    assert_eq!(fields(&problem), [("policy_ids.0", "unknown")]);
}

#[tokio::test]
async fn a_stale_writer_is_told_what_they_missed_and_nothing_else() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let calendar = admin.post("/v1/calendars", &days()).await;
    let (path, version) =
        (format!("/v1/calendars/{}", calendar.id()), calendar.json()["version"].as_u64().expect("one"));
    admin.post("/v1/sla-policies", &policy("First", &calendar.id())).await.expect(StatusCode::CREATED);
    let mut renamed = days();
    renamed["name"] = json!("Weekdays");
    put_if(&admin, &path, version, &renamed).await.expect(StatusCode::OK);
    let stale = put_if(&admin, &path, version, &days()).await.problem(412, "stale");
    let missed: Vec<_> = stale["missed"].as_array().expect("events").iter().map(|e| e["event_type"].clone()).collect();
    assert_eq!(missed, ["CalendarChanged"]);
    put_if(&admin, &path, stale["current_version"].as_u64().expect("one"), &days()).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn settings_are_for_those_who_may_and_never_for_customers() {
    let desk = TestDesk::start().await;
    let (agent, customer) = (desk.agent("supervisor").await.client, desk.customer().await.client);
    agent.post("/v1/calendars", &days()).await.problem(403, "forbidden");
    agent.get("/v1/sla-policies").await.expect(StatusCode::OK);
    customer.get("/v1/calendars").await.problem(403, "forbidden");
    customer.get("/v1/sla-policies").await.problem(403, "forbidden");
    let made = desk.admin().post("/v1/calendars", &days()).await;
    let other = desk.other_organisation("globex").await;
    other.get_at("/v1/calendars", position(&made)).await.expect(StatusCode::OK)["items"]
        .as_array()
        .filter(|items| items.is_empty())
        .expect("nobody else's");
    other.put(&format!("/v1/calendars/{}", made.id()), &days()).await.problem(404, "not_found");
}
