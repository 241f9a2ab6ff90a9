//! Settings: defaults < file < `DOCKET_*` variables < flags. The defaults are `docket.default.toml` itself.

mod environment;
mod load;
mod memory;
mod nats;
mod proxies;
mod ranges;
mod secrets;
mod signing;

use std::path::PathBuf;
use std::time::Duration;

use docket_domain::Limits;
use docket_store::delivery::{RelayOptions, StreamOptions};
use serde::{Deserialize, Serialize};

pub use memory::MemorySettings;
pub use nats::NatsSettings;
pub use proxies::Network;
pub use signing::SigningSettings;

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
    pub org: String,
    pub nats: NatsSettings,
    pub http: HttpSettings,
    pub auth: AuthSettings,
    pub widget: WidgetSettings,
    pub budgets: BudgetSettings,
    pub relay: RelaySettings,
    pub reactors: ReactorSettings,
    pub signing: SigningSettings,
    pub erasure: ErasureSettings,
    pub memory: MemorySettings,
    pub limits: LimitSettings,
    pub logging: LoggingSettings,
    pub web: WebSettings,
    /// `DOCKET_*` variables that are no settings; told at the start.
    #[serde(skip)]
    pub unknown_variables: Vec<String>,
}

/// `[http]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct HttpSettings {
    pub listen: String,
    pub public_url: String,
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    pub idle_seconds: u64,
    pub max_in_flight: usize,
    pub max_in_flight_per_address: usize,
    pub reads_per_caller: usize,
    pub waiting_reads_per_caller: usize,
    pub max_body_bytes: usize,
    pub min_position_wait_ms: u64,
    pub shutdown_seconds: u64,
    pub trusted_origins: Vec<String>,
    pub trusted_proxies: Vec<Network>,
    pub trusted_hops: u8,
    pub trust_forwarded_for: bool,
    pub metrics_token: Secret,
    pub metrics_token_file: PathBuf,
    pub live_per_person: usize,
    pub live_per_address: usize,
    pub stalled_seconds: u64,
}

impl HttpSettings {
    /// Whether whoever connects from `peer` speaks for others: a proxy of ours.
    pub fn is_proxy(&self, peer: std::net::IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trust_forwarded_for
            || self.trusted_hops > 0
            || self.trusted_proxies.iter().any(|network| network.contains(&peer))
    }
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
    pub bootstrap_token_file: PathBuf,
    pub jwt: JwtSettings,
}

/// `[widget]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct WidgetSettings {
    pub visit_days: u32,
    pub visit_idle_days: u32,
    pub visits_per_minute: u32,
    pub waiting_chats_per_address: usize,
}

/// `[budgets]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct BudgetSettings {
    pub person_changes_per_minute: u32,
    pub person_kilobytes_per_hour: u32,
    pub address_changes_per_minute: u32,
    pub address_kilobytes_per_hour: u32,
    pub organisation_changes_per_minute: u32,
    pub organisation_kilobytes_per_hour: u32,
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

/// `[erasure]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct ErasureSettings {
    pub sweep_hour: i8,
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
    pub visitor_message_bytes: usize,
    pub open_chats_per_visitor: u32,
    pub open_chats_per_customer: u32,
    pub name_chars: usize,
    pub remark_chars: usize,
    pub tags: usize,
    pub custom_fields: usize,
    pub skills: usize,
    pub agents: usize,
    pub concurrent_chats: u32,
    pub views: usize,
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

/// `[web]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct WebSettings {
    pub dir: PathBuf,
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

impl Settings {
    /// Whether this process has `role`.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Logs what the variables of the environment have that is no setting: a typing mistake, or somebody else's.
    pub fn tell_unknown_variables(&self) {
        for variable in &self.unknown_variables {
            tracing::warn!(variable, "no setting has this name; the variable is left alone");
        }
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
            visitor_message_bytes: l.visitor_message_bytes,
            open_chats_per_visitor: l.open_chats_per_visitor,
            open_chats_per_customer: l.open_chats_per_customer,
            name_chars: l.name_chars,
            remark_chars: l.remark_chars,
            tags: l.tags,
            custom_fields: l.custom_fields,
            skills: l.skills,
            agents: l.agents,
            concurrent_chats: l.concurrent_chats,
            views: l.views,
        }
    }
}
