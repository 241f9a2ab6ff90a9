//! Counters of the write side.

use std::borrow::Cow;
use std::fmt::{self, Debug, Write};

use docket_domain::Category;

use crate::{CommandError, Done};

/// Counts a command by what it was and how it ended.
pub(crate) fn count(command: impl Into<Cow<'static, str>>, outcome: &Result<Done, CommandError>) {
    let outcome = match outcome {
        Ok(done) if done.replayed => "replayed",
        Ok(done) if !done.changed => "unchanged",
        Ok(_) => "done",
        Err(error) => error.outcome(),
    };
    metrics::counter!("docket_commands_total", "command" => command.into(), "outcome" => outcome).increment(1);
}

/// Counts a look into the cache.
pub(crate) fn cache(hit: bool) {
    metrics::counter!("docket_state_cache_total", "result" => if hit { "hit" } else { "miss" }).increment(1);
}

/// Counts an append that had to be decided again because its stream had moved.
pub(crate) fn retry() {
    metrics::counter!("docket_command_retries_total").increment(1);
}

/// What the first of some commands is called, e.g. `ticket.PostMessage`.
pub(crate) fn name<C: Debug>(category: Category, commands: &[C]) -> String {
    let mut name = Name(format!("{category}."));
    if let Some(command) = commands.first() {
        // The variant's name is what `Debug` writes first; stopping there spares formatting the fields.
        let _ = write!(name, "{command:?}");
    }
    name.0
}

/// Takes text up to the first character that is not of a name.
struct Name(String);

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        self.0.push_str(&text[..end]);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
