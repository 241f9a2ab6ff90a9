//! Waiting with a deadline.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything may take that is expected to happen. Generous: it only costs when something is wrong.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Calls `attempt` until it answers `Ok`, and returns that.
///
/// # Panics
/// After `deadline`, with the last refusal.
pub async fn eventually<T, E, F, A>(deadline: Duration, mut attempt: A) -> T
where
    A: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
    E: Display,
{
    let start = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match tokio::time::timeout(deadline, attempt()).await {
            Ok(Ok(value)) => return value,
            Ok(Err(refusal)) if start.elapsed() >= deadline => panic!("not within {deadline:?}: {refusal}"),
            Err(_) => panic!("one attempt alone took {deadline:?}"),
            Ok(Err(_)) => {}
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
