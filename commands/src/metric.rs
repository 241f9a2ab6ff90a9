//! Counters of the write side.

use std::fmt::{self, Debug, Write};

use crate::{CommandError, Done};

/// Counts a command by what it was and how it ended.
pub(crate) fn count(command: String, outcome: &Result<Done, CommandError>) {
    let outcome = match outcome {
        Ok(done) if done.replayed => "replayed",
        Ok(done) if !done.changed => "unchanged",
        Ok(_) => "done",
        Err(error) => error.outcome(),
    };
    metrics::counter!("docket_commands_total", "command" => command, "outcome" => outcome).increment(1);
}

/// Counts a look into the cache.
pub(crate) fn cache(hit: bool) {
    metrics::counter!("docket_state_cache_total", "result" => if hit { "hit" } else { "miss" }).increment(1);
}

/// Counts an append that had to be decided again because its stream had moved.
pub(crate) fn retry() {
    metrics::counter!("docket_command_retries_total").increment(1);
}

/// The name of an enum's variant, taken from its `Debug` form without formatting its fields.
pub(crate) fn variant(value: &dyn Debug) -> String {
    struct Name(String);
    impl Write for Name {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
            self.0.push_str(&text[..end]);
            // Stopping at the first thing that is not the name spares formatting what may be long.
            if end < text.len() { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut name = Name(String::new());
    let _ = write!(name, "{value:?}");
    name.0
}
