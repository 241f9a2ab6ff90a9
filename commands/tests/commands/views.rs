//! Saved views and the lists they stand in.

use std::sync::Arc;

use docket_commands::Invocation;
use docket_domain::view::{View, ViewAssignee, ViewDraft, ViewFilter, ViewList, ViewSort};
use docket_domain::{Actor, AgentId, CustomerId, DepartmentId, PersonId, ViewId};
use docket_store::new_id;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::desk::{Desk, code, fields, types};

fn draft(name: &str, shared: bool) -> ViewDraft {
    ViewDraft { name: name.to_owned(), filter: ViewFilter::default(), sort: ViewSort::Newest, shared }
}

fn somebody(desk: &Desk) -> (Invocation, PersonId) {
    let id = new_id();
    (desk.by(Actor::agent(id)), PersonId(id))
}

async fn save(desk: &Desk, by: &Invocation, name: &str, shared: bool) -> ViewId {
    ViewId(desk.commands.save_view(by, &draft(name, shared), true).await.unwrap().stream.id)
}

async fn list(desk: &Desk, owner: Option<PersonId>) -> Vec<ViewId> {
    let list = desk.commands.load_fresh::<ViewList>(&desk.tenant, ViewList::id_of(owner)).await.unwrap();
    list.view_ids.clone()
}

#[tokio::test]
async fn a_view_stands_in_the_list_it_belongs_to() {
    let desk = Desk::new().await;
    let (by, person) = somebody(&desk);
    let (one, two) = (save(&desk, &by, "One", false).await, save(&desk, &by, "Two", false).await);
    let ours = save(&desk, &by, "Ours", true).await;
    assert_eq!((list(&desk, Some(person)).await, list(&desk, None).await), (vec![one, two], vec![ours]));

    desk.commands.change_view(&by, one, &draft("One", true), true).await.unwrap();
    assert_eq!((list(&desk, Some(person)).await, list(&desk, None).await), (vec![two], vec![ours, one]));
    // Whoever takes it out of the shared ones gives it back to its owner.
    let (boss, _) = somebody(&desk);
    desk.commands.change_view(&boss, one, &draft("One", false), true).await.unwrap();
    assert_eq!((list(&desk, Some(person)).await, list(&desk, None).await), (vec![two, one], vec![ours]));
    assert_eq!(code(desk.commands.change_view(&boss, one, &draft("Mine now", true), true).await), "not_found");

    desk.commands.arrange_views(&by, Some(person), vec![one]).await.unwrap();
    assert_eq!(list(&desk, Some(person)).await, [one, two]);
    desk.commands.delete_view(&by, one, false).await.unwrap();
    assert_eq!(list(&desk, Some(person)).await, [two]);
    assert_eq!(code(desk.commands.delete_view(&by, one, false).await), "not_found");
}

/// That a view is there must not show in how a stale version is refused either.
#[tokio::test]
async fn another_persons_view_is_not_there_whatever_version_is_named() {
    let desk = Desk::new().await;
    let (by, _) = somebody(&desk);
    let mine = save(&desk, &by, "Mine", false).await;
    let (other, _) = somebody(&desk);
    for id in [mine, ViewId(new_id())] {
        for version in [0, 1, 7] {
            let other = other.clone().if_at(version);
            assert_eq!(code(desk.commands.change_view(&other, id, &draft("x", false), true).await), "not_found");
            assert_eq!(code(desk.commands.delete_view(&other, id, true).await), "not_found");
        }
    }
    assert_eq!(code(desk.commands.change_view(&by.clone().if_at(7), mine, &draft("x", false), true).await), "stale");
    assert_eq!(desk.commands.load_fresh::<View>(&desk.tenant, mine).await.unwrap().version, 1);
}

async fn a_hundred_at_most(desk: Desk) {
    let desk = Arc::new(desk);
    let (by, person) = somebody(&desk);
    for number in 0..95 {
        save(&desk, &by, &format!("View {number}"), false).await;
    }
    let mut saving = JoinSet::new();
    for number in 0..12 {
        let (desk, by) = (Arc::clone(&desk), by.clone());
        saving
            .spawn(async move { code(desk.commands.save_view(&by, &draft(&format!("{number}"), false), false).await) });
    }
    let mut outcomes = saving.join_all().await;
    outcomes.sort_unstable();
    assert_eq!(outcomes[..5], ["done"; 5]);
    assert_eq!(outcomes[5..], ["too_many_views"; 7]);
    assert_eq!(list(&desk, Some(person)).await.len(), 100);
    // The shared ones are counted by themselves, and what is refused leaves no view behind.
    let ours = save(&desk, &by, "Ours", true).await;
    assert_eq!(code(desk.commands.change_view(&by, ours, &draft("Ours", false), true).await), "too_many_views");
    assert!(desk.commands.load_fresh::<View>(&desk.tenant, ours).await.unwrap().is_shared());
    let saved = desk.log().await;
    assert_eq!(types(&saved).iter().filter(|name| **name == "ViewSaved").count(), 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_a_hundred_at_most_however_many_save_at_once() {
    a_hundred_at_most(Desk::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_a_hundred_at_most_on_postgres() {
    a_hundred_at_most(Desk::on_postgres().await).await;
}

#[tokio::test]
async fn what_a_filter_names_must_have_been_there() {
    let desk = Desk::new().await;
    let (by, _) = somebody(&desk);
    let nobody = Uuid::from_u128(7);
    let filter = ViewFilter {
        department_id: Some(DepartmentId(nobody)),
        assignee: Some(ViewAssignee::Agent(AgentId(nobody))),
        customer_id: Some(CustomerId(nobody)),
        resolved_by: Some(AgentId(nobody)),
        ..ViewFilter::default()
    };
    let wrong = ViewDraft { filter, ..draft("x", false) };
    let outcome = desk.commands.save_view(&by, &wrong, false).await;
    assert_eq!(
        fields(outcome),
        ["filter.department_id", "filter.assignee", "filter.resolved_by", "filter.customer_id"]
    );
    let customer = desk.customer().await;
    let filter = ViewFilter { customer_id: Some(customer), search: Some("parcel".into()), ..ViewFilter::default() };
    let done = desk.commands.save_view(&by, &ViewDraft { filter, ..draft("x", false) }, false).await.unwrap();
    // What is searched for lies in the log under its owner's key only.
    let stored = desk.journal.store().read_stream(&done.stream, 0, 10).await.unwrap();
    assert!(stored[0].payload.contains("$sealed") && !stored[0].payload.contains("parcel"), "{}", stored[0].payload);
    assert_eq!(desk.log().await.iter().filter(|event| event.meta.stream == done.stream).count(), 1);
}
