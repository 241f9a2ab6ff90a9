//! `docket rebuild`.

use clap::Args;
use docket_projections::ReadModels;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Outcome, SettingArgs, print_json};

/// Builds read models anew from the log. The ones in use serve until the new ones take their place.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket rebuild tickets search
  docket rebuild --all --json")]
pub(crate) struct Rebuild {
    /// Which: see `docket rebuild --list`.
    #[arg(required_unless_present_any = ["all", "list"])]
    models: Vec<String>,
    /// All of them.
    #[arg(long, conflicts_with = "models")]
    all: bool,
    /// Only says which there are.
    #[arg(long)]
    list: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Rebuild {
    pub(crate) async fn run(self) -> Outcome {
        if self.list {
            for name in ReadModels::names() {
                say!("{name}");
            }
            return Ok(());
        }
        let desk = self.settings.open_existing().await?;
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} positions  {per_sec}  {eta} left")?);
        let models: Vec<&str> = self.models.iter().map(String::as_str).collect();
        let started = std::time::Instant::now();
        let rebuilt = desk
            .read_models
            .rebuild(&desk.journal, &models, |progress| {
                bar.set_length(progress.target.0);
                bar.set_position(progress.position.0);
            })
            .await?;
        let seconds = started.elapsed().as_secs_f64();
        bar.finish_and_clear();
        desk.close().await;
        let rate = rebuilt.events as f64 / seconds.max(1e-9);
        if self.json {
            print_json(&json!({ "models": rebuilt.models, "events": rebuilt.events, "position": rebuilt.position,
                                "seconds": seconds, "events_per_second": rate }));
        } else {
            say!(
                "rebuilt {} from {} events in {seconds:.1} s ({rate:.0}/s)",
                rebuilt.models.join(", "),
                rebuilt.events
            );
        }
        Ok(())
    }
}
