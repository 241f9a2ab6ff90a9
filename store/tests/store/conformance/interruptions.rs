//! PostgreSQL taking connections away, answers that get lost on the way, and others holding the lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use docket_store::{Expected, StoreError, verify};
use sqlx::Executor as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::harness::*;

pub(crate) async fn lost_connections_neither_lose_nor_repeat(backend: &Postgres) {
    let log = backend.open().await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let log = Arc::clone(&log);
        callers.spawn(async move {
            let mut answers = Vec::new();
            // Expectations would hide a repeated append, so there is none.
            let stream = fresh_stream();
            for _ in 0..25 {
                let new = event("x");
                let id = new.event_id;
                match log.append(to(&stream, Expected::Any, vec![new])).await {
                    Ok(appended) => answers.push((id, Some(appended))),
                    Err(StoreError::Unavailable(_)) => answers.push((id, None)),
                    Err(error) => panic!("{error}"),
                }
                // One whose answer was lost may not have happened; whatever was answered has.
                let answered = answers.iter().filter(|(_, answer)| answer.is_some()).count();
                assert!(log.read_stream(&stream, 0, 100).await.unwrap().len() >= answered);
            }
            answers
        });
    }
    let mut killer = backend.connect().await;
    let answers = tokio::spawn(async move { callers.join_all().await.concat() });
    let mut kills = 0;
    while !answers.is_finished() {
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        kills += killer.execute(others).await.unwrap().rows_affected();
        tokio::time::sleep(Duration::from_millis(90)).await;
    }
    let answers = answers.await.unwrap();
    assert!(kills > 5, "too few connections were taken away: {kills}");
    let mut times = HashMap::new();
    for event in whole_log(&*log).await {
        *times.entry(event.meta.event_id).or_insert(0) += 1;
        if let Some((_, Some(answer))) = answers.iter().find(|(id, _)| *id == event.meta.event_id) {
            assert_eq!((answer.position, answer.streams[0].version), (event.meta.position, event.meta.version));
        }
    }
    for (id, answer) in &answers {
        let times = times.get(id).copied().unwrap_or(0);
        assert!(times == 1 || (times == 0 && answer.is_none()), "{times} times, {answer:?}");
    }
    assert!(answers.iter().filter(|(_, answer)| answer.is_some()).count() > answers.len() / 2);
    verify(&*log, None, |_| ()).await.unwrap();
}

pub(crate) async fn an_append_waits_for_a_lock_held_elsewhere(backend: &Postgres) {
    let log = backend.open().await;
    let mut other = backend.connect().await;
    other.execute("BEGIN").await.unwrap();
    other.execute("SELECT pg_advisory_xact_lock(7233168480926036591)").await.unwrap();
    let stream = fresh_stream();
    let mut append = std::pin::pin!(log.append(to(&stream, Expected::Version(0), vec![event("x")])));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut append).await;
    assert!(early.is_err(), "{early:?}");
    // Readers do not wait.
    assert!(log.read_stream(&stream, 0, 1).await.unwrap().is_empty());
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(append.await.unwrap().streams[0].version, 1);
}

pub(crate) async fn a_commit_whose_answer_is_lost_happens_once(backend: &Postgres) {
    let direct = backend.open().await;
    let lose = Arc::new(AtomicBool::new(false));
    let log = open_at(&proxied(backend, Arc::clone(&lose)).await).await;
    for _ in 0..10 {
        let stream = fresh_stream();
        lose.store(true, Ordering::SeqCst);
        let appended = log.append(to(&stream, Expected::Any, vec![event("a"), event("b")])).await.unwrap();
        assert!(!lose.load(Ordering::SeqCst), "no answer was lost");
        assert!(!appended.replayed);
        let events = whole_stream(&*direct, &stream).await;
        assert_eq!(events.len(), 2);
        assert_eq!((events[1].meta.position, events[1].meta.recorded_at), (appended.position, appended.recorded_at));
    }
    verify(&*direct, None, |_| ()).await.unwrap();
}

/// A way to the database that, each time `lose` is set, lets one `COMMIT` through and hangs up in place of its answer.
async fn proxied(backend: &Postgres, lose: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (server, url) = backend.through(listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, TcpStream::connect(server.clone()).await.unwrap(), Arc::clone(&lose)));
        }
    });
    url
}

async fn pass(mut client: TcpStream, mut server: TcpStream, lose: Arc<AtomicBool>) -> std::io::Result<()> {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            n = client.read(&mut up) => {
                let sent = &up[..n?];
                if sent.is_empty() {
                    return Ok(());
                }
                server.write_all(sent).await?;
                let commit = sent.windows(7).any(|word| word == b"COMMIT\0");
                if commit && lose.swap(false, Ordering::SeqCst) {
                    // Its answer shows that it happened; the client never sees it.
                    let _answer = server.read(&mut down).await?;
                    return Ok(());
                }
            }
            n = server.read(&mut down) => {
                let answered = &down[..n?];
                if answered.is_empty() {
                    return Ok(());
                }
                client.write_all(answered).await?;
            }
        }
    }
}
