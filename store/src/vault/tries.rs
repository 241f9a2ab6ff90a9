//! Guessing is slow: after too many wrong tries nobody is answered for a while.
//!
//! The counts lie in the vault: they are the same for all nodes and outlive a restart. Only time ends a lock; whoever floods the table
//! with tries of their own makes it forget those that lock nothing.

use chrono::TimeDelta;
use docket_domain::{PersonId, TenantId, normal_email};

use super::accounts::{Accounts, claim_turn};
use super::database::writing;
use super::identities::keyed_hash;
use crate::KeyError;

/// How many tries, and in what time.
#[derive(Debug, Clone, Copy)]
pub struct TryLimit {
    /// Wrong ones that are answered.
    pub attempts: u32,
    /// The time they are counted in, from the first one, and so the longest a lock lasts.
    pub window: TimeDelta,
}

/// No further try is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    /// For how many seconds: at least 1.
    pub seconds: u64,
}

/// What tries are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TryKey {
    /// Whoever comes from a network (an IPv4 address, a /64 of IPv6).
    Network(String),
    /// Whoever tries to sign in with an address, of whichever tenant: strangers among themselves.
    Login(TenantId, String),
    /// A browser in which that person signed in before. It has an allowance of its own, so that nobody locks somebody else out.
    Browser(TenantId, PersonId, String),
    /// Somebody who is signed in and has to give their password once more.
    Password(TenantId, PersonId),
}

impl TryKey {
    fn mac(&self, accounts: &Accounts) -> Vec<u8> {
        let hash = |tenant: &TenantId, kind: &str, text: &str| keyed_hash(&accounts.0.lookup, tenant, kind, text);
        match self {
            // Networks belong to no tenant.
            Self::Network(network) => {
                aws_lc_rs::hmac::sign(&accounts.0.lookup, ["\0try network", network.as_str()].join("\0").as_bytes())
                    .as_ref()
                    .to_vec()
            }
            Self::Login(tenant, login) => hash(tenant, "try login", &normal_email(login)).to_vec(),
            Self::Browser(tenant, person, id) => hash(tenant, "try browser", &format!("{} {id}", person.0)).to_vec(),
            Self::Password(tenant, person) => hash(tenant, "try password", &person.0.to_string()).to_vec(),
        }
    }
}

/// Rows kept at most of what locks nothing.
const MOST_ROWS: i64 = 100_000;
/// How often what is over is removed (microseconds).
const SWEEP: i64 = 60_000_000;

impl Accounts {
    /// Counts a try as wrong before it is made, by each of `keys`, so that many at once do not slip through.
    /// [`forgive_tries`](Self::forgive_tries) and [`take_back_try`](Self::take_back_try) say it was not.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`]. Within: locked, by one of the keys at least.
    pub async fn begin_try(&self, keys: &[TryKey], limit: TryLimit) -> Result<Result<(), Locked>, KeyError> {
        let now = self.now();
        let ends = now.saturating_add(limit.window.num_microseconds().unwrap_or(i64::MAX / 4));
        if claim_turn(&self.0.swept_at, now, SWEEP) {
            self.sweep_tries(now, i64::from(limit.attempts)).await?;
        }
        let mut macs: Vec<_> = keys.iter().map(|key| key.mac(self)).collect();
        // In one order for everybody: two transactions never wait for each other.
        macs.sort_unstable();
        let counts = writing!(self.0.database, tx => {
            let mut counts: Vec<(i64, i64)> = Vec::with_capacity(macs.len());
            for mac in &macs {
                counts.push(
                    sqlx::query_as(
                        "INSERT INTO sign_in_tries (mac, tries, ends_at) VALUES ($1, 1, $3) ON CONFLICT (mac) DO UPDATE SET \
                         tries = CASE WHEN sign_in_tries.ends_at <= $2 THEN 1 ELSE sign_in_tries.tries + 1 END, \
                         ends_at = CASE WHEN sign_in_tries.ends_at <= $2 THEN $3 ELSE sign_in_tries.ends_at END \
                         RETURNING tries, ends_at",
                    )
                    .bind(mac).bind(now).bind(ends).fetch_one(&mut *tx).await?,
                );
            }
            counts
        })?;
        let locked =
            counts.into_iter().filter(|(tries, _)| *tries > i64::from(limit.attempts)).map(|(_, ends)| ends).max();
        Ok(match locked {
            None => Ok(()),
            Some(ends) => Err(Locked { seconds: u64::try_from((ends - now) / 1_000_000).unwrap_or(0).max(1) }),
        })
    }

    /// The one try was right after all; earlier ones stay wrong.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn take_back_try(&self, key: &TryKey) -> Result<(), KeyError> {
        let mac = key.mac(self);
        writing!(self.0.database, tx => {
            sqlx::query("UPDATE sign_in_tries SET tries = tries - 1 WHERE mac = $1 AND tries > 0")
                .bind(mac).execute(&mut *tx).await?;
        })
    }

    /// The try was right after all, and so whoever made the earlier ones by this key is forgiven.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn forgive_tries(&self, key: &TryKey) -> Result<(), KeyError> {
        let mac = key.mac(self);
        writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM sign_in_tries WHERE mac = $1").bind(mac).execute(&mut *tx).await?;
        })
    }

    /// Removes what is over, and of what is not, but locks nothing, what began first beyond a bound.
    async fn sweep_tries(&self, now: i64, attempts: i64) -> Result<(), KeyError> {
        writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM sign_in_tries WHERE ends_at <= $1").bind(now).execute(&mut *tx).await?;
            sqlx::query(
                "DELETE FROM sign_in_tries WHERE mac IN (SELECT mac FROM sign_in_tries WHERE tries < $1 \
                 ORDER BY ends_at DESC LIMIT 1000000 OFFSET $2)",
            )
            .bind(attempts).bind(MOST_ROWS).execute(&mut *tx).await?;
        })
    }

    /// What a browser keeps, so that it is known again as one in which the owner of this account signed in: as long as nothing
    /// changes that ends sessions. It opens nothing. `browser` is an id made for the browser.
    pub fn known_browser(&self, account: &super::Account, browser: &str) -> String {
        let text = [&account.person.0.to_string(), browser, &account.epoch.0.to_string()].join(" ");
        format!("{browser}.{}", hex::encode(keyed_hash(&self.0.lookup, &account.tenant, "known browser", &text)))
    }

    /// The id of the browser, if what it shows was made for this account as it is.
    pub fn knows_browser<'b>(&self, account: &super::Account, shown: &'b str) -> Option<&'b str> {
        use subtle::ConstantTimeEq as _;
        let (browser, _) = shown.split_once('.')?;
        let expected = self.known_browser(account, browser);
        bool::from(expected.as_bytes().ct_eq(shown.as_bytes())).then_some(browser)
    }
}
