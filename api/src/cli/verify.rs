//! `docket verify`.

use std::path::PathBuf;

use clap::Args;
use docket_store::{Anchor, Verified, verify, verify_export};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Outcome, SettingArgs, print_json};

/// Proves that the log is as it was written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket verify                          prints the chain's end: keep it elsewhere …
  docket verify --anchor 4711:9f86d0…    … and even a cut-off end is noticed
  docket verify --export desk.jsonl.gz   offline, from an export of the log")]
pub(crate) struct Verify {
    /// What an earlier verification printed: `position:hash`.
    #[arg(long)]
    anchor: Option<Anchor>,
    /// An export of the log, instead of the log itself.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Verify {
    pub(crate) async fn run(self) -> Outcome {
        let verified = match &self.export {
            Some(file) => {
                let file = std::fs::File::open(file)?;
                verify_export(std::io::BufReader::new(file), self.anchor, |_| {})?
            }
            None => {
                let desk = self.settings.open_existing().await?;
                let head = desk.journal.store().head().await?;
                let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(head.0) };
                bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} events  {per_sec}  {eta} left")?);
                let verified =
                    verify(&**desk.journal.store(), self.anchor, |position| bar.set_position(position.0)).await?;
                bar.finish_and_clear();
                desk.close().await;
                verified
            }
        };
        tell(&verified, self.json);
        Ok(())
    }
}

fn tell(verified: &Verified, as_json: bool) {
    let anchor = verified.hash.map(|hash| Anchor { position: verified.head, hash }.to_string());
    if as_json {
        print_json(&json!({ "verified": true, "events": verified.events, "leaves": verified.leaves,
                            "streams": verified.streams, "position": verified.head, "anchor": anchor }));
        return;
    }
    println!("verified: {} events in {} streams, up to position {}", verified.events, verified.streams, verified.head);
    if verified.leaves > 0 {
        println!("          {} events of others by their leaf alone", verified.leaves);
    }
    if let Some(anchor) = anchor {
        println!("anchor:   {anchor}");
    }
}
