//! The numbers that imported tickets get.

use std::collections::BTreeMap;

use docket_domain::DomainEvent;
use docket_domain::ticket::TicketEvent;
use serde_json::{Value, json};

use super::desk::{Desk, tenant, ticket};

/// Tickets that ask for these numbers.
fn asking(prefix: &str, numbers: &[u64]) -> Vec<Value> {
    let line = |(index, number): (usize, &u64)| {
        let mut line = ticket(&format!("{prefix}{index}"), json!([]));
        line["number"] = json!(format!("TKT-{number:06}"));
        line
    };
    numbers.iter().enumerate().map(line).collect()
}

/// Every ticket's number, in order. None twice.
async fn given(desk: &Desk) -> Vec<u64> {
    let mut numbers = BTreeMap::new();
    for event in desk.events().await {
        if let DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) = event.body {
            let before = numbers.insert(opened.number.0, event.meta.stream.id);
            assert_eq!(before, None, "{} twice", opened.number);
        }
    }
    numbers.into_keys().collect()
}

async fn next(desk: &Desk) -> u64 {
    desk.journal.store().reserve_numbers(&tenant(), "ticket", 1).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sparse_numbers_are_kept_and_cost_nothing() {
    let desk = Desk::new().await;
    let numbers: Vec<u64> = (1..=10).map(|n| n * 90_000_000_000_000).collect();
    let report = desk.import_lines(&asking("far", &numbers)).await;
    assert_eq!((report.tickets, report.renumbered), (10, 0), "{report:?}");
    assert_eq!(given(&desk).await, numbers);
    assert!(next(&desk).await > numbers[9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_nobody_has_is_kept_below_the_highest_and_in_a_later_import() {
    let desk = Desk::new().await;
    let first = desk.import_lines(&asking("a", &[1_000, 500])).await;
    assert_eq!((first.tickets, first.renumbered), (2, 0), "{first:?}");
    let live = next(&desk).await;
    assert!(live > 1_000);
    let later = desk.import_lines(&asking("b", &[700, 500, live, 2_000, 1_500])).await;
    assert_eq!((later.tickets, later.renumbered), (5, 2), "{later:?}");
    let last = desk.import_lines(&asking("c", &[1_501, 700])).await;
    assert_eq!((last.tickets, last.renumbered), (2, 1), "{last:?}");
    let given = given(&desk).await;
    assert!([500, 700, 1_000, 1_500, 1_501, 2_000].iter().all(|number| given.contains(number)), "{given:?}");
    assert!(!given.contains(&live), "a ticket opened live has it");
    let next = next(&desk).await;
    assert!(given.iter().all(|number| *number < next), "{next} {given:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_import_changes_nothing_and_gives_no_number_away() {
    let desk = Desk::new().await;
    let lines = asking("t", &(1..=200).map(|n| n * 3).collect::<Vec<_>>());
    desk.import_lines(&lines).await;
    let before = given(&desk).await;
    // With others between, lines are not looked for before they get a number.
    let mut again: Vec<Value> = (0..100).map(|n| ticket(&format!("new{n}"), json!([]))).collect();
    again.extend(lines);
    let report = desk.import_lines(&again).await;
    assert_eq!((report.tickets, report.unchanged, report.renumbered), (100, 200, 0), "{report:?}");
    let after = given(&desk).await;
    assert_eq!(after.len(), 300);
    assert!(before.iter().all(|number| after.contains(number)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_its_number_taken_takes_it_from_nobody_else() {
    let desk = Desk::new().await;
    desk.import_lines(&asking("a", &[10])).await;
    // The first is taken; what follows on it is asked for, in the same file and far from its beginning.
    let mut numbers = vec![10];
    numbers.extend(11..=100);
    let report = desk.import_lines(&asking("b", &numbers)).await;
    assert_eq!((report.tickets, report.renumbered), (91, 1), "{report:?}");
    let given = given(&desk).await;
    assert!(numbers.iter().all(|number| given.contains(number)), "{given:?}");
    assert!(given.last().is_some_and(|last| *last > 100), "{given:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rival_imports_never_give_a_number_twice() {
    let desk = Desk::new().await;
    let numbers: Vec<u64> = (1..=150).collect();
    let (a, b) = (asking("a", &numbers), asking("b", &numbers));
    let (a, b) = tokio::join!(desk.import_lines(&a), desk.import_lines(&b));
    assert_eq!((a.tickets, b.tickets, a.refused_count + b.refused_count), (150, 150, 0));
    // One of the two keeps a number, and the other gets one that no line asks for.
    assert_eq!(a.renumbered + b.renumbered, 150, "{a:?} {b:?}");
    let given = given(&desk).await;
    assert_eq!(given.len(), 300);
    assert!(numbers.iter().all(|number| given.contains(number)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_is_refused() {
    let desk = Desk::new().await;
    let report = desk.import_lines(&asking("t", &[0, 1_000_000_000_000_000, 999_999_999_999_999])).await;
    assert_eq!((report.tickets, report.refused_count), (1, 2));
    assert_eq!(report.refused[0].reason, "number: must be from TKT-000001 to TKT-999999999999999");
}
