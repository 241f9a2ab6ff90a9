//! Saved views: whose they are, in which order, what they show.

use docket_domain::ticket::{Priority, Ticket, TicketCommand, TicketStatus};
use docket_domain::view::{View, ViewCommand, ViewDraft, ViewFilter, ViewList, ViewListCommand, ViewSort};
use docket_domain::{Actor, AgentId, CustomerId, PersonId, ViewId};
use docket_projections::Viewer;
use docket_projections::views::{PageRequest, SavedView, TicketFilter};
use docket_store::new_id;
use uuid::Uuid;

use super::desk::{Desk, Engine, assert_same};
use super::on_both;

on_both!(each_sees_their_own_and_the_shared_ones_in_order, a_view_lists_and_counts_what_it_says);

fn draft(name: &str, shared: bool) -> ViewDraft {
    ViewDraft { name: name.to_owned(), filter: ViewFilter::default(), sort: ViewSort::Updated, shared }
}

async fn save(desk: &Desk, owner: Uuid, draft: ViewDraft) -> Uuid {
    let (id, owner_id) = (new_id(), Some(PersonId(owner)).filter(|_| !draft.shared));
    desk.act::<View>(id, Actor::agent(owner), ViewCommand::Save { draft, may_share: true }).await;
    let add = ViewListCommand::Add { owner_id, view_id: ViewId(id) };
    desk.act::<ViewList>(ViewList::id_of(owner_id), Actor::agent(owner), add).await;
    id
}

async fn names(desk: &Desk, viewer: &Viewer) -> Vec<String> {
    desk.queries().saved_views(viewer).await.unwrap().into_iter().map(|view| view.name).collect()
}

async fn each_sees_their_own_and_the_shared_ones_in_order(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (ann, bob) = (desk.register_agent("ann").await, desk.register_agent("bob").await);
    let carl = desk.register_customer("Carl").await;
    let mine = save(&desk, ann, draft("Mine", false)).await;
    let search = ViewFilter { search: Some("secret plan".into()), ..ViewFilter::default() };
    save(&desk, ann, ViewDraft { filter: search, ..draft("Search", false) }).await;
    let ours = save(&desk, ann, draft("Ours", true)).await;
    let last = save(&desk, bob, draft("Bob's", true)).await;
    let put =
        |owner_id: Option<PersonId>, first: Uuid| ViewListCommand::Arrange { owner_id, view_ids: vec![ViewId(first)] };
    desk.act::<ViewList>(Uuid::nil(), Actor::agent(bob), put(None, last)).await;
    desk.settle().await;

    assert_eq!(names(&desk, &desk.agent(ann)).await, ["Mine", "Search", "Bob's", "Ours"]);
    assert_eq!(names(&desk, &desk.agent(bob)).await, ["Bob's", "Ours"]);
    assert!(names(&desk, &desk.customer(carl)).await.is_empty());
    let queries = desk.queries();
    assert_eq!(queries.saved_view(&desk.agent(bob), mine).await.unwrap(), None);
    assert_eq!(queries.saved_view(&desk.customer(carl), ours).await.unwrap(), None);
    let found = queries.saved_view(&desk.agent(bob), ours).await.unwrap().unwrap();
    assert_eq!((found.owner_id, found.owner_name.as_deref()), (ann, Some("ann")));

    let change = ViewCommand::Change { draft: draft("Renamed", false), may_share: true };
    desk.act::<View>(mine, Actor::agent(ann), change).await;
    desk.act::<View>(last, Actor::agent(bob), ViewCommand::Delete { may_share: true }).await;
    let gone = ViewListCommand::Remove { owner_id: None, view_id: ViewId(last) };
    desk.act::<ViewList>(Uuid::nil(), Actor::agent(bob), gone).await;
    desk.settle().await;
    assert_eq!(names(&desk, &desk.agent(ann)).await, ["Renamed", "Search", "Ours"]);
    // The audit trail names what was saved, not what it searches for.
    assert!(!desk.dump_table("audit").contains("secret plan"));
    let built = desk.dump();
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&built, &desk.dump());
}

async fn a_view_lists_and_counts_what_it_says(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (ann, carl) = (desk.register_agent("ann").await, desk.register_customer("Carl").await);
    let old = desk.open_urgent(1, carl, "Lamp", "Broken", Priority::Urgent).await;
    desk.pass(10 * 86_400);
    let new = desk.open_urgent(2, carl, "Lamp", "Broken", Priority::Urgent).await;
    let other = desk.open_ticket(3, carl, "Table", "Wobbles").await;
    desk.act::<Ticket>(other, Actor::agent(ann), TicketCommand::Assign { to: AgentId(ann) }).await;
    desk.settle().await;
    let shown = async |filter: ViewFilter| {
        let id = save(&desk, ann, ViewDraft { filter, ..draft("x", false) }).await;
        desk.settle().await;
        let view: SavedView = desk.queries().saved_view(&desk.agent(ann), id).await.unwrap().unwrap();
        let filter = view.ticket_filter(docket_store::Clock::now(&*desk.clock));
        let page = desk.queries().tickets(&desk.agent(ann), &filter, &PageRequest::default()).await.unwrap();
        let count = desk.queries().count_tickets(&desk.agent(ann), &filter).await.unwrap();
        assert_eq!((count.count, count.more), (i64::try_from(page.items.len()).unwrap(), false), "{filter:?}");
        let mut ids: Vec<Uuid> = page.items.into_iter().map(|ticket| ticket.id).collect();
        ids.sort_unstable();
        ids
    };
    let base = ViewFilter::default;
    assert_eq!(shown(base()).await, [old, new, other]);
    assert_eq!(shown(ViewFilter { opened_from: "-7d".parse().ok(), ..base() }).await, [new, other]);
    assert_eq!(shown(ViewFilter { opened_to: "-1w".parse().ok(), ..base() }).await, [old]);
    assert_eq!(shown(ViewFilter { priority: vec![Priority::Urgent], ..base() }).await, [old, new]);
    assert_eq!(shown(ViewFilter { assignee: "me".parse().ok(), ..base() }).await, [other]);
    assert_eq!(shown(ViewFilter { assignee: "unassigned".parse().ok(), ..base() }).await, [old, new]);
    assert!(shown(ViewFilter { status: vec![TicketStatus::Closed], ..base() }).await.is_empty());
    assert_eq!(shown(ViewFilter { customer_id: Some(CustomerId(carl)), overdue: true, ..base() }).await, [old]);
    assert_eq!(shown(ViewFilter { search: Some("wobbles".into()), ..base() }).await, [other]);
    assert_eq!(shown(ViewFilter { order_ref: Some("ORD-2".into()), ..base() }).await, [new]);
    // What was put aside is left out of the work at hand alone, unless the view asks for it too.
    let until = docket_store::Clock::now(&*desk.clock) + chrono::TimeDelta::days(1);
    desk.act::<Ticket>(new, Actor::agent(ann), TicketCommand::Snooze { until }).await;
    let open = || ViewFilter { status: vec![TicketStatus::Open], ..base() };
    assert_eq!(shown(open()).await, [old]);
    assert_eq!(shown(ViewFilter { with_snoozed: true, ..open() }).await, [old, new]);
    assert_eq!(shown(ViewFilter { snoozed: true, ..open() }).await, [new]);
    assert_eq!(shown(ViewFilter { overdue: true, ..open() }).await, [old]);
    // How a ticket was resolved.
    let bob = desk.register_agent("bob").await;
    let resolve = TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None };
    desk.act::<Ticket>(other, Actor::agent(bob), resolve).await;
    assert_eq!(shown(ViewFilter { resolved: Some(true), ..base() }).await, [other]);
    assert_eq!(shown(ViewFilter { resolved: Some(false), ..base() }).await, [old, new]);
    assert_eq!(shown(ViewFilter { resolved_by: Some(AgentId(bob)), ..base() }).await, [other]);
    assert!(shown(ViewFilter { resolved_by: Some(AgentId(ann)), ..base() }).await.is_empty());
    assert_eq!(shown(ViewFilter { resolved_from: "-1h".parse().ok(), ..base() }).await, [other]);
    assert!(shown(ViewFilter { resolved_to: "-1h".parse().ok(), ..base() }).await.is_empty());
    let everything = desk.queries().count_tickets(&desk.customer(Uuid::nil()), &TicketFilter::default()).await.unwrap();
    assert_eq!(everything.count, 0, "a customer counts their own");
}
