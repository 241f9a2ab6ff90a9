//! Sweeping: what erasures leave in the files of PostgreSQL is written over, at night or when somebody asks for it.

use std::time::Duration;

use chrono::{DateTime, Timelike as _, Utc};
use docket_domain::{Category, Position};
use docket_projections::ReadError;
use docket_store::{Filter, KeyError, StoreError, SweepError, Swept, sweep_postgres};
use tokio_util::sync::CancellationToken;

use super::desk::Desk;

/// How often is looked whether it is time.
const LOOK: Duration = Duration::from_secs(60);
/// How long read models may take to have what is in the log by now.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is said of JetStream, which overwrites nothing by itself.
const JETSTREAM: &str = "JetStream keeps the bytes of erased people's events in its files until it compacts their blocks, at the latest \
    when the stream's other events of then have expired (relay.keep_hours): encrypt its file store, or delete the stream, which the \
    relay publishes anew";
/// Events looked at in one go.
const PAGE: usize = 2_000;

/// The desk could not be swept, or not whole. Doing it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailure {
    /// The read models do not have the erasures yet.
    #[error("the read models have not taken in all of the log yet; see /readyz")]
    Behind,
    /// A database could not be swept.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The log does not answer.
    #[error(transparent)]
    Log(#[from] StoreError),
    /// The vault does not answer.
    #[error(transparent)]
    Vault(#[from] KeyError),
    /// The read models do not answer.
    #[error(transparent)]
    ReadModels(#[from] ReadError),
}

impl Desk {
    /// Sweeps what erasures up to now have left, wherever it is PostgreSQL.
    ///
    /// # Errors
    /// [`SweepFailure`].
    pub async fn sweep(&self) -> Result<Swept, SweepFailure> {
        let head = self.journal.store().head().await?;
        if !self.read_models.wait_for(head, PATIENCE).await? {
            return Err(SweepFailure::Behind);
        }
        let mut swept = match self.settings.store.as_str() {
            "sqlite" => Swept::default(),
            // Vault and log are one database; what is in the log opens with the keys alone.
            url => sweep_postgres(url, "docket_vault", |_| true).await?,
        };
        let Swept { tables, left } = self.read_models.sweep().await?;
        swept.tables += tables;
        swept.left.extend(left);
        if !self.settings.nats.url.expose().is_empty() {
            swept.left.push(JETSTREAM.to_owned());
        }
        swept.left.sort();
        swept.left.dedup();
        self.vault.note_swept(head).await?;
        Ok(swept)
    }

    /// Whether somebody was erased since the last time.
    ///
    /// # Errors
    /// If the log or the vault does not answer.
    pub async fn needs_sweep(&self) -> Result<bool, SweepFailure> {
        let store = self.journal.store();
        let (mut after, head) = (self.vault.swept_through().await?, store.head().await?);
        let filter = Filter { categories: vec![Category::Customer], ..Filter::default() };
        while after < head {
            let page = store.read_all(after, &filter, PAGE).await?;
            if page.events.iter().any(|event| event.event_type == "PersonalDataErased") {
                return Ok(true);
            }
            if page.scanned_to <= after {
                break;
            }
            after = page.scanned_to;
        }
        self.vault.note_swept(Position(after.0.min(head.0))).await?;
        Ok(false)
    }

    /// Sweeps every night in which there is something to sweep, in the hour of the setting, until told to stop.
    pub(super) async fn sweep_nightly(&self, stop: CancellationToken) {
        while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
            if !is_time(self.settings.erasure.sweep_hour, self.journal.clock().now()) {
                continue;
            }
            let swept = match self.needs_sweep().await {
                Ok(true) => self.sweep().await,
                Ok(false) => continue,
                Err(failure) => Err(failure),
            };
            match swept {
                Ok(Swept { tables, left }) => {
                    tracing::info!(tables, ?left, "what erasures left in the databases' files was written over");
                }
                // Another node is at it.
                Err(SweepFailure::Sweep(SweepError::Busy)) => {}
                Err(error) => tracing::warn!(%error, "what erasures left could not be swept; it is tried again"),
            }
        }
    }
}

fn is_time(hour: i8, now: DateTime<Utc>) -> bool {
    u32::try_from(hour).is_ok_and(|hour| now.hour() == hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_time_in_one_hour_of_the_day_or_never() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert!(is_time(3, at("2026-11-30T03:59:59Z")));
        assert!(!is_time(3, at("2026-11-30T04:00:00Z")));
        assert!(!(0..24).any(|hour| is_time(-1, at(&format!("2026-11-30T{hour:02}:00:00Z")))));
    }
}
