//! What a verification proves, check by check, and what it finds that the chain alone does not show.

use docket_domain::Position;
use docket_store::{Check, CheckResult, Damage, Expectations, Report, prove, verify};

use super::forger::*;
use super::harness::*;
use super::quarantine::decided;

async fn proven(desk: &SmallDesk) -> Report {
    prove(&desk.journal, &Expectations::default(), |_| ()).await.unwrap()
}

/// The only check that failed, and where; the chain by itself is sound.
async fn only_failure(desk: &SmallDesk) -> (Check, u64, Damage) {
    verify(&**desk.store(), None, |_| ()).await.expect("what was verified before shows nothing");
    let report = proven(desk).await;
    let mut failed: Vec<_> = report
        .checks
        .into_iter()
        .filter_map(|(check, result)| match result {
            CheckResult::Failed { at, damage, .. } => Some((check, at.0, damage)),
            _ => None,
        })
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    failed.remove(0)
}

fn of(report: &Report, check: Check) -> &CheckResult {
    report.of(check).unwrap_or_else(|| panic!("{check:?} was left out"))
}

pub(crate) async fn a_sound_log_is_proven_and_what_is_not_is_said(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let report = proven(&desk).await;
    for (check, result) in &report.checks {
        match check {
            Check::Anchor | Check::SignedHeads | Check::SignedToTheEnd | Check::Tenants => {
                assert!(matches!(result, CheckResult::NotChecked { .. }), "{result:?}")
            }
            _ => assert!(matches!(result, CheckResult::Proved { .. }), "{check:?}: {result:?}"),
        }
    }
    assert!(!report.has_failed());
    assert_eq!(
        of(&report, Check::Keys).describe(),
        "5 people with something sealed have a key; 1 were erased, as an event says, and have none"
    );
    assert_eq!((report.verified.events, report.verified.head), (10, Position(10)));
}

pub(crate) async fn every_check_goes_on_after_another_failed<B: Tamper>(backend: &B) {
    let desk = SmallDesk::new(backend).await;
    let at = position_of(&**desk.store(), &desk.tickets[1]).await;
    let bob = B::id(desk.bob.0);
    backend.tamper(format!("UPDATE events SET payload = 'no JSON' WHERE position = {at}; UPDATE events SET actor_kind = 99 WHERE position = 2")).await;
    backend.tamper_vault(format!("DELETE FROM person_keys WHERE person <> {bob}")).await;
    let report = proven(&desk).await;
    assert!(matches!(
        of(&report, Check::Chain),
        CheckResult::Failed { at: Position(2), damage: Damage::Unreadable(_), more: 1 }
    ));
    assert!(matches!(of(&report, Check::Payloads), CheckResult::Failed { at: found, .. } if *found == at));
    assert!(matches!(
        of(&report, Check::Keys),
        CheckResult::Failed { at: Position(1), damage: Damage::KeyGone { .. }, .. }
    ));
    assert!(matches!(of(&report, Check::Times), CheckResult::Proved { .. }));
}

pub(crate) async fn a_payload_nobody_understands_is_found_though_the_chain_holds(backend: &impl Tamper) {
    for poison in [
        "'{\"number\":[]}'",
        "replace(payload, '$sealed', '$sealet')",
        "replace(payload, '\"$sealed\":\"', '\"$sealed\":\"AAAA')",
    ] {
        let desk = SmallDesk::new(backend).await;
        let at = position_of(&**desk.store(), &desk.tickets[1]).await;
        backend.tamper(format!("UPDATE events SET payload = {poison} WHERE position = {at}")).await;
        rechain(backend).await;
        let report = proven(&desk).await;
        let failed = matches!(of(&report, Check::Payloads), CheckResult::Failed { at: found, damage: Damage::NotUnderstood(_), more: 0 } if *found == at);
        assert!(failed, "{poison}: {report:?}");
        assert!(matches!(of(&report, Check::Chain), CheckResult::Proved { .. }));
        backend.tamper("DELETE FROM events; DELETE FROM numbers".into()).await;
    }
}

pub(crate) async fn a_key_destroyed_without_an_erasure_is_found<B: Tamper>(backend: &B) {
    let desk = SmallDesk::new(backend).await;
    let anna = B::id(desk.anna.0);
    for destroy in [
        format!("UPDATE person_keys SET wrapped = NULL, destroyed_at = 1 WHERE person = {anna}"),
        format!("DELETE FROM person_keys WHERE person = {anna}"),
    ] {
        backend.tamper_vault(destroy).await;
        let (check, at, damage) = only_failure(&desk).await;
        assert_eq!((check, at), (Check::Keys, 1));
        assert_eq!(damage, Damage::KeyGone { tenant: acme(), person: desk.anna.into() });
    }
}

pub(crate) async fn an_erased_person_whose_key_is_there_is_found<B: Tamper>(backend: &B) {
    let desk = SmallDesk::new(backend).await;
    let bob = B::id(desk.bob.0);
    let put_back = format!(
        "DELETE FROM person_keys WHERE person = {bob}; \
         INSERT INTO person_keys SELECT * FROM kept WHERE person = {bob}"
    );
    backend.tamper_vault(put_back).await;
    let (check, at, damage) = only_failure(&desk).await;
    assert_eq!((check, at), (Check::Keys, 10));
    assert_eq!(damage, Damage::KeyKept { tenant: acme(), person: desk.bob.into() });
}

pub(crate) async fn time_that_goes_back_is_found(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    backend
        .tamper(
            "UPDATE events SET recorded_at = (SELECT occurred_at FROM events WHERE position = 1) WHERE position = 5"
                .into(),
        )
        .await;
    rechain(backend).await;
    let (check, at, damage) = only_failure(&desk).await;
    assert_eq!((check, at), (Check::Times, 5));
    assert!(matches!(damage, Damage::TimeWentBack { .. }));
}

pub(crate) async fn numbers_twice_and_from_nowhere_are_found(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let (first, second) =
        (position_of(&**desk.store(), &desk.tickets[0]).await, position_of(&**desk.store(), &desk.tickets[1]).await);
    backend
        .tamper(format!(
            "UPDATE events SET payload = replace(payload, 'TKT-000002', 'TKT-000001') WHERE position = {second}"
        ))
        .await;
    rechain(backend).await;
    assert_eq!(
        only_failure(&desk).await,
        (Check::TicketNumbers, second.0, Damage::NumberTwice { tenant: acme(), number: 1 })
    );
    backend
        .tamper(format!(
            "UPDATE events SET payload = replace(payload, 'TKT-000001', 'TKT-000900') WHERE position = {first}"
        ))
        .await;
    rechain(backend).await;
    assert_eq!(
        only_failure(&desk).await,
        (Check::TicketNumbers, first.0, Damage::NumberNeverGiven { tenant: acme(), number: 900 })
    );
}

pub(crate) async fn a_removed_ticket_leaves_a_number_without_one(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let gone = position_of(&**desk.store(), &desk.tickets[1]).await;
    backend.tamper(format!("DELETE FROM events WHERE position = {gone}")).await;
    rechain(backend).await;
    let report = proven(&desk).await;
    assert!(!report.has_failed(), "nothing was signed or kept: {report:?}");
    let CheckResult::NotChecked { why } = of(&report, Check::AllTickets) else { panic!("{report:?}") };
    assert!(why.starts_with("1 numbers have no ticket, the first is TKT-000002 of acme"), "{why}");
}

pub(crate) async fn what_imports_set_aside_hides_no_ticket_that_is_gone(backend: &impl Tamper) {
    let mut desk = SmallDesk::new(backend).await;
    assert_eq!(desk.store().set_numbers_aside(&acme(), "ticket", 1_000_000).await.unwrap(), 4);
    desk.ticket().await;
    desk.ticket().await;
    let CheckResult::Proved { what } = of(&proven(&desk).await, Check::AllTickets).clone() else {
        panic!("nothing is missing")
    };
    assert!(what.ends_with("of 999997 set aside for imports 999997 have none, as is to be expected"), "{what}");
    // A ticket that somebody gives a number of those, and whose own one is then without.
    let renumbered = position_of(&**desk.store(), &desk.tickets[3]).await;
    backend
        .tamper(format!(
            "UPDATE events SET payload = replace(payload, 'TKT-1000001', 'TKT-000004') WHERE position = {renumbered}"
        ))
        .await;
    rechain(backend).await;
    let report = proven(&desk).await;
    let CheckResult::NotChecked { why } = of(&report, Check::AllTickets) else { panic!("{report:?}") };
    assert!(why.starts_with("1 numbers have no ticket, the first is TKT-1000001 of acme"), "{why}");
    assert!(why.ends_with("of 999997 set aside for imports 999996 have none, as is to be expected"), "{why}");
}

pub(crate) async fn events_in_quarantine_are_said(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    backend.tamper("UPDATE events SET event_type = 'CustomerFrobbed' WHERE position = 3".into()).await;
    rechain(backend).await;
    assert_eq!(only_failure(&desk).await.0, Check::Payloads);
    desk.store().quarantine(Position(3), &decided("by a plugin")).await.unwrap();
    let report = proven(&desk).await;
    assert_eq!(of(&report, Check::Payloads).describe(), "9 events are understood");
    let CheckResult::NotChecked { why } = of(&report, Check::LeftOut) else { panic!("{report:?}") };
    assert!(
        why.starts_with("what 1 events in quarantine say is in nothing that people read; position 3 since "),
        "{why}"
    );
    assert!(why.ends_with(" by ada: by a plugin"), "{why}");
    assert!(!report.has_failed());
}

pub(crate) async fn an_event_that_is_understood_is_not_left_out_unseen(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let at = position_of(&**desk.store(), &desk.tickets[1]).await;
    // As somebody does who writes to the database: the command line refuses it.
    desk.store().quarantine(at, &decided("nothing to see here")).await.unwrap();
    backend.tamper("DELETE FROM quarantine_changes".into()).await;
    let (check, found, damage) = only_failure(&desk).await;
    assert_eq!((check, found), (Check::LeftOut, at.0));
    assert!(matches!(damage, Damage::LeftOut { reason, .. } if reason == "nothing to see here"));
    assert_eq!(of(&proven(&desk).await, Check::Payloads).describe(), "10 events are understood");
}
