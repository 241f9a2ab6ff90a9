//! A log that takes nothing says so, and since when, until it takes something again.

use std::sync::Arc;

use docket_domain::TenantId;
use docket_store::{LogUrl, SystemClock, open_log};
use sqlx::Connection as _;

#[tokio::test]
async fn a_log_that_takes_nothing_says_so_until_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open_log(&LogUrl::Sqlite(path.clone()), Arc::new(SystemClock)).await.unwrap();
    let tenant = TenantId::new("acme").unwrap();
    assert_eq!(log.refusing(), None);

    // As on a full disk: nothing can be written any more, and everything can be read.
    let mut other = sqlx::SqliteConnection::connect(&path.display().to_string()).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON numbers BEGIN SELECT RAISE(ABORT, 'disk is full'); END";
    sqlx::raw_sql(full).execute(&mut other).await.unwrap();
    log.reserve_numbers(&tenant, "tickets", 1).await.unwrap_err();
    let first = log.refusing().expect("a write failed");
    assert!(first.error.contains("disk is full"), "{first:?}");
    log.probe().await.unwrap_err();
    assert_eq!(log.refusing().expect("it fails still").since, first.since, "it has been so since the first");

    sqlx::raw_sql("DROP TRIGGER full").execute(&mut other).await.unwrap();
    log.probe().await.unwrap();
    assert_eq!(log.refusing(), None);
    assert_eq!(log.reserve_numbers(&tenant, "tickets", 1).await.unwrap(), 1, "trying takes no number of anybody's");
    log.close().await;
}
