//! What every number among the settings may be. Beyond it something breaks that has nothing to do with the setting: a time
//! that no clock knows, a limit under which nothing can be said.

use serde_json::Value;

use super::{ConfigError, Settings};

/// A hundred years, in the units settings have.
const SECONDS: i128 = 100 * 365 * 24 * 3600;
const HOURS: i128 = SECONDS / 3600;
const DAYS: i128 = HOURS / 24;
/// More bytes than are ever held at once.
const GIB: i128 = 1 << 30;
/// More of anything than one process counts.
const MANY: i128 = 1_000_000_000;

/// Each number by its name, with the least and the most it may be.
const RANGES: &[(&str, i128, i128)] = &[
    ("http.max_connections", 1, 1_000_000),
    ("http.max_connections_per_address", 1, 1_000_000),
    ("http.idle_seconds", 1, 24 * 3600),
    ("http.max_in_flight", 1, 1_000_000),
    ("http.max_in_flight_per_address", 1, 1_000_000),
    ("http.max_body_bytes", 1024, GIB),
    ("http.min_position_wait_ms", 0, 60_000),
    ("http.reads_per_caller", 1, 1_000_000),
    ("http.waiting_reads_per_caller", 0, 1_000_000),
    ("http.shutdown_seconds", 0, 3600),
    ("http.trusted_hops", 0, 255),
    ("http.live_per_person", 1, 1_000_000),
    ("http.live_per_address", 1, 1_000_000),
    ("http.stalled_seconds", 1, 24 * 3600),
    ("auth.session_hours", 1, HOURS),
    ("auth.session_idle_hours", 1, HOURS),
    ("auth.lockout_attempts", 1, 1_000_000),
    ("auth.lockout_seconds", 1, 365 * 24 * 3600),
    // What is longer is refused as a password anyhow.
    ("auth.min_password_chars", 1, 128),
    ("widget.visit_days", 1, DAYS),
    ("widget.visit_idle_days", 1, DAYS),
    ("widget.visits_per_minute", 1, MANY),
    ("widget.waiting_chats_per_address", 1, MANY),
    ("budgets.person_changes_per_minute", 1, MANY),
    ("budgets.person_kilobytes_per_hour", 1, MANY),
    ("budgets.address_changes_per_minute", 1, MANY),
    ("budgets.address_kilobytes_per_hour", 1, MANY),
    ("budgets.organisation_changes_per_minute", 1, MANY),
    ("budgets.organisation_kilobytes_per_hour", 1, MANY),
    ("relay.keep_hours", 1, HOURS),
    ("relay.keep_megabytes", 1, 1 << 30),
    ("relay.replicas", 1, 5),
    ("relay.backfill_events", 0, MANY),
    ("reactors.offer_seconds", 1, SECONDS),
    ("reactors.chat_idle_seconds", 1, SECONDS),
    ("reactors.chat_abandoned_seconds", 1, SECONDS),
    ("limits.subject_chars", 1, 100_000),
    ("limits.description_bytes", 1, GIB),
    ("limits.message_bytes", 1, GIB),
    ("limits.visitor_message_bytes", 1, GIB),
    ("limits.open_chats_per_visitor", 1, MANY),
    ("limits.open_chats_per_customer", 1, MANY),
    ("limits.name_chars", 1, 100_000),
    ("limits.remark_chars", 1, 100_000),
    ("limits.tags", 0, 100_000),
    ("limits.custom_fields", 0, 100_000),
    ("limits.skills", 0, 100_000),
    ("limits.agents", 1, 1_000_000),
    ("limits.concurrent_chats", 1, 100_000),
    ("limits.views", 0, 100_000),
    ("limits.page_size", 1, 10_000),
    ("limits.max_page_size", 1, 10_000),
    ("limits.bulk_items", 1, 10_000),
    // Below it there is no page to spare for some of those that share it.
    ("memory.cache_bytes", 16 << 20, 1 << 40),
    // -1: never.
    ("erasure.sweep_hour", -1, 23),
    ("signing.interval_seconds", 1, SECONDS),
];

/// Refuses the first number that is beyond its range.
pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    let values = serde_json::to_value(settings).map_err(|error| ConfigError::new(error.to_string()))?;
    for &(name, least, most) in RANGES {
        let path = format!("/{}", name.replace('.', "/"));
        let Some(value) = values.pointer(&path).and_then(whole) else { continue };
        if !(least..=most).contains(&value) {
            return Err(ConfigError::new(format!("{name} = {value} is wrong: it may be {least} to {most}")));
        }
    }
    Ok(())
}

/// A whole number, whatever its sign and size.
fn whole(value: &Value) -> Option<i128> {
    value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from))
}

#[cfg(test)]
mod tests {
    use super::super::{DEFAULTS, Overrides};
    use super::*;

    /// The numbers of the default file, with their names.
    fn numbers(table: &toml::Table, under: &str, found: &mut Vec<String>) {
        for (name, value) in table {
            match value {
                toml::Value::Integer(_) => found.push(format!("{under}{name}")),
                toml::Value::Table(inner) => numbers(inner, &format!("{under}{name}."), found),
                _ => {}
            }
        }
    }

    fn load(name: &str, value: &str) -> Result<Settings, ConfigError> {
        let (section, name) = name.split_once('.').expect("in a section");
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), format!("[{section}]\n{name} = {value}\n")).expect("written");
        Settings::load(Some(file.path()), &Overrides::default())
    }

    #[test]
    fn every_number_has_a_range_and_is_refused_by_name_beyond_it() {
        let mut names = Vec::new();
        numbers(&DEFAULTS.parse().expect("TOML"), "", &mut names);
        assert!(names.len() > 40);
        for name in names {
            let (_, least, most) = *RANGES
                .iter()
                .find(|(known, ..)| *known == name)
                .unwrap_or_else(|| panic!("{name} has no range: say in api/src/config/ranges.rs what it may be"));
            for value in [(least - 1).min(-1).to_string(), i64::MAX.to_string(), (most + 1).to_string()] {
                let refused = load(&name, &value).expect_err(&format!("{name} = {value}")).to_string();
                assert!(refused.contains(&name), "{name} = {value}: {refused}");
            }
            let zero = load(&name, "0");
            assert_eq!(zero.is_ok(), least <= 0, "{name} = 0: {zero:?}");
            if let Err(refused) = zero {
                assert!(refused.to_string().contains(&name), "{refused}");
            }
        }
    }

    #[test]
    fn the_range_is_told() {
        let refused = load("auth.min_password_chars", "4000000000").expect_err("too long").to_string();
        assert_eq!(refused, "auth.min_password_chars = 4000000000 is wrong: it may be 1 to 128");
    }
}
