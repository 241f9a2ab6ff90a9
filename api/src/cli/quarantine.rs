//! `docket quarantine`.

use clap::Args;
use docket_domain::Position;
use docket_store::{Filter, JournalError, Quarantined, StoreError};
use serde_json::json;

use super::{Outcome, SettingArgs, print_json};
use crate::runtime::Desk;

/// Leaves out an event that this version does not understand, so that everything else goes on.
///
/// The event stays in the log, where `docket verify` still covers it; read models, reactors, NATS and listeners go past it.
/// Commands on what it belongs to are refused as long as it is not understood. Running servers notice by themselves.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket quarantine 4711 --reason \"written by a plugin that is gone\"
  docket quarantine --list
  docket quarantine 4711 --release      and then: docket rebuild --all, with a version that understands it")]
pub(crate) struct Quarantine {
    /// The event's position in the log, as `/readyz` names it.
    #[arg(required_unless_present = "list", value_parser = clap::value_parser!(u64).range(1..))]
    position: Option<u64>,
    /// Why, for those who look later.
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["list", "release"],
        value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// Takes it out again.
    #[arg(long, conflicts_with_all = ["list", "reason"])]
    release: bool,
    /// Only says what is in quarantine.
    #[arg(long, conflicts_with_all = ["position", "reason"])]
    list: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Quarantine {
    pub(crate) async fn run(self) -> Outcome {
        let desk = self.settings.open_existing().await?;
        let store = desk.journal.store();
        if let Some(position) = self.position.map(Position) {
            if self.release {
                if !store.release(position).await? {
                    return Err(format!("the event at position {position} is not in quarantine").into());
                }
            } else if let Some(known) = store.quarantined().await?.into_iter().find(|known| known.position == position)
            {
                let Quarantined { since, reason, .. } = known;
                eprintln!("left out already, since {}: {reason}", since.format("%Y-%m-%d %H:%M:%S"));
            } else {
                let found = what_is_wrong(&desk, position).await?;
                store
                    .quarantine(position, self.reason.as_deref().unwrap_or_default(), desk.journal.clock().now())
                    .await?;
                eprintln!("left out from now on: {found}");
            }
        }
        let all = store.quarantined().await?;
        desk.close().await;
        if self.json {
            print_json(&all.iter().map(as_json).collect());
        } else if self.release {
            println!("released; restart the servers and run `docket rebuild --all`");
        } else {
            for Quarantined { position, reason, since } in &all {
                println!("{:>12}  {}  {reason}", position.0, since.format("%Y-%m-%d %H:%M:%S"));
            }
        }
        Ok(())
    }
}

fn as_json(event: &Quarantined) -> serde_json::Value {
    json!({ "position": event.position, "reason": event.reason, "since": event.since })
}

/// What is wrong with the event there. One that is understood does not belong in quarantine: what it says would be missing.
async fn what_is_wrong(desk: &Desk, position: Position) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let before = Position(position.0 - 1);
    let recorded = match desk.journal.store().read_all(before, &Filter::default(), 1).await {
        Ok(page) => page.events,
        Err(error @ StoreError::Damaged { .. }) => return Ok(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    if recorded.first().is_none_or(|event| event.meta.position != position) {
        return Err(format!("the log has no event at position {position}").into());
    }
    match desk.journal.open(recorded).await {
        Ok(_) => Err(format!("the event at position {position} is understood; it is not left out").into()),
        Err(error @ JournalError::Unreadable(_)) => Ok(error.to_string()),
        Err(error) => Err(error.into()),
    }
}
