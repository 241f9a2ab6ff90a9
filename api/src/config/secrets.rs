//! Secrets among the settings. Whatever they come from, a variable, the settings file or a file of their own, the same holds.

use std::path::Path;

use docket_store::{Exposure, SecretFile, without_line_breaks};

use super::{AuthSettings, ConfigError, HttpSettings, JwtSettings, Secret};

/// The fewest bytes of a token that opens something.
const TOKEN_BYTES: usize = 16;
/// The fewest bytes of a secret that tokens are signed with.
const SHARED_BYTES: usize = 32;

/// A secret as it is given: in place, or in a file.
pub(super) struct Given<'a> {
    /// The setting's full name; that of the file is the same with `_file`.
    pub(super) name: &'a str,
    pub(super) value: &'a Secret,
    pub(super) file: &'a Path,
    /// What becomes of a file that others may read.
    pub(super) exposure: Exposure,
}

impl Given<'_> {
    /// The secret, without the line breaks editors and `echo` put behind it. None: there is none.
    ///
    /// # Errors
    /// Names the setting if it holds blanks alone, fewer than `least` bytes, or is given twice; never what is in it.
    pub(super) fn read(&self, least: usize) -> Result<Option<Vec<u8>>, ConfigError> {
        let of_file = !self.file.as_os_str().is_empty();
        let (name, bytes) = match (self.value.expose().is_empty(), of_file) {
            (true, false) => return Ok(None),
            (false, true) => return Err(wrong(self.name, &format!("give either this or {}_file", self.name))),
            (false, false) => (self.name.to_owned(), self.value.expose().as_bytes().to_vec()),
            (true, true) => {
                let name = format!("{}_file", self.name);
                let read = SecretFile::read(self.file, self.exposure);
                let file = read.map_err(|error| wrong(&name, &error.to_string()))?;
                (name, file.secret().to_vec())
            }
        };
        let secret = without_line_breaks(&bytes);
        if secret.iter().all(u8::is_ascii_whitespace) {
            return Err(wrong(&name, "it holds no more than blanks"));
        }
        if secret.len() < least {
            return Err(wrong(&name, &format!("it must have at least {least} bytes")));
        }
        Ok(Some(secret.to_vec()))
    }

    /// The same as text.
    ///
    /// # Errors
    /// Also if it is none.
    pub(super) fn read_text(&self, least: usize) -> Result<Option<String>, ConfigError> {
        let Some(bytes) = self.read(least)? else { return Ok(None) };
        String::from_utf8(bytes).map(Some).map_err(|_| wrong(self.name, "it must be text"))
    }

    /// The same as a token that fits an `Authorization` header.
    fn read_token(&self) -> Result<Option<String>, ConfigError> {
        let token = self.read_text(TOKEN_BYTES)?;
        if token.as_deref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(wrong(self.name, "it may hold ASCII letters, digits and signs, and no blanks"));
        }
        Ok(token)
    }
}

impl AuthSettings {
    /// The bootstrap token, if there is one.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn bootstrap(&self) -> Result<Option<String>, ConfigError> {
        let (value, file) = (&self.bootstrap_token, self.bootstrap_token_file.as_path());
        Given { name: "auth.bootstrap_token", value, file, exposure: Exposure::Told }.read_token()
    }
}

impl HttpSettings {
    /// The token figures are asked with, if there is one.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn metrics(&self) -> Result<Option<String>, ConfigError> {
        let (value, file) = (&self.metrics_token, self.metrics_token_file.as_path());
        Given { name: "http.metrics_token", value, file, exposure: Exposure::Told }.read_token()
    }
}

impl JwtSettings {
    /// The key tokens of the issuer are checked with: PEM, or with HS256 the shared secret.
    ///
    /// # Errors
    /// Names the setting that is wrong or missing.
    pub fn key_bytes(&self) -> Result<Vec<u8>, ConfigError> {
        // With the others it is the issuer's public key.
        let (least, exposure) = match self.algorithm.as_str() {
            "HS256" => (SHARED_BYTES, Exposure::Told),
            _ => (1, Exposure::Harmless),
        };
        let given = Given { name: "auth.jwt.key", value: &self.key, file: Path::new(&self.key_file), exposure };
        given.read(least)?.ok_or_else(|| wrong("auth.jwt.key", "with an issuer, give either key or key_file"))
    }
}

fn wrong(name: &str, may: &str) -> ConfigError {
    ConfigError::new(format!("{name} is wrong: {may}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::Settings;
    use super::*;

    const GOOD: &str = "0123456789abcdef0123456789abcdef";

    /// What comes out of a setting, given in place or in a file.
    type Read = fn(&mut Settings, Secret, PathBuf) -> Result<Option<Vec<u8>>, ConfigError>;

    const ALL: [(&str, usize, Read); 7] = [
        ("auth.bootstrap_token", 16, |settings, value, file| {
            (settings.auth.bootstrap_token, settings.auth.bootstrap_token_file) = (value, file);
            Ok(settings.auth.bootstrap()?.map(String::into_bytes))
        }),
        ("http.metrics_token", 16, |settings, value, file| {
            (settings.http.metrics_token, settings.http.metrics_token_file) = (value, file);
            Ok(settings.http.metrics()?.map(String::into_bytes))
        }),
        ("auth.jwt.key", 32, |settings, value, file| {
            settings.auth.jwt.algorithm = "HS256".to_owned();
            (settings.auth.jwt.key, settings.auth.jwt.key_file) = (value, file.display().to_string());
            settings.auth.jwt.key_bytes().map(Some)
        }),
        ("nats.password", 1, |settings, value, file| {
            settings.nats.user = "docket".to_owned();
            (settings.nats.password, settings.nats.password_file) = (value, file);
            login(settings)
        }),
        ("nats.token", 1, |settings, value, file| {
            (settings.nats.token, settings.nats.token_file) = (value, file);
            login(settings)
        }),
        ("nats.credentials", 1, |settings, value, file| {
            (settings.nats.credentials, settings.nats.credentials_file) = (value, file);
            login(settings)
        }),
        ("nats.nkey_seed", 1, |settings, value, file| {
            (settings.nats.nkey_seed, settings.nats.nkey_seed_file) = (value, file);
            login(settings)
        }),
    ];

    fn login(settings: &mut Settings) -> Result<Option<Vec<u8>>, ConfigError> {
        use docket_store::delivery::NatsLogin as L;
        settings.nats.url = "nats://a".to_owned().into();
        Ok(settings.nats.options()?.and_then(|options| match options.login {
            L::None => None,
            L::Password { password, .. } => Some(password.into_bytes()),
            L::Token(text) | L::Credentials(text) | L::Nkey(text) => Some(text.into_bytes()),
        }))
    }

    /// Every secret, from every source.
    #[test]
    fn a_secret_is_the_same_wherever_it_comes_from() {
        for (name, least, read) in ALL {
            let in_place = |text: &str| read(&mut Settings::defaults(), text.to_owned().into(), PathBuf::new());
            let in_file = |text: &str| {
                let file = tempfile::NamedTempFile::new().expect("a file");
                std::fs::write(file.path(), text).expect("written");
                read(&mut Settings::defaults(), Secret::default(), file.path().to_owned())
            };
            for text in [GOOD.to_owned(), format!("{GOOD}\n"), format!("{GOOD}\r\n"), format!("{GOOD}\n\n")] {
                assert_eq!(in_place(&text).expect(name).as_deref(), Some(GOOD.as_bytes()), "{name} {text:?}");
                assert_eq!(in_file(&text).expect(name).as_deref(), Some(GOOD.as_bytes()), "{name} {text:?}");
            }
            let short = &GOOD[..least - 1];
            for text in [" ", "\n", "\r\n", "                                    ", short].map(str::to_owned) {
                if !text.is_empty() {
                    let error = in_place(&text).expect_err(name).to_string();
                    assert!(error.contains(name), "{name} {text:?}: {error}");
                }
                let error = in_file(&text).expect_err(name).to_string();
                assert!(error.contains(&format!("{name}_file")), "{name} {text:?}: {error}");
                assert!(short.is_empty() || !error.contains(short), "{error}");
            }
            let twice = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(twice.path(), GOOD).expect("written");
            let error = read(&mut Settings::defaults(), GOOD.to_owned().into(), twice.path().to_owned());
            assert!(error.expect_err(name).to_string().contains(name));
            let missing = read(&mut Settings::defaults(), Secret::default(), "/nowhere/secret".into());
            assert!(missing.expect_err(name).to_string().contains(&format!("{name}_file")));
        }
    }

    #[test]
    fn a_token_that_fits_no_header_is_refused() {
        let mut settings = Settings::defaults();
        settings.auth.bootstrap_token = "with some blanks in it".to_owned().into();
        assert!(settings.auth.bootstrap().expect_err("is refused").to_string().contains("auth.bootstrap_token"));
        settings.auth.bootstrap_token = "ключ-ключ-ключ-ключ".to_owned().into();
        assert!(settings.auth.bootstrap().is_err());
    }
}
