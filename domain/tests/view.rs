//! The rules of saved views.

use chrono::TimeDelta;
use docket_domain::ticket::{Priority, TicketStatus};
use docket_domain::view::*;
use docket_domain::{PersonId, ViewId};
use uuid::Uuid;

use crate::scenario::*;

fn owner(number: u8) -> PersonId {
    PersonId(agent_id(number).0)
}

fn view_id(number: u128) -> ViewId {
    ViewId(Uuid::from_u128(number))
}

fn draft(name: &str, shared: bool) -> ViewDraft {
    ViewDraft { name: name.to_owned(), filter: ViewFilter::default(), sort: ViewSort::Urgency, shared }
}

fn save(name: &str, shared: bool, may_share: bool) -> ViewCommand {
    ViewCommand::Save { draft: draft(name, shared), may_share }
}

fn change(name: &str, shared: bool, may_share: bool) -> ViewCommand {
    ViewCommand::Change { draft: draft(name, shared), may_share }
}

#[test]
fn ones_own_view_is_there_for_nobody_else() {
    Scenario::<View>::new()
        .when(agent(1), change("x", false, true))
        .then_refused("not_found")
        .when(customer(1), save("x", false, false))
        .then_refused("forbidden")
        .when(SYSTEM, save("x", false, false))
        .then_refused("forbidden")
        .when(agent(1), save(" Mine ", false, false))
        .then_types(&["ViewSaved"])
        .and(|view| assert_eq!(view.draft.as_ref().map(|draft| draft.name.as_str()), Some("Mine")))
        .when(agent(1), save("Again", false, false))
        .then_refused("already_exists")
        .when(agent(2), change("Stolen", false, true))
        .then_refused("not_found")
        .when(agent(2), ViewCommand::Delete { may_share: true })
        .then_refused("not_found")
        .when(agent(1), change("Mine", false, false))
        .then_nothing()
        .when(agent(1), ViewCommand::Delete { may_share: false })
        .then([ViewDeleted { owner_id: owner(1), shared: false }])
        .when(agent(1), change("Mine", false, false))
        .then_refused("not_found")
        .when(agent(1), save("Mine", false, false))
        .then_refused("already_exists");
}

#[test]
fn sharing_needs_the_right_to_and_keeps_the_owner() {
    let changed = |name: &str, shared, was_shared| ViewChanged {
        owner_id: owner(1),
        name: name.to_owned(),
        filter: ViewFilter::default(),
        sort: ViewSort::Urgency,
        shared,
        was_shared,
    };
    Scenario::<View>::new()
        .when(agent(1), save("Ours", true, false))
        .then_refused("forbidden")
        .given(agent(1), save("Ours", false, false))
        .when(agent(1), change("Ours", true, false))
        .then_refused("forbidden")
        .when(agent(1), change("Ours", true, true))
        .then([changed("Ours", true, false)])
        // Shared it is no longer the owner's to change alone.
        .when(agent(1), change("Renamed", true, false))
        .then_refused("forbidden")
        .when(agent(1), change("Renamed", false, false))
        .then_refused("forbidden")
        .when(agent(2), ViewCommand::Delete { may_share: false })
        .then_refused("forbidden")
        .when(agent(2), change("Renamed", true, true))
        .then([changed("Renamed", true, true)])
        .when(agent(2), change("Renamed", false, true))
        .then([changed("Renamed", false, true)])
        .when(agent(2), change("Renamed", true, true))
        .then_refused("not_found")
        .given(agent(1), change("Renamed", false, false));
}

#[test]
fn every_field_that_is_not_as_it_must_be_is_named() {
    let at = |text: &str| Some(Moment::At(at(text)));
    let filter = ViewFilter {
        tag: Some("t".repeat(200)),
        search: Some("two\nlines".into()),
        opened_from: at("2026-03-02T00:00:00Z"),
        opened_to: at("2026-03-01T00:00:00Z"),
        resolved_from: at("2026-03-02T00:00:00Z"),
        resolved_to: at("2026-03-02T00:00:00Z"),
        ..ViewFilter::default()
    };
    let draft = ViewDraft { name: "n".repeat(101), filter, ..draft("", false) };
    Scenario::<View>::new().when(agent(1), ViewCommand::Save { draft, may_share: false }).then_invalid(&[
        ("name", "too_long"),
        ("filter.tag", "too_long"),
        ("filter.search", "invalid"),
        ("filter.opened_to", "out_of_range"),
        ("filter.resolved_to", "out_of_range"),
    ]);
    Scenario::<View>::new().when(agent(1), save(" ", false, false)).then_invalid(&[("name", "required")]);
}

#[test]
fn a_filter_is_kept_without_what_says_nothing() {
    let filter = ViewFilter {
        status: vec![TicketStatus::OnHold, TicketStatus::Open, TicketStatus::Open],
        priority: vec![Priority::Urgent, Priority::Urgent],
        category: Some("  ".to_owned()),
        search: Some(" refund ".into()),
        ..ViewFilter::default()
    };
    let draft = ViewDraft { filter, ..draft("x", false) };
    Scenario::<View>::new().given(agent(1), ViewCommand::Save { draft, may_share: false }).and(|view| {
        let filter = &view.draft.as_ref().expect("saved").filter;
        assert_eq!(filter.status, [TicketStatus::Open, TicketStatus::OnHold]);
        assert_eq!(filter.priority, [Priority::Urgent]);
        assert_eq!(filter.category, None);
        assert_eq!(filter.search, Some("refund".into()));
    });
}

#[test]
fn what_was_put_aside_is_left_out_of_the_work_at_hand_alone() {
    let open = || ViewFilter { status: vec![TicketStatus::Open], ..ViewFilter::default() };
    assert!(open().leaves_out_snoozed());
    for other in [
        ViewFilter::default(),
        ViewFilter { snoozed: true, ..open() },
        ViewFilter { with_snoozed: true, ..open() },
        ViewFilter { search: Some("lamp".into()), ..open() },
        ViewFilter { overdue: true, ..open() },
        ViewFilter { archived: true, ..open() },
    ] {
        assert!(!other.leaves_out_snoozed(), "{other:?}");
    }
}

#[test]
fn moments_read_as_they_are_written() {
    let now = at("2026-03-02T09:00:00Z");
    for (text, moment) in [
        ("-12h", now - TimeDelta::hours(12)),
        ("-7d", now - TimeDelta::days(7)),
        ("-4w", now - TimeDelta::weeks(4)),
        ("-9999w", now - TimeDelta::weeks(9999)),
        ("2026-01-01T00:00:00Z", at("2026-01-01T00:00:00Z")),
    ] {
        let read: Moment = text.parse().expect("a moment");
        assert_eq!((read.resolve(now), read.to_string().as_str()), (moment, text));
    }
    for text in [
        "",
        "-",
        "-d",
        "-0d",
        "-10000d",
        "-+7d",
        "-7m",
        "7d",
        "-7 d",
        "-7é",
        "é",
        "yesterday",
        "-262000-01-01T00:00:00Z",
    ] {
        assert!(text.parse::<Moment>().is_err(), "{text:?}");
    }
}

#[test]
fn a_list_has_an_order_and_an_end() {
    let owner_id = Some(owner(1));
    let add = |number| ViewListCommand::Add { owner_id, view_id: view_id(number) };
    let arrange = |numbers: &[u128]| ViewListCommand::Arrange {
        owner_id,
        view_ids: numbers.iter().copied().map(view_id).collect(),
    };
    let arranged =
        |numbers: &[u128]| [ViewsArranged { owner_id, view_ids: numbers.iter().copied().map(view_id).collect() }];
    let mut scenario = Scenario::<ViewList>::new();
    scenario.limits.views = 3;
    scenario
        .given(agent(1), add(1))
        .given(agent(1), add(2))
        .when(agent(1), add(3))
        .then(arranged(&[1, 2, 3]))
        .when(agent(1), add(3))
        .then_nothing()
        .when(agent(1), add(4))
        .then_refused("too_many_views")
        .when(agent(1), arrange(&[3]))
        .then(arranged(&[3, 1, 2]))
        .when(agent(1), arrange(&[3, 1, 2]))
        .then_nothing()
        .when(agent(1), arrange(&[1, 9, 1]))
        .then_invalid(&[("view_ids.1", "unknown"), ("view_ids.2", "invalid")])
        .when(agent(1), ViewListCommand::Remove { owner_id, view_id: view_id(1) })
        .then(arranged(&[3, 2]))
        .given(agent(1), add(4))
        .when(customer(1), arrange(&[4]))
        .then_refused("forbidden");
}
