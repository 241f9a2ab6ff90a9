//! What a process left half done of accounts and erasures when it died is completed.
//!
//! Log and vault are two places, one written after the other. Whoever records something does both; this is for who did not get that far.

use std::time::Duration;

use docket_commands::{Commands, Unfollowed};
use docket_store::Workers;
use tokio_util::sync::CancellationToken;

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(30);
const NAME: &str = "reactors/people";

/// Looks for it until `cancel`.
pub(crate) async fn run(commands: &Commands, cancel: &CancellationToken, workers: &Workers) {
    loop {
        match commands.follow_people(Unfollowed::Settled).await {
            Ok(()) => drop(workers.working(NAME)),
            Err(error) => {
                if workers.failing(NAME, &error, None) {
                    tracing::warn!(%error, "accounts and erasures could not be compared with the log");
                }
            }
        }
        if tokio::time::timeout(EVERY, cancel.cancelled()).await.is_ok() {
            return;
        }
    }
}
