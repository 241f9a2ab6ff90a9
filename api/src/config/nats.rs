//! `[nats]`.

use std::path::{Path, PathBuf};

use docket_store::Exposure;
use docket_store::delivery::{NatsLogin, NatsOptions};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};
use serde::{Deserialize, Serialize};

use super::secrets::Given;
use super::{ConfigError, Secret};

/// `[nats]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct NatsSettings {
    pub url: Secret,
    pub user: String,
    pub password: Secret,
    pub password_file: PathBuf,
    pub token: Secret,
    pub token_file: PathBuf,
    pub credentials: Secret,
    pub credentials_file: PathBuf,
    pub nkey_seed: Secret,
    pub nkey_seed_file: PathBuf,
    pub ca_file: PathBuf,
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
    pub tls_required: bool,
    pub inbox_prefix: String,
}

impl NatsSettings {
    /// How to reach NATS; `None` if delivery is inside the process.
    ///
    /// # Errors
    /// Names the setting that is wrong, never its secret.
    pub fn options(&self) -> Result<Option<NatsOptions>, ConfigError> {
        if self.url.expose().is_empty() {
            return Ok(None);
        }
        let wrong = |name: &str, may: &str| ConfigError::new(format!("nats.{name} is wrong: {may}"));
        let mut options: NatsOptions = self.url.expose().parse().map_err(|error| wrong("url", &format!("{error}")))?;
        let logins = [
            secret("password", &self.password, &self.password_file)?
                .map(|password| NatsLogin::Password { user: self.user.clone(), password }),
            secret("token", &self.token, &self.token_file)?.map(NatsLogin::Token),
            secret("credentials", &self.credentials, &self.credentials_file)?.map(NatsLogin::Credentials),
            secret("nkey_seed", &self.nkey_seed, &self.nkey_seed_file)?.map(NatsLogin::Nkey),
        ];
        let mut logins = logins.into_iter().flatten();
        if let Some(login) = logins.next() {
            if options.login != NatsLogin::None {
                return Err(wrong("url", "it names a login, and so does another setting; keep one"));
            }
            options.login = login;
        }
        if logins.next().is_some() {
            return Err(wrong("url", "keep one of password, token, credentials and nkey_seed"));
        }
        let has_password = matches!(options.login, NatsLogin::Password { .. });
        if has_password && !self.password.expose().is_empty() && self.user.is_empty() {
            return Err(wrong("user", "a password needs one"));
        }
        if !self.user.is_empty() && !has_password {
            return Err(wrong("password", "a user needs one, here or in password_file"));
        }
        let given = |path: &Path| (!path.as_os_str().is_empty()).then(|| path.to_owned());
        options.ca_file = given(&self.ca_file);
        options.client_certificate = match (given(&self.cert_file), given(&self.key_file)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(wrong("cert_file", "cert_file and key_file belong together")),
        };
        options.tls_required = self.tls_required;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.';
        if !self.inbox_prefix.chars().all(plain) || self.inbox_prefix.split('.').any(|part| part.is_empty()) {
            if !self.inbox_prefix.is_empty() {
                return Err(wrong("inbox_prefix", "it may be e.g. \"_INBOX_docket\": a subject without * and >"));
            }
        } else {
            options.inbox_prefix = Some(self.inbox_prefix.clone());
        }
        Ok(Some(options))
    }
}

fn secret(name: &str, value: &Secret, file: &Path) -> Result<Option<String>, ConfigError> {
    Given { name: &format!("nats.{name}"), value, file, exposure: Exposure::Told }.read_text(1)
}

/// Settings in which `nats` may be a URL alone: `nats = "nats://…"`, as a flag gives it.
pub(super) struct UrlAlone<P>(pub(super) P);

impl<P: Provider> Provider for UrlAlone<P> {
    fn metadata(&self) -> Metadata {
        self.0.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut data = self.0.data()?;
        for nats in data.values_mut().filter_map(|settings| settings.get_mut("nats")) {
            if let Value::String(tag, url) = nats {
                let url = Value::String(*tag, std::mem::take(url));
                *nats = Value::Dict(*tag, Dict::from([("url".to_owned(), url)]));
            }
        }
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(set: impl FnOnce(&mut NatsSettings)) -> NatsSettings {
        let mut settings = NatsSettings { url: Secret::from("nats://a".to_owned()), ..NatsSettings::default() };
        set(&mut settings);
        settings
    }

    #[test]
    fn one_login_from_wherever_it_comes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "s3cret\n").unwrap();
        let login = |settings: NatsSettings| settings.options().unwrap().unwrap().login;
        assert_eq!(login(settings(|_| ())), NatsLogin::None);
        let of_file = settings(|nats| nats.token_file = file.path().into());
        assert_eq!(login(of_file), NatsLogin::Token("s3cret".into()));
        let with_password = settings(|nats| {
            nats.user = "docket".into();
            nats.password_file = file.path().into();
        });
        assert_eq!(login(with_password), NatsLogin::Password { user: "docket".into(), password: "s3cret".into() });
        assert!(NatsSettings::default().options().unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_named_and_secrets_are_not() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let secret = || Secret::from("s3cret".to_owned());
        for (name, settings) in [
            ("token_file", settings(|nats| nats.token_file = empty.path().into())),
            ("token_file", settings(|nats| nats.token_file = "/nowhere/token".into())),
            ("url", settings(|nats| (nats.token, nats.nkey_seed) = (secret(), secret()))),
            (
                "url",
                settings(|nats| {
                    nats.url = Secret::from("nats://u:s3cret@a".to_owned());
                    nats.token = secret();
                }),
            ),
            ("user", settings(|nats| nats.password = secret())),
            ("password", settings(|nats| nats.user = "docket".into())),
            ("cert_file", settings(|nats| nats.cert_file = "/a".into())),
            ("inbox_prefix", settings(|nats| nats.inbox_prefix = "a.>".into())),
            ("url", settings(|nats| nats.url = Secret::from("http://u:s3cret@a".to_owned()))),
        ] {
            let error = settings.options().expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains("s3cret"), "{name}: {error}");
        }
    }
}
