//! `docket signer`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use docket_store::signing::{SigningKey, make_key_file};

use super::Outcome;

/// Keys that sign the log's head, so that nobody rewrites it or cuts it off unseen.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket signer new /etc/docket/signing.key      makes a key and prints its public half: give that to the auditors
  docket signer public /etc/docket/signing.key   prints the public half of a key that is there

The server signs with it if signing.key_file names it; `docket verify --signer` takes the public half.")]
pub(crate) struct Signer {
    #[command(subcommand)]
    command: SignerCommand,
}

#[derive(Debug, Subcommand)]
enum SignerCommand {
    /// Makes a new key in a file that is not there yet, and prints its public half.
    New {
        /// Where to.
        file: PathBuf,
    },
    /// Prints the public half of a key.
    Public {
        /// The key's file.
        file: PathBuf,
    },
}

impl Signer {
    pub(crate) fn run(self) -> Outcome {
        let public_key = match self.command {
            SignerCommand::New { file } => make_key_file(&file)?,
            SignerCommand::Public { file } => SigningKey::from_file(&file)?.public_key(),
        };
        say!("{public_key}");
        Ok(())
    }
}
