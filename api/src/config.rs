//! Settings: defaults < file < `DOCKET_*` variables < flags. The defaults are `docket.default.toml` itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docket_domain::{Limits, TenantId};
use docket_store::delivery::{RelayOptions, StreamOptions};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// The commented default file, which is also where the defaults are read from.
pub const DEFAULTS: &str = include_str!("../../docket.default.toml");

/// A setting is wrong. The text names it, where it came from and what it may be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// A wrong setting, in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

macro_rules! setting_names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    };
}

setting_names! {
    /// What a process does.
    Role {
        /// Answers HTTP.
        Api,
        /// Publishes the log to NATS.
        Relay,
        /// Keeps the read models.
        Projections,
        /// Timers, chat routing.
        Reactors,
    }
}

setting_names! {
    /// How log lines look.
    LogFormat {
        /// For people.
        Text,
        /// For machines.
        Json,
    }
}

/// Every setting; see `docket.default.toml` for what each means.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml, where people look")]
pub struct Settings {
    pub data: PathBuf,
    pub roles: Vec<Role>,
    pub store: String,
    pub read_models: String,
    pub nats: String,
    pub org: String,
    pub http: HttpSettings,
    pub auth: AuthSettings,
    pub relay: RelaySettings,
    pub reactors: ReactorSettings,
    pub limits: LimitSettings,
    pub logging: LoggingSettings,
}

/// `[http]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct HttpSettings {
    pub listen: SocketAddr,
    pub public_url: String,
    pub max_in_flight: usize,
    pub max_body_bytes: usize,
    pub min_position_wait_ms: u64,
    pub shutdown_seconds: u64,
    pub trusted_origins: Vec<String>,
    pub trust_forwarded_for: bool,
}

/// `[auth]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct AuthSettings {
    pub session_hours: u32,
    pub session_idle_hours: u32,
    pub lockout_attempts: u32,
    pub lockout_seconds: u32,
    pub min_password_chars: usize,
    pub bootstrap_token: Secret,
    pub jwt: JwtSettings,
}

/// `[auth.jwt]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct JwtSettings {
    pub issuer: String,
    pub audience: String,
    pub algorithm: String,
    pub key: Secret,
    pub key_file: String,
    pub tenant_claim: String,
    pub role_claim: String,
}

/// `[relay]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct RelaySettings {
    pub keep_hours: u32,
    pub keep_megabytes: u32,
    pub replicas: u8,
    pub backfill_events: usize,
}

impl RelaySettings {
    /// How the relay works.
    pub fn options(&self) -> RelayOptions {
        let stream = StreamOptions {
            max_age: Duration::from_secs(u64::from(self.keep_hours) * 3600),
            max_bytes: u64::from(self.keep_megabytes) << 20,
            replicas: usize::from(self.replicas),
            ..StreamOptions::default()
        };
        RelayOptions { stream, backfill: self.backfill_events, ..RelayOptions::default() }
    }
}

/// `[reactors]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct ReactorSettings {
    pub offer_seconds: u32,
    pub chat_idle_seconds: u32,
    pub chat_abandoned_seconds: u32,
}

impl ReactorSettings {
    /// How patient the desk is.
    pub fn patience(&self) -> docket_reactors::Settings {
        let seconds = |seconds: u32| chrono::TimeDelta::seconds(i64::from(seconds));
        docket_reactors::Settings {
            offer_patience: seconds(self.offer_seconds),
            chat_idle: seconds(self.chat_idle_seconds),
            chat_abandoned: seconds(self.chat_abandoned_seconds),
        }
    }
}

/// `[limits]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct LimitSettings {
    pub subject_chars: usize,
    pub description_bytes: usize,
    pub message_bytes: usize,
    pub name_chars: usize,
    pub remark_chars: usize,
    pub tags: usize,
    pub custom_fields: usize,
    pub skills: usize,
    pub agents: usize,
    pub concurrent_chats: u32,
    pub page_size: u32,
    pub max_page_size: u32,
    pub bulk_items: usize,
}

/// `[logging]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct LoggingSettings {
    pub filter: String,
    pub format: LogFormat,
}

/// A setting that is never shown.
#[derive(Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}

/// What flags set; absent ones leave the rest as it is.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct Overrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_models: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nats: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    #[serde(skip_serializing_if = "HttpOverrides::is_empty")]
    pub http: HttpOverrides,
}

/// Flags of `[http]`.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct HttpOverrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

impl HttpOverrides {
    fn is_empty(&self) -> bool {
        self.listen.is_none() && self.public_url.is_none()
    }
}

/// Variables that are meant for something else than a setting of the same name.
const NOT_SETTINGS: [&str; 6] =
    ["DOCKET_MASTER_KEY", "DOCKET_CONFIG", "DOCKET_URL", "DOCKET_TOKEN", "DOCKET_BIN", "DOCKET_UPDATE_SCHEMAS"];
/// And those that only tests know.
const OF_TESTS: &str = "TEST_";

impl Settings {
    /// Reads everything and checks it.
    ///
    /// # Errors
    /// Names the setting that is wrong or unknown, where it was read, and what it may be.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError(format!("--config {}: there is no such file", file.display())));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let env = Env::prefixed("DOCKET_")
            .filter(|key| {
                let key = key.as_str().to_ascii_uppercase();
                !key.starts_with(OF_TESTS) && !NOT_SETTINGS.iter().any(|name| name[7..] == key)
            })
            .map(|key| match key.as_str().to_ascii_uppercase().as_str() {
                "BOOTSTRAP_TOKEN" => "auth__bootstrap_token".into(),
                "LISTEN" => "http__listen".into(),
                "PUBLIC_URL" => "http__public_url".into(),
                _ => key.into(),
            })
            .split("__");
        // Tokens and numbers-as-text stay text; lists may be written `a,b`.
        let figment = figment.merge(Texts(env)).merge(Serialized::defaults(overrides));
        let mut settings: Self = figment.extract().map_err(|error| explain(&error))?;
        // To the letter: a token of digits is not a number.
        if let Ok(token) = std::env::var("DOCKET_BOOTSTRAP_TOKEN") {
            settings.auth.bootstrap_token = Secret(token);
        }
        settings.check()?;
        Ok(settings)
    }

    /// Only the defaults: for tests.
    pub fn defaults() -> Self {
        Self::load_defaults().expect("the default file is checked by a test")
    }

    fn load_defaults() -> Result<Self, ConfigError> {
        Figment::from(Toml::string(DEFAULTS)).extract().map_err(|error| explain(&error))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong =
            |name: &str, value: &str, may: &str| Err(ConfigError(format!("{name} = {value:?} is wrong: {may}")));
        for (name, value) in [("store", &self.store), ("read_models", &self.read_models)] {
            if !(value == "sqlite" || value.starts_with("postgres://") || value.starts_with("postgresql://")) {
                return wrong(name, value, "it may be \"sqlite\" or \"postgres://user@host/database\"");
            }
        }
        if !(self.nats.is_empty() || self.nats.starts_with("nats://") || self.nats.starts_with("tls://")) {
            return wrong("nats", &self.nats, "it may be empty or \"nats://host:4222\" or \"tls://host:4222\"");
        }
        let relay = &self.relay;
        for (name, value) in [("relay.keep_hours", relay.keep_hours), ("relay.keep_megabytes", relay.keep_megabytes)] {
            if value == 0 {
                return wrong(name, "0", "it must be at least 1: the stream is bounded");
            }
        }
        if ![1, 3, 5].contains(&relay.replicas) {
            return wrong("relay.replicas", &relay.replicas.to_string(), "it may be 1, 3 or 5");
        }
        if let Err(error) = TenantId::new(&self.org) {
            return wrong("org", &self.org, error.rule);
        }
        if self.roles.is_empty() {
            return wrong("roles", "[]", "name at least one of api, relay, projections, reactors");
        }
        let url = &self.http.public_url;
        if !(url.is_empty() || url.starts_with("http://") || url.starts_with("https://")) {
            return wrong("http.public_url", url, "it may be empty, http://… or https://…");
        }
        let token = self.auth.bootstrap_token.expose();
        if !token.is_empty() && token.len() < 16 {
            return wrong("auth.bootstrap_token", "***", "it must have at least 16 characters, or be empty");
        }
        let jwt = &self.auth.jwt;
        if !jwt.issuer.is_empty() {
            if !["RS256", "ES256", "EdDSA", "HS256"].contains(&jwt.algorithm.as_str()) {
                return wrong("auth.jwt.algorithm", &jwt.algorithm, "it may be RS256, ES256, EdDSA or HS256");
            }
            if jwt.audience.is_empty() {
                return wrong("auth.jwt.audience", "", "with an issuer, say for whom its tokens must be meant");
            }
            if jwt.key.expose().is_empty() == jwt.key_file.is_empty() {
                return wrong("auth.jwt.key", "***", "give either key or key_file");
            }
            if jwt.algorithm == "HS256" && jwt.key_file.is_empty() && jwt.key.expose().len() < 32 {
                return wrong("auth.jwt.key", "***", "a shared secret must have at least 32 bytes");
            }
        }
        let limits = &self.limits;
        if limits.page_size == 0 || limits.page_size > limits.max_page_size {
            return wrong("limits.page_size", &limits.page_size.to_string(), "1 to limits.max_page_size");
        }
        for (name, value) in
            [("http.max_in_flight", self.http.max_in_flight), ("http.max_body_bytes", self.http.max_body_bytes)]
        {
            if value == 0 {
                return wrong(name, "0", "it must be at least 1");
            }
        }
        Ok(())
    }

    /// Whether this process has `role`.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether people reach Docket over TLS.
    pub fn is_https(&self) -> bool {
        self.http.public_url.starts_with("https://")
    }

    /// The limits the domain holds input to.
    pub fn domain_limits(&self) -> Limits {
        let l = &self.limits;
        Limits {
            subject_chars: l.subject_chars,
            description_bytes: l.description_bytes,
            message_bytes: l.message_bytes,
            name_chars: l.name_chars,
            remark_chars: l.remark_chars,
            tags: l.tags,
            custom_fields: l.custom_fields,
            skills: l.skills,
            agents: l.agents,
            concurrent_chats: l.concurrent_chats,
        }
    }
}

/// The environment with values read the way a person means them: `a,b` is a list where a list is wanted.
struct Texts(Env);

impl figment::Provider for Texts {
    fn metadata(&self) -> figment::Metadata {
        self.0.metadata()
    }

    fn data(&self) -> figment::error::Result<figment::value::Map<figment::Profile, figment::value::Dict>> {
        use figment::value::{Dict, Value};
        fn mend(dict: &mut Dict, path: &str) {
            for (key, value) in dict.iter_mut() {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let tag = value.tag();
                match value {
                    Value::Dict(_, inner) => mend(inner, &path),
                    Value::String(_, text) if ["roles", "http.trusted_origins"].contains(&path.as_str()) => {
                        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                        *value = Value::Array(tag, items.map(|item| Value::String(tag, item.to_owned())).collect());
                    }
                    Value::Num(_, number)
                        if ["auth.bootstrap_token", "auth.jwt.key", "org"].contains(&path.as_str()) =>
                    {
                        let text = number.to_actual().to_string();
                        *value = Value::String(tag, text);
                    }
                    _ => {}
                }
            }
        }
        let mut data = self.0.data()?;
        for dict in data.values_mut() {
            mend(dict, "");
        }
        Ok(data)
    }
}

fn explain(error: &figment::Error) -> ConfigError {
    let lines: Vec<String> = error
        .clone()
        .into_iter()
        .map(|error| {
            let name = error.path.join(".");
            let from = error.metadata.as_ref().map_or(String::new(), |m| {
                let source = m.source.as_ref().map_or_else(|| m.name.to_string(), |s| s.to_string());
                format!(" (in {source})")
            });
            let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
            format!("{name}{}{from}", error.kind)
        })
        .collect();
    ConfigError(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_names_every_setting_and_is_right() {
        let settings = Settings::load(None, &Overrides::default()).expect("defaults are right");
        let written: toml::Value = toml::from_str(DEFAULTS).expect("is TOML");
        let known = toml::Value::try_from(&settings).expect("serialises");
        assert_eq!(written, known, "docket.default.toml and Settings differ");
        assert_eq!(settings.domain_limits(), Limits::default());
        assert_eq!(settings.reactors.patience(), docket_reactors::Settings::default());
    }

    fn load(file: &str) -> Result<Settings, ConfigError> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("docket.toml");
        std::fs::write(&path, file).expect("written");
        Settings::load(Some(&path), &Overrides::default())
    }

    #[test]
    fn a_wrong_setting_is_named_with_what_it_may_be() {
        for (file, name, may) in [
            ("stor = \"sqlite\"", "stor", "store"),
            ("store = \"mysql://x\"", "store", "postgres://"),
            ("roles = [\"api\", \"cook\"]", "roles", "projections"),
            ("[http]\nlisten = \"nowhere\"", "http.listen", "socket address"),
            ("[http]\nmax_in_flight = \"many\"", "http.max_in_flight", "many"),
            ("[logging]\nformat = \"xml\"", "logging.format", "json"),
            ("org = \"Big Org\"", "org", "a-z"),
        ] {
            let error = load(file).expect_err("is refused").to_string();
            assert!(error.contains(name) && error.contains(may), "{file}: {error}");
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("docket.toml");
        std::fs::write(&path, "org = \"acme\"\n[http]\nlisten = \"127.0.0.1:1\"").expect("written");
        let overrides = Overrides {
            http: HttpOverrides { listen: Some("127.0.0.1:2".into()), public_url: None },
            ..Overrides::default()
        };
        let settings = Settings::load(Some(&path), &overrides).expect("is right");
        assert_eq!((settings.org.as_str(), settings.http.listen.port()), ("acme", 2));
    }
}
