//! A log without its vault, a vault without its log, and versions that come and go.

use std::sync::Arc;

use docket_domain::{Category, PersonId, StreamId, TenantId};
use docket_store::{
    Append, EventStore, Expected, InstallationError, Keyring as _, LogUrl, MasterKey, NewEvent, StreamAppend,
    SystemClock, Vault, check_halves, join_halves, new_id, open_log, open_vault,
};
use docket_test_database::Database;
use sqlx::{AssertSqlSafe, Connection as _};

/// Where log and vault lie, and what is dropped with them.
struct Place {
    log: LogUrl,
    vault: String,
    folder: tempfile::TempDir,
    _database: Option<Database>,
}

async fn places() -> [Place; 2] {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let log = LogUrl::Sqlite(folder.path().join("log.db"));
    let vault = folder.path().join("vault.db").display().to_string();
    [
        Place { log, vault, folder, _database: None },
        Place {
            log: LogUrl::Postgres(database.url()),
            vault: database.url(),
            folder: tempfile::tempdir().unwrap(),
            _database: Some(database),
        },
    ]
}

impl Place {
    async fn open(&self) -> Result<(Arc<dyn EventStore>, Vault), InstallationError> {
        check_halves(&self.log, &self.vault).await?;
        let log = open_log(&self.log, Arc::new(SystemClock)).await?;
        let vault = open_vault(&self.vault, MasterKey::from_bytes(&[7; 32]), Arc::new(SystemClock)).await?;
        join_halves((&self.log, &*log), (&self.vault, &vault)).await?;
        Ok((log, vault))
    }

    /// Runs SQL on the log's or the vault's database.
    async fn sql(&self, half: &str, sql: &str) {
        match &self.log {
            LogUrl::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                let sql = format!("SET search_path = docket_{half}; {sql}");
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            }
            LogUrl::Sqlite(path) => {
                let url = path.with_file_name(format!("{half}.db")).display().to_string();
                let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Takes the log or the vault away.
    async fn lose(&self, half: &str) {
        match &self.log {
            LogUrl::Postgres(_) => self.sql(half, &format!("DROP SCHEMA IF EXISTS docket_{half} CASCADE")).await,
            LogUrl::Sqlite(path) => {
                for end in ["", "-wal", "-shm"] {
                    std::fs::remove_file(path.with_file_name(format!("{half}.db{end}"))).ok();
                }
            }
        }
    }
}

/// Writes an event about somebody, who then has a key.
async fn write(log: &dyn EventStore, vault: &Vault) {
    let (tenant, person) = (TenantId::new("acme").unwrap(), PersonId(new_id()));
    vault.ensure(&tenant, person).await.unwrap();
    let event = NewEvent {
        event_id: new_id(),
        event_type: "CustomerRegistered".into(),
        schema_version: 1,
        occurred_at: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        actor: docket_domain::Actor::SYSTEM,
        correlation_id: new_id(),
        causation_id: None,
        data_subject: Some(person),
        irregular: false,
        payload: "{}".to_owned(),
    };
    let stream = StreamId::new(tenant, Category::Customer, person.0);
    let streams = vec![StreamAppend { stream, expected: Expected::Version(0), events: vec![event] }];
    log.append(Append { streams, idempotency: None, unchanged_at: None }).await.unwrap();
}

async fn close((log, vault): (Arc<dyn EventStore>, Vault)) {
    log.close().await;
    vault.close().await;
}

#[tokio::test]
async fn half_an_installation_is_a_loss_and_not_a_beginning() {
    for place in places().await {
        for half in ["vault", "log"] {
            place.lose("log").await;
            place.lose("vault").await;
            let opened = place.open().await.unwrap();
            write(&*opened.0, &opened.1).await;
            close(opened).await;
            close(place.open().await.unwrap()).await;
            place.lose(half).await;
            let refused = place.open().await.map(drop).unwrap_err();
            let right = match half {
                "vault" => matches!(refused, InstallationError::VaultMissing { .. }),
                _ => matches!(refused, InstallationError::LogMissing { .. }),
            };
            assert!(right && refused.to_string().contains("backup"), "{half}: {refused}");
            assert!(!refused.to_string().contains("postgres@"), "no login is told: {refused}");
        }
    }
}

#[tokio::test]
async fn an_empty_file_is_a_loss_too() {
    let [place, _] = places().await;
    let opened = place.open().await.unwrap();
    write(&*opened.0, &opened.1).await;
    close(opened).await;
    place.lose("log").await;
    std::fs::write(place.folder.path().join("log.db"), []).unwrap();
    let refused = place.open().await.map(drop).unwrap_err();
    assert!(matches!(refused, InstallationError::LogMissing { .. }), "{refused}");
    assert_eq!(std::fs::metadata(place.folder.path().join("log.db")).unwrap().len(), 0, "nothing was made of it");
}

#[tokio::test]
async fn a_vault_of_another_installation_is_refused() {
    let [place, _] = places().await;
    let [other, _] = places().await;
    for each in [&place, &other] {
        let opened = each.open().await.unwrap();
        write(&*opened.0, &opened.1).await;
        close(opened).await;
    }
    place.lose("vault").await;
    let vault = "vault.db";
    std::fs::copy(other.folder.path().join(vault), place.folder.path().join(vault)).unwrap();
    let refused = place.open().await.map(drop).unwrap_err();
    assert!(matches!(refused, InstallationError::Apart { .. }), "{refused}");
}

#[tokio::test]
async fn an_older_version_goes_on_with_what_a_newer_one_only_added_to() {
    for place in places().await {
        close(place.open().await.unwrap()).await;
        for half in ["log", "vault"] {
            let later = "INSERT INTO _sqlx_migrations \
                 (version, description, success, checksum, execution_time) \
                 SELECT 9999, 'of a newer version', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
            place.sql(half, later).await;
        }
        close(place.open().await.unwrap()).await;
        for half in ["log", "vault"] {
            place.sql(half, "INSERT INTO compatibility VALUES (9999, '99.1.0')").await;
            let refused = place.open().await.map(drop).unwrap_err().to_string();
            assert!(refused.contains("99.1.0") && refused.contains("9999"), "{half}: {refused}");
            place.sql(half, "DELETE FROM compatibility").await;
        }
        close(place.open().await.unwrap()).await;
    }
}
