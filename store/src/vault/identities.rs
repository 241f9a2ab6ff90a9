//! Who a person is in the world outside: addresses and foreign ids, known only by keyed hashes.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use docket_domain::{PersonId, TenantId, normal_email, normal_external_id};
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::accounts::{Accounts, moment};
use super::database::{Database, reading, writing};
use super::keys::closed;
use super::writer::{Request, hex_of};
use crate::KeyError;

/// What kind of identity it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// A mail address; case does not count.
    Email,
    /// An id in another system.
    ExternalId,
}

impl IdentityKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}

/// Who has claimed an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityClaim {
    /// The person.
    pub person: PersonId,
    /// When they last did. Whether the log bears it out is known once what was to be recorded with it is.
    pub claimed_at: DateTime<Utc>,
}

/// An identity as the vault keeps it: nobody can tell what it was.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct HashedIdentity {
    pub(super) tenant: TenantId,
    pub(super) kind: &'static str,
    pub(super) mac: [u8; 32],
}

impl Accounts {
    /// Gives an identity to `candidate` unless somebody has it, and returns who has it: of many callers with many candidates one
    /// wins, and all learn who. Durable when it returns.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn claim_identity(
        &self,
        tenant: &TenantId,
        kind: IdentityKind,
        value: &str,
        candidate: PersonId,
    ) -> Result<IdentityClaim, KeyError> {
        let (answer, winner) = oneshot::channel();
        let request = Request::Claim(self.hashed(tenant, kind, value), candidate, answer);
        self.0.writes.send(request).await.map_err(|_| closed())?;
        winner.await.map_err(|_| closed())?
    }

    /// Who has an identity.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn find_identity(
        &self,
        tenant: &TenantId,
        kind: IdentityKind,
        value: &str,
    ) -> Result<Option<IdentityClaim>, KeyError> {
        let identity = self.hashed(tenant, kind, value);
        let found: Option<(Uuid, i64)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT person, claimed_at FROM identities WHERE tenant = $1 AND kind = $2 AND mac = $3")
                .bind(tenant.as_str())
                .bind(identity.kind)
                .bind(identity.mac.to_vec())
                .fetch_optional(pool)
                .await)?;
        Ok(found.map(|(person, at)| IdentityClaim { person: PersonId(person), claimed_at: moment(at) }))
    }

    /// Gives an identity that `from` claimed to `to`. False if `from` does not have it any more.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn move_identity(
        &self,
        tenant: &TenantId,
        kind: IdentityKind,
        value: &str,
        from: IdentityClaim,
        to: PersonId,
    ) -> Result<bool, KeyError> {
        let HashedIdentity { tenant, kind, mac } = self.hashed(tenant, kind, value);
        let now = self.now();
        writing!(self.0.database, tx => {
            sqlx::query("UPDATE identities SET person = $1, claimed_at = $2 \
                         WHERE tenant = $3 AND kind = $4 AND mac = $5 AND person = $6 AND claimed_at = $7")
                .bind(to.0).bind(now).bind(tenant.as_str()).bind(kind).bind(mac.to_vec())
                .bind(from.person.0).bind(from.claimed_at.timestamp_micros())
                .execute(&mut *tx).await?.rows_affected() > 0
        })
    }

    /// Takes an identity from a person, e.g. an address they no longer have. Nothing happens if it is not theirs.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn release_identity(
        &self,
        tenant: &TenantId,
        kind: IdentityKind,
        value: &str,
        person: PersonId,
    ) -> Result<(), KeyError> {
        let HashedIdentity { tenant, kind, mac } = self.hashed(tenant, kind, value);
        writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM identities WHERE tenant = $1 AND kind = $2 AND mac = $3 AND person = $4")
                .bind(tenant.as_str()).bind(kind).bind(mac.to_vec()).bind(person.0)
                .execute(&mut *tx).await?;
        })
    }

    /// Takes from a person all identities but `kept`, of those claimed before a moment.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn release_other_identities(
        &self,
        tenant: &TenantId,
        person: PersonId,
        kept: &[(IdentityKind, &str)],
        claimed_before: DateTime<Utc>,
    ) -> Result<(), KeyError> {
        let kept: Vec<_> = kept.iter().map(|(kind, value)| self.hashed(tenant, *kind, value)).collect();
        let rows: Vec<(String, Vec<u8>)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT kind, mac FROM identities WHERE tenant = $1 AND person = $2 AND claimed_at < $3")
                .bind(tenant.as_str()).bind(person.0).bind(claimed_before.timestamp_micros()).fetch_all(pool).await)?;
        let others: Vec<_> =
            rows.into_iter().filter(|(kind, mac)| !kept.iter().any(|k| k.kind == kind && k.mac == mac[..])).collect();
        if others.is_empty() {
            return Ok(());
        }
        let tenant = tenant.clone();
        writing!(self.0.database, tx => {
            for (kind, mac) in others {
                sqlx::query("DELETE FROM identities WHERE tenant = $1 AND kind = $2 AND mac = $3 AND person = $4")
                    .bind(tenant.as_str()).bind(kind).bind(mac).bind(person.0)
                    .execute(&mut *tx).await?;
            }
        })
    }

    pub(super) fn hashed(&self, tenant: &TenantId, kind: IdentityKind, value: &str) -> HashedIdentity {
        let value = match kind {
            IdentityKind::Email => normal_email(value),
            IdentityKind::ExternalId => normal_external_id(value),
        };
        let kind = kind.as_str();
        HashedIdentity { tenant: tenant.clone(), kind, mac: keyed_hash(&self.0.lookup, tenant, kind, &value) }
    }
}

/// The hash under which `value` is looked up. The tenant is part of it: equal values of two tenants look unrelated.
pub(super) fn keyed_hash(key: &hmac::Key, tenant: &TenantId, kind: &str, value: &str) -> [u8; 32] {
    let text = [tenant.as_str(), kind, value].join("\0");
    let mut mac = [0; 32];
    mac.copy_from_slice(hmac::sign(key, text.as_bytes()).as_ref());
    mac
}

/// Claims identities for their candidates and returns who has each.
pub(super) async fn claim_all(
    database: &Database,
    mut claims: Vec<(HashedIdentity, PersonId)>,
    now: i64,
) -> Result<HashMap<HashedIdentity, IdentityClaim>, KeyError> {
    // In one order on every node, as with keys.
    claims.sort();
    // The update makes RETURNING show the row that was there before, and a claim made again a fresh one.
    let rows: Vec<(String, String, Vec<u8>, Uuid, i64)> = match database {
        Database::Sqlite { writer, .. } => {
            let rows: Vec<_> = claims
                .iter()
                .map(|(i, person)| json!([i.tenant, i.kind, hex::encode(i.mac), hex_of(person.0)]))
                .collect();
            sqlx::query_as(
                "INSERT INTO identities (tenant, kind, mac, person, claimed_at) \
                 SELECT value ->> 0, value ->> 1, unhex(value ->> 2), unhex(value ->> 3), $2 FROM json_each($1) WHERE true \
                 ON CONFLICT (tenant, kind, mac) DO UPDATE SET claimed_at = CASE identities.person WHEN excluded.person \
                 THEN excluded.claimed_at ELSE identities.claimed_at END \
                 RETURNING tenant, kind, mac, person, claimed_at",
            )
            .bind(json!(rows).to_string())
            .bind(now)
            .fetch_all(writer)
            .await?
        }
        Database::Postgres(pool) => {
            let column =
                |of: fn(&HashedIdentity) -> String| -> Vec<String> { claims.iter().map(|(i, _)| of(i)).collect() };
            sqlx::query_as(
                "INSERT INTO identities (tenant, kind, mac, person, claimed_at) \
                 SELECT tenant, kind, mac, person, $5 FROM UNNEST($1::text[], $2::text[], $3::bytea[], $4::uuid[]) \
                 AS new (tenant, kind, mac, person) \
                 ON CONFLICT (tenant, kind, mac) DO UPDATE SET claimed_at = CASE identities.person WHEN excluded.person \
                 THEN excluded.claimed_at ELSE identities.claimed_at END \
                 RETURNING tenant, kind, mac, person, claimed_at",
            )
            .bind(column(|i| i.tenant.to_string()))
            .bind(column(|i| i.kind.to_owned()))
            .bind(claims.iter().map(|(i, _)| i.mac.to_vec()).collect::<Vec<_>>())
            .bind(claims.iter().map(|(_, person)| person.0).collect::<Vec<_>>())
            .bind(now)
            .fetch_all(pool)
            .await?
        }
    };
    let claim = |person, at| IdentityClaim { person: PersonId(person), claimed_at: moment(at) };
    let winners: HashMap<_, _> =
        rows.into_iter().map(|(tenant, kind, mac, person, at)| ((tenant, kind, mac), claim(person, at))).collect();
    Ok(claims
        .into_iter()
        .filter_map(|(identity, _)| {
            let row = (identity.tenant.to_string(), identity.kind.to_owned(), identity.mac.to_vec());
            winners.get(&row).map(|claim| (identity, *claim))
        })
        .collect())
}
