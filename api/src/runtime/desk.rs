//! Everything opened: log, vault, read models, write side.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use docket_commands::Commands;
use docket_domain::TenantId;
use docket_projections::{ReadError, ReadModels, ReadModelsUrl};
use docket_store::delivery::{BrokerError, LeaseError, LeaseStore, open_leases};
use docket_store::signing::SigningKeyError;
use docket_store::{
    Accounts, Clock, EventStore, InstallationError, Journal, JournalError, KeyError, LogUrl, MasterKey, MasterKeyError,
    PageCache, StoreError, SystemClock, Vault, Workers, check_halves, is_installed, join_halves, open_log_with,
    open_vault,
};

use crate::config::{ConfigError, Settings};

/// The variable that holds the master key, instead of the file in the data folder.
const MASTER_KEY: &str = "DOCKET_MASTER_KEY";

/// The desk could not be opened or started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is none, and whoever only looks makes none.
    #[error("there is no desk in {place}")]
    NoDesk {
        /// Where one was looked for.
        place: String,
    },
    /// The data folder cannot be used.
    #[error("the data folder {}: {source}", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The master key cannot be used.
    #[error("the master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The log cannot be opened.
    #[error("the log: {0}")]
    Log(#[from] StoreError),
    /// The log cannot be read.
    #[error("the log: {0}")]
    Journal(#[from] JournalError),
    /// The vault cannot be opened.
    #[error("the vault: {0}")]
    Vault(#[from] KeyError),
    /// Log and vault are not of one installation.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The read models cannot be opened.
    #[error("the read models: {0}")]
    ReadModels(#[from] ReadError),
    /// The leases cannot be opened.
    #[error("the leases: {0}")]
    Leases(#[from] LeaseError),
    /// The key that signs the log's head cannot be used.
    #[error("signing: {0}")]
    Signing(#[from] SigningKeyError),
    /// NATS cannot be used.
    #[error("nats: {0}")]
    Broker(#[from] BrokerError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The organisation could not be begun.
    #[error("the first organisation: {0}")]
    Begin(String),
}

/// A desk, opened. Nothing runs yet but the log's appender.
#[derive(Clone)]
pub struct Desk {
    /// The settings it was opened with.
    pub settings: Settings,
    /// The organisation of the first start.
    pub tenant: TenantId,
    /// The log, its keys and its clock.
    pub journal: Journal,
    /// The write side.
    pub commands: Commands,
    /// The read side.
    pub read_models: ReadModels,
    /// Keys, credentials, tokens, sessions.
    pub vault: Vault,
    /// What this process's workers are doing.
    pub workers: Workers,
}

impl Desk {
    /// Opens everything, making what is not there yet.
    ///
    /// # Errors
    /// [`StartError`] names what could not be opened.
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        Self::open_at(settings, Arc::new(SystemClock)).await
    }

    /// Opens a desk that is there. Where there is none, nothing is made: a mistyped folder or address is no empty desk.
    ///
    /// # Errors
    /// [`StartError::NoDesk`]; as [`open`](Self::open).
    pub async fn open_existing(settings: &Settings) -> Result<Self, StartError> {
        Places::of(settings).expect_desk(settings).await?;
        Self::open(settings).await
    }

    /// The same with another clock: for tests of what time does.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_at(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        make_folder(&settings.data)?;
        let master = master_key(&settings.data)?;
        let places = Places::of(settings);
        check_halves(&places.log, &places.vault).await?;
        // After the key and the look at both: a vault without its key or its log is taken for a loss.
        make_files(settings)?;
        let memory = &settings.memory;
        let ((log, vault), read_models) =
            tokio::try_join!(places.open_halves(master, clock.clone(), memory.log_pages()), async {
                ReadModels::open_with(&places.read_models, clock.clone(), memory.read_models())
                    .await
                    .map_err(StartError::from)
            })?;
        let workers = Workers::new(clock.clone());
        let journal = Journal::new(log, Arc::new(vault.clone()), clock);
        journal.learn_quarantine().await?;
        let commands = Commands::new(
            journal.clone(),
            vault.accounts(),
            docket_commands::Settings { limits: settings.domain_limits(), cached_bytes: memory.aggregates() },
        );
        let tenant = TenantId::new(&settings.org)
            .map_err(|error| StartError::Config(ConfigError::new(format!("org: {error}"))))?;
        Ok(Self { settings: settings.clone(), tenant, journal, commands, read_models, vault, workers })
    }

    /// Credentials, tokens and sessions.
    pub fn accounts(&self) -> Accounts {
        self.vault.accounts()
    }

    /// The leases of this installation: they lie where the log does.
    ///
    /// # Errors
    /// If they cannot be opened.
    pub async fn leases(&self) -> Result<Arc<dyn LeaseStore>, StartError> {
        Ok(open_leases(&Places::of(&self.settings).leases).await?)
    }

    /// Its databases that are SQLite files.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        files(&self.settings)
    }

    /// Finishes what is under way and closes.
    pub async fn close(&self) {
        self.journal.store().close().await;
        self.read_models.close().await;
        self.vault.close().await;
    }
}

/// Where things lie.
pub(super) struct Places {
    pub(super) log: LogUrl,
    pub(super) vault: String,
    leases: String,
    pub(super) read_models: ReadModelsUrl,
}

impl Places {
    /// Fails where there is no desk, or no key to its vault.
    pub(super) async fn expect_desk(&self, settings: &Settings) -> Result<(), StartError> {
        if !is_installed(&self.log, &self.vault).await? {
            let place = match &self.log {
                LogUrl::Sqlite(_) => settings.data.display().to_string(),
                LogUrl::Postgres(_) => self.log.to_string(),
            };
            return Err(StartError::NoDesk { place });
        }
        let path = settings.data.join("master.key");
        if std::env::var_os(MASTER_KEY).is_none() && !path.exists() {
            let vault = match self.vault.parse() {
                Ok(url @ LogUrl::Postgres(_)) => url.to_string().into(),
                _ => PathBuf::from(&self.vault),
            };
            return Err(MasterKeyError::Missing { path, vault }.into());
        }
        Ok(())
    }

    /// Opens log and vault, which belong together.
    pub(super) async fn open_halves(
        &self,
        master: MasterKey,
        clock: Arc<dyn Clock>,
        pages: PageCache,
    ) -> Result<(Arc<dyn EventStore>, Vault), StartError> {
        let (log, vault) = tokio::try_join!(
            async { open_log_with(&self.log, clock.clone(), pages).await.map_err(StartError::from) },
            async { open_vault(&self.vault, master, clock.clone()).await.map_err(StartError::from) },
        )?;
        join_halves((&self.log, &*log), (&self.vault, &vault)).await?;
        Ok((log, vault))
    }

    pub(super) fn of(settings: &Settings) -> Self {
        let file = |name: &str| settings.data.join(name);
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let on_postgres = settings.store != "sqlite";
        Self {
            log: if on_postgres { LogUrl::Postgres(settings.store.clone()) } else { LogUrl::Sqlite(file("log.db")) },
            vault: if on_postgres { settings.store.clone() } else { text(file("vault.db")) },
            leases: if on_postgres { settings.store.clone() } else { text(file("leases.db")) },
            read_models: if settings.read_models == "sqlite" {
                ReadModelsUrl::Sqlite(file("read.db"))
            } else {
                ReadModelsUrl::Postgres(settings.read_models.clone())
            },
        }
    }
}

/// The databases that are SQLite files.
fn files(settings: &Settings) -> Vec<PathBuf> {
    let mut names = Vec::new();
    if settings.store == "sqlite" {
        names.extend(["log.db", "vault.db", "leases.db"]);
    }
    if settings.read_models == "sqlite" {
        names.push("read.db");
    }
    names.into_iter().map(|name| settings.data.join(name)).collect()
}

/// The master key, from the environment or the data folder.
pub(super) fn master_key(data: &Path) -> Result<MasterKey, MasterKeyError> {
    match std::env::var(MASTER_KEY) {
        Ok(hex) => MasterKey::from_hex(&hex, MASTER_KEY),
        Err(_) => file_key(data),
    }
}

/// The key in the data folder; made only for a vault that is yet to be made. (A vault in PostgreSQL is not looked at: it
/// refuses the wrong key when it is opened.)
fn file_key(data: &Path) -> Result<MasterKey, MasterKeyError> {
    let (path, vault) = (data.join("master.key"), data.join("vault.db"));
    // In this order: whoever makes both at this moment makes the key first.
    if vault.exists() && !path.exists() {
        return Err(MasterKeyError::Missing { path, vault });
    }
    MasterKey::load_or_create(&path)
}

/// The folder is for its owner alone: it holds keys.
fn make_folder(path: &Path) -> Result<(), StartError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let created = builder.create(path).and_then(|()| {
        // Whether it can be written to, said here of the folder: the databases would say it in words of their own.
        let trial = path.join(format!(".writable-{}", std::process::id()));
        std::fs::write(&trial, [])?;
        std::fs::remove_file(&trial)
    });
    created.map_err(|source| StartError::Folder { path: path.to_owned(), source })
}

/// Makes the databases' files, for their owner alone, whatever the umask and the folder say; SQLite gives what it puts beside them the
/// same mode. Files that are there are left alone: opening and closing one would drop SQLite's locks on it.
#[cfg(unix)]
fn make_files(settings: &Settings) -> Result<(), StartError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    for path in files(settings) {
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(StartError::Folder { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_files(_: &Settings) -> Result<(), StartError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_key_is_not_replaced() {
        let data = tempfile::tempdir().expect("a folder");
        file_key(data.path()).expect("made for a new folder");
        std::fs::write(data.path().join("vault.db"), "").expect("written");
        file_key(data.path()).expect("found");
        std::fs::remove_file(data.path().join("master.key")).expect("removed");
        assert!(matches!(file_key(data.path()), Err(MasterKeyError::Missing { .. })));
        assert!(!data.path().join("master.key").exists());
    }

    #[tokio::test]
    async fn nobody_else_reads_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::defaults();
        settings.data = place.path().join("data");
        let desk = Desk::open(&settings).await.expect("it opens");
        let mode = |path: &Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!(mode(&settings.data), 0o700);
        let mut files = 0;
        for file in std::fs::read_dir(&settings.data).expect("a folder") {
            let path = file.expect("a file").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            files += 1;
        }
        assert!(files > 4, "the databases and what SQLite puts beside them");
        desk.close().await;
    }
}
