//! Read models that follow what a command did, where no server does it.

use std::sync::Arc;
use std::time::Duration;

use docket_projections::Runner;
use docket_store::delivery::InProcessSource;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::Outcome;
use crate::runtime::Desk;

/// Brings the read models up to the end of the log. Where a server runs on the same databases, it may be the one to do it.
pub(super) async fn catch_up(desk: &Desk, bar: &ProgressBar) -> Outcome {
    let head = desk.journal.store().head().await?;
    bar.set_length(head.0);
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} events into the read models  {per_sec}  {eta} left",
    )?);
    let source = Arc::new(InProcessSource::new(desk.journal.clone()));
    let runner = Runner::new(desk.read_models.clone(), source, desk.journal.clone())
        .with_lease(desk.leases().await?, format!("command line {}", std::process::id()));
    let stop = CancellationToken::new();
    let work = tokio::spawn(runner.run(stop.clone()));
    while !desk.read_models.wait_for(head, Duration::from_millis(200)).await? {
        bar.set_position(desk.read_models.look().await?.0);
    }
    stop.cancel();
    work.await?;
    Ok(())
}
