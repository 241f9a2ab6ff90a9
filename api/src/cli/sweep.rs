//! `docket sweep`.

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::catch_up::catch_up;
use super::{Outcome, SettingArgs, print_json};

/// Writes over what erasures have left in PostgreSQL's files: destroyed keys, and texts in the tables and indexes of the
/// read models. Each table is locked while it is written anew. A running server does so by itself at night.
///
/// What archives of the write-ahead log, replicas and backups hold is not within its reach: docs/operating.md says what to
/// do about those.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  docket sweep --store postgres://docket@db/docket --read-models postgres://docket@db/docket")]
pub(crate) struct Sweep {
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Sweep {
    pub(crate) async fn run(self) -> Outcome {
        let desk = self.settings.open_existing().await?;
        // Where a server runs, it is the one to do it.
        catch_up(&desk, &ProgressBar::hidden()).await?;
        let swept = desk.sweep().await?;
        desk.close().await;
        if self.json {
            print_json(&json!(swept));
            return Ok(());
        }
        match swept.tables {
            0 => say!("nothing to do: SQLite overwrites what is erased"),
            tables => say!("{tables} tables were written anew"),
        }
        for left in &swept.left {
            say!("left to do: {left}");
        }
        Ok(())
    }
}
