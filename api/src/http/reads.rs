//! How much one caller may read at the same time: so many queries, and so many more that wait for their turn. The read models
//! have few readers, and whoever asks for what takes long must not hold all of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::address::Network;
use super::problem::Problem;

/// Who reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reader {
    /// Somebody known, whatever they showed for it.
    Person(TenantId, Uuid),
    /// Anybody of a network.
    Network(Option<Network>),
}

/// Everybody's turns, in the memory of this process.
#[derive(Debug)]
pub struct Reads {
    at_once: usize,
    waiting: usize,
    readers: Mutex<HashMap<Reader, Queue>>,
}

/// Who has begun to read and not ended.
#[derive(Debug)]
struct Queue {
    turns: Arc<Semaphore>,
    length: usize,
}

/// A place in a reader's queue.
#[derive(Debug)]
struct Place {
    reads: Arc<Reads>,
    reader: Reader,
}

/// A read whose turn it is.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Whether it had to come.
    pub(crate) waited: bool,
    _turn: OwnedSemaphorePermit,
    _place: Place,
}

impl Reads {
    /// At most `at_once` reads of one reader, and `waiting` more that wait.
    pub fn new(at_once: usize, waiting: usize) -> Arc<Self> {
        Arc::new(Self { at_once, waiting, readers: Mutex::default() })
    }

    /// Waits for the reader's turn; refuses them if too many of theirs wait already.
    pub(crate) async fn begin(self: &Arc<Self>, reader: Reader) -> Result<Reading, Problem> {
        let (place, turns) = self.queue(reader)?;
        let (turn, waited) = match turns.clone().try_acquire_owned() {
            Ok(turn) => (turn, false),
            // Nothing ever closes it.
            Err(_) => (turns.acquire_owned().await.map_err(Problem::internal)?, true),
        };
        Ok(Reading { waited, _turn: turn, _place: place })
    }

    fn queue(self: &Arc<Self>, reader: Reader) -> Result<(Place, Arc<Semaphore>), Problem> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Queue { turns: Arc::new(Semaphore::new(self.at_once)), length: 0 };
        let queue = readers.entry(reader.clone()).or_insert_with(new);
        if queue.length >= self.at_once + self.waiting {
            metrics::counter!("docket_budget_refused_total", "budget" => "reads_at_once").increment(1);
            let detail = format!(
                "at most {} reads of one caller at the same time and {} that wait; try again",
                self.at_once, self.waiting
            );
            return Err(Problem::over_budget("too_many_reads_at_once", detail, self.at_once as u64, 1)
                .with("budget", "reads_at_once")
                .with("waiting", self.waiting));
        }
        queue.length += 1;
        Ok((Place { reads: self.clone(), reader }, queue.turns.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut readers = self.reads.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = readers.get_mut(&self.reader) {
            queue.length -= 1;
            if queue.length == 0 {
                readers.remove(&self.reader);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_reader_waits_and_is_refused_and_others_are_not() {
        let reads = Reads::new(2, 1);
        let of = |person| Reader::Person(TenantId::new("shop").expect("a tenant"), Uuid::from_u128(person));
        let (first, second) = (reads.begin(of(1)).await.expect("a turn"), reads.begin(of(1)).await.expect("a turn"));
        let mut third = Box::pin(reads.begin(of(1)));
        assert!(third.as_mut().now_or_never().is_none(), "it waits");
        let refused = reads.begin(of(1)).await.expect_err("too many wait");
        assert_eq!((refused.status().as_u16(), refused.code()), (429, "too_many_reads_at_once"));
        assert_eq!(refused.document()["limit"], 2);
        assert!(reads.begin(of(2)).now_or_never().is_some_and(|turn| turn.is_ok()), "another's turn");
        drop(first);
        assert!(third.as_mut().now_or_never().is_some_and(|turn| turn.is_ok()), "its turn has come");
        drop((second, third));
        assert!(reads.readers.lock().expect("whole").is_empty(), "nobody is remembered");
        let waits_no_more = reads.begin(of(1));
        drop(waits_no_more);
        assert!(reads.readers.lock().expect("whole").is_empty());
    }
}
