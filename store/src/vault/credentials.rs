//! Accounts and passwords.

use docket_domain::{HeldRole, PersonId, Role, TenantId, normal_email};
use uuid::Uuid;

use super::Vault;
use super::accounts::{Account, AccountError, Accounts, NewAccount, held_role, moment};
use super::database::{reading, writing};
use super::epochs::{Carry, Epoch, raise};
use super::identities::keyed_hash;
use super::password_strength::StrongPassword;
use crate::{KeyError, KeyState, Keyring as _};

/// A row of `credentials`: person, role, own role, login, password hash, disabled, created, epoch.
type Row = (Uuid, String, Option<Uuid>, Option<String>, Option<String>, bool, i64, i64);

/// A session in which somebody changes their own account, and the account's epoch when they showed that it is theirs.
#[derive(Debug, Clone, Copy)]
pub struct OwnSession {
    /// The session.
    pub session: Uuid,
    /// The epoch.
    pub epoch: Epoch,
}

impl Accounts {
    /// Opens an account.
    ///
    /// # Errors
    /// [`AccountError::Exists`], [`AccountError::LoginTaken`]; [`KeyError::Erased`] if the person is erased.
    pub async fn open_account(&self, tenant: &TenantId, new: NewAccount) -> Result<(), AccountError> {
        let NewAccount { person, role, login, password } = new;
        let password = match password {
            Some(password) => Some(self.0.hash_password(&password).await?),
            None => None,
        };
        let (mac, sealed) = self.sealed_login(tenant, person, login.as_deref()).await?;
        let (now, name) = (self.now(), tenant.to_string());
        let (base, own) = written(role);
        let opened = writing!(self.0.database, tx => {
            sqlx::query(
                "INSERT INTO credentials (tenant, person, role, custom_role_id, login_mac, login_sealed, password, created_at, \
                 log_left, log_signed_out) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (1 = 0), 0) ON CONFLICT DO NOTHING",
            )
            .bind(name).bind(person.0).bind(base).bind(own).bind(mac).bind(sealed).bind(password).bind(now)
            .execute(&mut *tx).await?.rows_affected() > 0
        })?;
        match opened {
            true => Ok(()),
            false if self.account(tenant, person).await?.is_some() => Err(AccountError::Exists),
            false => Err(AccountError::LoginTaken),
        }
    }

    /// A person's account.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn account(&self, tenant: &TenantId, person: PersonId) -> Result<Option<Account>, KeyError> {
        let row: Option<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT person, role, custom_role_id, login_sealed, password, disabled, created_at, epoch \
                            FROM credentials WHERE tenant = $1 AND person = $2")
                .bind(tenant.as_str()).bind(person.0).fetch_optional(pool).await)?;
        match row {
            Some(row) => self.readable(tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The account somebody signs in to with this address.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn find_login(&self, tenant: &TenantId, login: &str) -> Result<Option<Account>, KeyError> {
        match self.login_row(tenant, login).await? {
            Some(row) => self.readable(tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// All accounts of a tenant, oldest first.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn list_accounts(&self, tenant: &TenantId) -> Result<Vec<Account>, KeyError> {
        let rows: Vec<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT person, role, custom_role_id, login_sealed, password, disabled, created_at, epoch \
                            FROM credentials WHERE tenant = $1 ORDER BY created_at, person")
                .bind(tenant.as_str()).fetch_all(pool).await)?;
        let mut accounts = Vec::with_capacity(rows.len());
        for row in rows {
            accounts.push(self.readable(tenant, row).await?);
        }
        Ok(accounts)
    }

    /// Whether somebody but this person is an administrator who may come in.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn has_other_admin(&self, tenant: &TenantId, person: PersonId) -> Result<bool, KeyError> {
        let (others,): (i64,) = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT COUNT(*) FROM credentials WHERE tenant = $1 AND person <> $2 AND role = $3 AND NOT disabled")
                .bind(tenant.as_str()).bind(person.0).bind(Role::Admin.as_str()).fetch_one(pool).await)?;
        Ok(others > 0)
    }

    /// The account that `login` and `password` open. None: not both are right, or it is disabled; the answer takes as long.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn check_password(
        &self,
        tenant: &TenantId,
        login: &str,
        password: &str,
    ) -> Result<Option<Account>, KeyError> {
        let row = self.login_row(tenant, login).await?;
        let hash = row.as_ref().and_then(|row| row.4.clone());
        let fits = self.0.password_fits(password, hash).await?;
        match row {
            Some(row) if fits && !row.5 => self.readable(tenant, row).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Sets a password. Ends the person's sessions and codes; who sets it `by` a session of their own keeps that one.
    ///
    /// # Errors
    /// [`AccountError::NoAccount`]; [`AccountError::Changed`] if the session counts no more, or the account is locked out or not
    /// what it was when it was looked at.
    pub async fn set_password(
        &self,
        tenant: &TenantId,
        person: PersonId,
        password: &StrongPassword,
        by: Option<OwnSession>,
    ) -> Result<(), AccountError> {
        let hash = self.0.hash_password(password).await?;
        let name = tenant.to_string();
        let (session, epoch) = (by.map(|own| own.session), by.map(|own| own.epoch.0));
        let changed = writing!(self.0.database, tx => {
            let set = sqlx::query(
                "UPDATE credentials SET password = $3 WHERE tenant = $1 AND person = $2 AND ($4 OR (epoch = $5 AND NOT disabled \
                 AND EXISTS (SELECT 1 FROM sessions WHERE tenant = $1 AND person = $2 AND id = $6 AND epoch = $5)))",
            )
            .bind(&name).bind(person.0).bind(hash).bind(by.is_none()).bind(epoch).bind(session)
            .execute(&mut *tx).await?.rows_affected() > 0;
            match set {
                true => raise!(tx, &name, person.0, Carry { session, ..Carry::TOKENS }),
                false => None,
            }
        })?;
        match (changed, by) {
            (None, Some(_)) => Err(AccountError::Changed),
            (changed, _) => self.changed(tenant, person, changed.is_some()),
        }
    }

    /// Locks a person out or lets them in again. With the first everything they could come in with ends for good.
    ///
    /// # Errors
    /// [`AccountError::NoAccount`].
    pub async fn set_disabled(&self, tenant: &TenantId, person: PersonId, disabled: bool) -> Result<(), AccountError> {
        let (name, now) = (tenant.to_string(), self.now());
        let changed = writing!(self.0.database, tx => {
            sqlx::query("UPDATE credentials SET disabled = $3 WHERE tenant = $1 AND person = $2")
                .bind(&name).bind(person.0).bind(disabled).execute(&mut *tx).await?;
            sqlx::query("UPDATE api_tokens SET revoked_at = $3 WHERE tenant = $1 AND person = $2 AND revoked_at IS NULL")
                .bind(&name).bind(person.0).bind(now).execute(&mut *tx).await?;
            raise!(tx, &name, person.0, Carry::NOTHING)
        })?;
        self.changed(tenant, person, changed.is_some())
    }

    /// Ends all sessions and codes of a person.
    ///
    /// # Errors
    /// [`AccountError::NoAccount`].
    pub async fn sign_out_everywhere(&self, tenant: &TenantId, person: PersonId) -> Result<(), AccountError> {
        let name = tenant.to_string();
        let changed = writing!(self.0.database, tx => { raise!(tx, &name, person.0, Carry::TOKENS) })?;
        self.changed(tenant, person, changed.is_some())
    }

    /// Sets or takes away the address a person signs in with. Another one than before ends sessions and codes; whether it is
    /// another is the answer.
    ///
    /// # Errors
    /// [`AccountError::NoAccount`], [`AccountError::LoginTaken`].
    pub async fn set_login(
        &self,
        tenant: &TenantId,
        person: PersonId,
        login: Option<&str>,
        keep: Option<Uuid>,
    ) -> Result<bool, AccountError> {
        if let Some(login) = login {
            self.login_is_free(tenant, person, login).await?;
        }
        let (mac, sealed) = self.sealed_login(tenant, person, login).await?;
        let name = tenant.to_string();
        // Should two take the same address at once, the unique index decides, and the loser sees an unavailable vault.
        let (there, other) = writing!(self.0.database, tx => {
            let before: Option<(Option<Vec<u8>>,)> =
                sqlx::query_as("SELECT login_mac FROM credentials WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).fetch_optional(&mut *tx).await?;
            let other = before.as_ref().is_some_and(|(before,)| *before != mac);
            sqlx::query("UPDATE credentials SET login_mac = $3, login_sealed = $4 WHERE tenant = $1 AND person = $2")
                .bind(&name).bind(person.0).bind(mac).bind(sealed).execute(&mut *tx).await?;
            if other {
                raise!(tx, &name, person.0, Carry { session: keep, ..Carry::TOKENS });
            }
            (before.is_some(), other)
        })?;
        self.changed(tenant, person, there)?;
        Ok(other)
    }

    /// Refuses an address somebody else signs in with.
    pub(super) async fn login_is_free(
        &self,
        tenant: &TenantId,
        person: PersonId,
        login: &str,
    ) -> Result<(), AccountError> {
        match self.login_row(tenant, login).await? {
            Some(row) if row.0 != person.0 => Err(AccountError::LoginTaken),
            _ => Ok(()),
        }
    }

    fn changed(&self, tenant: &TenantId, person: PersonId, changed: bool) -> Result<(), AccountError> {
        self.forget(tenant, person.0);
        if changed { Ok(()) } else { Err(AccountError::NoAccount) }
    }

    async fn login_row(&self, tenant: &TenantId, login: &str) -> Result<Option<Row>, KeyError> {
        let [mac, before] = self.login_macs(tenant, login);
        Ok(reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT person, role, custom_role_id, login_sealed, password, disabled, created_at, epoch \
                            FROM credentials WHERE tenant = $1 AND login_mac IN ($2, $3) \
                            ORDER BY CASE WHEN login_mac = $2 THEN 0 ELSE 1 END")
                .bind(tenant.as_str()).bind(mac).bind(before).fetch_optional(pool).await)?)
    }

    pub(super) fn login_mac(&self, tenant: &TenantId, login: &str) -> Vec<u8> {
        keyed_hash(&self.0.lookup, tenant, "login", &normal_email(login)).to_vec()
    }

    /// By what a login may be found: its hash, and that of the spelling it was given in, from before addresses had one form.
    fn login_macs(&self, tenant: &TenantId, login: &str) -> [Vec<u8>; 2] {
        let before = keyed_hash(&self.0.lookup, tenant, "login", &login.trim().to_lowercase()).to_vec();
        [self.login_mac(tenant, login), before]
    }

    /// Whether `mac` is that of this login.
    pub(super) fn is_login(&self, tenant: &TenantId, login: &str, mac: &[u8]) -> bool {
        self.login_macs(tenant, login).iter().any(|one| one == mac)
    }

    /// A login as it is kept: the hash it is found by, and the address sealed with the person's key.
    pub(super) async fn sealed_login(
        &self,
        tenant: &TenantId,
        person: PersonId,
        login: Option<&str>,
    ) -> Result<(Option<Vec<u8>>, Option<String>), KeyError> {
        let key = self.vault().ensure(tenant, person).await?;
        let Some(login) = login else { return Ok((None, None)) };
        Ok((Some(self.login_mac(tenant, login)), Some(key.seal(person.0, 0, login.trim())?)))
    }

    async fn readable(&self, tenant: &TenantId, row: Row) -> Result<Account, KeyError> {
        let (person, role, own, login, password, disabled, created_at, epoch) = row;
        Ok(Account {
            tenant: tenant.clone(),
            person: PersonId(person),
            role: held_role(&role, own)?,
            login: self.unsealed(tenant, PersonId(person), person, 0, login).await?,
            has_password: password.is_some(),
            disabled,
            created_at: moment(created_at),
            epoch: Epoch(epoch),
        })
    }

    /// Opens what was sealed with a person's key for a place; None if the person is erased meanwhile.
    pub(super) async fn unsealed(
        &self,
        tenant: &TenantId,
        person: PersonId,
        place: Uuid,
        field: u32,
        sealed: Option<String>,
    ) -> Result<Option<String>, KeyError> {
        let Some(sealed) = sealed else { return Ok(None) };
        match self.vault().find(tenant, &[person]).await?.remove(&person) {
            Some(KeyState::Present(key)) => key.open(place, field, &sealed).map(Some),
            Some(KeyState::Destroyed) | None => Ok(None),
        }
    }

    pub(super) fn vault(&self) -> Vault {
        Vault(self.0.clone())
    }
}

/// A role as the vault keeps it.
pub(super) fn written(role: HeldRole) -> (&'static str, Option<Uuid>) {
    (role.base().as_str(), role.custom_role_id().map(|id| id.0))
}
