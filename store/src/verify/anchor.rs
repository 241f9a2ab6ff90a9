//! A hash of the chain, kept elsewhere.

use std::fmt;
use std::str::FromStr;

use docket_domain::Position;

use crate::chain::Hash;

/// A hash of the chain that was kept elsewhere, written `position:hash`. With it even a cut-off end is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The position.
    pub position: Position,
    /// The chain's hash there.
    pub hash: Hash,
}

/// The text is not an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is position:hash, the hash in 64 hexadecimal digits")]
pub struct InvalidAnchor;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, hex::encode(self.hash))
    }
}

impl FromStr for Anchor {
    type Err = InvalidAnchor;

    fn from_str(text: &str) -> Result<Self, InvalidAnchor> {
        let (position, hex) = text.split_once(':').ok_or(InvalidAnchor)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(hex, &mut hash).map_err(|_| InvalidAnchor)?;
        Ok(Self { position: Position(position.parse().map_err(|_| InvalidAnchor)?), hash })
    }
}
