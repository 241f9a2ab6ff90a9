//! `docket export`.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use clap::{Args, ValueEnum};
use docket_commands::export::export_history;
use docket_domain::{Position, TenantId};
use docket_store::{EventStore, Filter, StoreError, export_log};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::AsyncWrite;

use super::{Outcome, SettingArgs, files, say_beside};

/// Writes out an organisation's history, readable, or the log as it lies, sealed and verifiable. The server may go on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket export --out desk.jsonl.gz                      what `docket import` reads, with people's names and texts
  docket export --format raw --out log.jsonl             the log as it lies, for `docket verify --export`
  docket export --format raw --everyone | sha256sum      of all organisations")]
pub(crate) struct Export {
    /// What to write.
    #[arg(long, value_enum, default_value_t = Format::History)]
    format: Format,
    /// Where to; packed if the name ends in `.gz`. Absent or `-`: to the terminal or pipe.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// With --format raw: events of all organisations, not only of this one.
    #[arg(long)]
    everyone: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a ticket or chat, readable: names and texts included.
    History,
    /// One line an event, sealed, with the hash chain.
    Raw,
}

impl Export {
    pub(crate) async fn run(self) -> Outcome {
        if self.everyone && self.format == Format::History {
            return Err("--everyone belongs to --format raw; history is told one organisation at a time".into());
        }
        let desk = self.settings.open_existing().await?;
        let mut out = match self.out.as_deref().filter(|path| !files::is_standard(path)) {
            Some(path) => Out::File(files::create(path).map_err(|error| format!("{}: {error}", path.display()))?),
            None => Out::Standard(io::stdout()),
        };
        let bar = ProgressBar::new(0);
        let told = match self.format {
            Format::History => {
                bar.set_style(style("streams")?);
                let report = export_history(&desk.journal, &desk.tenant, &mut out, |done, total| {
                    bar.set_length(total);
                    bar.set_position(done);
                })
                .await?;
                if report.events == 0 {
                    return Err(nobodys(&desk.tenant).into());
                }
                format!(
                    "{} tickets, {} chats and {} other streams: {} events",
                    report.tickets, report.chats, report.streams, report.events
                )
            }
            Format::Raw => {
                // Leaves alone prove nothing of an organisation whose name was mistyped.
                let filter = Filter { tenant: (!self.everyone).then(|| desk.tenant.clone()), ..Filter::default() };
                let store = desk.journal.store();
                if !has_any(&**store, &filter).await? {
                    return Err(nobodys(&desk.tenant).into());
                }
                bar.set_style(style("events")?);
                bar.set_length(store.head().await?.0);
                let end = export_log(&**store, Position::START, &filter, &mut out, |position| {
                    bar.set_position(position.0);
                })
                .await?;
                format!("up to position {}; anchor: {end}", end.position)
            }
        };
        desk.close().await;
        bar.finish_and_clear();
        out.finish()?;
        // Not on the standard output: that may be the export.
        say_beside(&told);
        Ok(())
    }
}

/// Whether there is any such event.
async fn has_any(store: &dyn EventStore, filter: &Filter) -> Result<bool, StoreError> {
    const PAGE: usize = 2_000;
    let (mut after, head) = (Position::START, store.head().await?);
    while after < head {
        let page = store.read_all(after, filter, PAGE).await?;
        if !page.events.is_empty() {
            return Ok(true);
        }
        if page.scanned_to <= after {
            break;
        }
        after = page.scanned_to;
    }
    Ok(false)
}

fn nobodys(tenant: &TenantId) -> String {
    format!("there is no organisation {tenant} here, or nothing ever happened in it")
}

fn style(what: &str) -> Result<ProgressStyle, indicatif::style::TemplateError> {
    ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {what}  {{per_sec}}  {{eta}} left"))
}

/// Where the export goes. Writing blocks: nothing else is to be done meanwhile.
enum Out {
    File(files::Output),
    Standard(io::Stdout),
}

impl Out {
    fn finish(self) -> io::Result<()> {
        match self {
            Self::File(file) => file.finish(),
            Self::Standard(mut out) => io::Write::flush(&mut out),
        }
    }
}

impl AsyncWrite for Out {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match self.get_mut() {
            Self::File(file) => file.write(bytes),
            Self::Standard(out) => io::Write::write_all(out, bytes),
        };
        Poll::Ready(written.map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
