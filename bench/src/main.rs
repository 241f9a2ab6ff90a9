//! `docket-bench`: what Docket does a second, as a share of what this machine could do with nothing in the way.
//!
//! Every figure is a ratio of two wall-clock measurements of the same run, alternating, the median of several, because
//! disks and neighbours change from hour to hour. Absolute figures stand beside them.

mod baseline;
mod desk;
mod durable;
mod load;
mod log;
mod raw;
mod replay;
mod report;
mod scripts;
mod search;
mod server;
mod visible;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::report::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] docket_store::StoreError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Setup(String),
}

/// Measures Docket on this machine.
///
/// Examples:
///   cargo build --release && cargo run --release -p docket-bench
///   cargo run --release -p docket-bench -- --json > figures.json
///   cargo run --release -p docket-bench -- --quick --only http,append
#[derive(Debug, Parser)]
#[command(name = "docket-bench", version, verbatim_doc_comment)]
struct Options {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Less time and data for each figure: to see that it runs, not to compare.
    #[arg(long)]
    quick: bool,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// The docket to measure; the one built beside this program if absent.
    #[arg(long, value_name = "FILE")]
    docket: Option<PathBuf>,
    #[command(subcommand)]
    apart: Option<Apart>,
}

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// http_durable, cold_start, idle and loaded memory
    Http,
    /// append
    Append,
    /// replay
    Replay,
    /// reads, visible_p99_ms, flat, rebuild
    Desk,
}

#[derive(Debug, clap::Subcommand)]
enum Apart {
    /// How long somebody who types waits for what they look for, and how large the index is.
    Search {
        /// Tickets of the desk.
        #[arg(long, default_value_t = 200_000)]
        tickets: u64,
        /// Read models in this PostgreSQL database, which must be empty, instead of in SQLite.
        #[arg(long, value_name = "URL")]
        postgres: Option<String>,
        /// The desk's data folder, left as it is; one that is there already is only asked.
        #[arg(long, value_name = "FOLDER")]
        keep: Option<PathBuf>,
    },
    /// What Docket is measured against; started by the measurements themselves.
    #[command(subcommand, hide = true)]
    Baseline(baseline::Baseline),
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Runs of which the median counts.
    pub(crate) rounds: usize,
    /// How long one run of a load takes.
    pub(crate) time: Duration,
    /// Events of one run over the log alone.
    pub(crate) events: usize,
    /// Tickets of the small desk.
    pub(crate) few_tickets: u64,
    /// Tickets of the large one.
    pub(crate) many_tickets: u64,
}

impl Extent {
    const FULL: Self =
        Self { rounds: 5, time: Duration::from_secs(3), events: 60_000, few_tickets: 10_000, many_tickets: 200_000 };
    const QUICK: Self =
        Self { rounds: 1, time: Duration::from_secs(1), events: 30_000, few_tickets: 1_000, many_tickets: 10_000 };
}

fn main() -> std::process::ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(options)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("docket-bench: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    match options.apart {
        Some(Apart::Baseline(baseline)) => return baseline::serve(baseline).await,
        Some(Apart::Search { tickets, postgres, keep }) => {
            return search::measure(&server::program(options.docket)?, tickets, postgres, keep).await;
        }
        None => {}
    }
    let extent = if options.quick { Extent::QUICK } else { Extent::FULL };
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let mut report = Report::default();
    if wanted(Part::Append) {
        eprintln!("append: the log against a raw batched insert");
        log::append(extent, &mut report).await?;
    }
    if wanted(Part::Replay) {
        eprintln!("replay: the log through the fold into counters");
        replay::measure(extent, &mut report).await?;
    }
    if wanted(Part::Http) {
        eprintln!("http: commands against a bare handler into the same group commit");
        durable::measure(&server::program(options.docket.clone())?, extent, &mut report).await?;
    }
    if wanted(Part::Desk) {
        eprintln!("desk: reading, seeing, growing, rebuilding");
        desk::measure(&server::program(options.docket)?, extent, &mut report).await?;
    }
    println!("{}", if options.json { report.json() } else { report.table() });
    Ok(())
}
