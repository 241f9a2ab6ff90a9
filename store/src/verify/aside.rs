//! Events that the operator has left out: nobody sees what they say, so that it had better be nothing that is understood.

use std::collections::BTreeMap;

use docket_domain::Position;

use super::damage::Damage;
use super::report::{Check, CheckResult, Found};
use crate::{EventStore, QuarantineChange, Quarantined, StoreError};

/// Those told one by one; `docket quarantine --list` has them all.
const TOLD: usize = 3;

/// Follows the events in quarantine.
#[derive(Debug)]
pub(super) struct Aside {
    known: BTreeMap<Position, Quarantined>,
    changes: Vec<QuarantineChange>,
    hidden: Found,
}

impl Aside {
    /// What is in quarantine as the verification begins.
    pub(super) async fn of(store: &dyn EventStore) -> Result<Self, StoreError> {
        let known = store.quarantined().await?.into_iter().map(|one| (one.position, one)).collect();
        Ok(Self { known, changes: store.quarantine_changes().await?, hidden: Found::default() })
    }

    /// Takes an event, understood or not. Whether it is left out and nobody is expected to understand it.
    pub(super) fn leaves_out(&mut self, at: Position, is_understood: bool) -> bool {
        let Some(one) = self.known.get(&at) else { return false };
        if is_understood {
            let reason = one.reason.clone();
            self.hidden.note(at, Damage::LeftOut { since: one.since, reason });
        }
        !is_understood
    }

    /// Nothing follows.
    pub(super) fn end(self) -> (Check, CheckResult) {
        let Self { known, changes, hidden } = self;
        let put_back = changes.iter().filter(|change| change.is_release).count();
        let result = match hidden.result(String::new) {
            CheckResult::Proved { .. } if known.is_empty() => {
                CheckResult::proved(format!("no event is left out; {put_back} times one was put back"))
            }
            CheckResult::Proved { .. } => CheckResult::not_checked(told(&known, &changes)),
            failed => failed,
        };
        (Check::LeftOut, result)
    }
}

/// What is left out, since when, by whom and why.
fn told(known: &BTreeMap<Position, Quarantined>, changes: &[QuarantineChange]) -> String {
    let tell = |Quarantined { position, reason, since }: &Quarantined| {
        let put = changes.iter().rev().find(|change| change.position == *position && !change.is_release);
        let by = put.map_or("nobody knows whom", |change| change.decided.by.as_str());
        format!("; position {position} since {} by {by}: {reason}", since.format("%Y-%m-%d %H:%M:%S UTC"))
    };
    let some: String = known.values().take(TOLD).map(tell).collect();
    let more = known.len().saturating_sub(TOLD);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("what {} events in quarantine say is in nothing that people read{some}{more}", known.len())
}
