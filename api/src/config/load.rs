//! Reading settings, and saying what is wrong with them.

use std::path::Path;

use docket_domain::TenantId;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};

use super::environment::Environment;
use super::nats::UrlAlone;
use super::ranges;
use super::{ConfigError, DEFAULTS, Overrides, Settings};

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
            figment = figment.merge(UrlAlone(Toml::file_exact(file)));
        }
        let environment = Environment::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        let unknown = environment.unknown.clone();
        let figment = figment.merge(environment).merge(UrlAlone(Serialized::defaults(overrides)));
        let mut settings: Self = figment.extract().map_err(|error| explain(&error))?;
        settings.unknown_variables = unknown;
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
        self.nats.options()?;
        self.signing.check()?;
        let listen = &self.http.listen;
        let port = listen.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(_))) {
            let may = "it may be an address or a host name with a port, e.g. 127.0.0.1:8080 or localhost:8080";
            return wrong("http.listen", listen, may);
        }
        ranges::check(self)?;
        let relay = &self.relay;
        if ![1, 3, 5].contains(&relay.replicas) {
            return wrong("relay.replicas", &relay.replicas.to_string(), "it may be 1, 3 or 5");
        }
        if let Err(error) = TenantId::new(&self.org) {
            return wrong("org", &self.org, error.rule);
        }
        if self.roles.is_empty() {
            return wrong("roles", "[]", "name at least one of api, relay, projections, reactors");
        }
        let dir = &self.web.dir;
        if !dir.as_os_str().is_empty() && !dir.join("desk.html").is_file() {
            return wrong("web.dir", &dir.display().to_string(), "it may be empty, or a folder with a web build in it");
        }
        let url = &self.http.public_url;
        if !(url.is_empty() || url.starts_with("http://") || url.starts_with("https://")) {
            return wrong("http.public_url", url, "it may be empty, http://… or https://…");
        }
        self.auth.bootstrap()?;
        self.http.metrics()?;
        for origin in &self.http.trusted_origins {
            if !is_origin(origin) {
                return wrong(
                    "http.trusted_origins",
                    origin,
                    "it may be e.g. https://help.example.com, without a path",
                );
            }
        }
        let jwt = &self.auth.jwt;
        if !["RS256", "ES256", "EdDSA", "HS256"].contains(&jwt.algorithm.as_str()) {
            return wrong("auth.jwt.algorithm", &jwt.algorithm, "it may be RS256, ES256, EdDSA or HS256");
        }
        if !jwt.issuer.is_empty() {
            if jwt.audience.is_empty() {
                return wrong("auth.jwt.audience", "", "with an issuer, say for whom its tokens must be meant");
            }
            jwt.key_bytes()?;
        }
        let limits = &self.limits;
        if limits.page_size == 0 || limits.page_size > limits.max_page_size {
            return wrong("limits.page_size", &limits.page_size.to_string(), "1 to limits.max_page_size");
        }
        Ok(())
    }
}

/// What a browser sends as `Origin`: a scheme, a host (in ASCII, whatever it looks like) and perhaps a port.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !host.is_empty() && host.bytes().all(plain)
}

fn explain(error: &figment::Error) -> ConfigError {
    let lines: Vec<String> = error
        .clone()
        .into_iter()
        .map(|error| {
            let name = error.path.join(".");
            let from = error.metadata.as_ref().map_or(String::new(), |m| {
                match &m.source {
                    // Where in the code a flag is read is no help to whoever typed it.
                    Some(figment::Source::Code(_)) => " (from a flag)".to_owned(),
                    Some(source) => format!(" (in {source})"),
                    None => format!(" (in {})", m.name),
                }
            });
            let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
            format!("{name}{}{from}", error.kind)
        })
        .collect();
    ConfigError(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use docket_domain::Limits;
    use docket_store::delivery::NatsLogin;

    use super::super::HttpOverrides;
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
            ("[http]\nlisten = \"nowhere\"", "http.listen", "localhost:8080"),
            ("[http]\ntrusted_proxies = [\"10.0.0.0/40\"]", "http.trusted_proxies", "10.0.0.0/8"),
            ("nats = \"http://a\"", "nats.url", "nats://"),
            ("[nats]\nurl = \"nats://a\"\nuser = \"b\"", "nats.password", "needs one"),
            ("[http]\nmax_in_flight = \"many\"", "http.max_in_flight", "many"),
            ("[logging]\nformat = \"xml\"", "logging.format", "json"),
            ("[auth]\nlockout_attempts = 0", "auth.lockout_attempts", "1 to"),
            ("[http]\ntrusted_origins = [\"https://é.example\"]", "http.trusted_origins", "help.example.com"),
            ("[auth.jwt]\nalgorithm = \"none\"", "auth.jwt.algorithm", "EdDSA"),
            ("[signing]\ninterval_seconds = 0", "signing.interval_seconds", "1 to"),
            ("[signing]\ncommand = [\"sign\"]", "signing.public_key", "give both"),
            ("[signing]\ncommand = [\"sign\"]\npublic_key = \"ab\"", "signing.public_key", "64 hexadecimal"),
            ("org = \"Big Org\"", "org", "a-z"),
            ("[web]\ndir = \"/nowhere\"", "web.dir", "web build"),
        ] {
            let error = load(file).expect_err("is refused").to_string();
            assert!(error.contains(name) && error.contains(may), "{file}: {error}");
        }
    }

    #[test]
    fn nats_may_be_a_url_alone_and_a_flag_keeps_the_login_of_the_file() {
        let login = |settings: &Settings| settings.nats.options().expect("right").expect("there").login;
        let settings = load("nats = \"nats://u:p@a\"").expect("is right");
        assert_eq!(login(&settings), NatsLogin::Password { user: "u".into(), password: "p".into() });
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("docket.toml");
        std::fs::write(&path, "[nats]\ntoken = \"t0ken\"").expect("written");
        let overrides = Overrides { nats: Some("nats://b".into()), ..Overrides::default() };
        let settings = Settings::load(Some(&path), &overrides).expect("is right");
        assert_eq!(login(&settings), NatsLogin::Token("t0ken".into()));
        assert!(!format!("{settings:?}").contains("t0ken"));
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
        assert_eq!((settings.org.as_str(), settings.http.listen.as_str()), ("acme", "127.0.0.1:2"));
    }
}
