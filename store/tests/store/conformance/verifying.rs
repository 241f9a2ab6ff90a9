//! Verifying the log, and exports of it.

use std::process::Command;
use std::sync::Arc;

use docket_domain::{Category, Position, StreamId, TenantId};
use docket_store::chain::{GENESIS, Leaf, link};
use docket_store::{
    Anchor, Damage, EventStore, Expected, Filter, StoreError, Verified, VerifyError, export_log, new_id, verify,
    verify_export,
};

use super::harness::*;

/// What somebody does to the lines of an export.
type Forgery<'a> = dyn Fn(&mut Vec<String>) + 'a;

/// Twenty events in three streams, of two tenants.
async fn filled(backend: &impl Backend) -> Arc<dyn EventStore> {
    let store = backend.open().await;
    let other = StreamId::new(TenantId::new("other").unwrap(), Category::Chat, new_id());
    let streams = [fresh_stream(), other, fresh_stream()];
    for n in 0..20 {
        store.append(to(&streams[n % 3], Expected::Any, vec![event("xyz Grüße")])).await.unwrap();
    }
    store
}

async fn verified(store: &Arc<dyn EventStore>, anchor: Option<Anchor>) -> Result<Verified, (u64, Damage)> {
    outcome(verify(&**store, anchor, |_| ()).await)
}

fn outcome(result: Result<Verified, VerifyError>) -> Result<Verified, (u64, Damage)> {
    result.map_err(|error| match error {
        VerifyError::Damaged { position, damage } => (position.0, damage),
        other => panic!("{other}"),
    })
}

async fn exported(store: &Arc<dyn EventStore>, after: u64, filter: &Filter) -> (Vec<String>, Anchor) {
    let mut out = Vec::new();
    let end = export_log(&**store, Position(after), filter, &mut out, |_| ()).await.unwrap();
    (String::from_utf8(out).unwrap().lines().map(str::to_owned).collect(), end)
}

fn check(lines: &[String], anchor: Option<Anchor>) -> Result<Verified, (u64, Damage)> {
    outcome(verify_export((lines.join("\n") + "\n").as_bytes(), anchor, |_| ()))
}

pub(crate) async fn a_sound_log_verifies(backend: &impl Backend) {
    let store = filled(backend).await;
    let result = verified(&store, None).await.unwrap();
    assert_eq!((result.events, result.leaves, result.streams, result.head), (20, 0, 3, Position(20)));
    let anchor = Anchor { position: result.head, hash: result.hash.unwrap() };
    assert_eq!(anchor.to_string().parse(), Ok(anchor));
    add(&*store, &fresh_stream(), "later").await;
    assert_eq!(verified(&store, Some(anchor)).await.unwrap().events, 21);
}

pub(crate) async fn damage_is_found_where_it_is(backend: &impl Tamper) {
    let store = filled(backend).await;
    let change = |set: &str| (format!("UPDATE events SET {set} WHERE position = 7"), Damage::Chain);
    for (sql, expected) in [
        change("payload = replace(payload, 'xyz', 'xyy')"),
        change("payload = payload || ' '"),
        change("irregular = NOT irregular"),
        change("tenant = 'acmf'"),
        change("version = 300"),
        change("schema_version = 2"),
        change("occurred_at = recorded_at"),
        change("event_id = correlation_id"),
        change("actor_kind = 1"),
        change("actor_id = NULL"),
        change("causation_id = NULL"),
        change("data_subject = NULL"),
        change("category = 5"),
        change("event_type = 'TicketClosed'"),
        change("hash = (SELECT hash FROM events WHERE position = 3)"),
        change("category = 99"),
        (
            "UPDATE events SET position = 1000 WHERE position = 7; UPDATE events SET position = 7 WHERE position = 8; \
             UPDATE events SET position = 8 WHERE position = 1000"
                .into(),
            Damage::Chain,
        ),
        ("DELETE FROM events WHERE position = 7".into(), Damage::Missing { expected: Position(7) }),
    ] {
        backend.tamper("CREATE TABLE sound AS SELECT * FROM events".into()).await;
        backend.tamper(sql.clone()).await;
        match verified(&store, None).await {
            Err((7, damage)) if damage == expected => {}
            Err((7, Damage::Unreadable(_))) if sql.contains("99") => {}
            Err((8, Damage::Missing { .. })) if sql.starts_with("DELETE") => {}
            other => panic!("{sql}: {other:?}"),
        }
        backend.tamper("DELETE FROM events; INSERT INTO events SELECT * FROM sound; DROP TABLE sound".into()).await;
        verified(&store, None).await.unwrap();
    }
}

pub(crate) async fn a_cut_end_shows_with_an_anchor(backend: &impl Tamper) {
    let store = filled(backend).await;
    let whole = verified(&store, None).await.unwrap();
    let anchor = Anchor { position: whole.head, hash: whole.hash.unwrap() };
    backend.tamper("DELETE FROM events WHERE position > 15".into()).await;
    assert_eq!(verified(&store, None).await.unwrap().head, Position(15));
    assert_eq!(verified(&store, Some(anchor)).await, Err((15, Damage::Cut)));
    // Others append where the lost ones were: the chain is sound, but another one.
    for _ in 0..5 {
        store.append(to(&fresh_stream(), Expected::Any, vec![event("forged")])).await.unwrap();
    }
    assert_eq!(verified(&store, None).await.unwrap().head, Position(20));
    assert_eq!(verified(&store, Some(anchor)).await, Err((20, Damage::Anchor)));
}

pub(crate) async fn a_failed_batch_leaves_nothing_and_is_got_over(backend: &impl Tamper) {
    let store = filled(backend).await;
    let stream = fresh_stream();
    add(&*store, &stream, "before").await;
    // The keys come after the events, so that half of the work is done when it fails.
    backend.tamper("ALTER TABLE idempotency ADD COLUMN extra INTEGER DEFAULT 0 CHECK (extra > 0)".into()).await;
    let append = keyed(to(&stream, Expected::Version(1), vec![event("a")]), key("k", 1));
    let result = store.append(append.clone()).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    backend.tamper("ALTER TABLE idempotency DROP COLUMN extra".into()).await;
    assert_eq!(whole_stream(&*store, &stream).await.len(), 1);
    assert_eq!(store.append(append).await.unwrap().streams[0].version, 2);
    assert_eq!(verified(&store, None).await.unwrap().events, 22);
}

pub(crate) async fn an_export_verifies_alone(backend: &impl Backend) {
    let store = filled(backend).await;
    let (lines, end) = exported(&store, 0, &Filter::default()).await;
    assert_eq!(lines.len(), 22);
    let online = verified(&store, None).await.unwrap();
    assert_eq!(check(&lines, Some(end)).unwrap(), online);
    assert_eq!(online.hash, Some(end.hash));
}

pub(crate) async fn an_anchor_is_compared_or_it_is_a_failure(backend: &impl Backend) {
    let store = filled(backend).await;
    let hash_at = async |position: u64| exported(&store, position, &Filter::default()).await.0[0].clone();
    let anchor = |position: u64, header: &str| {
        let header: serde_json::Value = serde_json::from_str(header).unwrap();
        format!("{position}:{}", header["hash"].as_str().unwrap()).parse::<Anchor>().unwrap()
    };
    let at_7 = anchor(7, &hash_at(7).await);
    let wrong = Anchor { hash: [7; 32], ..at_7 };
    let (from_7, _) = exported(&store, 7, &Filter::default()).await;
    assert!(check(&from_7, Some(at_7)).is_ok(), "the beginning is compared");
    assert_eq!(check(&from_7, Some(wrong)), Err((7, Damage::Anchor)));
    let (from_9, _) = exported(&store, 9, &Filter::default()).await;
    for anchor in [at_7, wrong] {
        assert_eq!(check(&from_9, Some(anchor)), Err((20, Damage::NotCompared { at: Position(7) })));
    }
    let genesis = Anchor { position: Position(0), hash: GENESIS };
    assert!(verified(&store, Some(genesis)).await.is_ok());
    assert_eq!(verified(&store, Some(Anchor { hash: [1; 32], ..genesis })).await, Err((0, Damage::Anchor)));
}

pub(crate) async fn a_tenants_export_hides_the_others_and_verifies(backend: &impl Backend) {
    let store = filled(backend).await;
    let (lines, end) = exported(&store, 0, &Filter { tenant: Some(acme()), ..Filter::default() }).await;
    assert!(!lines.concat().contains("\"other\""));
    let result = check(&lines, Some(end)).unwrap();
    assert_eq!((result.events, result.leaves, result.streams), (13, 7, 2));
    assert_eq!(result.hash, verified(&store, None).await.unwrap().hash);
    let (empty, _) = exported(&backend.open().await, 20, &Filter::default()).await;
    assert_eq!(check(&empty, None).unwrap().head, Position(20));
}

pub(crate) async fn a_damaged_export_is_noticed(backend: &impl Backend) {
    let store = filled(backend).await;
    let (lines, _) = exported(&store, 0, &Filter { tenant: Some(acme()), ..Filter::default() }).await;
    let damaged = |damage: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        damage(&mut lines);
        check(&lines, None).unwrap_err()
    };
    // Line n holds position n; position 2 is a bare leaf, 3 an event.
    assert!(lines[2].contains("leaf") && lines[3].contains("payload"));
    assert_eq!(damaged(&|l| l[3] = l[3].replacen("xyz", "xyy", 1)), (3, Damage::Chain));
    assert_eq!(damaged(&|l| l[3] = l[3].replacen("\"irregular\":true", "\"irregular\":false", 1)), (3, Damage::Chain));
    let leaf = lines[5].clone();
    assert_eq!(damaged(&|l| l[2] = leaf.replacen(":5", ":2", 1)), (3, Damage::Chain));
    assert_eq!(damaged(&|l| drop(l.remove(3))), (4, Damage::Missing { expected: Position(3) }));
    assert_eq!(damaged(&|l| l.swap(3, 4)), (4, Damage::Missing { expected: Position(3) }));
    assert_eq!(damaged(&|l| l.insert(4, l[3].clone())), (3, Damage::Chain));
    assert_eq!(damaged(&|l| l.truncate(10)), (9, Damage::Cut));
    assert_eq!(damaged(&|l| drop(l.remove(20))), (19, Damage::Cut));
    assert!(matches!(damaged(&|l| l[3].truncate(40)), (2, Damage::Unreadable(_))));
    assert!(matches!(damaged(&|l| drop(l.remove(0))), (0, Damage::Unreadable(_))));
    assert!(matches!(damaged(&|l| l.clear()), (0, Damage::Unreadable(_))));
}

pub(crate) async fn what_nobody_proves_is_refused_in_an_export(backend: &impl Backend) {
    let store = filled(backend).await;
    let (lines, end) = exported(&store, 0, &Filter { tenant: Some(acme()), ..Filter::default() }).await;
    let damaged = |damage: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        damage(&mut lines);
        (check(&lines, None).unwrap_err(), run_python(&lines, &[]))
    };
    // Line n holds position n; position 2 is a bare leaf, 3 an event.
    let begins = |line: &str, with: &str| line.replacen('{', &format!("{{{with},"), 1);
    let leaf = lines[2].split("\"leaf\":").nth(1).unwrap().trim_end_matches('}').to_owned();
    let forgeries: [&Forgery<'_>; 8] = [
        &|l| l[3] = begins(&l[3], "\"note\":\"forged\""),
        &|l| l[3] = begins(&l[3], "\"head\":null"),
        &|l| l[3] = begins(&l[3], &format!("\"leaf\":{leaf}")),
        &|l| l[3] = l[3].replacen("\"actor\":{", "\"actor\":{\"name\":\"forged\",", 1),
        &|l| l[3] = l[3].replacen("Z\"", "000Z\"", 1),
        &|l| l[2] = begins(&l[2], "\"tenant\":\"acme\",\"event_type\":\"TicketOpened\",\"payload\":\"{}\""),
        &|l| l[0] = begins(&l[0], "\"note\":\"forged\""),
        &|l| l[21] = begins(&l[21], "\"note\":\"forged\""),
    ];
    for (number, forgery) in forgeries.into_iter().enumerate() {
        let ((_, damage), (passes, said)) = damaged(forgery);
        assert!(matches!(damage, Damage::Unreadable(_)), "{number}: {damage:?}");
        // The time is the only one that Python's own reading lets through.
        assert!(!passes || number == 4, "{number}: {said}");
    }
    let again: Vec<String> = lines.clone();
    let additions: [&Forgery<'_>; 4] =
        [&|l| l.push(l[3].clone()), &|l| l.push(l[21].clone()), &|l| l.extend(again.clone()), &|l| {
            l.push(String::new())
        }];
    for addition in additions {
        let (damage, (passes, said)) = damaged(addition);
        assert_eq!(damage, (20, Damage::AfterEnd));
        assert!(!passes && said.contains("something follows the end"), "{said}");
    }
    // The header says of itself what the anchor says, and nothing follows that would hang on it.
    let (empty, _) = exported(&store, 20, &Filter::default()).await;
    assert_eq!(empty.len(), 2);
    assert_eq!(check(&empty, Some(end)), Err((20, Damage::NotCompared { at: Position(20) })));
}

pub(crate) async fn an_export_may_begin_in_the_middle(backend: &impl Backend) {
    let store = filled(backend).await;
    let (whole, _) = exported(&store, 0, &Filter::default()).await;
    let (lines, end) = exported(&store, 12, &Filter::default()).await;
    assert_eq!(lines[1..], whole[13..]);
    assert_eq!(check(&lines, Some(end)).unwrap().events, 8);
}

pub(crate) async fn a_skipped_version_is_noticed(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    store.append(to(&stream, Expected::Any, vec![event("a"), event("b"), event("c")])).await.unwrap();
    let (mut lines, _) = exported(&store, 0, &Filter::default()).await;
    // A forger who can compute hashes leaves out the second event and closes the chain behind it.
    let mut events = whole_log(&*store).await;
    let mut forged = events.remove(2);
    forged.meta.position = Position(2);
    let hash = link(&events[0].hash, &Leaf::of(&forged).hash(&mut Vec::new()));
    assert_eq!(events[0].hash, link(&GENESIS, &Leaf::of(&events[0]).hash(&mut Vec::new())));
    lines.remove(2);
    lines[2] =
        lines[2].replace(&hex::encode(forged.hash), &hex::encode(hash)).replacen("\"position\":3", "\"position\":2", 1);
    assert_eq!(check(&lines, None), Err((2, Damage::Version { stream, expected: 2, actual: 3 })));
}

pub(crate) async fn python_verifies_by_the_documentation(backend: &impl Backend) {
    let store = filled(backend).await;
    for filter in [Filter::default(), Filter { tenant: Some(acme()), ..Filter::default() }] {
        let (mut lines, end) = exported(&store, 0, &filter).await;
        assert_eq!(run_python(&lines, &[]), (true, format!("verified 20 {}\n", hex::encode(end.hash))));
        lines[4] = lines[4].replacen("xyz", "xyy", 1);
        let (passed, said) = run_python(&lines, &[]);
        assert!(!passed && said.contains("changed at 4"), "{said}");
    }
}

/// The script of the documentation, run on an export: whether it passed, and what it said.
pub(crate) fn run_python(lines: &[String], signers: &[String]) -> (bool, String) {
    let documentation = include_str!("../../../../docs/log-format.md");
    let script = documentation.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("check.py"), script).unwrap();
    std::fs::write(folder.path().join("export"), lines.join("\n") + "\n").unwrap();
    let arguments = ["check.py", "export"].map(str::to_owned).into_iter().chain(signers.iter().cloned());
    let run = Command::new("python3").args(arguments).current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    (run.status.success(), said)
}
