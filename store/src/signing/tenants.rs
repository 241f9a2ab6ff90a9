//! A counter and a chain for each tenant, and one root hash over all of them.
//!
//! The root is that of a Merkle tree: who is shown one tenant's count and chain sees, by the hashes beside the way up, that they
//! are in a signed head, and learns nothing of the others.

use std::collections::BTreeMap;

use docket_domain::TenantId;
use serde::{Deserialize, Serialize};

use crate::chain::{GENESIS, Hash, length_prefixed, link, sha256};

/// How many events a tenant has, and what their chain comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantChain {
    /// The number of events.
    pub events: u64,
    /// The hash over their leaves, in the log's order.
    pub hash: Hash,
}

/// The chains of all tenants at a position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChains(BTreeMap<TenantId, TenantChain>);

/// On which side of the way up a hash stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before.
    Left,
    /// Behind.
    Right,
}

/// That a tenant's chain is part of a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantProof {
    /// The tenant.
    pub tenant: TenantId,
    /// The number of its events.
    pub events: u64,
    /// What their chain comes to.
    #[serde(with = "hex::serde")]
    pub hash: Hash,
    /// The hashes beside the way up, the lowest first.
    pub path: Vec<Sibling>,
}

/// A hash beside the way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sibling {
    side: Side,
    #[serde(with = "hex::serde")]
    hash: Hash,
}

impl TenantChains {
    /// Takes an event's leaf.
    pub fn add(&mut self, tenant: &TenantId, leaf: &Hash) {
        match self.0.get_mut(tenant) {
            Some(chain) => *chain = TenantChain { events: chain.events + 1, hash: link(&chain.hash, leaf) },
            None => drop(self.0.insert(tenant.clone(), TenantChain { events: 1, hash: link(&GENESIS, leaf) })),
        }
    }

    /// A tenant's chain.
    pub fn get(&self, tenant: &TenantId) -> Option<TenantChain> {
        self.0.get(tenant).copied()
    }

    /// All of them, by tenant.
    pub fn iter(&self) -> impl Iterator<Item = (&TenantId, &TenantChain)> {
        self.0.iter()
    }

    /// How many tenants there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The root over all; zeros if there is no tenant.
    pub fn root(&self) -> Hash {
        let mut level = self.leaves();
        while level.len() > 1 {
            level = above(&level);
        }
        level.first().copied().unwrap_or(GENESIS)
    }

    /// The proof that a tenant's chain is part of the root.
    pub fn prove(&self, tenant: &TenantId) -> Option<TenantProof> {
        let mut at = self.0.keys().position(|each| each == tenant)?;
        let TenantChain { events, hash } = self.get(tenant)?;
        let (mut path, mut level) = (Vec::new(), self.leaves());
        while level.len() > 1 {
            let (beside, side) = if at % 2 == 1 { (at - 1, Side::Left) } else { (at + 1, Side::Right) };
            // The last of an odd number goes up as it is.
            path.extend(level.get(beside).map(|hash| Sibling { side, hash: *hash }));
            level = above(&level);
            at /= 2;
        }
        Some(TenantProof { tenant: tenant.clone(), events, hash, path })
    }

    fn leaves(&self) -> Vec<Hash> {
        self.0.iter().map(|(tenant, chain)| leaf(tenant, chain.events, &chain.hash)).collect()
    }
}

impl FromIterator<(TenantId, TenantChain)> for TenantChains {
    fn from_iter<T: IntoIterator<Item = (TenantId, TenantChain)>>(chains: T) -> Self {
        Self(chains.into_iter().collect())
    }
}

impl TenantProof {
    /// The root it leads to.
    pub fn root(&self) -> Hash {
        let leaf = leaf(&self.tenant, self.events, &self.hash);
        self.path.iter().fold(leaf, |below, beside| match beside.side {
            Side::Left => node(&beside.hash, &below),
            Side::Right => node(&below, &beside.hash),
        })
    }
}

/// A tenant's place in the tree. Leaves and nodes begin with different bytes, so that none passes for the other.
fn leaf(tenant: &TenantId, events: u64, hash: &Hash) -> Hash {
    let mut bytes = vec![0];
    for field in [tenant.as_str().as_bytes(), &events.to_be_bytes(), hash] {
        length_prefixed(&mut bytes, field);
    }
    sha256(&bytes)
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    sha256(&bytes)
}

fn above(level: &[Hash]) -> Vec<Hash> {
    let pair = |pair: &[Hash]| match pair {
        [left, right] => node(left, right),
        rest => rest.first().copied().unwrap_or(GENESIS),
    };
    level.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tenant_has_a_proof_and_no_other_count_has() {
        for tenants in 1..12_u8 {
            let mut chains = TenantChains::default();
            for n in 0..tenants {
                let tenant = TenantId::new(&format!("t{n}")).unwrap();
                for event in 0..=n {
                    chains.add(&tenant, &[event; 32]);
                }
            }
            for (tenant, chain) in chains.iter() {
                let proof = chains.prove(tenant).unwrap();
                assert_eq!((proof.events, proof.root()), (chain.events, chains.root()));
                let fewer = TenantProof { events: chain.events - 1, ..proof.clone() };
                assert_ne!(fewer.root(), chains.root());
                let another = TenantProof { hash: [9; 32], ..proof };
                assert_ne!(another.root(), chains.root());
            }
            assert!(chains.prove(&TenantId::new("nobody").unwrap()).is_none());
        }
        assert_eq!(TenantChains::default().root(), GENESIS);
    }
}
