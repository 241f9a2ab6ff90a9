//! `docket demo`: a desk a newcomer can look at.

mod choices;
mod fill;
mod history;
mod people;
mod stories;
#[cfg(test)]
mod tests;
mod timeline;

use clap::Args;

use std::time::Duration;

use super::Outcome;
use super::serve::{Signals, announce, wait};
use super::settings::ServerArgs;
use crate::runtime::{Desk, Server};

/// How long the read models may take to show what was filled in, before the address is told all the same.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fills a desk with six weeks of a shop's tickets and chats, and runs it. All people are invented.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket demo                        in ./demo, on http://127.0.0.1:8080
  docket demo --tickets 5000         a bigger one
  docket demo --fill-only            only fills, and ends",
    mut_arg("data", |data| data.help("The data folder [default: demo]")))]
pub(crate) struct Demo {
    /// How many tickets.
    #[arg(long, default_value_t = 200)]
    tickets: usize,
    /// How many chats.
    #[arg(long, default_value_t = 80)]
    chats: usize,
    /// Only fill the desk, do not run it.
    #[arg(long)]
    fill_only: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl Demo {
    pub(crate) async fn run(self) -> Outcome {
        let mut settings = self.server.load()?;
        // Not by accident into a real desk.
        if settings.data == std::path::Path::new("data") {
            settings.data = "demo".into();
        }
        if settings.logging.filter == "info" {
            settings.logging.filter = "warn".to_owned();
        }
        crate::observe::start_logging(&settings.logging)?;
        settings.tell_unknown_variables();
        let desk = Desk::open(&settings).await?;
        let mut server = Server::start(desk.clone()).await?;
        // There is one way in, and it is told below.
        server.first_sign_in = None;
        let filled = fill::fill(&desk, self.tickets, self.chats).await?;
        let head = desk.journal.store().head().await?;
        desk.read_models.wait_for(head, PATIENCE).await?;
        match filled {
            Some(filled) => {
                say!("Filled with {} tickets and {} chats of the last six weeks.", filled.tickets, filled.chats)
            }
            None => say!("This desk is filled already."),
        }
        if self.fill_only {
            server.stop().await;
            return Ok(());
        }
        announce(&server);
        say!("Sign in at {}/sign-in as {} with the password {}", server.public_url, fill::sign_in(), fill::PASSWORD);
        if server.address.is_some_and(|address| !address.ip().is_loopback()) {
            say!("Everybody who reaches this address can do so.");
        }
        wait(server, Signals::listen()?).await
    }
}
