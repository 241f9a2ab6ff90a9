//! `DOCKET_*` variables as settings.

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::DEFAULTS;

const PREFIX: &str = "DOCKET_";
/// Variables that are meant for something else than a setting of the same name.
const NOT_SETTINGS: [&str; 7] = ["MASTER_KEY", "CONFIG", "URL", "TOKEN", "BIN", "UPDATE_SCHEMAS", "WEB"];
/// And those that only tests know.
const OF_TESTS: &str = "TEST_";
/// Short names, and settings they are.
const SHORT: [(&str, &str); 5] = [
    ("BOOTSTRAP_TOKEN", "AUTH__BOOTSTRAP_TOKEN"),
    ("LISTEN", "HTTP__LISTEN"),
    ("NATS", "NATS__URL"),
    ("PUBLIC_URL", "HTTP__PUBLIC_URL"),
    ("WEB_DIR", "WEB__DIR"),
];

/// The settings that variables make. What a value means is what the default's type says: text is taken to the letter,
/// also where it looks like a number; `a,b` is a list where a list is wanted.
#[derive(Debug, Default)]
pub(super) struct Environment {
    settings: Dict,
    /// Variables with the prefix that no setting has. In a cluster, other software makes some: a service called `docket`
    /// makes `DOCKET_PORT`.
    pub(super) unknown: Vec<String>,
}

impl Environment {
    /// Sorts variables into settings and others.
    pub(super) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let defaults: toml::Table = DEFAULTS.parse().unwrap_or_default();
        let mut environment = Self::default();
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            if name.starts_with(OF_TESTS) || NOT_SETTINGS.contains(&name) {
                continue;
            }
            let name = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, full)| full).to_lowercase();
            let path: Vec<&str> = name.split("__").collect();
            match default_of(&defaults, &path) {
                Some(default) => insert(&mut environment.settings, &path, typed(value, default)),
                None => environment.unknown.push(variable),
            }
        }
        environment.unknown.sort();
        environment
    }
}

/// The default of a single setting; a section is none.
fn default_of<'a>(defaults: &'a toml::Table, path: &[&str]) -> Option<&'a toml::Value> {
    match path {
        [name] => defaults.get(*name).filter(|value| !value.is_table()),
        [section, rest @ ..] => default_of(defaults.get(*section)?.as_table()?, rest),
        [] => None,
    }
}

fn typed(value: String, default: &toml::Value) -> Value {
    match default {
        toml::Value::String(_) => Value::from(value),
        toml::Value::Array(_) if !value.trim_start().starts_with('[') => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(str::to_owned).collect::<Vec<_>>())
        }
        // Cannot fail: what is nothing else is text, which the settings then refuse by name.
        _ => value.parse().unwrap_or_else(|_| Value::from(value)),
    }
}

fn insert(dict: &mut Dict, path: &[&str], value: Value) {
    match path {
        [name] => {
            dict.insert((*name).to_owned(), value);
        }
        [section, rest @ ..] => {
            let inner = dict.entry((*section).to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = inner {
                insert(inner, rest, value);
            }
        }
        [] => {}
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("a DOCKET_* variable")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.settings.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Environment {
        Environment::of(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn at<'a>(environment: &'a Environment, section: &str, name: &str) -> Option<&'a Value> {
        environment.settings.get(section)?.as_dict()?.get(name)
    }

    #[test]
    fn variables_of_other_software_are_not_settings() {
        let environment = of(&[
            ("DOCKET_PORT", "tcp://10.0.0.7:8080"),
            ("DOCKET_SERVICE_HOST", "10.0.0.7"),
            ("DOCKET_PORT_8080_TCP_ADDR", "10.0.0.7"),
            ("DOCKET_HTTP", "tcp://10.0.0.7:8080"),
            ("DOCKET_HTTP__LISTN", "0.0.0.0:80"),
            ("DOCKET_TEST_POSTGRES", "x"),
            ("DOCKET_MASTER_KEY", "x"),
            ("HOME", "/root"),
        ]);
        let unknown = ["DOCKET_HTTP", "DOCKET_HTTP__LISTN", "DOCKET_PORT", "DOCKET_PORT_8080_TCP_ADDR"];
        assert_eq!(environment.unknown[..4], unknown);
        assert_eq!(environment.unknown[4..], ["DOCKET_SERVICE_HOST"]);
        assert!(environment.settings.is_empty());
    }

    #[test]
    fn text_is_taken_to_the_letter_and_the_rest_as_what_it_is() {
        let environment = of(&[
            ("DOCKET_BOOTSTRAP_TOKEN", "0123456789012345678"),
            ("DOCKET_NATS__PASSWORD", "true"),
            ("DOCKET_NATS", "nats://a,nats://b"),
            ("DOCKET_ORG", "42"),
            ("DOCKET_HTTP__MAX_IN_FLIGHT", "512"),
            ("DOCKET_HTTP__TRUSTED_ORIGINS", "https://a, https://b"),
            ("DOCKET_ROLES", "api,relay"),
        ]);
        assert_eq!(at(&environment, "auth", "bootstrap_token").unwrap().as_str(), Some("0123456789012345678"));
        assert_eq!(at(&environment, "nats", "password").unwrap().as_str(), Some("true"));
        assert_eq!(at(&environment, "nats", "url").unwrap().as_str(), Some("nats://a,nats://b"));
        assert_eq!(environment.settings["org"].as_str(), Some("42"));
        assert_eq!(at(&environment, "http", "max_in_flight").unwrap().to_u128(), Some(512));
        assert_eq!(at(&environment, "http", "trusted_origins").unwrap().as_array().map(<[_]>::len), Some(2));
        assert_eq!(environment.settings["roles"].as_array().map(<[_]>::len), Some(2));
        assert_eq!(environment.unknown, [""; 0]);
    }
}
