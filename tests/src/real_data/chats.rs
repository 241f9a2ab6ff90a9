//! What customers wrote in human-to-human chats: one chat a conversation. The set has no times; they are invented, the
//! same each time.

use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Turn {
    domain: String,
    conversation: String,
    /// Some are written `4.0`.
    turn: f64,
    text: String,
}

/// Agents who share the chats.
const AGENTS: usize = 24;

/// Writes one line a conversation and returns how many chats and messages.
///
/// # Errors
/// If the data cannot be read or is not what it was.
pub fn convert_chats(tsv: &Path, out: &mut dyn Write) -> io::Result<(usize, usize)> {
    let reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(super::unpacked(tsv)?);
    let mut turns: Vec<Turn> = Vec::new();
    let (mut chats, mut messages) = (0, 0);
    for turn in super::records::<Turn>(reader) {
        let turn = turn?;
        if turns.first().is_some_and(|first| first.conversation != turn.conversation) {
            messages += chat(chats, &turns, out)?;
            chats += 1;
            turns.clear();
        }
        turns.push(turn);
    }
    if !turns.is_empty() {
        messages += chat(chats, &turns, out)?;
        chats += 1;
    }
    Ok((chats, messages))
}

fn chat(index: usize, turns: &[Turn], out: &mut dyn Write) -> io::Result<usize> {
    let first = &turns[0];
    let began_at = began_at(index);
    #[allow(clippy::cast_possible_truncation, reason = "a conversation has a few dozen turns")]
    let at = |turn: f64| began_at + TimeDelta::seconds(20 * turn as i64);
    let number = index % AGENTS + 1;
    let agent =
        json!({"kind": "agent", "external_id": format!("chat-agent-{number}"), "name": format!("Chat agent {number}")});
    let mut history: Vec<Value> =
        vec![json!({"at": began_at + TimeDelta::seconds(8), "actor": agent, "action": "accept"})];
    // Turns count what both sides said; a turn takes twenty seconds. Blank turns are not messages.
    let said = turns.iter().filter(|turn| !turn.text.trim().is_empty()).map(|turn| {
        json!({"at": at(turn.turn + 1.0), "actor": {"kind": "customer"}, "action": "message", "body": turn.text})
    });
    history.extend(said);
    let messages = history.len() - 1;
    let last = turns.iter().map(|turn| turn.turn).fold(0.0, f64::max);
    history.push(json!({"at": at(last + 2.0), "actor": agent, "action": "end"}));
    let line = json!({
        "type": "chat",
        "external_id": first.conversation,
        "customer": {"external_id": format!("visitor-{}", first.conversation)},
        "department": first.domain,
        "opened_at": began_at,
        "history": history,
    });
    super::write(&line, out)?;
    Ok(messages)
}

/// A new chat every 97 seconds from the first working day of 2019.
fn began_at(index: usize) -> DateTime<Utc> {
    DateTime::from_timestamp(1_546_416_000, 0).unwrap_or_default()
        + TimeDelta::seconds(97 * i64::try_from(index).unwrap_or_default())
}
