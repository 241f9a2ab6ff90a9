//! A desk with history: how fast it is read, how soon a command shows, whether it stays so as it grows, and how fast
//! it is built anew from its log.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::durable::{ask, register_customer};
use crate::load::{self, Until};
use crate::report::Report;
use crate::scripts::{Again, Work};
use crate::server::{Server, TOKEN};
use crate::{Extent, Failure, raw, visible};

const CONNECTIONS: usize = 64;
/// Messages of the tickets that are read.
const MESSAGES: u64 = 20;

/// `reads`, `visible_p99_ms`, `flat`, `rebuild`.
pub(crate) async fn measure(program: &Path, extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let docket = Server::docket(program, &data).await?;
    let customer = register_customer(&docket).await?;

    let conversations = converse(&docket, &customer).await?;
    seed(&docket, &customer, "small", extent.few_tickets).await?;
    reads(&docket, &conversations, extent, report).await?;
    let small = list_p99(&docket, extent)?;
    visible::measure(&docket, &customer, extent, report).await?;

    let begin = Instant::now();
    let more = extent.many_tickets - extent.few_tickets;
    seed(&docket, &customer, "large", more).await?;
    report.note("seeded_tickets_per_second", more as f64 / begin.elapsed().as_secs_f64());
    let large = list_p99(&docket, extent)?;
    report.note("list_p99_ms_small", small);
    report.note("list_p99_ms_large", large);
    report.note("flat", large / small);
    report.note("large_memory_mb", docket.memory_mb());
    docket.stop().await?;

    rebuild(program, &data, folder.path(), report)
}

/// How the limit of a rebuild commits.
const BULK: raw::Commit = raw::Commit { rows: 5000, durable: false };

/// Opens tickets with [`MESSAGES`] messages each and returns their ids.
async fn converse(docket: &Server, customer: &str) -> Result<Vec<String>, Failure> {
    let scripts: Vec<_> = (0..16).map(|n| Work::new(customer, TOKEN, n, "talk", MESSAGES - 1)).collect();
    let (_, scripts) = load::run(docket.address, scripts, Until::Requests(MESSAGES))?;
    settle(docket).await?;
    Ok(scripts.iter().filter_map(|script| script.tickets().last().cloned()).collect())
}

/// Opens so many tickets and waits until the lists have them.
async fn seed(docket: &Server, customer: &str, round: &str, tickets: u64) -> Result<(), Failure> {
    let scripts: Vec<_> = (0..CONNECTIONS).map(|n| Work::new(customer, TOKEN, n, round, 0)).collect();
    let (measured, _) = load::run(docket.address, scripts, Until::Requests(tickets / CONNECTIONS as u64))?;
    if measured.refused > 0 {
        return Err(Failure::Setup(format!("{} tickets were refused", measured.refused)));
    }
    settle(docket).await
}

/// Waits until the read models have what was written so far.
pub(crate) async fn settle(docket: &Server) -> Result<(), Failure> {
    settle_within(docket, Duration::from_secs(120)).await
}

/// The same, for as long as it takes with much to take in.
pub(crate) async fn settle_within(docket: &Server, patience: Duration) -> Result<(), Failure> {
    let answer = ask(docket, "POST", "/v1/customers", r#"{"name":"The last so far"}"#).await?;
    let position = answer["position"].as_u64().unwrap_or(0);
    let begin = Instant::now();
    loop {
        let path = format!("/v1/customers/{}", answer["id"].as_str().unwrap_or_default());
        let seen = crate::durable::ask_at(docket, &path, position).await;
        if seen.is_ok() {
            return Ok(());
        }
        if begin.elapsed() > patience {
            return Err(Failure::Setup(format!("the read models did not catch up within {patience:?}")));
        }
    }
}

/// `reads`: a list of 25 and a ticket's 20 messages in turn ÷ the plain echo.
async fn reads(docket: &Server, tickets: &[String], extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let echo = Server::echo().await?;
    let mut paths = Vec::new();
    for ticket in tickets {
        paths.push("/v1/tickets?limit=25".to_owned());
        paths.push(format!("/v1/tickets/{ticket}/messages?limit={MESSAGES}"));
    }
    let only = |part: &str| -> Vec<String> { paths.iter().filter(|path| path.contains(part)).cloned().collect() };
    let (mut ratios, mut rates, mut echoes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=extent.rounds {
        let echoed = gets(&echo, None, extent)?;
        let read = gets(docket, Some(&paths), extent)?;
        if read.refused > 0 {
            return Err(Failure::Setup(format!("{} reads were refused", read.refused)));
        }
        if round > 0 {
            ratios.push(read.rate() / echoed.rate());
            rates.push(read.rate());
            echoes.push(echoed.rate());
        }
    }
    report.note("read_list_per_second", gets(docket, Some(&only("?limit=25")), extent)?.rate());
    report.note("read_messages_per_second", gets(docket, Some(&only("/messages")), extent)?.rate());
    report.note_median("reads_per_second", rates);
    report.note_median("reads_echo_per_second", echoes);
    report.note_median("reads", ratios);
    Ok(())
}

fn gets(server: &Server, paths: Option<&[String]>, extent: Extent) -> Result<load::Measured, Failure> {
    let script = || paths.map_or_else(Again::echo, |paths| Again::get(paths, TOKEN));
    let scripts: Vec<_> = (0..CONNECTIONS).map(|_| script()).collect();
    Ok(load::run(server.address, scripts, Until::Time(extent.time))?.0)
}

/// How soon a list comes, on two connections: what a person at a quiet desk waits.
fn list_p99(docket: &Server, extent: Extent) -> Result<f64, Failure> {
    let paths: Vec<String> = ["", "&status=open", "&assignee=unassigned", "&priority=urgent", "&sort=newest"]
        .iter()
        .map(|filter| format!("/v1/tickets?limit=25{filter}"))
        .collect();
    let scripts: Vec<_> = (0..2).map(|_| Again::get(&paths, TOKEN)).collect();
    let (measured, _) = load::run(docket.address, scripts, Until::Time(extent.time))?;
    if measured.refused > 0 {
        return Err(Failure::Setup("lists were refused".into()));
    }
    Ok(measured.quantile_ms(0.99))
}

/// `rebuild`: all SQL read models from the log ÷ the same rows written in bulk.
fn rebuild(program: &Path, data: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let begin = Instant::now();
    let output = Command::new(program).args(["rebuild", "--all", "--data"]).arg(data).stdin(Stdio::null()).output()?;
    let seconds = begin.elapsed().as_secs_f64();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::Setup(format!("docket rebuild: {said}")));
    }
    let (limit, rows) = raw::copy_rows(&data.join("read.db"), &folder.join("copy.db"), BULK)?;
    report.note("rebuild_seconds", seconds);
    report.note("rebuild_rows", rows as f64);
    report.note("rebuild_rows_per_second", rows as f64 / seconds);
    report.note("rebuild_raw_rows_per_second", rows as f64 / limit);
    report.note("rebuild", limit / seconds);
    Ok(())
}
