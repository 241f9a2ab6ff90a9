//! Ids of customers elsewhere as older systems, and older versions, wrote them: read, and known in their one form.

use docket_domain::customer::CustomerEvent;
use docket_domain::{Category, DomainEvent, PersonalText};
use docket_store::vault::IdentityKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::desk::{Desk, tenant, ticket};

/// How many customers there are, and their ids as recorded, in their order.
async fn customers(desk: &Desk) -> Vec<String> {
    let events = desk.events().await;
    let registered = events.iter().filter_map(|event| match &event.body {
        DomainEvent::Customer(CustomerEvent::CustomerRegistered(registered)) => Some(registered),
        _ => None,
    });
    let id = |id: &PersonalText| id.to_known();
    let mut ids: Vec<_> = registered.map(|one| one.external_id.as_ref().and_then(id).unwrap_or_default()).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_an_id_however_the_lines_spell_it() {
    let desk = Desk::new().await;
    let spellings = ["crm 1", "crm\u{a0}1", " crm  1", "c\u{200b}rm 1\u{202e}"];
    let line = |n: usize, id: &str| {
        let mut line = ticket(&format!("T{n}"), json!([]));
        line["customer"] = json!({ "external_id": id, "name": "Ada" });
        line
    };
    let lines: Vec<Value> = spellings.iter().enumerate().map(|(n, id)| line(n, id)).collect();
    let report = desk.import_lines(&lines).await;
    assert_eq!((report.tickets, report.refused_count), (4, 0), "{report:?}");
    assert_eq!(customers(&desk).await, ["crm 1"]);
    let again = desk.import_lines(&lines).await;
    assert_eq!((again.unchanged, again.events), (4, 0), "{again:?}");
    // What nobody sees is no id to be found by, and no reason to refuse history.
    let report = desk.import_lines(&[line(9, "\u{200b}")]).await;
    assert_eq!((report.tickets, report.refused_count), (1, 0), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_version_recorded_comes_in_as_it_was_recorded() {
    let desk = Desk::new().await;
    let id = Uuid::from_u128(17);
    let data = json!({ "kind": "customer", "name": "Ada", "external_id": "crm\u{200b}\u{a0}1" });
    let step = json!({ "at": "2020-05-01T10:00:00Z", "action": "event", "event": "CustomerRegistered", "data": data });
    let line = json!({ "type": "stream", "category": Category::Customer, "id": id, "history": [step] });
    let report = desk.import_lines(&[line]).await;
    assert_eq!((report.others, report.refused_count), (1, 0), "{report:?}");
    assert_eq!(customers(&desk).await, ["crm\u{200b}\u{a0}1"]);
    let found = desk.vault.accounts().find_identity(&tenant(), IdentityKind::ExternalId, "crm 1").await.unwrap();
    assert_eq!(found.map(|claim| claim.person.0), Some(id));
    // In an export it turns no order, and is the same.
    let (_, text) = desk.export().await;
    let other = Desk::new().await;
    assert_eq!(other.import(&text).await.refused_count, 0);
    assert_eq!(customers(&other).await, customers(&desk).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_known_by_the_address_alone_is_the_customer_of_a_line_with_an_id() {
    let desk = Desk::new().await;
    let line = |n: usize, customer: Value| {
        let mut line = ticket(&format!("T{n}"), json!([]));
        line["customer"] = customer;
        line
    };
    // In one file, in the order of its lines, and in a later one.
    let first = [
        line(1, json!({ "email": "ada@example.org", "name": "Ada" })),
        line(2, json!({ "email": "Ada@Example.org", "external_id": "crm-1", "name": "Ada" })),
        line(3, json!({ "email": "info@example.org", "external_id": "crm-2", "name": "Bo" })),
        line(4, json!({ "email": "info@example.org", "external_id": "crm-3", "name": "Cy" })),
    ];
    let report = desk.import_lines(&first).await;
    assert_eq!((report.tickets, report.refused_count), (4, 0), "{report:?}");
    assert_eq!(customers(&desk).await, ["", "crm-2", "crm-3"]);
    let later = [
        line(5, json!({ "email": "ada@example.org", "external_id": "shop-9", "name": "Ada" })),
        line(6, json!({ "email": "info@example.org", "external_id": "shop-7", "name": "Di" })),
    ];
    let report = desk.import_lines(&later).await;
    assert_eq!((report.tickets, report.refused_count), (2, 0), "{report:?}");
    assert_eq!(customers(&desk).await, ["", "crm-2", "crm-3", "shop-7"]);
}
