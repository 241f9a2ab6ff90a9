//! `docket demo`: a desk a newcomer can look at.

mod fill;
mod people;

use clap::Args;

use super::Outcome;
use super::serve::{announce, wait};
use super::settings::ServerArgs;
use crate::runtime::{Desk, Server};

/// Fills a desk with believable people, tickets and chats, and runs it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket demo                        in ./demo, on http://127.0.0.1:8080
  docket demo --tickets 5000         a bigger one
  docket demo --fill-only            only fills, and ends")]
pub(crate) struct Demo {
    /// How many tickets.
    #[arg(long, default_value_t = 200)]
    tickets: u32,
    /// How many chats.
    #[arg(long, default_value_t = 40)]
    chats: u32,
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
        let server = Server::start(desk.clone()).await?;
        let filled = fill::fill(&desk, self.tickets, self.chats).await?;
        match &filled {
            Some(filled) => {
                println!(
                    "Filled with {} people, {} tickets and {} chats.",
                    filled.people, filled.tickets, filled.chats
                );
                println!("Sign in as {} with the password {}", filled.email, filled.password);
            }
            None => println!("This desk is filled already."),
        }
        if self.fill_only {
            server.stop().await;
            return Ok(());
        }
        announce(&server);
        wait(server).await
    }
}
