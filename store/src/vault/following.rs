//! What of an account follows the log.
//!
//! How somebody is reached, what they may do, whether they left and when all their sessions were ended is decided in the log, and
//! written here after it. The account keeps beside it what the log said when it last followed. So whoever compares the two, after a
//! crash between both writes or with a vault from a backup, sees what is left to do, and nothing is done twice; and what was set here
//! alone, an address chosen with a code, say, stays until the log says something else.

use std::collections::HashSet;

use docket_domain::{HeldRole, PersonId, TenantId};
use uuid::Uuid;

use super::accounts::{AccountError, Accounts, held_role};
use super::credentials::written;
use super::database::{reading, writing};
use super::epochs::{Carry, Epoch, raise};
use super::writer::person_of;
use crate::KeyError;

/// An address by which the log knows somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownAddress {
    /// None.
    Absent,
    /// This one.
    Is(String),
    /// One that cannot be read here: nothing follows it.
    Unreadable,
}

/// What the log says of whose account it is, as far as the account follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSays {
    /// How they are reached.
    pub address: KnownAddress,
    /// What they may do. None: the log does not say, as of customers.
    pub role: Option<HeldRole>,
    /// Whether they left the desk.
    pub left: bool,
    /// At which version of their account they were last signed out everywhere; 0: never.
    pub signed_out: u64,
}

/// What an account is behind in, as it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The account's epoch.
    pub epoch: Epoch,
    /// What its sessions and codes were made for is another address than the one in force.
    pub address: bool,
    /// It has another role.
    pub role: bool,
    /// It is to be locked, or opened again.
    pub left: Option<bool>,
    /// Sessions go on that were ended.
    pub signed_out: bool,
    /// It cannot have the address: somebody else signs in with it.
    pub address_taken: bool,
    sets_login: bool,
    notes: bool,
}

impl Behind {
    /// Whether it is behind in anything that counts: then what it was looked at for is not what it is after following.
    pub fn changes(&self) -> bool {
        self.address || self.role || self.left.is_some() || self.signed_out
    }

    /// Whether anything is to be written.
    pub fn is_nothing(&self) -> bool {
        !(self.changes() || self.sets_login || self.notes)
    }
}

/// A row of `credentials`: role, own role, login, disabled, epoch, and what the log said when it last followed.
type Row = (String, Option<Uuid>, Option<Vec<u8>>, bool, i64, Option<Vec<u8>>, Option<bool>, Option<i64>);

impl Accounts {
    /// What somebody's account is behind in. None: they have none.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn behind(
        &self,
        tenant: &TenantId,
        person: PersonId,
        says: &LogSays,
    ) -> Result<Option<Behind>, KeyError> {
        let row: Option<Row> = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT role, custom_role_id, login_mac, disabled, epoch, log_address, log_left, log_signed_out \
                 FROM credentials WHERE tenant = $1 AND person = $2",
            )
            .bind(tenant.as_str()).bind(person.0).fetch_optional(pool).await)?;
        let Some((role, own, login, disabled, epoch, log_address, log_left, log_signed_out)) = row else {
            return Ok(None);
        };
        let role = held_role(&role, own)?;
        let address = self.address_behind(tenant, says, role, login, log_address);
        let mut behind = Behind {
            epoch: Epoch(epoch),
            address: address.changes,
            role: says.role.is_some_and(|now| now != role),
            left: match log_left {
                Some(then) if then == says.left => None,
                Some(_) => Some(says.left),
                // Of before it was kept: who was locked out on purpose stays so.
                None => Some(true).filter(|_| says.left),
            }
            .filter(|left| *left != disabled),
            signed_out: log_signed_out.is_some_and(|then| says.signed_out > then.unsigned_abs()),
            address_taken: false,
            sets_login: address.sets_login,
            notes: log_left != Some(says.left) || log_signed_out != Some(says.signed_out.cast_signed()),
        };
        if let (true, KnownAddress::Is(wanted)) = (behind.sets_login, &says.address) {
            match self.login_is_free(tenant, person, wanted).await {
                Ok(()) => {}
                Err(AccountError::Key(error)) => return Err(error),
                Err(_) => (behind.address, behind.sets_login, behind.address_taken) = (false, false, true),
            }
        }
        behind.notes |= address.notes && !behind.address_taken;
        Ok(Some(behind))
    }

    /// Everybody who has an account.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn owners(&self) -> Result<HashSet<(TenantId, PersonId)>, KeyError> {
        let rows: Vec<(String, Uuid)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT tenant, person FROM credentials").fetch_all(pool).await)?;
        rows.iter().map(|(tenant, person)| person_of(tenant, *person)).collect()
    }

    fn address_behind(
        &self,
        tenant: &TenantId,
        says: &LogSays,
        role: HeldRole,
        login: Option<Vec<u8>>,
        then: Option<Vec<u8>>,
    ) -> AddressBehind {
        let Some(now) = self.noted_address(tenant, &says.address) else { return AddressBehind::default() };
        if then.as_ref() == Some(&now) {
            return AddressBehind::default();
        }
        let same = match &says.address {
            KnownAddress::Is(address) => login.as_ref().is_some_and(|login| self.is_login(tenant, address, login)),
            _ => login.is_none(),
        };
        let (sets_login, changes) = match then {
            // Of before it was kept. Customers may sign in with another address than the desk knows.
            None => {
                let other = !role.is_customer() && !now.is_empty() && login.is_some() && !same;
                (other, other)
            }
            // They come by links, which were made for the address they had.
            Some(then) if role.is_customer() && login.is_none() => (false, !then.is_empty()),
            Some(_) => (!same, !same),
        };
        AddressBehind { sets_login, changes, notes: true }
    }

    /// An address as it is noted that the log said it.
    fn noted_address(&self, tenant: &TenantId, address: &KnownAddress) -> Option<Vec<u8>> {
        match address {
            KnownAddress::Absent => Some(Vec::new()),
            KnownAddress::Is(address) => Some(self.login_mac(tenant, address)),
            KnownAddress::Unreadable => None,
        }
    }

    /// Does what an account is [`behind`](Self::behind) in, all of it or nothing. What ends with each is as if it were done by itself;
    /// `keep`, the session another address was set in, goes on.
    ///
    /// # Errors
    /// [`AccountError::Changed`]: the account is not what was looked at; look again.
    pub async fn follow(
        &self,
        tenant: &TenantId,
        person: PersonId,
        says: &LogSays,
        behind: &Behind,
        keep: Option<Uuid>,
    ) -> Result<(), AccountError> {
        let login = match &says.address {
            KnownAddress::Is(address) if behind.sets_login => Some(address.as_str()),
            _ => None,
        };
        let (mac, sealed) = match behind.sets_login {
            true => self.sealed_login(tenant, person, login).await?,
            false => (None, None),
        };
        let noted = self.noted_address(tenant, &says.address).filter(|_| !behind.address_taken);
        let (base, own) = says.role.map(written).unzip();
        let own = own.flatten();
        let (name, now, todo) = (tenant.to_string(), self.now(), behind.clone());
        let (left, signed_out) = (says.left, says.signed_out.cast_signed());
        let followed = writing!(self.0.database, tx => {
            let held = sqlx::query(
                "UPDATE credentials SET log_address = COALESCE($4, log_address), log_left = $5, log_signed_out = $6 \
                 WHERE tenant = $1 AND person = $2 AND epoch = $3",
            )
            .bind(&name).bind(person.0).bind(todo.epoch.0).bind(noted).bind(left).bind(signed_out)
            .execute(&mut *tx).await?.rows_affected() > 0;
            if held && todo.role {
                sqlx::query("UPDATE credentials SET role = $3, custom_role_id = $4 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(base).bind(own).execute(&mut *tx).await?;
                raise!(tx, &name, person.0, Carry::ALL_BUT_CODES);
            }
            if held && todo.sets_login {
                sqlx::query("UPDATE credentials SET login_mac = $3, login_sealed = $4 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(mac).bind(sealed).execute(&mut *tx).await?;
            }
            if held && todo.address {
                raise!(tx, &name, person.0, Carry { session: keep, ..Carry::TOKENS });
            }
            if held && todo.signed_out {
                raise!(tx, &name, person.0, Carry::TOKENS);
            }
            if let (true, Some(left)) = (held, todo.left) {
                sqlx::query("UPDATE credentials SET disabled = $3 WHERE tenant = $1 AND person = $2")
                    .bind(&name).bind(person.0).bind(left).execute(&mut *tx).await?;
                sqlx::query("UPDATE api_tokens SET revoked_at = $3 WHERE tenant = $1 AND person = $2 AND revoked_at IS NULL")
                    .bind(&name).bind(person.0).bind(now).execute(&mut *tx).await?;
                raise!(tx, &name, person.0, Carry::NOTHING);
            }
            held
        })?;
        if behind.changes() {
            self.forget(tenant, person.0);
        }
        if followed { Ok(()) } else { Err(AccountError::Changed) }
    }
}

/// What an account is behind in of the address.
#[derive(Default)]
struct AddressBehind {
    sets_login: bool,
    changes: bool,
    notes: bool,
}
