//! The log read as anybody with the keys could read it, past the server.

use std::sync::Arc;

use docket_domain::{Event, Position};
use docket_store::{Filter, Journal, LogUrl, MasterKey, SystemClock, open_log, open_vault};

use crate::Docket;

/// Every event of a server's log, opened. The server may be running or not.
pub async fn history(docket: &Docket) -> Vec<Event> {
    let journal = journal(docket).await;
    let mut events = Vec::new();
    let mut after = Position::START;
    loop {
        let page = journal.read_all(after, &Filter::default(), 5000).await.expect("the log can be read");
        if page.scanned_to == after {
            journal.store().close().await;
            return events;
        }
        after = page.scanned_to;
        events.extend(page.events);
    }
}

/// A server's log and keys.
async fn journal(docket: &Docket) -> Journal {
    let clock = Arc::new(SystemClock);
    let master = MasterKey::load_or_create(&docket.data().join("master.key")).expect("the key of the data folder");
    let (log, vault) = match docket.store_url() {
        None => (LogUrl::Sqlite(docket.data().join("log.db")), docket.data().join("vault.db").display().to_string()),
        Some(url) => (LogUrl::Postgres(url.to_owned()), url.to_owned()),
    };
    let vault = open_vault(&vault, master, clock.clone()).await.expect("the keys can be read");
    let log = open_log(&log, clock.clone()).await.expect("the log can be opened");
    Journal::new(log, Arc::new(vault), clock)
}
