//! Roles of an organisation's own: on both databases, on every node, at the command line.

use docket_tests::{DEADLINE, Database, Docket, DocketOptions, Person, eventually};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_count_everywhere_on_sqlite() {
    let docket = Docket::start().await;
    roles_count(docket, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_count_everywhere_on_postgres() {
    let database = Database::create().await;
    let url = database.url();
    let options = DocketOptions { store: Some(url.clone()), read_models: Some(url), ..DocketOptions::default() };
    let docket = Docket::start_with(options).await;
    let second = docket.start_beside(None).await;
    roles_count(docket, Some(second)).await;
}

fn role(permissions: &[&str]) -> Value {
    json!({ "name": "Second level", "permissions": permissions })
}

async fn roles_count(mut docket: Docket, mut second: Option<Docket>) {
    let admin = docket.admin();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let defined = admin.post("/v1/roles", role(&["view_tickets", "view_reports"])).await;
    let id = defined.id();
    admin.put(&format!("/v1/agents/{}/role", ada.id), json!({ "custom_role_id": id })).await.ok();
    // A token takes on nothing that its owner is allowed later.
    let ada = Person::with_token(&admin, ada.id).await;
    ada.client.get("/v1/dashboard").await.ok();
    let elsewhere = second.as_ref().map(|node| node.anonymous().with_token(ada.client.token().expect("a token")));
    if let Some(elsewhere) = &elsewhere {
        // An account's change is known elsewhere within seconds.
        eventually(DEADLINE, || async {
            let answer = elsewhere.get("/v1/dashboard").await;
            if answer.status == 200 { Ok(()) } else { Err(answer.to_string()) }
        })
        .await;
    }
    admin.put(&format!("/v1/roles/{id}"), role(&["view_tickets"])).await.ok();
    ada.client.get("/v1/dashboard").await.problem(403, "forbidden");
    if let Some(elsewhere) = &elsewhere {
        eventually(DEADLINE, || async {
            let answer = elsewhere.get("/v1/dashboard").await;
            if answer.status == 403 { Ok(()) } else { Err(answer.to_string()) }
        })
        .await;
    }
    admin.delete(&format!("/v1/roles/{id}")).await.problem(409, "role_in_use");

    if let Some(node) = &mut second {
        node.stop().await;
    }
    docket.stop().await;
    let added = docket.run("user add", &["Bo", "bo@people.example", "--role", "second LEVEL"]);
    let bo = added.lines().next().expect("an id").to_owned();
    assert!(docket.run("user list", &[]).lines().any(|line| line.contains(&bo) && line.contains("Second level")));
    let told = docket.run("replay", &[&format!("agent-{}", ada.id)]);
    assert!(told.contains("agent → Second level"), "{told}");
    let told = docket.run("replay", &["role-00000000-0000-0000-0000-000000000000"]);
    assert!(told.contains("RoleDefined") && told.contains("removed: [\"view_reports\"]"), "{told}");
    docket.run("verify", &[]);
    docket.resume().await;
    ada.client.get("/v1/dashboard").await.problem(403, "forbidden");
    ada.client.get("/v1/tickets").await.ok();
    docket.stop().await;
    let grown = docket.rows().await;
    docket.run("rebuild", &["--all"]);
    grown.assert_same(&docket.rows().await, "grown and rebuilt rows");
}
