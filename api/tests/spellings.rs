//! One address is one customer, however it is spelled.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::TestDesk;

#[tokio::test]
async fn an_address_in_another_spelling_is_the_same_customers() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    for (one, other) in
        [("jos\u{e9}@x.example", "jose\u{301}@X.example"), ("v@m\u{fc}ller.example", "V@xn--mller-kva.example")]
    {
        let made = admin.post("/v1/customers", &json!({ "email": one })).await;
        made.expect(StatusCode::CREATED);
        let again = admin.post("/v1/customers", &json!({ "email": other })).await;
        assert_eq!(again.problem(409, "already_exists")["id"], made.id());
        let position = made.json()["position"].as_u64().expect("a position");
        let path = reqwest::Url::parse_with_params("http://x/v1/customers", [("email", other)]).expect("an address");
        let path = format!("{}?{}", path.path(), path.query().expect("a query"));
        let found = admin.get_at(&path, position).await.expect(StatusCode::OK);
        assert_eq!(found["items"][0]["id"], made.id());
    }
    let made = admin.post("/v1/customers", &json!({ "external_id": "jos\u{e9}" })).await;
    let again = admin.post("/v1/customers", &json!({ "external_id": "jose\u{301}" })).await;
    assert_eq!(again.problem(409, "already_exists")["id"], made.id());
}

#[tokio::test]
async fn what_has_a_second_spelling_is_refused() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    for email in ["mailto:v@x.example", "v\u{200b}@x.example", "v\u{ad}@x.example", "v@x..example", "<v@x.example>"] {
        let customer = json!({ "email": email });
        let account = format!("/v1/customers/{}/account", carl.id);
        let agent = json!({ "name": "A", "email": email });
        for (path, body) in [("/v1/customers", &customer), (account.as_str(), &customer), ("/v1/agents", &agent)] {
            let refused = admin.post(path, body).await.problem(422, "invalid_fields");
            assert_eq!(refused["errors"][0]["field"], "email", "{email:?} at {path}");
        }
    }
}

#[tokio::test]
async fn an_id_elsewhere_has_one_spelling_and_is_found_by_any() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin.post("/v1/customers", &json!({ "external_id": "\u{a0}crm 1 " })).await;
    made.expect(StatusCode::CREATED);
    let position = made.json()["position"].as_u64().expect("a position");
    for id in ["crm\u{200b} 1", "crm\u{a0}1", "crm  1", "\u{202e}crm 1", "crm\n1", "crm\u{7} 1"] {
        let refused = admin.post("/v1/customers", &json!({ "external_id": id })).await.problem(422, "invalid_fields");
        assert_eq!(refused["errors"][0]["field"], "external_id", "{id:?}");
        // Also where somebody is known who would be meant.
        let ticket =
            json!({ "subject": "s", "description": "d", "category": "general", "customer": { "external_id": id } });
        let refused = admin.post("/v1/tickets", &ticket).await.problem(422, "invalid_fields");
        assert_eq!(refused["errors"][0]["field"], "customer.external_id", "{id:?}");
        let path = reqwest::Url::parse_with_params("http://x/v1/customers", [("external_id", id)]).expect("an address");
        let path = format!("{}?{}", path.path(), path.query().expect("a query"));
        let found = admin.get_at(&path, position).await.expect(StatusCode::OK);
        assert_eq!(
            (&found["items"][0]["id"], &found["items"][0]["external_id"]),
            (&made.json()["id"], &json!("crm 1")),
            "{id:?}"
        );
    }
    let unseen =
        json!({ "subject": "s", "description": "d", "category": "general", "customer": { "external_id": "\u{200b}" } });
    admin.post("/v1/tickets", &unseen).await.problem(422, "invalid_fields");
}

#[tokio::test]
async fn an_account_is_opened_by_its_address_in_any_spelling() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let made = admin.post("/v1/agents", &json!({ "name": "Jose", "email": "jose@m\u{fc}ller.example" })).await;
    made.expect(StatusCode::CREATED);
    let code = crate::sessions::code(&desk, &made.id()).await;
    let first = json!({ "code": code, "password": crate::sessions::PASSWORD });
    crate::sessions::sign_in(&desk, &first).await.expect(StatusCode::CREATED);
    let other = json!({ "email": "jose@xn--mller-kva.example", "password": crate::sessions::PASSWORD });
    crate::sessions::sign_in(&desk, &other).await.expect(StatusCode::CREATED);
    let taken = admin.post("/v1/agents", &json!({ "name": "J", "email": "Jose@xn--mller-kva.example" })).await;
    taken.problem(409, "login_taken");
}
