//! Whatever is brought, read and forgotten in whatever order: every reader gets the log, once and in order.

use std::sync::Arc;

use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered, PersonalDataErased};
use docket_domain::{Actor, Category, CustomerId, Event, Position, StreamId, TenantId};
use tempfile::TempDir;

use super::tail::Tail;
use crate::vault::{MasterKey, open_vault};
use crate::{Clock as _, Draft, DraftStream, Expected, Filter, Journal, LogUrl, SystemClock, new_id, open_log};

/// Numbers that are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }
}

async fn journal(dir: &TempDir) -> Journal {
    let clock = Arc::new(SystemClock);
    let log = open_log(&LogUrl::Sqlite(dir.path().join("log.db")), clock.clone()).await.unwrap();
    let vault = dir.path().join("vault.db");
    let vault = open_vault(vault.to_str().unwrap(), MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    Journal::new(log, Arc::new(vault), clock)
}

async fn append(journal: &Journal, dice: &mut Dice) {
    let customer = CustomerId(new_id());
    let mut bodies = vec![CustomerEvent::CustomerRegistered(CustomerRegistered {
        kind: CustomerKind::Customer,
        name: None,
        email: None,
        phone: None,
        external_id: None,
        email_verified: None,
    })];
    if dice.below(20) == 0 {
        bodies.push(CustomerEvent::PersonalDataErased(PersonalDataErased {}));
    }
    let draft = |body: CustomerEvent| Draft {
        body: body.into(),
        occurred_at: SystemClock.now(),
        actor: Actor::SYSTEM,
        data_subject: None,
        irregular: false,
    };
    let stream = StreamId::new(TenantId::new("acme").unwrap(), Category::Customer, customer);
    let drafts = bodies.into_iter().map(draft).collect();
    let streams = vec![DraftStream { stream, expected: Expected::Version(0), drafts }];
    journal.append(streams, new_id(), None, None).await.unwrap();
}

struct Reader {
    after: Position,
    seen: Vec<Event>,
}

impl Reader {
    /// As a feed does: from memory, else from the log. Whether there was anything.
    async fn read(&mut self, tail: &Tail, limit: usize) -> bool {
        let batch = match tail.recent(self.after, limit) {
            Some(batch) => batch,
            None => tail.read(self.after, limit).await.unwrap(),
        };
        assert_eq!(batch.after, self.after);
        assert!(batch.events.len() <= limit && batch.upto >= self.after);
        assert!(batch.events.last().is_none_or(|last| last.meta.position <= batch.upto));
        let anything = batch.upto > self.after;
        self.after = batch.upto;
        self.seen.extend(batch.events.iter().map(|event| Event::clone(event)));
        anything
    }
}

#[tokio::test]
async fn every_reader_gets_the_log() {
    for seed in 1..=20 {
        let mut dice = Dice(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15));
        let dir = tempfile::tempdir().unwrap();
        let journal = journal(&dir).await;
        let tail = Tail::new(journal.clone());
        let mut readers: Vec<_> = (0..3).map(|_| Reader { after: Position::START, seen: Vec::new() }).collect();
        let mut broker = Position::START; // what has been brought
        for _ in 0..120 {
            match dice.below(6) {
                0 => append(&journal, &mut dice).await,
                1 | 2 => {
                    // The next few events, some of them lost on the way, some again.
                    let from = Position(broker.0.saturating_sub(dice.below(3) as u64));
                    let page = journal.read_all(from, &Filter::default(), 1 + dice.below(4)).await.unwrap();
                    let mut previous = from;
                    for event in page.events {
                        let position = event.meta.position;
                        if dice.below(4) > 0 {
                            tail.bring(previous, event, 100);
                        }
                        previous = position;
                    }
                    broker = previous;
                }
                _ => {
                    let which = dice.below(readers.len());
                    readers[which].read(&tail, 1 + dice.below(4)).await;
                }
            }
        }
        let log = journal.read_all(Position::START, &Filter::default(), 10_000).await.unwrap().events;
        for reader in &mut readers {
            while reader.read(&tail, 3).await {}
            assert!(reader.seen == log, "seed {seed}: {} of {}", reader.seen.len(), log.len());
        }
    }
}
