//! Passwords: argon2id.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::Shared;
use super::accounts::{AccountError, Accounts};
use super::master_key::random;
use super::password_strength::{StrongPassword, normal};
use crate::KeyError;

/// A hash of no password: checked when there is no account, so that an answer takes as long as with one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Accounts {
    /// Takes a password as [`StrongPassword::check`] does, a few at once: looking takes time.
    ///
    /// # Errors
    /// [`AccountError::Weak`].
    pub async fn strong_password(
        &self,
        text: String,
        least: usize,
        about: Vec<String>,
    ) -> Result<StrongPassword, AccountError> {
        let look = move || StrongPassword::check(&text, least, &about.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(self.0.hashing(look).await??)
    }
}

impl Shared {
    /// Hashes a password, as a PHC string.
    pub(super) async fn hash_password(&self, password: &StrongPassword) -> Result<String, KeyError> {
        let salt: [u8; 16] = random()?;
        let password = password.clone();
        self.hashing(move || {
            Argon2::default()
                .hash_password_with_salt(password.as_str().as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|error| KeyError::Unavailable(format!("the password could not be hashed: {error}")))
        })
        .await?
    }

    /// Whether `password` is the one `hash` was made of. No hash: no, after the same time.
    pub(super) async fn password_fits(&self, password: &str, hash: Option<String>) -> Result<bool, KeyError> {
        let normal = normal(password);
        // Some were set before passwords had one form.
        let as_typed = (normal != password).then(|| password.to_owned());
        self.hashing(move || {
            let fits = PasswordHash::new(hash.as_deref().unwrap_or(NOBODYS)).is_ok_and(|known| {
                let is = |text: &String| Argon2::default().verify_password(text.as_bytes(), &known).is_ok();
                is(&normal) || as_typed.as_ref().is_some_and(is)
            });
            fits && hash.is_some()
        })
        .await
    }

    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, KeyError> {
        let unavailable = |error: &dyn std::fmt::Display| KeyError::Unavailable(error.to_string());
        let _permit = self.hashing.acquire().await.map_err(|error| unavailable(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| unavailable(&error))
    }
}
