//! `docket backup` and `docket restore`: a copy of an embedded desk, taken while it runs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use docket_store::{
    Anchor, Check, CheckResult, Clock as _, Expectations, Exposure, Report, SecretFile, SystemClock, check_database,
    copy_database, prove, verify,
};
use serde::{Deserialize, Serialize};

use super::{Outcome, SettingArgs};
use crate::config::Settings;
use crate::runtime::Desk;

/// What a backup is made of, in this order: keys are made before what is sealed with them, so that the later copy of the vault opens
/// everything in the earlier one of the log.
const DATABASES: [&str; 2] = ["log.db", "vault.db"];
const MASTER_KEY: &str = "master.key";
const MANIFEST: &str = "backup.json";
const FORMAT: u32 = 1;
/// Where a restore lies until it is whole.
const BESIDE: &str = ".restoring-";

/// Copies an embedded desk (log and vault) into a new folder, while it runs or not. The read models are built from the log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket backup /backup/docket-$(date +%F)
  docket backup /backup/today --with-master-key     the key beside it: keep the folder as you would keep the key

Without the master key nobody reads people's names and words in a backup: keep a copy of it elsewhere.
On PostgreSQL use its own tools; docs/operating.md says how.")]
pub(crate) struct Backup {
    /// Where to; must not be there yet.
    folder: PathBuf,
    /// Puts the master key beside it.
    #[arg(long)]
    with_master_key: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

/// Puts a backup back, into a data folder that holds nothing (but perhaps the master key), and verifies it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket restore /backup/docket-2026-11-30 --data /var/lib/docket
  DOCKET_MASTER_KEY=$(cat master.key) docket restore /backup/today --data ./data")]
pub(crate) struct Restore {
    /// The folder a backup was made in.
    folder: PathBuf,
    #[command(flatten)]
    settings: SettingArgs,
}

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    taken_at: DateTime<Utc>,
    /// Up to where the log goes and the chain's hash there, as `docket verify --anchor` takes it.
    anchor: String,
    events: u64,
}

impl Backup {
    pub(crate) async fn run(self) -> Outcome {
        let settings = self.settings.load_with(&self.settings.overrides())?;
        embedded(&settings)?;
        if self.folder.exists() {
            return Err(format!("{} is there already; a backup wants a new folder", self.folder.display()).into());
        }
        if !settings.data.join(DATABASES[0]).is_file() {
            return Err(format!("there is no desk in {}", settings.data.display()).into());
        }
        // It has its name once it is whole.
        let mut partial = self.folder.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        private_folder(&partial)?;
        let made = self.fill(&settings, &partial).await;
        let manifest = match made {
            Ok(manifest) => manifest,
            Err(error) => {
                let _ = fs::remove_dir_all(&partial);
                return Err(error);
            }
        };
        fs::rename(&partial, &self.folder)?;
        say!("{} events, up to anchor {}", manifest.events, manifest.anchor);
        say!("its hash chain was followed; what else there is to prove, `docket verify` proves");
        if !self.with_master_key {
            say!("the master key is not in it: keep a copy elsewhere, without it nobody reads this");
        }
        Ok(())
    }

    async fn fill(
        &self,
        settings: &Settings,
        folder: &Path,
    ) -> Result<Manifest, Box<dyn std::error::Error + Send + Sync>> {
        for name in DATABASES {
            let copy = folder.join(name);
            private_file(&copy)?;
            copy_database(&settings.data.join(name), &copy).await?;
            fs::File::open(&copy)?.sync_all()?;
        }
        if self.with_master_key {
            let key = SecretFile::read(&settings.data.join(MASTER_KEY), Exposure::Refused)?;
            let mut file = private_file(&folder.join(MASTER_KEY))?;
            file.write_all(key.bytes())?;
            file.sync_all()?;
        }
        // What is copied is what is proven.
        let log = docket_store::open_log(
            &docket_store::LogUrl::Sqlite(folder.join(DATABASES[0])),
            std::sync::Arc::new(SystemClock),
        )
        .await?;
        let verified = verify(&*log, None, |_| ()).await;
        log.close().await;
        let verified = verified?;
        let hash = verified.hash.ok_or("the log has no chain of its own")?;
        let manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: SystemClock.now(),
            anchor: Anchor { position: verified.head, hash }.to_string(),
            events: verified.events,
        };
        let mut file = private_file(&folder.join(MANIFEST))?;
        file.write_all(serde_json::to_string_pretty(&manifest)?.as_bytes())?;
        file.sync_all()?;
        Ok(manifest)
    }
}

impl Restore {
    pub(crate) async fn run(self) -> Outcome {
        let settings = self.settings.load_with(&self.settings.overrides())?;
        embedded(&settings)?;
        let data = &settings.data;
        let manifest = fs::read(self.folder.join(MANIFEST))
            .map_err(|error| format!("{} is no backup: {MANIFEST}: {error}", self.folder.display()))?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| format!("{MANIFEST} cannot be read: {error}"))?;
        if manifest.format != FORMAT {
            return Err(format!("a backup of format {} needs another version of Docket", manifest.format).into());
        }
        for entry in fs::read_dir(data).into_iter().flatten() {
            let name = entry?.file_name();
            // The key may lie there already; the others are what a file system and a restore that was killed leave.
            let is_left = name == "lost+found" || name.to_string_lossy().starts_with(BESIDE);
            if name != MASTER_KEY && !is_left {
                return Err(format!(
                    "{} holds {} already; restore into an empty folder, nothing is overwritten",
                    data.display(),
                    name.display()
                )
                .into());
            }
        }
        private_folder(data)?;
        // It has its names once it is whole and proven: what fails leaves nothing that stands in the way of the next try.
        let beside = tempfile::Builder::new().prefix(BESIDE).tempdir_in(data)?;
        let report = self.fill(&settings, &manifest, beside.path()).await?;
        for name in [MASTER_KEY, DATABASES[1], DATABASES[0]] {
            let (from, to) = (beside.path().join(name), data.join(name));
            if from.exists() && !to.exists() {
                fs::rename(from, to)?;
            }
        }
        fs::File::open(data)?.sync_all()?;
        let (events, taken_at) = (report.verified.events, manifest.taken_at.format("%Y-%m-%d %H:%M:%S UTC"));
        if let Some(keys @ CheckResult::Failed { .. }) = report.of(Check::Keys) {
            return Err(format!(
                "{events} events of {taken_at} are back and their chain holds, but not all keys are: {}. (Somebody who was being \
                 erased while the backup was made may show like this)",
                keys.describe()
            )
            .into());
        }
        say!(
            "{events} events of {taken_at} are back, and their hash chain holds; the read models are built when the desk starts"
        );
        Ok(())
    }
}

impl Restore {
    /// Puts everything into `folder`, and opens and verifies it there.
    async fn fill(
        &self,
        settings: &Settings,
        manifest: &Manifest,
        folder: &Path,
    ) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
        for name in DATABASES {
            let from = self.folder.join(name);
            check_database(&from).await?;
            let mut file = private_file(&folder.join(name))?;
            std::io::copy(&mut fs::File::open(&from)?, &mut file)?;
            file.sync_all()?;
        }
        let keys = [settings.data.join(MASTER_KEY), self.folder.join(MASTER_KEY)];
        if let Some(key) = keys.iter().find(|key| key.is_file()) {
            let mut file = private_file(&folder.join(MASTER_KEY))?;
            // A backup that was carried about has whatever mode its carrier gave it; the copy is private.
            file.write_all(SecretFile::read(key, Exposure::Told)?.bytes())?;
            file.sync_all()?;
        } else if std::env::var_os("DOCKET_MASTER_KEY").is_none() {
            return Err(format!(
                "the backup has no {MASTER_KEY}: put it into {}, or give it as DOCKET_MASTER_KEY",
                settings.data.display()
            )
            .into());
        }
        // The vault refuses a master key that is not its own.
        let settings = Settings { data: folder.to_owned(), ..settings.clone() };
        let desk = Desk::open(&settings).await?;
        let expected = Expectations { anchor: Some(manifest.anchor.parse()?), ..Expectations::default() };
        let proven = prove(&desk.journal, &expected, |_| ()).await;
        desk.close().await;
        let report = proven?;
        // What the chain shows keeps the copy from taking the desk's place; what the rest shows was so when the backup was made.
        let of_chain = [Check::Positions, Check::Chain, Check::Versions, Check::Anchor];
        match report.checks.iter().find(|(check, result)| of_chain.contains(check) && result.name() == "failed") {
            Some((check, result)) => Err(format!("{}: {}", check.as_str(), result.describe()).into()),
            None => Ok(report),
        }
    }
}

fn embedded(settings: &Settings) -> Result<(), String> {
    if settings.store == "sqlite" {
        return Ok(());
    }
    Err("this copies an embedded desk; of a log in PostgreSQL make backups with its own tools, see docs/operating.md"
        .into())
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file, for its owner alone.
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
