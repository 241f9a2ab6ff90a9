//! API tokens.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chrono::{DateTime, Utc};
use docket_domain::{Permission, PermissionSet, PersonId, TenantId};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::accounts::{
    AccountError, Accounts, Caller, Proof, Recognised, Secret, SecretKind, claim_turn, held_role, moment,
};
use super::database::{reading, writing};
use super::epochs::Epoch;
use crate::{KeyError, new_id};

/// How often a token's or session's use is written down, at most (microseconds).
const NOTE_EVERY: i64 = 60_000_000;

/// An API token to issue.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// Who acts when it is used. They must have an account; the token may never do more than they.
    pub person: PersonId,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scopes: PermissionSet,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// The epoch of the owner's account, as whoever issues it looked at it.
    pub epoch: Epoch,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id, which is part of the token.
    pub id: Uuid,
    /// Who acts when it is used.
    pub person: PersonId,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scopes: PermissionSet,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A row of `api_tokens`: id, person, label, scopes, created, expires, last used, revoked.
type Row = (Uuid, Uuid, String, String, i64, Option<i64>, Option<i64>, Option<i64>);

/// What recognising needs: tenant, person, role, own role, disabled, scopes, hash, expires, revoked, last used.
type Known = (String, Uuid, String, Option<Uuid>, bool, String, Vec<u8>, Option<i64>, Option<i64>, Option<i64>);

impl Accounts {
    /// Issues a token. The text is shown this once; the vault keeps a hash.
    ///
    /// # Errors
    /// [`AccountError::Changed`] if the account is gone, or not what it was at [`NewApiToken::epoch`].
    pub async fn issue_token(&self, tenant: &TenantId, new: NewApiToken) -> Result<(ApiToken, String), AccountError> {
        let id = new_id();
        let (text, hash) = Secret::make(SecretKind::Token, id)?;
        let now = self.now();
        let token = ApiToken {
            id,
            person: new.person,
            label: new.label,
            scopes: new.scopes,
            created_at: moment(now),
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let (name, label, scopes) = (tenant.to_string(), token.label.clone(), written(token.scopes));
        let (person, expires) = (new.person.0, new.expires_at.map(|at| at.timestamp_micros()));
        let issued = writing!(self.0.database, tx => {
            sqlx::query(
                "INSERT INTO api_tokens (id, tenant, person, label, scopes, secret_hash, created_at, expires_at, epoch) \
                 SELECT $1, tenant, person, $4, $5, $6, $7, $8, epoch FROM credentials \
                 WHERE tenant = $2 AND person = $3 AND epoch = $9",
            )
            .bind(id).bind(name).bind(person).bind(label).bind(scopes).bind(hash.to_vec()).bind(now).bind(expires)
            .bind(new.epoch.0)
            .execute(&mut *tx).await?.rows_affected() > 0
        })?;
        if issued { Ok((token, text)) } else { Err(AccountError::Changed) }
    }

    /// All tokens of a tenant, oldest first, revoked and expired ones too.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn list_tokens(&self, tenant: &TenantId) -> Result<Vec<ApiToken>, KeyError> {
        let rows: Vec<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT id, person, label, scopes, created_at, expires_at, last_used_at, revoked_at \
                            FROM api_tokens WHERE tenant = $1 ORDER BY created_at, id")
                .bind(tenant.as_str()).fetch_all(pool).await)?;
        Ok(rows
            .into_iter()
            .map(|(id, person, label, scopes, created, expires, used, revoked)| ApiToken {
                id,
                person: PersonId(person),
                label,
                scopes: read_scopes(&scopes),
                created_at: moment(created),
                expires_at: expires.map(moment),
                last_used_at: used.map(moment),
                revoked_at: revoked.map(moment),
            })
            .collect())
    }

    /// Revokes a token. False if the tenant has no such token, or it was revoked before.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn revoke_token(&self, tenant: &TenantId, id: Uuid) -> Result<bool, KeyError> {
        let (name, now) = (tenant.to_string(), self.now());
        let revoked = writing!(self.0.database, tx => {
            sqlx::query("UPDATE api_tokens SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL")
                .bind(name).bind(id).bind(now).execute(&mut *tx).await?.rows_affected() > 0
        });
        if !matches!(revoked, Ok(false)) {
            self.forget(tenant, id);
        }
        revoked
    }

    pub(super) async fn find_token(&self, shown: &Secret<'_>, now: i64) -> Result<Option<Recognised>, KeyError> {
        let row: Option<Known> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT t.tenant, t.person, c.role, c.custom_role_id, c.disabled, t.scopes, t.secret_hash, t.expires_at, \
                            t.revoked_at, t.last_used_at \
                            FROM api_tokens t JOIN credentials c ON c.tenant = t.tenant AND c.person = t.person \
                            AND c.epoch = t.epoch WHERE t.id = $1")
                .bind(shown.id).fetch_optional(pool).await)?;
        let Some((tenant, person, role, own, disabled, scopes, hash, expires, revoked, used)) = row else {
            return Ok(None);
        };
        if disabled || revoked.is_some() || !bool::from(hash.ct_eq(&shown.hash())) {
            return Ok(None);
        }
        Ok(Some(Recognised {
            caller: Arc::new(Caller {
                tenant: TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?,
                person: PersonId(person),
                role: held_role(&role, own)?,
                scopes: read_scopes(&scopes),
                proof: Proof::Token { id: shown.id },
                expires_at: expires.map(moment),
            }),
            idle_limit: None,
            checked_at: AtomicI64::new(now),
            used_at: AtomicI64::new(used.unwrap_or(0)),
        }))
    }

    /// Writes down, now and then and behind the caller's back, that a token or session was used.
    pub(super) fn note_use(&self, shown: &Secret<'_>, known: &Recognised, now: i64) {
        let every = known.idle_limit.map_or(NOTE_EVERY, |idle| NOTE_EVERY.min(idle / 10));
        if !claim_turn(&known.used_at, now, every) {
            return;
        }
        let sql = match shown.kind {
            SecretKind::Token => "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1",
            SecretKind::Session => "UPDATE sessions SET last_seen_at = $2 WHERE id = $1",
            SecretKind::Visit => "UPDATE visits SET last_seen_at = $2 WHERE id = $1",
        };
        let (database, id) = (self.0.database.clone(), shown.id);
        tokio::spawn(async move {
            let noted: Result<(), KeyError> = writing!(database, tx => {
                sqlx::query(sql).bind(id).bind(now).execute(&mut *tx).await?;
            });
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a token or session could not be written down");
            }
        });
    }
}

pub(super) fn written(scopes: PermissionSet) -> String {
    scopes.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
}

/// Permissions this version does not know are none.
pub(super) fn read_scopes(text: &str) -> PermissionSet {
    let named: Vec<_> = text
        .split(' ')
        .filter_map(|name| Permission::ALL.iter().copied().find(|permission| permission.as_str() == name))
        .collect();
    PermissionSet::of(&named)
}
