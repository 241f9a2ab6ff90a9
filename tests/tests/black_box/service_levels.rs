//! Calendars and SLA policies: what is promised is due to the second, and what is promised otherwise is measured again.

use chrono::{DateTime, Datelike as _, Days, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Asia::Tokyo;
use docket_store::{Clock as _, SystemClock};
use docket_tests::{Client, DEADLINE, Database, Docket, DocketOptions, Person, eventually};
use serde_json::{Value, json};

const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promises_are_kept_time_of_on_sqlite() {
    promises_are_kept_time_of(Docket::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promises_are_kept_time_of_on_postgres() {
    let database = Database::create().await;
    let url = database.url();
    let options = DocketOptions { store: Some(url.clone()), read_models: Some(url), ..DocketOptions::default() };
    promises_are_kept_time_of(Docket::start_with(options).await).await;
}

/// One hour of work a week, the day after tomorrow in Tokyo: whatever time it is now, what is opened now waits for it.
fn one_hour() -> (Value, DateTime<Utc>) {
    let day = SystemClock.now().with_timezone(&Tokyo).date_naive() + Days::new(2);
    let name = WEEK[day.weekday().num_days_from_monday() as usize];
    let begins = Tokyo.from_local_datetime(&day.and_hms_opt(9, 0, 0).expect("a time")).single().expect("no change");
    let ranges = json!([{ "day": name, "from": "09:00", "to": "10:00" }]);
    (json!({ "name": "One hour", "time_zone": "Asia/Tokyo", "ranges": ranges }), begins.to_utc())
}

fn policy(calendar: &str, minutes: i64) -> Value {
    json!({ "name": "Urgent", "calendar_id": calendar, "conditions": { "priorities": ["urgent"], "tags": ["vip"] },
            "targets": { "urgent": { "first_response": minutes * 60, "resolution": 7 * 24 * 3600 } } })
}

async fn open(who: &Client, customer: &str, priority: &str, tags: &[&str]) -> String {
    let body = json!({ "subject": "Broken", "description": "It is", "category": "general", "priority": priority,
                       "tags": tags, "customer_id": customer });
    let opened = who.post("/v1/tickets", body).await;
    let id = opened.id();
    // What is asked of it then is asked of read models that have it.
    who.get_at(&format!("/v1/tickets/{id}"), position(&opened.ok())).await.ok();
    id
}

/// When the first response is due, and the explanation.
async fn due(who: &Client, ticket: &str) -> (Option<DateTime<Utc>>, Value) {
    let sla = who.get(&format!("/v1/tickets/{ticket}/sla")).await.ok();
    let clocks = sla["clocks"].as_array().expect("clocks");
    let first = clocks.iter().find(|clock| clock["clock"] == "first_response").expect("a first response");
    (first["due_at"].as_str().map(|at| at.parse().expect("a time")), sla)
}

async fn eventually_due(who: &Client, ticket: &str, at: DateTime<Utc>) -> Value {
    eventually(DEADLINE, || async {
        match due(who, ticket).await {
            (Some(due), sla) if due == at => Ok(sla),
            (other, sla) => Err(format!("due at {other:?} instead of {at}: {sla}")),
        }
    })
    .await
}

async fn promises_are_kept_time_of(mut docket: Docket) {
    let admin = docket.admin();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let carl = Person::customer(&admin, "Carl").await;
    let before = open(&ada.client, &carl.id, "urgent", &["vip"]).await;
    let (_, default) = due(&ada.client, &before).await;
    assert_eq!((&default["policy"], &default["policy_id"]), (&json!("Default"), &json!(null)));

    let (hours, begins) = one_hour();
    let calendar = admin.post("/v1/calendars", hours.clone()).await.id();
    let defined = admin.post("/v1/sla-policies", policy(&calendar, 30)).await;
    let id = defined.id();
    assert_eq!(defined.header("location"), Some(format!("/v1/sla-policies/{id}").as_str()));

    // A ticket that matches is due half an hour into the one hour of work; what was opened before is measured again.
    let half_past = begins + TimeDelta::minutes(30);
    let ticket = open(&ada.client, &carl.id, "urgent", &["vip"]).await;
    assert_eq!(due(&ada.client, &ticket).await.0, Some(half_past));
    let again = eventually_due(&ada.client, &before, half_past).await;
    let applied = again["applied"].as_array().expect("policies");
    let names: Vec<&str> = applied.iter().filter_map(|policy| policy["policy"].as_str()).collect();
    assert_eq!(names, ["Default", "Urgent"], "the explanation tells what changed, and when");
    assert_eq!((&again["policy_id"], &again["calendar_id"]), (&json!(id), &json!(calendar)));

    // What no longer matches goes to the default with the command itself, and comes back so.
    let other = open(&ada.client, &carl.id, "low", &["vip"]).await;
    assert_eq!(due(&ada.client, &other).await.1["policy"], "Default");
    let urgent = ada.client.put(&format!("/v1/tickets/{other}/priority"), json!({ "priority": "urgent" })).await;
    ada.client.get_at(&format!("/v1/tickets/{other}"), position(&urgent.ok())).await.ok();
    assert_eq!(due(&ada.client, &other).await.0, Some(half_past));
    let untagged = ada.client.post(&format!("/v1/tickets/{other}/tags"), json!({ "remove": ["vip"] })).await;
    ada.client.get_at(&format!("/v1/tickets/{other}"), position(&untagged.ok())).await.ok();
    assert_eq!(due(&ada.client, &other).await.1["policy"], "Default");

    // The policy promises less, then the calendar has a holiday: due times follow, and lists with them.
    let version = defined.ok()["version"].clone();
    let changed = admin.put(&format!("/v1/sla-policies/{id}"), policy(&calendar, 45)).await;
    assert_ne!(changed.ok()["version"], version);
    for ticket in [&before, &ticket] {
        eventually_due(&ada.client, ticket, begins + TimeDelta::minutes(45)).await;
    }
    let mut holiday = hours;
    holiday["holidays"] = json!([begins.with_timezone(&Tokyo).date_naive()]);
    let seen = admin.put(&format!("/v1/calendars/{calendar}"), holiday).await.ok();
    let next_week = begins + TimeDelta::days(7) + TimeDelta::minutes(45);
    for ticket in [&before, &ticket] {
        let sla = eventually_due(&ada.client, ticket, next_week).await;
        assert!(sla["applied"].as_array().is_some_and(|applied| applied.len() > 2), "{sla}");
    }
    let calendar = ada.client.get_at(&format!("/v1/calendars/{calendar}"), position(&seen)).await.ok();
    let ahead: DateTime<Utc> = calendar["next_open"][0]["from"].as_str().expect("ahead").parse().expect("a time");
    assert_eq!(ahead, begins + TimeDelta::days(7));
    let badge = eventually(DEADLINE, || async {
        let seen = ada.client.get(&format!("/v1/tickets/{before}")).await.ok();
        let due = seen["sla"]["due_at"].as_str().and_then(|due| due.parse::<DateTime<Utc>>().ok());
        if due == Some(next_week) { Ok(seen) } else { Err(seen["sla"].to_string()) }
    })
    .await;
    assert_eq!(badge["sla"]["clock"], "first_response");

    // A calendar in use stays; the policy goes, and with it what it promised.
    admin
        .delete(&format!("/v1/calendars/{}", calendar["id"].as_str().expect("an id")))
        .await
        .problem(409, "calendar_in_use");
    let gone = admin.delete(&format!("/v1/sla-policies/{id}")).await.ok();
    assert_eq!(ada.client.get_at("/v1/sla-policies", position(&gone)).await.ok()["items"], json!([]));
    assert_eq!(ada.client.get(&format!("/v1/sla-policies/{id}")).await.ok()["archived"], true);
    eventually(DEADLINE, || async {
        let (_, sla) = due(&ada.client, &before).await;
        if sla["policy"] == "Default" { Ok(()) } else { Err(sla.to_string()) }
    })
    .await;

    // All of it can be read anew from the log.
    docket.stop().await;
    docket.run("verify", &[]);
    let grown = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, "grown and rebuilt rows");
}

fn position(receipt: &Value) -> u64 {
    receipt["position"].as_u64().expect("a position")
}
