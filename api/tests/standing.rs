//! Nobody hands out what they may not do themselves, a customer's way in least of all.

use docket_domain::Permission as P;
use reqwest::StatusCode;
use serde_json::json;

use crate::doors::token;
use crate::harness::{Client, TestDesk, eventually};
use crate::sessions::{PASSWORD, code, sign_in};

/// What somebody needs besides to let a customer in.
const A_CUSTOMERS: [P; 5] = [P::ViewTickets, P::CreateTickets, P::ViewChat, P::SendMessages, P::ViewChatHistory];

#[tokio::test]
async fn who_looks_after_people_lets_in_no_customer_whose_tickets_they_may_not_read() {
    let desk = TestDesk::start().await;
    let carl = desk.customer().await;
    let path = format!("/v1/customers/{}", carl.id);
    let visitor = desk.admin().post("/v1/customers", &json!({ "name": "Vera", "external_id": "v" })).await.id();
    let doors = |client: Client| {
        let (path, email, visitor) = (path.clone(), carl.email.clone(), visitor.clone());
        async move {
            let link = client.post(&format!("{path}/sign-in-link"), &json!({})).await;
            let account = client.post(&format!("{path}/account"), &json!({ "email": email })).await;
            let into = json!({ "into": path.rsplit('/').next() });
            let merged = client.post(&format!("/v1/customers/{visitor}/merge"), &into).await;
            [link, account, merged]
        }
    };
    for lacking in A_CUSTOMERS {
        let mut held = vec![P::ManagePeople];
        held.extend(A_CUSTOMERS.into_iter().filter(|permission| *permission != lacking));
        for answer in doors(token(&desk, &held).await).await {
            assert_eq!(answer.problem(403, "forbidden")["permission"], lacking.as_str());
        }
    }
    for answer in doors(token(&desk, &[P::ManagePeople]).await).await {
        answer.problem(403, "forbidden");
    }
    let whole: Vec<_> = A_CUSTOMERS.into_iter().chain([P::ManagePeople]).collect();
    let [link, account, merged] = doors(token(&desk, &whole).await).await;
    link.expect(StatusCode::OK);
    account.expect(StatusCode::OK);
    merged.problem(409, "not_a_visitor");
}

#[tokio::test]
async fn a_customers_address_lets_in_and_so_is_not_everybodys_to_change() {
    let desk = TestDesk::start().await;
    let (carl, admin) = (desk.customer().await, desk.admin());
    let path = format!("/v1/customers/{}", carl.id);
    let editor = token(&desk, &[P::EditTickets]).await;
    let other = json!({ "name": "Carl", "email": "mine@example.com" });
    editor.put(&path, &other).await.problem(403, "forbidden");
    editor.put(&path, &json!({ "name": "Carl C.", "email": carl.email })).await.expect(StatusCode::OK);
    let made = admin.post("/v1/customers", &json!({ "email": "no-account@example.com" })).await;
    editor.put(&format!("/v1/customers/{}", made.id()), &other).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_widgets_secret_lets_in_every_customer() {
    let desk = TestDesk::start().await;
    let path = "/v1/organisation/widget/identity-secret";
    let settings = token(&desk, &[P::ManageSettings]).await;
    settings.post(path, &json!({})).await.problem(403, "forbidden");
    let whole: Vec<_> = A_CUSTOMERS.into_iter().chain([P::ManageSettings]).collect();
    token(&desk, &whole).await.post(path, &json!({})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_token_for_somebody_has_what_they_may_when_it_is_issued() {
    let desk = TestDesk::start().await;
    let (admin, agent) = (desk.admin(), desk.agent("agent").await);
    let issue = async |more| {
        let mut body = json!({ "label": "x", "person_id": agent.id });
        body.as_object_mut().expect("an object").extend(serde_json::from_value::<serde_json::Map<_, _>>(more).unwrap());
        admin.post("/v1/tokens", &body).await
    };
    let scopes = issue(json!({})).await.expect(StatusCode::CREATED)["scopes"].clone();
    let me = agent.client.get("/v1/me").await.expect(StatusCode::OK);
    assert_eq!(scopes, me["permissions"]);
    let beyond = issue(json!({ "scopes": ["view_tickets", "erase_data"] })).await;
    assert_eq!(beyond.problem(422, "invalid_fields")["errors"][0]["field"], "scopes.1");
    admin.post(&format!("/v1/agents/{}/deactivate", agent.id), &json!({})).await.expect(StatusCode::OK);
    issue(json!({})).await.problem(409, "agent_deactivated");
}

#[tokio::test]
async fn a_password_is_changed_by_who_signed_in_and_every_429_names_its_limit() {
    let desk = TestDesk::start_with(|settings| settings.auth.lockout_attempts = 2).await;
    let agent = desk.agent("agent").await;
    let first = json!({ "code": code(&desk, &agent.id).await, "password": PASSWORD });
    sign_in(&desk, &first).await.expect(StatusCode::CREATED);
    let change = json!({ "current_password": PASSWORD, "password": "violet-otter-canal-93" });
    agent.client.put("/v1/me/password", &change).await.problem(403, "forbidden");
    let wrong = json!({ "email": agent.email, "password": "not the password" });
    for _ in 0..2 {
        sign_in(&desk, &wrong).await.problem(401, "unauthenticated");
    }
    let locked = sign_in(&desk, &wrong).await.problem(429, "too_many_requests");
    assert_eq!((&locked["limit"], &locked["of"]), (&json!(2), &json!("wrong_tries")));
    let invitation = desk.anonymous().post("/v1/sessions/invitation", &json!({ "code": "x" })).await;
    assert_eq!(invitation.problem(429, "too_many_requests")["limit"], 2);
}

#[tokio::test]
async fn who_may_close_a_ticket_and_not_see_it_is_not_told_where_it_stands() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let ticket = admin.open_ticket(&carl.id, "Lamp").await.id();
    let path = format!("/v1/tickets/{ticket}/status");
    let to = |status: &str| json!({ "status": status });
    let closer = token(&desk, &[P::CloseTickets]).await;
    admin.put(&path, &to("closed")).await.expect(StatusCode::OK);
    let refused = closer.put(&path, &to("resolved")).await;
    let told = refused.problem(409, "invalid_transition");
    assert!(told["current_status"].is_null() && told["allowed"].is_null(), "{told}");
    assert!(!refused.text.contains("closed"), "{}", refused.text);
    let both = token(&desk, &[P::CloseTickets, P::ViewTickets]).await;
    let told = both.put(&path, &to("resolved")).await;
    assert_eq!(told.problem(409, "invalid_transition")["current_status"], "closed");
}

#[tokio::test]
async fn the_trail_alone_tells_no_names_and_no_words() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let agent = desk.agent("agent").await;
    let body = json!({ "subject": "s", "description": "d", "category": "general", "customer_id": carl.id, "tags": ["vip-lane"] });
    let opened = agent.client.post("/v1/tickets", &body).await;
    opened.expect(StatusCode::CREATED);
    let own = json!({ "subject": "s", "description": "d", "category": "general" });
    carl.client.post("/v1/tickets", &own).await.expect(StatusCode::CREATED);
    let tags = format!("/v1/tickets/{}/tags", opened.id());
    agent.client.post(&tags, &json!({ "add": ["night-shift"], "remove": [] })).await.expect(StatusCode::OK);
    let words = ["A customer", "An agent", "A agent", "vip-lane", "night-shift"];
    let all = eventually("the trail", async || {
        let trail = admin.get("/v1/audit?category=ticket&limit=100").await;
        (trail.text.contains("night-shift") && trail.text.contains("A customer")).then_some(trail)
    })
    .await;
    let trail = token(&desk, &[P::ViewAudit]).await.get("/v1/audit?category=ticket&limit=100").await;
    let entries = trail.expect(StatusCode::OK);
    assert_eq!(entries["items"].as_array().map(Vec::len), all.json()["items"].as_array().map(Vec::len));
    for word in words {
        assert!(!trail.text.contains(word), "{word}: {}", trail.text);
    }
}

#[tokio::test]
async fn visits_of_nobody_are_not_there() {
    let desk = TestDesk::start().await;
    let path = format!("/v1/customers/{}/visits", docket_store::new_id());
    desk.admin().get(&path).await.problem(404, "not_found");
    desk.admin().delete(&path).await.problem(404, "not_found");
}
