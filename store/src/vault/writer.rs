//! Group commit: keys and claims of many callers become durable in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use docket_domain::{PersonId, TenantId};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::database::Database;
use super::identities::{self, HashedIdentity, IdentityClaim};
use super::keys::{self, KeyCache, Person};
use super::master_key::MasterKey;
use crate::{Clock, KeyError, KeyState};

/// Callers served by one transaction at most: keeps a first answer from waiting for a last.
const BATCH: usize = 1024;

/// What can be asked of the writer. A dropped answer is nobody's loss: what was written stays right.
pub(super) enum Request {
    /// A person's key, made if there is none.
    Ensure(Person, oneshot::Sender<Result<KeyState, KeyError>>),
    /// An identity for a person, unless another has it.
    Claim(HashedIdentity, PersonId, oneshot::Sender<Result<IdentityClaim, KeyError>>),
}

/// Starts the writer; it ends when the last sender is gone.
pub(super) fn start(
    database: Database,
    master: MasterKey,
    clock: Arc<dyn Clock>,
    cache: Arc<KeyCache>,
) -> mpsc::Sender<Request> {
    let (sender, mut requests) = mpsc::channel(4 * BATCH);
    tokio::spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        while requests.recv_many(&mut batch, BATCH).await > 0 {
            let now = clock.now().timestamp_micros();
            serve(&database, &master, &cache, now, batch.drain(..)).await;
        }
    });
    sender
}

async fn serve(
    database: &Database,
    master: &MasterKey,
    cache: &KeyCache,
    now: i64,
    batch: impl Iterator<Item = Request>,
) {
    let mut people: HashMap<Person, Vec<oneshot::Sender<_>>> = HashMap::new();
    let mut claims: HashMap<HashedIdentity, (PersonId, Vec<oneshot::Sender<_>>)> = HashMap::new();
    for request in batch {
        match request {
            Request::Ensure(person, answer) => people.entry(person).or_default().push(answer),
            Request::Claim(identity, candidate, answer) => {
                claims.entry(identity).or_insert_with(|| (candidate, Vec::new())).1.push(answer);
            }
        }
    }
    if !people.is_empty() {
        let mark = cache.mark();
        let wanted = people.keys().cloned().collect();
        match keys::ensure_all(database, master, wanted, now).await {
            Ok(mut states) => {
                for (person, answers) in people {
                    let state = states.remove(&person).ok_or(KeyError::Damaged);
                    if let Ok(state) = &state {
                        cache.keep(mark, person, state.clone());
                    }
                    answer_all(answers, &state);
                }
            }
            Err(error) => people.into_values().for_each(|answers| answer_all(answers, &Err(error.clone()))),
        }
    }
    if !claims.is_empty() {
        let wanted = claims.iter().map(|(identity, (candidate, _))| (identity.clone(), *candidate)).collect();
        match identities::claim_all(database, wanted, now).await {
            Ok(winners) => {
                for (identity, (_, answers)) in claims {
                    answer_all(answers, &winners.get(&identity).copied().ok_or(KeyError::Damaged));
                }
            }
            Err(error) => claims.into_values().for_each(|(_, answers)| answer_all(answers, &Err(error.clone()))),
        }
    }
}

fn answer_all<T: Clone>(answers: Vec<oneshot::Sender<Result<T, KeyError>>>, result: &Result<T, KeyError>) {
    for answer in answers {
        // A caller who no longer waits is none of our business.
        let _ = answer.send(result.clone());
    }
}

/// A person's place in the vault, for SQLite's JSON.
pub(super) fn hex_of(id: Uuid) -> String {
    id.simple().to_string()
}

/// The tenant and person of a row.
pub(super) fn person_of(tenant: &str, person: Uuid) -> Result<Person, KeyError> {
    Ok((TenantId::new(tenant).map_err(|_| KeyError::Damaged)?, PersonId(person)))
}
