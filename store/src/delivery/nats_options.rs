//! How to reach NATS, and as whom.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use async_nats::{ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Exposure, SecretFile};

/// What a server may be.
const SERVERS: &str = "a server is nats://host:4222 or tls://host:4222";

/// What is said of servers with a login each.
const OTHER_LOGIN: &str =
    "the servers of one cluster take one login: name it with the first server, or the same with each";

/// The text names no servers, or not as whom to speak to them. Says nothing of what it holds, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidNatsOptions(String);

/// As whom a client speaks to NATS. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum NatsLogin {
    /// As nobody in particular.
    #[default]
    None,
    /// With a user's name and password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// With a token.
    Token(String),
    /// With the contents of a credentials file: a user's JWT and the key that proves it.
    Credentials(String),
    /// With the seed of an nkey.
    Nkey(String),
}

impl fmt::Debug for NatsLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Password { .. } => "password",
            Self::Token(_) => "token",
            Self::Credentials(_) => "credentials",
            Self::Nkey(_) => "nkey",
        })
    }
}

/// Servers, login and TLS.
#[derive(Debug, Clone, Default)]
pub struct NatsOptions {
    /// The servers of one cluster, tried until one answers.
    pub servers: Vec<ServerAddr>,
    /// As whom.
    pub login: NatsLogin,
    /// The authority that signed the servers' certificates, if it is not one the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificate and key, both in PEM.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// Refuses servers that do not offer TLS.
    pub tls_required: bool,
    /// What the subjects of answers begin with, if it is not `_INBOX`.
    pub inbox_prefix: Option<String>,
}

impl FromStr for NatsOptions {
    type Err = InvalidNatsOptions;

    /// Reads `nats://host:4222`, with a user and a password or a token before an `@` if there are any; several servers
    /// are separated by commas, and have one login.
    fn from_str(text: &str) -> Result<Self, InvalidNatsOptions> {
        let mut options = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let wrong = |error: &str| InvalidNatsOptions(format!("{error}; {SERVERS}"));
            let address: ServerAddr = part.parse().map_err(|error: std::io::Error| wrong(&error.to_string()))?;
            if !["nats", "tls"].contains(&address.scheme()) {
                return Err(wrong("no such scheme"));
            }
            let mut url = address.into_inner();
            let decoded = |text: &str| {
                let text = percent_decode_str(text).decode_utf8();
                text.map(Into::into).map_err(|_| wrong("the login in the URL is not UTF-8"))
            };
            if !url.username().is_empty() {
                let user: String = decoded(url.username())?;
                let login = match url.password() {
                    Some(password) => NatsLogin::Password { user, password: decoded(password)? },
                    None => NatsLogin::Token(user),
                };
                // The client has one for all: with the second one's it would be turned away by the first, or the other way round.
                if options.login != NatsLogin::None && options.login != login {
                    return Err(InvalidNatsOptions(OTHER_LOGIN.to_owned()));
                }
                options.login = login;
            }
            // The client logs addresses; and it would not use what they hold.
            if url.set_username("").and_then(|()| url.set_password(None)).is_err() {
                return Err(wrong("no host"));
            }
            options.servers.push(ServerAddr::from_url(url).map_err(|error| wrong(&error.to_string()))?);
        }
        if options.servers.is_empty() {
            return Err(InvalidNatsOptions(format!("no server is named; {SERVERS}")));
        }
        Ok(options)
    }
}

impl NatsOptions {
    /// What the client is told. Files are read when it connects, but tried now: a wrong path, or what is no certificate or key,
    /// would look like a server that does not answer.
    pub(super) fn apply(&self, mut options: ConnectOptions) -> Result<ConnectOptions, InvalidNatsOptions> {
        let certificates = self.client_certificate.iter().map(|(certificate, _)| certificate).chain(&self.ca_file);
        for path in certificates {
            check_certificates(path)?;
        }
        if let Some((_, key)) = &self.client_certificate {
            let file = SecretFile::read(key, Exposure::Told).map_err(|error| InvalidNatsOptions(error.to_string()))?;
            let not = |error| InvalidNatsOptions(format!("{} holds no private key in PEM: {error}", key.display()));
            PrivateKeyDer::from_pem_slice(file.bytes()).map_err(not)?;
        }
        options = match &self.login {
            NatsLogin::None => options,
            NatsLogin::Password { user, password } => options.user_and_password(user.clone(), password.clone()),
            NatsLogin::Token(token) => options.token(token.clone()),
            NatsLogin::Credentials(text) => options
                .credentials(&format!("{text}\n")) // without its last line break the file would not be one
                .map_err(|_| InvalidNatsOptions("the credentials are not a user's JWT and seed".to_owned()))?,
            NatsLogin::Nkey(seed) => {
                let not =
                    |_| InvalidNatsOptions("the nkey seed is not one: it begins with SU and has 58 characters".into());
                nkeys::KeyPair::from_seed(seed.trim()).map_err(not)?;
                options.nkey(seed.trim().to_owned())
            }
        };
        if let Some(path) = &self.ca_file {
            options = options.add_root_certificates(path.clone());
        }
        if let Some((certificate, key)) = &self.client_certificate {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        if self.tls_required || self.ca_file.is_some() || self.client_certificate.is_some() {
            options = options.require_tls(true);
        }
        if let Some(prefix) = &self.inbox_prefix {
            options = options.custom_inbox_prefix(prefix);
        }
        Ok(options)
    }
}

/// Fails unless there is at least one certificate in a file, and nothing that is broken.
fn check_certificates(path: &Path) -> Result<(), InvalidNatsOptions> {
    let not =
        |why: &dyn fmt::Display| InvalidNatsOptions(format!("{} holds no certificates in PEM: {why}", path.display()));
    let mut found = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| not(&error))? {
        certificate.map_err(|error| not(&error))?;
        found += 1;
    }
    if found > 0 { Ok(()) } else { Err(not(&"there is none in it")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_logins_are_read_from_urls_and_taken_out_of_them() {
        let options: NatsOptions = "nats://docket:p%40ss%2Fw@a:4222, tls://b".parse().unwrap();
        assert_eq!(options.login, NatsLogin::Password { user: "docket".into(), password: "p@ss/w".into() });
        let hosts: Vec<_> = options.servers.iter().map(|server| (server.host(), server.port())).collect();
        assert_eq!(hosts, [("a", 4222), ("b", 4222)]);
        assert!(!format!("{options:?}").contains("p@ss") && !format!("{options:?}").contains("p%40ss"));
        let options: NatsOptions = "nats://s3cret@a".parse().unwrap();
        assert_eq!(options.login, NatsLogin::Token("s3cret".into()));
        assert!(!format!("{options:?}").contains("s3cret"));
    }

    #[test]
    fn servers_have_one_login() {
        for same in ["nats://u:s3cret@a,nats://u:s3cret@b", "nats://a,nats://u:s3cret@b", "nats://u:s3cret@a,nats://b"]
        {
            let options: NatsOptions = same.parse().unwrap();
            assert_eq!(options.login, NatsLogin::Password { user: "u".into(), password: "s3cret".into() });
        }
        for other in [
            "nats://u:s3cret@a,nats://v:s3cret@b",
            "nats://u:s3cret@a,nats://u:s4cret@b",
            "nats://s3cret@a,nats://s4@b",
        ] {
            let refused = other.parse::<NatsOptions>().unwrap_err().to_string();
            assert!(refused.contains("one login") && !refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_certificate_key_or_seed_is_refused_before_anybody_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let junk = folder.path().join("junk.pem");
        std::fs::write(&junk, "s3cret").unwrap();
        let none = folder.path().join("none.pem");
        let options: NatsOptions = "nats://a".parse().unwrap();
        let nkey = NatsLogin::Nkey("SUs3cret".into());
        for (options, word) in [
            (NatsOptions { ca_file: Some(junk.clone()), ..options.clone() }, "junk.pem"),
            (NatsOptions { ca_file: Some(none.clone()), ..options.clone() }, "none.pem"),
            (NatsOptions { client_certificate: Some((junk.clone(), junk.clone())), ..options.clone() }, "junk.pem"),
            (NatsOptions { login: nkey, ..options }, "nkey"),
        ] {
            let refused = options.apply(ConnectOptions::new()).map(drop).unwrap_err().to_string();
            assert!(refused.contains(word) && !refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_without_its_secret() {
        for text in ["", ",", "http://user:secret@a", "nats://user:secret@"] {
            let error = text.parse::<NatsOptions>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{text}: {error}");
        }
    }
}
