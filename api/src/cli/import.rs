//! `docket import`.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use docket_commands::import::{ImportReport, ImportedBy, Importer};
use docket_domain::Actor;
use docket_domain::import::ImportedThrough;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::catch_up::catch_up;
use super::{Outcome, SettingArgs, files, print_json};

/// Brings in history: one line of JSON a ticket or chat, with its original times. `docs/import-format.md` says what is in
/// a line. Importing the same file again changes nothing. Ends with 1 if a line was refused, though the others are in.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket import history.jsonl.gz --data ./data                   with the server stopped
  docket import history.jsonl --url https://desk.example.com --token dk_…
  zcat history.jsonl.gz | docket import - --data ./data
  docket import history.jsonl --json > report.json               what became of every line, for programs")]
pub(crate) struct Import {
    /// The file, plain or packed with gzip; `-` is the standard input.
    file: PathBuf,
    /// A running server to import through, instead of a data folder.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "store", "read_models", "org", "config"])]
    url: Option<String>,
    /// An API token of an administrator, with --url.
    #[arg(long, requires = "url", env = "DOCKET_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// For programs: the report as an object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Import {
    pub(crate) async fn run(self) -> Outcome {
        let input = files::open(&self.file).map_err(|error| format!("{}: {error}", self.file.display()))?;
        let bar = match (self.json, input.size) {
            (true, _) => ProgressBar::hidden(),
            (false, 0) => ProgressBar::new_spinner(),
            (false, size) => ProgressBar::new(size),
        };
        let known = "{bar:40} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}";
        let style = if input.size == 0 { "{bytes}  {bytes_per_sec}  {msg}" } else { known };
        bar.set_style(ProgressStyle::with_template(style)?);
        let pieces = read(input, bar.clone());
        let report = match (&self.url, &self.token) {
            (Some(url), Some(token)) => through(url, token, pieces).await?,
            (Some(_), None) => return Err("--url needs --token, or DOCKET_TOKEN".into()),
            (None, _) => self.here(pieces, &bar).await?,
        };
        bar.finish_and_clear();
        tell(&report, self.json)?;
        match report.refused_count {
            0 => Ok(()),
            1 => Err("1 line was refused; all others are in".into()),
            refused => Err(format!("{refused} lines were refused; all others are in").into()),
        }
    }

    /// Imports into the data folder.
    async fn here(
        &self,
        mut pieces: mpsc::Receiver<std::io::Result<Bytes>>,
        bar: &ProgressBar,
    ) -> Result<ImportReport, Box<dyn std::error::Error + Send + Sync>> {
        let desk = self.settings.open().await?;
        let limits = desk.settings.domain_limits();
        let by = ImportedBy { actor: Actor::SYSTEM, through: ImportedThrough::CommandLine };
        let (journal, tenant) = (desk.journal.clone(), desk.tenant.clone());
        let mut importer = Importer::new(journal, desk.accounts(), tenant, limits, by).await?;
        let progress = importer.progress();
        while let Some(piece) = pieces.recv().await {
            importer.push(&piece?).await?;
            let (lines, events) = (progress.lines.load(Ordering::Relaxed), progress.events.load(Ordering::Relaxed));
            let rate = events as f64 / bar.elapsed().as_secs_f64().max(0.001);
            bar.set_message(format!("{lines} lines, {rate:.0} events/s"));
        }
        let report = importer.finish().await?;
        bar.reset();
        catch_up(&desk, bar).await?;
        desk.close().await;
        Ok(report)
    }
}

/// Reads the file in a thread of its own, a few pieces ahead.
fn read(mut input: files::Input, bar: ProgressBar) -> mpsc::Receiver<std::io::Result<Bytes>> {
    let (sender, pieces) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let piece = match input.content.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => Ok(Bytes::copy_from_slice(&buffer[..count])),
                Err(error) => Err(error),
            };
            bar.set_position(input.read.load(Ordering::Relaxed));
            let failed = piece.is_err();
            if sender.blocking_send(piece).is_err() || failed {
                return;
            }
        }
    });
    pieces
}

/// Imports through a running server.
async fn through(
    url: &str,
    token: &str,
    pieces: mpsc::Receiver<std::io::Result<Bytes>>,
) -> Result<ImportReport, Box<dyn std::error::Error + Send + Sync>> {
    let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).build()?;
    let answer = client
        .post(format!("{}/v1/imports", url.trim_end_matches('/')))
        .bearer_auth(token)
        .header(CONTENT_TYPE, "application/x-ndjson")
        .body(reqwest::Body::wrap_stream(ReceiverStream::new(pieces)))
        .send()
        .await?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer.json().await?);
    }
    let problem: serde_json::Value = answer.json().await.unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or("no reason was given");
    Err(format!("the server refused the import ({status}): {detail}").into())
}

fn tell(report: &ImportReport, as_json: bool) -> Outcome {
    if as_json {
        print_json(&serde_json::to_value(report)?);
        return Ok(());
    }
    let rate = report.events as f64 / report.seconds.max(0.001);
    say!("{} tickets, {} chats and {} others came in", report.tickets, report.chats, report.others);
    say!("{} events in {:.1} s ({rate:.0}/s)", report.events, report.seconds);
    let also = [
        (report.irregular, "steps would have been refused live; they are recorded, and marked"),
        (report.unchanged, "lines were here before; nothing was changed"),
        (report.renumbered, "tickets got another number than they asked for"),
        (report.refused_count, "lines were refused:"),
    ];
    for (count, what) in also.into_iter().filter(|(count, _)| *count > 0) {
        say!("{count} {what}");
    }
    for refusal in &report.refused {
        say!("  line {}: {}", refusal.line, refusal.reason);
    }
    Ok(())
}
