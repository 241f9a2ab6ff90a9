//! Who a person is in the world outside: addresses and foreign ids, known only by keyed hashes.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use docket_domain::{PersonId, TenantId};
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::accounts::Accounts;
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
    ) -> Result<PersonId, KeyError> {
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
    ) -> Result<Option<PersonId>, KeyError> {
        let identity = self.hashed(tenant, kind, value);
        let found: Option<(Uuid,)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT person FROM identities WHERE tenant = $1 AND kind = $2 AND mac = $3")
                .bind(tenant.as_str())
                .bind(identity.kind)
                .bind(identity.mac.to_vec())
                .fetch_optional(pool)
                .await)?;
        Ok(found.map(|(person,)| PersonId(person)))
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

    pub(super) fn hashed(&self, tenant: &TenantId, kind: IdentityKind, value: &str) -> HashedIdentity {
        let value = match kind {
            IdentityKind::Email => value.trim().to_lowercase(),
            IdentityKind::ExternalId => value.to_owned(),
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
) -> Result<HashMap<HashedIdentity, PersonId>, KeyError> {
    // In one order on every node, as with keys.
    claims.sort();
    // A no-op update makes RETURNING show the row that was there before.
    let rows: Vec<(String, String, Vec<u8>, Uuid)> = match database {
        Database::Sqlite { writer, .. } => {
            let rows: Vec<_> = claims
                .iter()
                .map(|(i, person)| json!([i.tenant, i.kind, hex::encode(i.mac), hex_of(person.0)]))
                .collect();
            sqlx::query_as(
                "INSERT INTO identities (tenant, kind, mac, person) \
                 SELECT value ->> 0, value ->> 1, unhex(value ->> 2), unhex(value ->> 3) FROM json_each($1) WHERE true \
                 ON CONFLICT (tenant, kind, mac) DO UPDATE SET person = identities.person \
                 RETURNING tenant, kind, mac, person",
            )
            .bind(json!(rows).to_string())
            .fetch_all(writer)
            .await?
        }
        Database::Postgres(pool) => {
            let column =
                |of: fn(&HashedIdentity) -> String| -> Vec<String> { claims.iter().map(|(i, _)| of(i)).collect() };
            sqlx::query_as(
                "INSERT INTO identities (tenant, kind, mac, person) \
                 SELECT * FROM UNNEST($1::text[], $2::text[], $3::bytea[], $4::uuid[]) \
                 ON CONFLICT (tenant, kind, mac) DO UPDATE SET person = identities.person \
                 RETURNING tenant, kind, mac, person",
            )
            .bind(column(|i| i.tenant.to_string()))
            .bind(column(|i| i.kind.to_owned()))
            .bind(claims.iter().map(|(i, _)| i.mac.to_vec()).collect::<Vec<_>>())
            .bind(claims.iter().map(|(_, person)| person.0).collect::<Vec<_>>())
            .fetch_all(pool)
            .await?
        }
    };
    let winners: HashMap<_, _> =
        rows.into_iter().map(|(tenant, kind, mac, person)| ((tenant, kind, mac), PersonId(person))).collect();
    Ok(claims
        .into_iter()
        .filter_map(|(identity, _)| {
            let row = (identity.tenant.to_string(), identity.kind.to_owned(), identity.mac.to_vec());
            winners.get(&row).map(|person| (identity, *person))
        })
        .collect())
}
