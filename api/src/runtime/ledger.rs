//! A desk that is only looked at: its log, with the keys to it, and its read models if there are any.

use std::sync::Arc;

use docket_projections::{ReadModels, ReadModelsUrl};
use docket_store::{Clock, Journal, LogUrl, SystemClock, Vault};

use super::desk::{Places, StartError, master_key};
use crate::config::Settings;

/// Log and vault of a desk, opened by whoever proves what is in them. Nothing is made that is not there.
pub struct Ledger {
    /// The log, its keys and its clock.
    pub journal: Journal,
    vault: Vault,
    read_models: ReadModelsUrl,
    clock: Arc<dyn Clock>,
}

impl Ledger {
    /// Opens a desk that is there.
    ///
    /// # Errors
    /// [`StartError::NoDesk`] if there is none; whatever opening gives.
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        let places = Places::of(settings);
        places.expect_desk(settings).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (log, vault) =
            places.open_halves(master_key(&settings.data)?, clock.clone(), settings.memory.log_pages()).await?;
        let journal = Journal::new(log, Arc::new(vault.clone()), clock.clone());
        journal.learn_quarantine().await?;
        Ok(Self { journal, vault, read_models: places.read_models, clock })
    }

    /// Its read models; `None` if there are none where they should be.
    ///
    /// # Errors
    /// If their database does not answer.
    pub async fn read_models(&self) -> Result<Option<ReadModels>, StartError> {
        if !self.read_models.is_there().await? {
            return Ok(None);
        }
        Ok(Some(ReadModels::open(&self.read_models, self.clock.clone()).await?))
    }

    /// Where its read models are or should be, without a password.
    pub fn read_models_at(&self) -> String {
        match &self.read_models {
            ReadModelsUrl::Sqlite(path) => path.display().to_string(),
            ReadModelsUrl::Postgres(url) => format!("{}, schema docket_read", LogUrl::Postgres(url.clone())),
        }
    }

    /// Finishes what is under way and closes.
    pub async fn close(&self) {
        self.journal.store().close().await;
        self.vault.close().await;
    }
}
