//! The `docket` command line.

/// Prints a line, [printable] whatever is in it. Unlike `println!` it does not mind that nobody reads it any more.
macro_rules! say {
    ($($what:tt)*) => { $crate::cli::print_line(format_args!($($what)*)) };
}

mod backup;
mod catch_up;
mod demo;
mod desks;
mod export;
mod files;
mod import;
mod people;
mod quarantine;
mod read_models;
mod rebuild;
mod replay;
mod serve;
mod settings;
mod signer;
mod sweep;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use docket_domain::text::{printable, printable_json};

pub(crate) use settings::SettingArgs;

/// An event-sourced support desk: tickets, live chat, SLA clocks, dashboards and a verifiable audit trail.
///
/// Without a command it runs the desk, as `docket serve` does.
#[derive(Debug, Parser)]
#[command(name = "docket", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  docket                                         a whole desk in ./data, on http://127.0.0.1:8080
  docket demo                                    the same, filled with people, tickets and chats to look at
  docket serve --store postgres://docket@db/docket --read-models postgres://docket@db/docket \\
      --nats nats://nats:4222                    one of as many nodes as needed
  docket token issue --label backup              an API token of the first administrator
  docket verify                                  proves that the log is as it was written";

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the desk.
    Serve(serve::Serve),
    /// Fills a desk with believable people, tickets and chats, and runs it.
    Demo(demo::Demo),
    /// Brings every database up to date and ends.
    Migrate(desks::Migrate),
    /// Brings in history from elsewhere, with its original times.
    Import(import::Import),
    /// Writes out history, or the log as it lies.
    Export(export::Export),
    /// Copies an embedded desk, while it runs.
    Backup(backup::Backup),
    /// Puts a backup back and verifies it.
    Restore(backup::Restore),
    /// Builds read models anew from the log, beside the ones in use, and swaps them.
    Rebuild(rebuild::Rebuild),
    /// Leaves out an event that this version does not understand, so that everything else goes on.
    Quarantine(quarantine::Quarantine),
    /// Proves that the log is as it was written, and says what it could not prove.
    Verify(verify::Verify),
    /// Keys that sign the log's head.
    Signer(signer::Signer),
    /// Shows a ticket's, chat's or anything's history as people read it.
    Replay(replay::Replay),
    /// Organisations: begin one, list them.
    Org(desks::Org),
    /// People who sign in: add, list, let in again, lock out.
    User(people::User),
    /// API tokens: issue, list, revoke.
    Token(people::Token),
    /// Erases a person: whatever they wrote and is known of them becomes unreadable, for good.
    Erase(people::Erase),
    /// Writes over what erasures have left in PostgreSQL's files.
    Sweep(sweep::Sweep),
    /// Prints the default configuration file.
    Config,
    /// Prints completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What a command ends with if it fails: a line for people.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let Some(command) = Cli::parse().command.or_else(|| Cli::parse_from(["docket", "serve"]).command) else {
        return ExitCode::FAILURE;
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("docket: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_beside(&format!("docket: {error}"));
            ExitCode::FAILURE
        }
    }
}

impl Command {
    async fn run(self) -> Outcome {
        match self {
            Self::Serve(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Migrate(command) => command.run().await,
            Self::Import(command) => command.run().await,
            Self::Export(command) => command.run().await,
            Self::Backup(command) => command.run().await,
            Self::Restore(command) => command.run().await,
            Self::Rebuild(command) => command.run().await,
            Self::Quarantine(command) => command.run().await,
            Self::Verify(command) => command.run().await,
            Self::Signer(command) => command.run(),
            Self::Replay(command) => command.run().await,
            Self::Org(command) => command.run().await,
            Self::User(command) => command.run().await,
            Self::Token(command) => command.run().await,
            Self::Erase(command) => command.run().await,
            Self::Sweep(command) => command.run().await,
            Self::Config => {
                say!("{}", crate::config::DEFAULTS.trim_end_matches('\n'));
                Ok(())
            }
            Self::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Cli::command(), "docket", &mut script);
                say!("{}", String::from_utf8_lossy(&script).trim_end_matches('\n'));
                Ok(())
            }
        }
    }
}

/// A line for people, or (`--json`) an object for programs.
pub(crate) fn print_json(value: &serde_json::Value) {
    print(&printable_json(&format!("{value:#}")));
}

/// An object for programs that read one a line.
pub(crate) fn print_json_line(value: &serde_json::Value) {
    print(&printable_json(&value.to_string()));
}

/// Prints a line for people: what others wrote steers no terminal and turns no order, wherever in it it stands.
pub(crate) fn print_line(line: std::fmt::Arguments<'_>) {
    print(&printable(&line.to_string()));
}

/// Says something on the standard error, in the same way.
pub(crate) fn say_beside(line: &str) {
    eprintln!("{}", printable(line));
}

/// Prints a line to the standard output. Who closed the pipe (`| head`) has read enough: the command goes on to its end, and ends as
/// it would have.
fn print(line: &str) {
    let Err(error) = writeln!(std::io::stdout(), "{line}") else { return };
    if error.kind() != std::io::ErrorKind::BrokenPipe {
        eprintln!("docket: what was to be said cannot be printed: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
