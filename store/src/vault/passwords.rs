//! Passwords: argon2id.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::Shared;
use super::master_key::random;
use crate::KeyError;

/// A hash of no password: checked when there is no account, so that an answer takes as long as with one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Shared {
    /// Hashes a password, as a PHC string.
    pub(super) async fn hash_password(&self, password: &str) -> Result<String, KeyError> {
        let salt: [u8; 16] = random()?;
        let password = password.to_owned();
        self.hashing(move || {
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|error| KeyError::Unavailable(format!("the password could not be hashed: {error}")))
        })
        .await?
    }

    /// Whether `password` is the one `hash` was made of. No hash: no, after the same time.
    pub(super) async fn password_fits(&self, password: &str, hash: Option<String>) -> Result<bool, KeyError> {
        let password = password.to_owned();
        self.hashing(move || {
            let fits = PasswordHash::new(hash.as_deref().unwrap_or(NOBODYS))
                .is_ok_and(|known| Argon2::default().verify_password(password.as_bytes(), &known).is_ok());
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
