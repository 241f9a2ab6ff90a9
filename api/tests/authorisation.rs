//! Every route, with every role: nobody gets through who may not, and no route escapes the list.

use std::collections::BTreeSet;

use docket_api::http::access::Access;
use docket_commands::Invocation;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::{Actor, Data, Permission, Role};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// Ids that belong to nobody.
pub(crate) fn filled(path: &str) -> String {
    let mut filled = String::new();
    for part in path.split_inclusive(['{', '}']) {
        match part.strip_suffix('}') {
            Some("name") => filled.push_str("nothing"),
            Some(_) => filled.push_str("00000000-0000-7000-8000-000000000000"),
            None => filled.push_str(part.trim_end_matches('{')),
        }
    }
    filled
}

#[tokio::test]
async fn every_role_on_every_route() {
    let desk = TestDesk::start().await;
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    let mut people = vec![(Role::Customer, desk.customer().await)];
    for role in [Role::Agent, Role::Supervisor, Role::Auditor, Role::Admin] {
        people.push((role, desk.agent(role.as_str()).await));
    }
    for route in routes.iter().filter(|route| !route.path.ends_with("/events") || route.path != "/v1/events") {
        let path = filled(&route.path);
        let what = format!("{} {}", route.method, route.path);
        let call = |client: &Client| {
            Client::send(client.request(Method::from_bytes(route.method.as_str().as_bytes()).expect("a method"), &path))
        };
        let nobody = call(&desk.anonymous()).await;
        if route.access != Access::Public {
            assert_eq!(nobody.status, 401, "{what} as nobody: {}", nobody.text);
        }
        for (role, person) in &people {
            let answer = call(&person.client).await;
            assert!(answer.status.as_u16() < 500, "{what} as {role}: {} {}", answer.status, answer.text);
            let customer = *role == Role::Customer;
            let needed = if customer { route.access.customers_need() } else { route.access.needs() };
            let may = (!customer || route.access.is_for_customers())
                && needed.is_none_or(|needed| needed.iter().any(|one| role.permissions().has(*one)));
            if !may {
                assert_eq!(answer.status, 403, "{what} as {role}: {}", answer.text);
            } else if route.access.needs().is_some() {
                assert_ne!(answer.status, 401, "{what} as {role}: {}", answer.text);
                assert_ne!(answer.status, 403, "{what} as {role}: {}", answer.text);
            }
        }
    }
}

fn names(data: &[Data]) -> String {
    data.iter().map(|data| data.as_str()).collect::<Vec<_>>().join(" or ")
}

/// Who may call what, to be read by people: a change here is a decision.
#[tokio::test]
async fn the_list_of_routes() {
    let desk = TestDesk::start().await;
    let routes = &desk.server.as_ref().expect("it runs").routes;
    let mut lines: Vec<String> = routes
        .iter()
        .map(|route| {
            let access = match route.access {
                Access::Public => "public".to_owned(),
                Access::SignedIn => "signed in".to_owned(),
                Access::Desk(permission) => format!("desk: {}", permission.as_str()),
                Access::Sees(data) => format!("desk, sees: {}", names(data)),
                Access::SeesOwn(data) => format!("own, sees: {}", names(data)),
                Access::SeesOwnOrVisitor(data) => format!("own or visitor, sees: {}", names(data)),
                Access::Own(permission) => format!("own: {}", permission.as_str()),
                Access::OwnOrVisitor(permission) => format!("own or visitor: {}", permission.as_str()),
                Access::SignedInOrVisitor => "signed in or visitor".to_owned(),
            };
            format!("{:<6} {:<50} {access}", route.method.as_str(), route.path)
        })
        .collect();
    lines.sort_by_key(|line| line[7..].to_owned());
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn routes_and_description_are_the_same() {
    let desk = TestDesk::start().await;
    let described = desk.anonymous().get("/openapi.json").await.json();
    let described: BTreeSet<String> = described["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("operations").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
        })
        .collect();
    let routes = &desk.server.as_ref().expect("it runs").routes;
    let listed: BTreeSet<String> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(described, listed);
}

#[tokio::test]
async fn every_operation_has_an_id_of_its_own_and_documents_its_refusals() {
    let desk = TestDesk::start().await;
    let document = desk.anonymous().get("/openapi.json").await.json();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(ids.insert(id.clone()), "two operations are called {id}");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.contains_key("500"), "{method} {path}");
            if path.starts_with("/v1") && operation["security"] != Value::Array(vec![]) {
                assert!(responses.contains_key("401") && responses.contains_key("403"), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_does_less_than_its_owner_if_its_scopes_say_so() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let body = serde_json::json!({ "label": "reader", "scopes": [Permission::ViewTickets.as_str()] });
    let token = admin.post("/v1/tokens", &body).await.json()["token"].as_str().expect("a token").to_owned();
    let reader = Client::new(&desk.url, Some(&token));
    assert_eq!(reader.get("/v1/tickets").await.status, 200);
    reader.get("/v1/audit").await.problem(403, "forbidden");
    reader.post("/v1/tokens", &serde_json::json!({ "label": "more" })).await.problem(403, "forbidden");
    let supervisor = desk.agent("supervisor").await;
    let body = serde_json::json!({ "name": "A boss", "role": "admin" });
    supervisor.client.post("/v1/agents", &body).await.problem(403, "forbidden");
}

/// Agents and customers share the space of ids, so that an agent's id given for a customer's must lead nowhere.
#[tokio::test]
async fn nobody_of_the_desk_is_made_a_customer() {
    let desk = TestDesk::start().await;
    let (boss, supervisor) = (desk.agent("admin").await, desk.agent("supervisor").await);
    let nobody = "01900000-0000-7000-8000-000000000001";
    for id in [boss.id.as_str(), nobody] {
        for client in [&supervisor.client, &desk.admin()] {
            let chat = client.post("/v1/chats", &json!({ "customer_id": id, "message": "x" })).await;
            assert_eq!(chat.problem(422, "invalid_fields")["errors"][0]["field"], "customer_id");
            client.get(&format!("/v1/customers/{id}")).await.problem(404, "not_found");
            let account = json!({ "email": "evil@example.com" });
            client.post(&format!("/v1/customers/{id}/account"), &account).await.problem(404, "not_found");
            client.post(&format!("/v1/customers/{id}/sign-in-link"), &json!({})).await.problem(404, "not_found");
        }
        desk.admin().post(&format!("/v1/customers/{id}/erase"), &json!({})).await.problem(404, "not_found");
    }
    assert_eq!(desk.admin().get(&format!("/v1/agents/{}", boss.id)).await.expect(StatusCode::OK)["name"], "A admin");

    // Where an older version let it happen, it opens no door and erases nobody.
    let invocation = Invocation::by(desk.desk().tenant.clone(), Actor::SYSTEM);
    let command = CustomerCommand::Register {
        kind: CustomerKind::Customer,
        name: None,
        email: None,
        phone: None,
        external_id: None,
    };
    let id = boss.id.parse().expect("an id");
    desk.desk().commands.execute::<Customer>(&invocation, id, command).await.expect("registered");
    for path in ["account", "sign-in-link"] {
        let body = if path == "account" { json!({ "email": "evil@example.com" }) } else { json!({}) };
        let answer = supervisor.client.post(&format!("/v1/customers/{}/{path}", boss.id), &body).await;
        answer.problem(409, "another_kind");
    }
    desk.admin().post(&format!("/v1/customers/{}/erase", boss.id), &json!({})).await.problem(409, "not_a_customer");
}
