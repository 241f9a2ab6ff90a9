//! Sessions of people who signed in.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{PermissionSet, PersonId, TenantId};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::accounts::{AccountError, Accounts, Caller, Proof, Recognised, Secret, SecretKind, held_role, moment};
use super::database::{reading, writing};
use super::epochs::Epoch;
use super::tokens::{read_scopes, written};
use crate::{KeyError, Keyring as _, new_id};

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// From sign-in, however much it is used.
    pub absolute: TimeDelta,
    /// Since its last use.
    pub idle: TimeDelta,
}

impl Default for SessionLimits {
    /// 30 days, 3 days.
    fn default() -> Self {
        Self { absolute: TimeDelta::days(30), idle: TimeDelta::days(3) }
    }
}

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Who signed in.
    pub person: PersonId,
    /// From where.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// How long it lasts.
    pub limits: SessionLimits,
    /// What it may be used for at most: what its owner may do now. More takes another sign-in.
    pub scopes: PermissionSet,
    /// The epoch of the account whose password or code was looked at.
    pub epoch: Epoch,
}

/// A session, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Who signed in.
    pub person: PersonId,
    /// From where.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// A row of `sessions`: id, ip, user agent, created, last seen, expires, idle limit.
type Row = (Uuid, Option<String>, Option<String>, i64, i64, i64, i64);

/// What recognising needs: tenant, person, role, own role, disabled, hash, last seen, expires, idle limit, scopes.
type Known = (String, Uuid, String, Option<Uuid>, bool, Vec<u8>, i64, i64, i64, Option<String>);

impl Accounts {
    /// Begins a session. The secret goes to the browser; the vault keeps a hash.
    ///
    /// # Errors
    /// [`AccountError::Changed`] if the account is gone, locked out, or not what it was at [`NewSession::epoch`];
    /// [`KeyError::Erased`].
    pub async fn begin_session(&self, tenant: &TenantId, new: NewSession) -> Result<(Session, String), AccountError> {
        let id = new_id();
        let (secret, hash) = Secret::make(SecretKind::Session, id)?;
        let key = self.vault().ensure(tenant, new.person).await?;
        let sealed = |field, text: Option<&String>| text.map(|text| key.seal(id, field, text)).transpose();
        let (ip, agent) = (sealed(0, new.ip.as_ref())?, sealed(1, new.user_agent.as_ref())?);
        let now = self.now();
        let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX / 4);
        let (expires, idle) = (now.saturating_add(micros(new.limits.absolute)), micros(new.limits.idle));
        let (name, person, scopes) = (tenant.to_string(), new.person.0, written(new.scopes));
        let begun = writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM sessions WHERE expires_at < $1").bind(now).execute(&mut *tx).await?;
            sqlx::query(
                "INSERT INTO sessions (id, tenant, person, secret_hash, ip_sealed, user_agent_sealed, \
                 created_at, last_seen_at, expires_at, idle_limit, scopes, epoch) \
                 SELECT $1, tenant, person, $4, $5, $6, $7, $7, $8, $9, $10, epoch FROM credentials \
                 WHERE tenant = $2 AND person = $3 AND epoch = $11 AND NOT disabled",
            )
            .bind(id).bind(name).bind(person).bind(hash.to_vec()).bind(ip).bind(agent).bind(now).bind(expires).bind(idle)
            .bind(scopes).bind(new.epoch.0)
            .execute(&mut *tx).await?.rows_affected() > 0
        })?;
        if !begun {
            return Err(AccountError::Changed);
        }
        let session = Session {
            id,
            person: new.person,
            ip: new.ip,
            user_agent: new.user_agent,
            created_at: moment(now),
            last_seen_at: moment(now),
            expires_at: moment(expires),
        };
        Ok((session, secret))
    }

    /// A person's sessions that have not ended, latest first.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn list_sessions(&self, tenant: &TenantId, person: PersonId) -> Result<Vec<Session>, KeyError> {
        let now = self.now();
        let rows: Vec<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT id, ip_sealed, user_agent_sealed, created_at, last_seen_at, expires_at, idle_limit \
                            FROM sessions WHERE tenant = $1 AND person = $2 AND epoch = \
                            (SELECT epoch FROM credentials WHERE tenant = $1 AND person = $2) ORDER BY created_at DESC, id")
                .bind(tenant.as_str()).bind(person.0).fetch_all(pool).await)?;
        let mut sessions = Vec::with_capacity(rows.len());
        for (id, ip, agent, created, seen, expires, idle) in rows {
            if now < expires && now < seen.saturating_add(idle) {
                sessions.push(Session {
                    id,
                    person,
                    ip: self.unsealed(tenant, person, id, 0, ip).await?,
                    user_agent: self.unsealed(tenant, person, id, 1, agent).await?,
                    created_at: moment(created),
                    last_seen_at: moment(seen),
                    expires_at: moment(expires),
                });
            }
        }
        Ok(sessions)
    }

    /// Ends one session of a person. False if they have no such session.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn end_session(&self, tenant: &TenantId, person: PersonId, id: Uuid) -> Result<bool, KeyError> {
        let name = tenant.to_string();
        let ended = writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM sessions WHERE tenant = $1 AND person = $2 AND id = $3")
                .bind(name).bind(person.0).bind(id).execute(&mut *tx).await?.rows_affected() > 0
        });
        // Not for what was not there: else anybody could interrupt others.
        if !matches!(ended, Ok(false)) {
            self.forget(tenant, id);
        }
        ended
    }

    pub(super) async fn find_session(&self, shown: &Secret<'_>, now: i64) -> Result<Option<Recognised>, KeyError> {
        let row: Option<Known> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT s.tenant, s.person, c.role, c.custom_role_id, c.disabled, s.secret_hash, s.last_seen_at, \
                            s.expires_at, s.idle_limit, s.scopes \
                            FROM sessions s JOIN credentials c ON c.tenant = s.tenant AND c.person = s.person \
                            AND c.epoch = s.epoch WHERE s.id = $1")
                .bind(shown.id).fetch_optional(pool).await)?;
        let Some((tenant, person, role, own, disabled, hash, seen, expires, idle, scopes)) = row else {
            return Ok(None);
        };
        if disabled || !bool::from(hash.ct_eq(&shown.hash())) {
            return Ok(None);
        }
        Ok(Some(Recognised {
            caller: Arc::new(Caller {
                tenant: TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?,
                person: PersonId(person),
                role: held_role(&role, own)?,
                scopes: scopes.as_deref().map_or_else(PermissionSet::all, read_scopes),
                proof: Proof::Session { id: shown.id },
                expires_at: Some(moment(expires)),
            }),
            idle_limit: Some(idle),
            checked_at: AtomicI64::new(now),
            used_at: AtomicI64::new(seen),
        }))
    }
}
