//! Records of imports.

use docket_domain::import::{ImportEvent, ImportFinished, ImportStarted, ImportedThrough};

use super::Dice;

pub(crate) const IMPORT_EVENTS: u8 = 2;

pub(crate) fn import_event(kind: u8, dice: Dice) -> ImportEvent {
    let count = u64::from(dice.a);
    match kind % IMPORT_EVENTS {
        0 => ImportStarted { through: dice.of(&[ImportedThrough::Api, ImportedThrough::CommandLine]) }.into(),
        _ => ImportFinished {
            sha256: "00".repeat(32),
            lines: count,
            tickets: count,
            chats: 0,
            others: 1,
            events: count * 3,
            irregular: 0,
            unchanged: 0,
            renumbered: 0,
            refused: 0,
        }
        .into(),
    }
}
