//! The vault: what must never be in the log. Keys of persons, credentials, tokens, sessions, visits.
//!
//! It is a database of its own (`vault.db`, or the schema `docket_vault`). Data keys lie in it wrapped by the master
//! key; logins and external identities only as keyed hashes; secrets of tokens and sessions only as hashes. A copy of the vault without the
//! master key opens nothing, and a copy of the log without the vault shows no person.

mod accounts;
mod codes;
mod credentials;
mod database;
mod epochs;
mod erasures;
mod following;
mod identities;
mod installation;
mod keys;
mod master_key;
mod password_strength;
mod passwords;
mod positions;
mod presence;
mod refusals;
mod remembered;
mod session_bound;
mod sessions;
mod tenants;
mod tokens;
mod tries;
mod visits;
mod widget_secrets;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use crate::{Clock, KeyError, Writable};
use database::Database;
use docket_domain::TenantId;
use keys::KeyCache;
use tokio::sync::{Semaphore, broadcast, mpsc};

pub use accounts::{Account, AccountError, Accounts, Caller, NewAccount, Proof};
pub use codes::{CodeFound, CodeKind, Redemption};
pub use credentials::OwnSession;
pub use epochs::Epoch;
pub use following::{Behind, KnownAddress, LogSays};
pub use identities::{IdentityClaim, IdentityKind};
pub use master_key::{MasterKey, MasterKeyError};
pub use password_strength::{StrongPassword, WeakPassword};
pub use sessions::{NewSession, Session, SessionLimits};
pub use tokens::{ApiToken, NewApiToken};
pub use tries::{Locked, TryKey, TryLimit};
pub use visits::{NewVisit, Visit};

/// The vault, open. Cheap to clone; all clones share caches.
#[derive(Clone)]
pub struct Vault(Arc<Shared>);

struct Shared {
    database: Database,
    master: MasterKey,
    /// Keys the hashes by which logins and identities are found.
    lookup: aws_lc_rs::hmac::Key,
    clock: Arc<dyn Clock>,
    keys: Arc<KeyCache>,
    callers: accounts::CallerCache,
    /// Tells what no longer counts as it did: a tenant's token, session, role, or person's account.
    changed: broadcast::Sender<(TenantId, uuid::Uuid)>,
    writes: mpsc::Sender<writer::Request>,
    /// When old tries to come in were last removed (microseconds).
    swept_at: AtomicI64,
    /// Hashing a password takes 19 MiB: only so many at once.
    hashing: Semaphore,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("database", &self.0.database.name()).finish_non_exhaustive()
    }
}

/// Opens the vault at `url`, a PostgreSQL URL or the path of an SQLite file, and makes it first if there is none.
///
/// # Errors
/// [`KeyError::Unavailable`] if the database cannot be reached, or `master` is not the key this vault was made with.
pub async fn open_vault(url: &str, master: MasterKey, clock: Arc<dyn Clock>) -> Result<Vault, KeyError> {
    let database = Database::open(url).await?;
    let lookup = keys::lookup_secret(&database, &master).await?;
    let keys = Arc::new(KeyCache::new(keys::CACHED_KEYS));
    let writes = writer::start(database.clone(), master.clone(), clock.clone(), keys.clone());
    Ok(Vault(Arc::new(Shared {
        database,
        master,
        lookup,
        clock,
        keys,
        callers: accounts::CallerCache::new(accounts::CACHED_CALLERS),
        changed: broadcast::Sender::new(accounts::CHANGES),
        writes,
        swept_at: AtomicI64::new(0),
        hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)),
    })))
}

impl Vault {
    /// Who may sign in, and with what.
    pub fn accounts(&self) -> Accounts {
        Accounts(self.0.clone())
    }

    /// Whether the vault takes writes.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn is_writable(&self) -> Result<Writable, KeyError> {
        self.0.database.is_writable().await
    }

    /// Finishes what is under way and closes.
    pub async fn close(&self) {
        self.0.database.close().await;
    }
}
