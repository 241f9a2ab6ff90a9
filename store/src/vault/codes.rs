//! One-time sign-in codes: the way in for who has no password yet, or forgot it.
//!
//! Of each kind one is good at a time. It ends with its use, with the next one, with time, after some refused tries, and with
//! whatever it was issued on the strength of: see [`epochs`](super::epochs).

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{PermissionSet, PersonId, TenantId};
use uuid::Uuid;

use super::accounts::{AccountError, Accounts, moment, sha256};
use super::database::{reading, writing};
use super::epochs::{Carry, Epoch, raise};
use super::master_key::random;
use super::password_strength::StrongPassword;
use super::tokens::{read_scopes, written};
use crate::KeyError;

/// After how many refused tries a code ends.
const MOST_TRIES: i64 = 20;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// To sign in and set a password.
    SignIn,
    /// To sign in by a link, without a password.
    Link,
}

impl CodeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
        }
    }
}

/// A code somebody shows, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFound {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Who signs in with it.
    pub person: PersonId,
    /// What it is for.
    pub kind: CodeKind,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// What its owner might do when it was issued; absent: it was issued before that was kept.
    pub scopes: Option<PermissionSet>,
    /// Whether it is good: not used, not replaced, and what it was issued on the strength of has not changed.
    pub good: bool,
}

/// What who uses a code sets with it.
#[derive(Debug, Clone, Default)]
pub struct Redemption {
    /// The address to sign in with from now on.
    pub login: Option<String>,
    /// The password from now on. Ends every session and code.
    pub password: Option<StrongPassword>,
}

/// A row of `one_time_codes`: tenant, person, kind, expires, scopes, whether it is good.
type Row = (String, Uuid, String, i64, Option<String>, bool);

impl Accounts {
    /// Makes a code with which the person can sign in once, within `lasts`. The one before, of that kind, ends. `epoch` is that of
    /// the account whose role was looked at, to know that whoever asks may do this, and `scopes` what that role allowed then.
    ///
    /// # Errors
    /// [`AccountError::Changed`] if the account is not what it was at `epoch`, is gone or locked out.
    pub async fn issue_code(
        &self,
        tenant: &TenantId,
        person: PersonId,
        epoch: Epoch,
        scopes: PermissionSet,
        kind: CodeKind,
        lasts: TimeDelta,
    ) -> Result<(String, DateTime<Utc>), AccountError> {
        let scopes = written(scopes);
        let code = hex::encode(random::<24>()?);
        let (hash, name, now) = (sha256(code.as_bytes()).to_vec(), tenant.to_string(), self.now());
        let expires = now.saturating_add(lasts.num_microseconds().unwrap_or(i64::MAX / 4));
        let issued = writing!(self.0.database, tx => {
            // Holds the account: of two who issue at the same moment one comes after the other.
            let held = sqlx::query(
                "UPDATE credentials SET epoch = epoch WHERE tenant = $1 AND person = $2 AND epoch = $3 AND NOT disabled",
            )
            .bind(&name).bind(person.0).bind(epoch.0).execute(&mut *tx).await?.rows_affected() > 0;
            if held {
                sqlx::query("DELETE FROM one_time_codes WHERE expires_at < $1").bind(now).execute(&mut *tx).await?;
                sqlx::query(
                    "UPDATE one_time_codes SET ended_at = $4 WHERE tenant = $1 AND person = $2 AND kind = $3 AND ended_at IS NULL",
                )
                .bind(&name).bind(person.0).bind(kind.as_str()).bind(now).execute(&mut *tx).await?;
                sqlx::query(
                    "INSERT INTO one_time_codes (code_hash, tenant, person, kind, epoch, created_at, expires_at, scopes) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(hash).bind(&name).bind(person.0).bind(kind.as_str()).bind(epoch.0).bind(now).bind(expires)
                .bind(scopes).execute(&mut *tx).await?;
            }
            held
        })?;
        if issued { Ok((code, moment(expires))) } else { Err(AccountError::Changed) }
    }

    /// What a code is worth, as long as time has not ended it. It stays so.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn find_code(&self, code: &str) -> Result<Option<CodeFound>, KeyError> {
        let (hash, now) = (sha256(code.trim().as_bytes()).to_vec(), self.now());
        let row: Option<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT s.tenant, s.person, s.kind, s.expires_at, s.scopes, \
                 s.ended_at IS NULL AND s.epoch = c.epoch AND NOT c.disabled AND s.tries < $3 \
                 FROM one_time_codes s JOIN credentials c ON c.tenant = s.tenant AND c.person = s.person \
                 WHERE s.code_hash = $1 AND s.expires_at > $2",
            )
            .bind(hash).bind(now).bind(MOST_TRIES).fetch_optional(pool).await)?;
        let Some((tenant, person, kind, expires, scopes, good)) = row else { return Ok(None) };
        Ok(Some(CodeFound {
            tenant: TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?,
            person: PersonId(person),
            kind: if kind == CodeKind::Link.as_str() { CodeKind::Link } else { CodeKind::SignIn },
            expires_at: moment(expires),
            scopes: scopes.as_deref().map(read_scopes),
            good,
        }))
    }

    /// Ends a code that is to be of no use after all.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn end_code(&self, code: &str) -> Result<(), KeyError> {
        let (hash, now) = (sha256(code.trim().as_bytes()).to_vec(), self.now());
        writing!(self.0.database, tx => {
            sqlx::query("UPDATE one_time_codes SET ended_at = $2 WHERE code_hash = $1 AND ended_at IS NULL")
                .bind(hash).bind(now).execute(&mut *tx).await?;
        })
    }

    /// Counts a try with a code that did not lead to a sign-in: after some it is good no more.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn count_code_try(&self, code: &str) -> Result<(), KeyError> {
        let hash = sha256(code.trim().as_bytes()).to_vec();
        writing!(self.0.database, tx => {
            sqlx::query("UPDATE one_time_codes SET tries = tries + 1 WHERE code_hash = $1")
                .bind(hash).execute(&mut *tx).await?;
        })
    }

    /// Uses a code up, and sets what goes with it, all or nothing. Of two who do so at the same time one gets an answer: the
    /// account's epoch from here on.
    ///
    /// # Errors
    /// [`AccountError::Changed`] if the code is good no more; [`AccountError::LoginTaken`].
    pub async fn redeem_code(&self, code: &str, found: &CodeFound, with: Redemption) -> Result<Epoch, AccountError> {
        let (hash, now) = (sha256(code.trim().as_bytes()).to_vec(), self.now());
        let (tenant, person) = (&found.tenant, found.person);
        let password = match &with.password {
            Some(password) => Some(self.0.hash_password(password).await?),
            None => None,
        };
        if let Some(login) = &with.login {
            self.login_is_free(tenant, person, login).await?;
        }
        let (mac, sealed) = self.sealed_login(tenant, person, with.login.as_deref()).await?;
        let name = tenant.to_string();
        let redeemed = writing!(self.0.database, tx => {
            let epoch: Option<(i64,)> = sqlx::query_as(
                "UPDATE one_time_codes SET ended_at = $5 WHERE code_hash = $1 AND tenant = $2 AND person = $3 AND expires_at > $5 \
                 AND ended_at IS NULL AND tries < $4 AND epoch = (SELECT c.epoch FROM credentials c WHERE c.tenant = $2 \
                 AND c.person = $3 AND NOT c.disabled) RETURNING epoch",
            )
            .bind(hash).bind(&name).bind(person.0).bind(MOST_TRIES).bind(now).fetch_optional(&mut *tx).await?;
            let mut epoch = epoch.map(|(epoch,)| Epoch(epoch));
            if epoch.is_some() && mac.is_some() {
                sqlx::query("UPDATE credentials SET login_mac = $3, login_sealed = $4 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(&mac).bind(&sealed).execute(&mut *tx).await?;
            }
            if epoch.is_some() && password.is_some() {
                sqlx::query("UPDATE credentials SET password = $3 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(&password).execute(&mut *tx).await?;
            }
            if epoch.is_some() && (mac.is_some() || password.is_some()) {
                epoch = raise!(tx, &name, person.0, Carry::TOKENS);
            }
            epoch
        })?;
        self.forget(tenant, person.0);
        redeemed.ok_or(AccountError::Changed)
    }
}
