//! `docket migrate` and `docket org`.

use clap::{Args, Subcommand};
use docket_domain::TenantId;
use serde_json::json;

use super::{Outcome, SettingArgs, print_json};
use crate::runtime::begin_organisation;

/// Brings every database up to date and ends. `serve` does the same at its start.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  docket migrate --store postgres://docket@db/docket --read-models postgres://docket@db/docket"
)]
pub(crate) struct Migrate {
    #[command(flatten)]
    settings: SettingArgs,
}

impl Migrate {
    pub(crate) async fn run(self) -> Outcome {
        let desk = self.settings.open().await?;
        say!(
            "log, vault and read models are up to date; the log is at position {}",
            desk.journal.store().head().await?
        );
        desk.close().await;
        Ok(())
    }
}

/// Organisations. Each has data, settings and numbers of its own.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  docket org add acme --name \"Acme Ltd\"\n  docket org list --json")]
pub(crate) struct Org {
    #[command(subcommand)]
    command: OrgCommand,
}

#[derive(Debug, Subcommand)]
enum OrgCommand {
    /// Begins an organisation and prints its administrator's one-time sign-in.
    Add {
        /// 1 to 63 of a-z, 0-9 and -.
        id: TenantId,
        /// What people read.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Lists organisations.
    List {
        /// For programs.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingArgs,
    },
}

impl Org {
    pub(crate) async fn run(self) -> Outcome {
        match self.command {
            OrgCommand::Add { id, name, settings } => {
                let desk = settings.open().await?;
                let name = name.unwrap_or_else(|| id.to_string());
                match begin_organisation(&desk, &id, &name).await? {
                    Some(first) => {
                        say!("{id} is there. One-time sign-in code of its administrator: {}", first.code)
                    }
                    None => say!("{id} was there already"),
                }
                desk.close().await;
            }
            OrgCommand::List { json, settings } => {
                let desk = settings.open_existing().await?;
                let tenants = desk.accounts().tenants().await?;
                if json {
                    let all: Vec<_> = tenants.iter().map(|(id, since)| json!({ "id": id, "since": since })).collect();
                    print_json(&json!(all));
                } else {
                    for (id, since) in tenants {
                        say!("{id:<40} since {}", since.format("%Y-%m-%d %H:%M"));
                    }
                }
                desk.close().await;
            }
        }
        Ok(())
    }
}
