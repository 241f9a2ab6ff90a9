//! Batching must not show: any split of a sequence of appends into batches gives what appending one by one gives.

use docket_domain::{Actor, Category};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::StreamAppend;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn append(streams: &[(u8, Option<u64>, u8)], key: Option<(u8, u8)>, nth: usize) -> Append {
    let event = |n: u8| NewEvent {
        event_id: Uuid::from_u128(nth as u128 * 1000 + u128::from(n)),
        event_type: "TicketOpened".into(),
        schema_version: 1,
        occurred_at: DateTime::UNIX_EPOCH,
        actor: Actor::SYSTEM,
        correlation_id: Uuid::from_u128(1),
        causation_id: None,
        data_subject: None,
        irregular: false,
        payload: "{}".into(),
    };
    let part = |(stream, expected, events): &(u8, Option<u64>, u8)| StreamAppend {
        stream: StreamId::new(tenant(), Category::Ticket, Uuid::from_u128(u128::from(*stream))),
        expected: expected.map_or(Expected::Any, Expected::Version),
        events: (0..*events).map(event).collect(),
    };
    Append {
        streams: streams.iter().map(part).collect(),
        idempotency: key.map(|(key, fingerprint)| IdempotencyKey {
            tenant: tenant(),
            key: key.to_string(),
            fingerprint: [fingerprint; 32],
            note: format!("note of {nth}"),
        }),
        unchanged_at: None,
    }
}

prop_compose! {
    fn any_append()(
        streams in prop::collection::btree_map(0..4_u8, (weighted(0.7, 0..4_u64), 1..3_u8), 1..3),
        key in weighted(0.4, (0..3_u8, 0..2_u8)),
    ) -> (Vec<(u8, Option<u64>, u8)>, Option<(u8, u8)>) {
        (streams.into_iter().map(|(stream, (expected, events))| (stream, expected, events)).collect(), key)
    }
}

/// What a database would hold.
#[derive(Debug, Default, PartialEq)]
struct Log {
    rows: Vec<(u64, StreamId, u64, Hash, Uuid)>,
    keys: HashMap<String, ([u8; 32], u64, String)>,
    outcomes: Vec<String>,
}

/// Appends in batches of these sizes, with a memory of versions that is lost now and then.
fn run(appends: &[Append], mut sizes: impl FnMut() -> usize, forget: bool) -> Log {
    let (mut log, mut head, mut versions) = (Log::default(), Head::EMPTY, Versions::default());
    let mut used: HashMap<String, Used> = HashMap::new();
    let mut rest = appends;
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(sizes().clamp(1, rest.len()));
        rest = after;
        if forget {
            versions.forget();
        }
        versions.stand_at(head);
        for stream in versions.missing(batch.iter()) {
            versions.learn(stream, log.rows.iter().filter(|row| row.1 == *stream).count() as u64);
        }
        let known = batch
            .iter()
            .filter_map(|append| append.idempotency.as_ref())
            .filter_map(|key| Some(((&key.tenant, key.key.as_str()), used.get(&key.key)?.clone())))
            .collect();
        let plan = plan(batch.iter(), head, DateTime::UNIX_EPOCH, &mut versions, known);
        head = plan.head;
        log.rows.extend(
            plan.rows.iter().map(|row| (row.position, row.stream.clone(), row.version, row.hash, row.event.event_id)),
        );
        for row in &plan.keys {
            let streams = vec![StreamVersion { stream: row.stream.clone(), version: row.version }];
            let (position, note) = (Position(row.position), Some(row.key.note.clone()));
            let (recorded_at, changed) = (DateTime::UNIX_EPOCH, row.changed);
            let answer = Appended { position, changed, recorded_at, streams, note, replayed: true };
            let fingerprint = row.key.fingerprint;
            assert!(used.insert(row.key.key.clone(), Used { fingerprint, answer }).is_none(), "a key twice");
            log.keys.insert(row.key.key.clone(), (fingerprint, row.position, row.key.note.clone()));
        }
        log.outcomes.extend(plan.outcomes.iter().map(|outcome| format!("{outcome:?}")));
    }
    log
}

proptest! {
    #[test]
    fn batching_does_not_show(
        appends in vec(any_append(), 1..40),
        sizes in vec(1..12_usize, 40),
        forget in any::<bool>(),
    ) {
        let appends: Vec<_> = appends.iter().enumerate().map(|(n, (streams, key))| append(streams, *key, n)).collect();
        let alone = run(&appends, || 1, true);
        let mut sizes = sizes.into_iter().cycle();
        prop_assert_eq!(&run(&appends, || sizes.next().unwrap_or(1), forget), &alone);
        // And one by one, versions and positions have no holes.
        let mut versions: HashMap<&StreamId, u64> = HashMap::new();
        for (n, (position, stream, version, ..)) in alone.rows.iter().enumerate() {
            prop_assert_eq!(*position, n as u64 + 1);
            let last = versions.entry(stream).or_default();
            *last += 1;
            prop_assert_eq!(*version, *last);
        }
    }
}

#[test]
fn the_logs_time_does_not_run_backwards() {
    let late = DateTime::from_timestamp_micros(1_000_000).unwrap();
    let head = Head { recorded_at: late, ..Head::EMPTY };
    let append = append(&[(1, None, 1)], None, 0);
    let plan = plan([&append].into_iter(), head, DateTime::UNIX_EPOCH, &mut Versions::default(), UsedKeys::new());
    assert_eq!(plan.head.recorded_at, late);
}
