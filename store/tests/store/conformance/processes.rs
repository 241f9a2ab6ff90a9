//! Several processes on one log: the order a tailing reader sees, and what `kill -9` leaves.

use std::collections::{HashMap, HashSet};
use std::process::Stdio;
use std::sync::Arc;

use docket_domain::Position;
use docket_store::{Append, EventStore, Expected, Filter, NewEvent, StoreError, new_id, verify};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::harness::*;

const URL: &str = "DOCKET_TEST_WRITER_URL";
const APPENDS: &str = "DOCKET_TEST_WRITER_APPENDS";
/// Writers of one process: two open logs, four callers each.
const CALLERS: usize = 8;

/// Not a test: what the writer processes run. Prints the id of each append's first event once it is acknowledged, after a number it took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by other tests as a process of its own"]
async fn writer_process() {
    let Ok(url) = std::env::var(URL) else { return };
    let appends: usize = std::env::var(APPENDS).unwrap().parse().unwrap();
    let logs = [open_at(&url).await, open_at(&url).await];
    let mut callers = JoinSet::new();
    for n in 0..CALLERS {
        callers.spawn(write(Arc::clone(&logs[n % 2]), appends));
    }
    callers.join_all().await;
}

async fn write(log: Arc<dyn EventStore>, appends: usize) {
    let streams = [fresh_stream(), fresh_stream()];
    for version in 0..appends as u64 {
        let number = log.reserve_numbers(&acme(), "ticket", 1).await.unwrap();
        // The second event names the first, so that half an append can be told.
        let first = event("first");
        let second = NewEvent { causation_id: Some(first.event_id), ..event("second") };
        let id = first.event_id;
        let parts = vec![
            part(&streams[0], Expected::Version(version), vec![first]),
            part(&streams[1], Expected::Version(version), vec![second]),
        ];
        log.append(Append { streams: parts, idempotency: None, unchanged_at: None }).await.unwrap();
        println!("\nacknowledged {number} {id}");
    }
}

struct Writer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    numbers: Vec<u64>,
    acknowledged: Vec<Uuid>,
}

impl Writer {
    fn start(url: &str, appends: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "conformance::processes::writer_process", "--ignored", "--nocapture", "--test-threads=1"])
            .env(URL, url)
            .env(APPENDS, appends.to_string())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, numbers: Vec::new(), acknowledged: Vec::new() }
    }

    /// Reads acknowledgements until there are `enough` or the process is gone.
    async fn listen(&mut self, enough: usize) {
        while self.acknowledged.len() < enough
            && let Some(line) = self.lines.next_line().await.unwrap()
        {
            let mut words = line.strip_prefix("acknowledged ").unwrap_or_default().split(' ');
            // A killed process may leave half a line.
            if let (Some(Ok(number)), Some(Ok(id))) = (words.next().map(str::parse), words.next().map(Uuid::try_parse))
            {
                self.numbers.push(number);
                self.acknowledged.push(id);
            }
        }
    }

    /// Waits for a proper end.
    async fn finish(mut self) -> (Vec<u64>, Vec<Uuid>) {
        self.listen(usize::MAX).await;
        assert!(self.child.wait().await.unwrap().success());
        (self.numbers, self.acknowledged)
    }
}

pub(crate) async fn a_tailing_reader_misses_nothing(backend: &impl Shared) {
    const PROCESSES: usize = 4;
    const APPENDS: usize = 60;
    let log = backend.open().await;
    let total = PROCESSES * CALLERS * APPENDS * 2;
    let tail = tokio::spawn({
        let log = Arc::clone(&log);
        async move {
            let mut seen = Vec::new();
            let (mut checkpoint, mut hint) = (Position::START, log.appended());
            while seen.len() < total {
                let page = log.read_all(checkpoint, &Filter::default(), 500).await.unwrap();
                if page.scanned_to == checkpoint {
                    // In practice woken by the hint; without one, looking again after a while is right too.
                    let _ = tokio::time::timeout(std::time::Duration::from_millis(5), hint.changed()).await;
                }
                checkpoint = page.scanned_to;
                seen.extend(page.events);
            }
            seen
        }
    });
    let writers: Vec<_> = (0..PROCESSES).map(|_| Writer::start(&backend.url(), APPENDS)).collect();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.finish().await.1);
    }
    assert_eq!(acknowledged.len(), total / 2);
    let patience = std::time::Duration::from_secs(20);
    let Ok(seen) = tokio::time::timeout(patience, tail).await else {
        panic!("the reader missed events that were all there before: {:?}", log.head().await);
    };
    let seen = seen.unwrap();
    assert!(seen == whole_log(&*log).await, "the reader saw another order than the log has");
    let mut versions = HashMap::new();
    for event in &seen {
        let version: &mut u64 = versions.entry(&event.meta.stream).or_default();
        *version += 1;
        assert_eq!(event.meta.version, *version, "{}", event.meta.stream);
    }
    let seen: HashSet<_> = ids(&seen).into_iter().collect();
    assert!(acknowledged.iter().all(|id| seen.contains(id)));
    verify(&*log, None, |_| ()).await.unwrap();
}

pub(crate) async fn a_killed_writer_loses_nothing_it_acknowledged(backend: &impl Shared) {
    let mut acknowledged = Vec::new();
    for _ in 0..6 {
        let mut writer = Writer::start(&backend.url(), usize::MAX);
        writer.listen(1 + (new_id().as_u128() % 400) as usize).await;
        writer.child.start_kill().unwrap();
        writer.listen(usize::MAX).await;
        writer.child.wait().await.unwrap();
        acknowledged.extend(writer.acknowledged);
        // Each time the log opens again and takes appends.
        let log = backend.open().await;
        add(&*log, &fresh_stream(), "between").await;
        log.close().await;
    }
    let log = backend.open().await;
    verify(&*log, None, |_| ()).await.unwrap();
    let events = whole_log(&*log).await;
    let there: HashSet<_> = ids(&events).into_iter().collect();
    let lost = acknowledged.iter().filter(|id| !there.contains(id)).count();
    assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
    let whole: HashSet<_> =
        events.iter().filter(|e| e.payload.contains("second")).map(|e| e.meta.causation_id.unwrap()).collect();
    let first: HashSet<_> = events.iter().filter(|e| e.payload.contains("first")).map(|e| e.meta.event_id).collect();
    assert_eq!(whole, first, "a part of an append");
}

pub(crate) async fn numbers_are_unique_across_processes(backend: &impl Shared) {
    backend.open().await.close().await;
    let writers: Vec<_> = (0..3).map(|_| Writer::start(&backend.url(), 20)).collect();
    let mut numbers = Vec::new();
    for writer in writers {
        numbers.extend(writer.finish().await.0);
    }
    let distinct: HashSet<_> = numbers.iter().collect();
    assert_eq!((numbers.len(), distinct.len()), (3 * CALLERS * 20, 3 * CALLERS * 20));
    let log = backend.open().await;
    let next = log.reserve_numbers(&acme(), "ticket", 1).await;
    assert!(matches!(next, Ok(next) if !distinct.contains(&next)) && !matches!(next, Err(StoreError::Unavailable(_))));
}
