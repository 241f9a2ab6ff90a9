//! A log that takes nothing says so, and since when, until it takes something again.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use docket_domain::TenantId;
use docket_store::{Clock as _, LogUrl, SystemClock, open_log};
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

#[tokio::test]
async fn an_append_that_waits_long_is_said_before_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open_log(&LogUrl::Sqlite(path.clone()), Arc::new(SystemClock)).await.unwrap();
    let mut other = sqlx::SqliteConnection::connect(&path.display().to_string()).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let begun = SystemClock.now();
    let writer = log.clone();
    let tenant = TenantId::new("acme").unwrap();
    let waits = tokio::spawn(async move { writer.reserve_numbers(&tenant, "tickets", 1).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(log.waiting(), None, "nobody is told of what passes");
    tokio::time::sleep(Duration::from_millis(2000)).await;
    let since = log.waiting().expect("it waits");
    assert!(since >= begun && since - begun < TimeDelta::seconds(1), "since it began: {since}");
    assert_eq!(log.refusing(), None);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    waits.await.unwrap().unwrap();
    assert_eq!(log.waiting(), None);
    log.close().await;
}
