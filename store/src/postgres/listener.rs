//! Hearing of appends, also those of other processes.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use docket_domain::Position;
use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::reader;
use crate::pg::{self, Connector};

/// The channel on which the writer notifies.
pub(super) const CHANNEL: &str = "docket_log";
/// How often the head is looked at in case a notification was lost.
const LOOK: Duration = Duration::from_secs(5);
/// Time between attempts to listen again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens until `closing`.
pub(super) fn spawn(
    connector: Connector,
    readers: PgPool,
    head: Arc<watch::Sender<Position>>,
    closing: CancellationToken,
) {
    tokio::spawn(async move {
        // A pool of its own: a listening connection is never given back.
        let pool = connector.lazy_pool(|pool| pool.max_connections(1));
        let listening = async {
            loop {
                if let Err(error) = listen(&pool, &readers, &head).await {
                    tracing::warn!(%error, "not listening to the log, trying again");
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let _: Option<()> = closing.run_until_cancelled(listening).await;
    });
}

async fn listen(pool: &PgPool, readers: &PgPool, head: &watch::Sender<Position>) -> Result<(), sqlx::Error> {
    let opened = Instant::now();
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    let mut looks = tokio::time::interval(LOOK);
    loop {
        let mut notified = pin!(listener.try_recv());
        let notification = loop {
            tokio::select! {
                notification = &mut notified => break notification?,
                _ = looks.tick() => {
                    match reader::retried(|| reader::head(readers)).await {
                        Ok(at) => super::advance(head, at),
                        Err(error) => tracing::warn!(%error, "the log's head cannot be read"),
                    }
                    // A server that is no longer the primary would never say anything again.
                    if pg::is_distrusted(opened) {
                        return Ok(());
                    }
                }
            }
        };
        // `None`: the connection was lost, and with it perhaps a notification.
        let Some(notification) = notification else { return Ok(()) };
        if let Ok(position) = notification.payload().parse() {
            super::advance(head, Position(position));
        }
    }
}
