//! Read models held against the log, for `docket verify`: only where they have all of it is anything proven.

use std::time::Duration;

use docket_domain::Position;
use docket_projections::{Compared, Difference, RebuildProgress};
use docket_store::{CheckResult, Damage};

use crate::runtime::{Ledger, StartError};

/// How long read models that a server keeps may take to have what was in the log when it was proven.
const PATIENCE: Duration = Duration::from_secs(10);

/// Compares the read models with the log, which was proven up to `head`.
pub(super) async fn compare(
    ledger: &Ledger,
    head: Position,
    progress: impl FnMut(RebuildProgress) + Send,
) -> Result<CheckResult, StartError> {
    let failed = |at, what| CheckResult::Failed { at, damage: Damage::Differs(what), more: 0 };
    let Some(read_models) = ledger.read_models().await? else {
        let place = ledger.read_models_at();
        let what = format!("there are no read models in {place}: start the desk, or say --read-models where they are");
        return Ok(failed(Position::START, what));
    };
    let has_all = read_models.wait_for(head, PATIENCE).await?;
    // In this order: they are never further than the log they are made from.
    let at = read_models.look().await?;
    let end = ledger.journal.store().head().await?;
    let result = if !has_all {
        let what = format!(
            "the read models have the log up to position {at}, and it goes on to {head}: start the desk, which brings them on, \
             and verify again"
        );
        failed(at, what)
    } else if at > end {
        failed(end, format!("the read models go on to position {at}, and the log ends at {end}"))
    } else {
        result_of(&read_models.compare(&ledger.journal, progress).await?)
    };
    read_models.close().await;
    Ok(result)
}

fn result_of(compared: &Compared) -> CheckResult {
    let Some(Difference { model, rows, first }) = compared.differences.first() else {
        let (rows, position) = (compared.rows, compared.position);
        return CheckResult::proved(format!(
            "{rows} rows, and the words they are found by, are what the log makes up to position {position}"
        ));
    };
    let what = format!("{rows} rows of {model} are not what the log makes; the first has the key {first}");
    let more = compared.differences.len() as u64 - 1;
    CheckResult::Failed { at: compared.position, damage: Damage::Differs(what), more }
}
