//! The log alone.

use std::sync::Arc;
use std::time::Instant;

use docket_store::{EventStore, new_id};

use crate::report::Report;
use crate::{Extent, Failure, baseline, raw, scripts};

/// Callers that append at the same time, and events to a transaction of the raw insert.
const CALLERS: usize = 256;

/// `append`: events a second through [`EventStore::append`] (one event an append, group commit, hash chain, callers that
/// wait for the disk) ÷ the rows that makes, inserted by nothing but SQLite in durable transactions of as many.
pub(crate) async fn append(extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let payloads = Arc::new(scripts::payloads(extent.events));
    let (mut ratios, mut rates, mut limits) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..extent.rounds {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("log.db");
        let store = baseline::open(&file).await?;
        let rate = append_all(&store, &payloads).await?;
        store.close().await;
        let commit = raw::Commit { rows: CALLERS, durable: true };
        let (seconds, _) = raw::copy_rows(&file, &folder.path().join("raw.db"), commit)?;
        let limit = payloads.len() as f64 / seconds;
        ratios.push(rate / limit);
        rates.push(rate);
        limits.push(limit);
    }
    report.note_median("append_per_second", rates);
    report.note_median("append_raw_per_second", limits);
    report.note_median("append", ratios);
    Ok(())
}

async fn append_all(store: &Arc<dyn EventStore>, payloads: &Arc<Vec<String>>) -> Result<f64, Failure> {
    let begin = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (store, payloads) = (Arc::clone(store), Arc::clone(payloads));
            tokio::spawn(async move {
                for payload in payloads.iter().skip(caller).step_by(CALLERS) {
                    store.append(baseline::one_event(new_id(), payload.clone())).await?;
                }
                Ok::<(), docket_store::StoreError>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await.map_err(std::io::Error::other)??;
    }
    Ok(payloads.len() as f64 / begin.elapsed().as_secs_f64())
}
