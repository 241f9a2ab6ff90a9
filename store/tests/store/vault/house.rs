//! A place for vaults, on either database.

use std::sync::Arc;

use chrono::DateTime;
use docket_domain::{PersonId, Role, TenantId};
use docket_store::vault::{Epoch, MasterKey, NewAccount, StrongPassword, Vault, open_vault};
use docket_store::{ManualClock, new_id};
use docket_test_database::Database;

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A place for one test's vaults.
pub(crate) struct House {
    folder: tempfile::TempDir,
    pub(crate) url: String,
    /// Dropped with the house.
    _database: Option<Database>,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) const MASTER: [u8; 32] = [7; 32];

impl House {
    pub(crate) async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(DateTime::from_timestamp(1_700_000_000, 0).unwrap()));
        let (url, database) = match kind {
            Kind::Sqlite => (folder.path().join("vault.db").display().to_string(), None),
            Kind::Postgres => {
                let database = Database::create().await;
                (database.url(), Some(database))
            }
        };
        Self { folder, url, _database: database, clock }
    }

    pub(crate) async fn open(&self) -> Vault {
        open_vault(&self.url, MasterKey::from_bytes(&MASTER), self.clock.clone()).await.unwrap()
    }

    /// Every byte the vault's files hold (SQLite only).
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            all.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        all
    }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

pub(crate) fn person() -> PersonId {
    PersonId(new_id())
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Vaults take what is said to be strong from one place.
pub(crate) fn strong(password: &str) -> StrongPassword {
    StrongPassword::check(password, 12, &[]).unwrap()
}

pub(crate) async fn agent(vault: &Vault, login: &str, password: Option<&str>, role: Role) -> PersonId {
    let person = person();
    let password = password.map(strong);
    let account = NewAccount { person, role: role.into(), login: Some(login.to_owned()), password };
    vault.accounts().open_account(&tenant(), account).await.unwrap();
    person
}

/// What the account's credentials are bound to now.
pub(crate) async fn epoch(vault: &Vault, person: PersonId) -> Epoch {
    vault.accounts().account(&tenant(), person).await.unwrap().unwrap().epoch
}
