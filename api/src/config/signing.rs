//! `[signing]`.

use std::path::Path;
use std::time::Duration;

use docket_store::signing::{PublicKey, SigningKey, SigningKeyError};
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[signing]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct SigningSettings {
    pub key_file: String,
    pub command: Vec<String>,
    pub public_key: String,
    pub interval_seconds: u64,
}

impl SigningSettings {
    /// Refuses settings that do not go together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.key_file.is_empty() && !self.command.is_empty() {
            return Err(ConfigError::new("signing.command and signing.key_file: give one of them"));
        }
        if self.command.is_empty() != self.public_key.is_empty() {
            return Err(ConfigError::new(
                "signing.command and signing.public_key: give both, so that what the command signs with is known, or neither",
            ));
        }
        if !self.public_key.is_empty() && self.public_key.parse::<PublicKey>().is_err() {
            return Err(ConfigError::new("signing.public_key is wrong: it is 64 hexadecimal digits"));
        }
        Ok(())
    }

    /// What signs, if anything is to.
    ///
    /// # Errors
    /// If the key's file cannot be used.
    pub fn key(&self) -> Result<Option<SigningKey>, SigningKeyError> {
        if !self.key_file.is_empty() {
            return SigningKey::from_file(Path::new(&self.key_file)).map(Some);
        }
        // That it is a key was checked when the settings were read.
        let public_key = self.public_key.parse().ok();
        Ok(public_key.map(|public_key| SigningKey::Elsewhere { command: self.command.clone(), public_key }))
    }

    /// How often the head is signed.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_seconds)
    }
}
