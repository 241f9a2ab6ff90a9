//! `docket quarantine`.

use chrono::{DateTime, Utc};
use clap::Args;
use docket_domain::Position;
use docket_store::{Decided, Filter, JournalError, QuarantineChange, Quarantined, StoreError};
use serde_json::json;

use super::{Outcome, SettingArgs, print_json, say_beside};
use crate::runtime::Desk;

/// Leaves out an event that this version does not understand, so that everything else goes on.
///
/// The event stays in the log, where `docket verify` still covers it; read models, reactors, NATS and listeners go past it.
/// Commands on what it belongs to are refused as long as it is not understood. Running servers notice by themselves.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket quarantine 4711 --reason \"written by a plugin that is gone\"
  docket quarantine --list
  docket quarantine 4711 --release --reason \"the plugin is back\"
                                        and then: docket rebuild --all, with a version that understands it")]
pub(crate) struct Quarantine {
    /// The event's position in the log, as `/readyz` names it.
    #[arg(required_unless_present = "list", value_parser = clap::value_parser!(u64).range(1..))]
    position: Option<u64>,
    /// Why, for those who look later.
    #[arg(long, value_name = "TEXT", required_unless_present = "list", value_parser = reason)]
    reason: Option<String>,
    /// Takes it out again.
    #[arg(long, conflicts_with = "list")]
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

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why, in words".into()),
        reason => Ok(reason.to_owned()),
    }
}

/// Who runs this, as far as can be told.
fn whoever() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "the command line".to_owned())
}

impl Quarantine {
    pub(crate) async fn run(self) -> Outcome {
        let desk = self.settings.open_existing().await?;
        let store = desk.journal.store();
        if let Some(position) = self.position.map(Position) {
            let now = desk.journal.clock().now();
            let decided = Decided { by: whoever(), reason: self.reason.clone().unwrap_or_default(), at: now };
            if self.release {
                if !store.release(position, &decided).await? {
                    return Err(format!("the event at position {position} is not in quarantine").into());
                }
            } else if let Some(known) = store.quarantined().await?.into_iter().find(|known| known.position == position)
            {
                let Quarantined { since, reason, .. } = known;
                say_beside(&format!("left out already, since {}: {reason}", since.format("%Y-%m-%d %H:%M:%S")));
            } else {
                let found = what_is_wrong(&desk, position).await?;
                store.quarantine(position, &decided).await?;
                say_beside(&format!("left out from now on: {found}"));
            }
        }
        let (all, changes) = (store.quarantined().await?, store.quarantine_changes().await?);
        desk.close().await;
        if self.json {
            let left_out: Vec<_> = all.iter().map(|event| as_json(event, &changes)).collect();
            print_json(&json!(left_out));
        } else if self.release {
            say!("released; restart the servers and run `docket rebuild --all`");
        } else {
            tell(&all, &changes);
        }
        Ok(())
    }
}

/// What is left out, and what was done before.
fn tell(all: &[Quarantined], changes: &[QuarantineChange]) {
    for event in all {
        let Quarantined { position, reason, since } = event;
        let by = put_by(event, changes).unwrap_or("nobody knows whom");
        say!("{:>12}  {}  by {by}: {reason}", position.0, day(*since));
    }
    for QuarantineChange { position, decided: Decided { by, reason, at }, .. } in
        changes.iter().filter(|change| change.is_release)
    {
        say!("{:>12}  {}  released by {by}: {reason}", position.0, day(*at));
    }
}

fn day(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S")
}

/// Who put it there, if that was recorded.
fn put_by<'a>(event: &Quarantined, changes: &'a [QuarantineChange]) -> Option<&'a str> {
    let put = changes.iter().rev().find(|change| change.position == event.position && !change.is_release);
    put.map(|change| change.decided.by.as_str())
}

fn as_json(event: &Quarantined, changes: &[QuarantineChange]) -> serde_json::Value {
    json!({ "position": event.position, "reason": event.reason, "since": event.since, "by": put_by(event, changes) })
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
