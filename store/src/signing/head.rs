//! A signed head, and whether its signature holds.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use chrono::{DateTime, Utc};
use docket_domain::Position;
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::chain::{Hash, length_prefixed, sha256};

/// What every statement begins with: its kind and the version of its form.
const KIND: &[u8] = b"docket-head/1";

/// An Ed25519 public key, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(#[serde(with = "hex::serde")] pub [u8; 32]);

/// The text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signer's public key is 64 hexadecimal digits, as `docket signer new` prints it")]
pub struct InvalidPublicKey;

impl FromStr for PublicKey {
    type Err = InvalidPublicKey;

    fn from_str(text: &str) -> Result<Self, InvalidPublicKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| InvalidPublicKey)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PublicKey {
    /// Whether the signature is this key's, over these bytes.
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(bytes, signature).is_ok()
    }
}

/// What the log was at some moment, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// The chain's hash at position 1: which log it is.
    #[serde(with = "hex::serde")]
    pub installation: Hash,
    /// The log's last position at the time.
    pub position: Position,
    /// The chain's hash there.
    #[serde(with = "hex::serde")]
    pub hash: Hash,
    /// The root over all tenants' chains there.
    #[serde(with = "hex::serde")]
    pub tenants: Hash,
    /// When it was signed, at microsecond precision.
    #[serde(with = "crate::export::micros")]
    pub signed_at: DateTime<Utc>,
    /// SHA-256 of the statement of the head before it; zeros for the first.
    #[serde(with = "hex::serde")]
    pub previous: Hash,
    /// Whose signature it is.
    pub public_key: PublicKey,
    /// The signature over the statement.
    #[serde(with = "hex::serde")]
    pub signature: [u8; 64],
}

impl SignedHead {
    /// The bytes that are signed: seven fields, each preceded by its length as four bytes, big-endian.
    pub fn statement(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        for field in [
            KIND,
            &self.installation,
            &self.position.0.to_be_bytes(),
            &self.hash,
            &self.tenants,
            &self.signed_at.timestamp_micros().to_be_bytes(),
            &self.previous,
        ] {
            length_prefixed(&mut bytes, field);
        }
        bytes
    }

    /// What the head after it names as the one before.
    pub fn digest(&self) -> Hash {
        sha256(&self.statement())
    }

    /// Whether the signature is that of the key it names.
    pub fn is_genuine(&self) -> bool {
        self.public_key.has_signed(&self.statement(), &self.signature)
    }
}

/// What lies before a signed head that cannot be read, if anything does; the damage otherwise.
pub(crate) fn before_damage(
    heads: Vec<SignedHead>,
    position: Position,
    why: &dyn fmt::Display,
) -> Result<Vec<SignedHead>, StoreError> {
    if heads.is_empty() {
        return Err(StoreError::Damaged { position, detail: format!("the signed head cannot be read: {why}") });
    }
    Ok(heads)
}
