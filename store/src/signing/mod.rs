//! Signed heads: what the log was at some moment, signed with a key that can lie where nobody who writes to the log reaches it.
//!
//! A head names a position, the chain's hash there, and (by one root hash) how many events each tenant had and what their own chain
//! came to. Heads are a chain themselves. Whoever has the public key sees from them that nothing before the last head was rewritten
//! or cut off, and whoever is shown one tenant's events that all of them are there. `docs/log-format.md` has the bytes.

mod command;
mod head;
mod key;
mod tenants;
mod worker;

pub(crate) use head::before_damage;
pub use head::{InvalidPublicKey, PublicKey, SignedHead};
pub use key::{SigningKey, SigningKeyError, make_key_file};
pub use tenants::{Sibling, Side, TenantChain, TenantChains, TenantProof};
pub use worker::{HeadSigner, SigningError};
