//! Visits: how somebody without an account is recognised again, from one page of a site to the next.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{Permission, PermissionSet, PersonId, Role, TenantId};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::accounts::{Accounts, Caller, Proof, Recognised, Secret, SecretKind, moment};
use super::database::{reading, writing};
use super::sessions::SessionLimits;
use crate::{KeyError, Keyring as _, new_id};

/// What visitors may do: chat, leave a message when nobody is there, and read the answer.
const OF_VISITORS: [Permission; 4] =
    [Permission::ViewChat, Permission::SendMessages, Permission::CreateTickets, Permission::ViewTickets];

/// A visit to begin.
#[derive(Debug, Clone)]
pub struct NewVisit {
    /// The visitor or customer.
    pub person: PersonId,
    /// Whether the site vouched for who they are.
    pub verified: bool,
    /// From where.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// The page it began on.
    pub page: Option<String>,
    /// The visitor's language.
    pub language: Option<String>,
    /// How long it lasts.
    pub limits: SessionLimits,
}

/// A visit, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its id.
    pub id: Uuid,
    /// The visitor or customer.
    pub person: PersonId,
    /// Whether the site vouched for who they are.
    pub verified: bool,
    /// From where.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// The page it began on.
    pub page: Option<String>,
    /// The visitor's language.
    pub language: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// A row of `visits`: id, verified, ip, user agent, page, language, created, last seen, expires, idle limit.
type Row = (Uuid, bool, Option<String>, Option<String>, Option<String>, Option<String>, i64, i64, i64, i64);

/// What recognising needs: tenant, person, verified, hash, last seen, expires, idle limit.
type Known = (String, Uuid, bool, Vec<u8>, i64, i64, i64);

impl Accounts {
    /// Begins a visit. The secret (`dv_…`) goes to the page; the vault keeps a hash.
    ///
    /// # Errors
    /// [`KeyError::Erased`], [`KeyError::Unavailable`].
    pub async fn begin_visit(&self, tenant: &TenantId, new: NewVisit) -> Result<(Visit, String), KeyError> {
        let id = new_id();
        let (secret, hash) = Secret::make(SecretKind::Visit, id)?;
        let key = self.vault().ensure(tenant, new.person).await?;
        let sealed = |field, text: Option<&String>| text.map(|text| key.seal(id, field, text)).transpose();
        let (ip, agent) = (sealed(0, new.ip.as_ref())?, sealed(1, new.user_agent.as_ref())?);
        let page = sealed(2, new.page.as_ref())?;
        let now = self.now();
        let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX / 4);
        let (expires, idle) = (now.saturating_add(micros(new.limits.absolute)), micros(new.limits.idle));
        let (name, person, verified, language) = (tenant.to_string(), new.person.0, new.verified, new.language.clone());
        writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM visits WHERE expires_at < $1").bind(now).execute(&mut *tx).await?;
            sqlx::query(
                "INSERT INTO visits (id, tenant, person, verified, secret_hash, ip_sealed, user_agent_sealed, page_sealed, \
                 language, created_at, last_seen_at, expires_at, idle_limit) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12)",
            )
            .bind(id).bind(name).bind(person).bind(verified).bind(hash.to_vec()).bind(ip).bind(agent).bind(page)
            .bind(language).bind(now).bind(expires).bind(idle)
            .execute(&mut *tx).await?;
        })?;
        let visit = Visit {
            id,
            person: new.person,
            verified: new.verified,
            ip: new.ip,
            user_agent: new.user_agent,
            page: new.page,
            language: new.language,
            created_at: moment(now),
            last_seen_at: moment(now),
            expires_at: moment(expires),
        };
        Ok((visit, secret))
    }

    /// A person's visits that have not ended, latest first.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn list_visits(&self, tenant: &TenantId, person: PersonId) -> Result<Vec<Visit>, KeyError> {
        let now = self.now();
        let rows: Vec<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT id, verified, ip_sealed, user_agent_sealed, page_sealed, language, created_at, last_seen_at, \
                            expires_at, idle_limit FROM visits WHERE tenant = $1 AND person = $2 \
                            ORDER BY created_at DESC, id LIMIT 100")
                .bind(tenant.as_str()).bind(person.0).fetch_all(pool).await)?;
        let mut visits = Vec::with_capacity(rows.len());
        for (id, verified, ip, agent, page, language, created, seen, expires, idle) in rows {
            if now < expires && now < seen.saturating_add(idle) {
                visits.push(Visit {
                    id,
                    person,
                    verified,
                    ip: self.unsealed(tenant, person, id, 0, ip).await?,
                    user_agent: self.unsealed(tenant, person, id, 1, agent).await?,
                    page: self.unsealed(tenant, person, id, 2, page).await?,
                    language,
                    created_at: moment(created),
                    last_seen_at: moment(seen),
                    expires_at: moment(expires),
                });
            }
        }
        Ok(visits)
    }

    /// Ends one visit of a person. False if they have no such visit.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn end_visit(&self, tenant: &TenantId, person: PersonId, id: Uuid) -> Result<bool, KeyError> {
        let name = tenant.to_string();
        let ended = writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM visits WHERE tenant = $1 AND person = $2 AND id = $3")
                .bind(name).bind(person.0).bind(id).execute(&mut *tx).await?.rows_affected() > 0
        });
        if !matches!(ended, Ok(false)) {
            self.forget(tenant, id);
        }
        ended
    }

    /// Ends all visits of a person, and returns how many.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn end_visits(&self, tenant: &TenantId, person: PersonId) -> Result<u64, KeyError> {
        let name = tenant.to_string();
        let ended = writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM visits WHERE tenant = $1 AND person = $2")
                .bind(name).bind(person.0).execute(&mut *tx).await?.rows_affected()
        });
        self.forget(tenant, person.0);
        ended
    }

    pub(super) async fn find_visit(&self, shown: &Secret<'_>, now: i64) -> Result<Option<Recognised>, KeyError> {
        let row: Option<Known> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT tenant, person, verified, secret_hash, last_seen_at, expires_at, idle_limit \
                            FROM visits WHERE id = $1")
                .bind(shown.id).fetch_optional(pool).await)?;
        let Some((tenant, person, verified, hash, seen, expires, idle)) = row else { return Ok(None) };
        if !bool::from(hash.ct_eq(&shown.hash())) {
            return Ok(None);
        }
        Ok(Some(Recognised {
            caller: Arc::new(Caller {
                tenant: TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?,
                person: PersonId(person),
                role: Role::Customer.into(),
                scopes: PermissionSet::of(&OF_VISITORS),
                proof: Proof::Visit { id: shown.id, verified },
                expires_at: Some(moment(expires)),
            }),
            idle_limit: Some(idle),
            checked_at: AtomicI64::new(now),
            used_at: AtomicI64::new(seen),
        }))
    }
}
