//! `docket verify`.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;
use docket_domain::TenantId;
use docket_store::signing::PublicKey;
use docket_store::{
    Anchor, Check, CheckResult, Clock as _, Expectations, Report, Signers, SystemClock, prove, prove_export,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::read_models::compare;
use super::{Outcome, SettingArgs, files, print_json};

/// Proves that the log is as it was written, and says what it could not prove.
///
/// Every check is told with what came of it: proved, failed, or not checked and why. One that was asked for and could not
/// happen has failed. It ends with an error if any has.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket verify                          prints the chain's end: keep it elsewhere …
  docket verify --anchor 4711:9f86d0…    … and even a cut-off end is noticed
  docket verify --signer 3b6a27…         holds the signed heads against the log: what `docket signer new` printed
  docket verify --compare-read-models    and that everything people read is what the log makes
  docket verify --export desk.jsonl.gz   offline, from an export of the log
  docket verify --export acme.jsonl --signer 3b6a27… --tenant acme       … in which nothing of acme is left out")]
pub(crate) struct Verify {
    /// What an earlier verification printed: `position:hash`.
    #[arg(long)]
    anchor: Option<Anchor>,
    /// An export of the log, instead of the log itself.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Whose signed heads count: public keys, with commas between.
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    signer: Vec<PublicKey>,
    /// How old the last signed head may be: 90s, 15m, 24h, 7d.
    #[arg(long, value_name = "TIME", value_parser = span, requires = "signer")]
    signed_within: Option<TimeDelta>,
    /// With --export: the organisation whose events must all be in it.
    #[arg(long, value_name = "NAME", value_parser = tenant, requires_all = ["export", "signer"])]
    tenant: Option<TenantId>,
    /// Also makes every read model anew beside the live ones and compares them row by row; they take in nothing meanwhile.
    #[arg(long, conflicts_with = "export")]
    compare_read_models: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

fn span(text: &str) -> Result<TimeDelta, String> {
    let wrong = || format!("{text:?} is no time: a number and s, m, h or d, as in 24h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    TimeDelta::try_seconds(i64::from(number) * seconds).ok_or_else(wrong)
}

fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::new(text).map_err(|error| error.to_string())
}

impl Verify {
    fn expectations(&self) -> Expectations {
        let within = self.signed_within.map(|within| (within, SystemClock.now()));
        let signers = Signers { keys: self.signer.clone(), within };
        Expectations { anchor: self.anchor, signers, tenant: self.tenant.clone() }
    }

    pub(crate) async fn run(self) -> Outcome {
        let report = match &self.export {
            Some(file) => {
                let opened = files::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
                prove_export(opened.content, &self.expectations(), |_| {})?
            }
            None => self.of_log().await?,
        };
        tell(&report, self.json);
        match failure(&report) {
            None => Ok(()),
            Some(failure) => Err(failure.into()),
        }
    }

    async fn of_log(&self) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
        let ledger = self.settings.open_ledger().await?;
        let head = ledger.journal.store().head().await?;
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(head.0) };
        bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} events  {per_sec}  {eta} left")?);
        let mut report = prove(&ledger.journal, &self.expectations(), |position| bar.set_position(position.0)).await?;
        let read_models = if self.compare_read_models {
            bar.set_position(0);
            compare(&ledger, report.verified.head, |at| bar.set_position(at.position.0)).await?
        } else {
            CheckResult::not_checked("compared with the log only with --compare-read-models")
        };
        report.checks.push((Check::ReadModels, read_models));
        bar.finish_and_clear();
        ledger.close().await;
        Ok(report)
    }
}

/// What it ends with, if any check failed.
fn failure(report: &Report) -> Option<String> {
    let failed = report.checks.iter().filter_map(|(check, result)| match result {
        CheckResult::Failed { damage, .. } => Some((check, damage)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    match &failed[..] {
        [] => None,
        all if all.iter().all(|(_, damage)| damage.is_unproven()) => {
            let why: Vec<String> = all.iter().map(|(_, damage)| damage.to_string()).collect();
            Some(format!("not proven as asked: {}", why.join("; ")))
        }
        [_] => Some("a check failed: the log is not what was written".to_owned()),
        more => Some(format!("{} checks failed: the log is not what was written", more.len())),
    }
}

fn tell(report: &Report, as_json: bool) {
    let verified = &report.verified;
    let anchor = verified.hash.map(|hash| Anchor { position: verified.head, hash }.to_string());
    if as_json {
        let checks: Vec<Value> = report
            .checks
            .iter()
            .map(|(check, result)| {
                let at = if let CheckResult::Failed { at, .. } = result { Some(at.0) } else { None };
                json!({ "check": check.as_str(), "result": result.name(), "position": at, "detail": result.describe() })
            })
            .collect();
        print_json(&json!({ "verified": !report.has_failed(), "checks": checks, "events": verified.events,
                            "leaves": verified.leaves, "streams": verified.streams, "position": verified.head,
                            "anchor": anchor, "last_signed": report.last_signed }));
        return;
    }
    for (check, result) in &report.checks {
        let name = check.as_str().replace('_', " ");
        say!("{:<12} {name:<18} {}", result.name().replace('_', " "), result.describe());
    }
    say!("");
    say!("{} events in {} streams, up to position {}", verified.events, verified.streams, verified.head);
    if verified.leaves > 0 {
        say!("{} events of others by their leaf alone", verified.leaves);
    }
    if let Some(anchor) = anchor {
        say!("anchor: {anchor}");
    }
    if let Some(head) = &report.last_signed {
        let signed = Anchor { position: head.position, hash: head.hash };
        say!("last signed head: {signed} at {}", head.signed_at.format("%Y-%m-%dT%H:%M:%SZ"));
    }
}
