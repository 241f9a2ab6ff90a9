//! Who may come in, and how they are recognised.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use docket_domain::{Actor, HeldRole, PermissionSet, PersonId, Role, RoleId, TenantId};
use tokio::sync::broadcast;
use uuid::Uuid;

use super::Shared;
use super::epochs::Epoch;
use super::master_key::random;
use super::password_strength::{StrongPassword, WeakPassword};
use super::remembered::Remembered;
use crate::KeyError;

/// Credentials, API tokens, sessions, sign-in codes, identities and tenants. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(pub(super) Arc<Shared>);

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts")
    }
}

/// An account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The person has an account already.
    #[error("this person has an account already")]
    Exists,
    /// Somebody else of the tenant signs in with that address.
    #[error("somebody signs in with this address already")]
    LoginTaken,
    /// The person has no account.
    #[error("this person has no account")]
    NoAccount,
    /// The account is not what it was when it was looked at: what was to be done on the strength of that is not done.
    #[error("the account has changed meanwhile")]
    Changed,
    /// The password is soon guessed, too short or too long.
    #[error("the password {0}")]
    Weak(#[from] WeakPassword),
    /// The vault failed, or the person is erased.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// An account to open.
#[derive(Clone)]
pub struct NewAccount {
    /// Whose it is: the agent's or customer's id.
    pub person: PersonId,
    /// What they may do. [`Role::Customer`] makes it a customer's account, any other an agent's.
    pub role: HeldRole,
    /// The mail address they sign in with. None: only tokens.
    pub login: Option<String>,
    /// Their password. None: until they set one with a sign-in code.
    pub password: Option<StrongPassword>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub person: PersonId,
    /// What they may do.
    pub role: HeldRole,
    /// The mail address they sign in with.
    pub login: Option<String>,
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether they are locked out.
    pub disabled: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// How often what its credentials stand on has changed: what is issued by who looked at this is bound to it.
    pub epoch: Epoch,
}

/// By what a caller was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// An API token.
    Token {
        /// The token.
        id: Uuid,
    },
    /// A session.
    Session {
        /// The session.
        id: Uuid,
    },
    /// A visit through the widget.
    Visit {
        /// The visit.
        id: Uuid,
        /// Whether the site vouched for who they are.
        verified: bool,
    },
}

/// Somebody who has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data they may touch.
    pub tenant: TenantId,
    /// Who they are.
    pub person: PersonId,
    /// Their role.
    pub role: HeldRole,
    /// What they may do at most with what they showed. What they may do is that much of what the role allows, which of
    /// a tenant's own role the vault does not know.
    pub scopes: PermissionSet,
    /// How they have shown it.
    pub proof: Proof,
    /// When that ends, if it does.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Caller {
    /// What they may do, as their role allows `of_role`.
    pub fn permissions(&self, of_role: PermissionSet) -> PermissionSet {
        of_role.intersect(self.scopes)
    }

    /// The caller as the author of what they do.
    pub fn actor(&self) -> Actor {
        if self.role.is_customer() { Actor::customer(self.person.0) } else { Actor::agent(self.person.0) }
    }
}

/// Callers recognised lately, by the hash of what they showed.
pub(super) type CallerCache = Remembered<[u8; 32], Arc<Recognised>>;

/// Changes a listener may be behind; one that is further behind looks again.
pub(super) const CHANGES: usize = 1024;

/// Callers held ready.
pub(super) const CACHED_CALLERS: usize = 10_000;

/// After how long a remembered caller is looked up again (microseconds): how long a token revoked on another node lives on here.
const RECHECK: i64 = 5_000_000;

/// A remembered caller.
pub(super) struct Recognised {
    pub(super) caller: Arc<Caller>,
    /// A session ends when it was not used for so long (microseconds).
    pub(super) idle_limit: Option<i64>,
    /// When the vault was last asked.
    pub(super) checked_at: AtomicI64,
    /// When use was last written down; coarse.
    pub(super) used_at: AtomicI64,
}

impl Recognised {
    /// Whether time has not ended it.
    fn valid(&self, now: i64) -> bool {
        self.caller.expires_at.is_none_or(|end| now < end.timestamp_micros())
            && self.idle_limit.is_none_or(|idle| now < self.used_at.load(Ordering::Relaxed).saturating_add(idle))
    }
}

impl Accounts {
    /// Recognises the bearer of an API token (`dk_…`), session secret (`ds_…`) or visit's secret (`dv_…`). None: no such token, or it is revoked, expired,
    /// or its owner disabled. Remembered, so that it costs a hash; what changes here counts at once, on other nodes within seconds.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn recognise(&self, secret: &str) -> Result<Option<Arc<Caller>>, KeyError> {
        let Some(shown) = Secret::parse(secret) else { return Ok(None) };
        let hash = sha256(secret.as_bytes());
        let now = self.now();
        let remembered = match self.0.callers.get(&hash) {
            // Of many who come at once when it is time to look again, one does.
            Some(known) if !claim_turn(&known.checked_at, now, RECHECK) => Some(known),
            known => self.look_up(&shown, hash, now, known).await?,
        };
        let Some(known) = remembered.filter(|known| known.valid(now)) else { return Ok(None) };
        self.note_use(&shown, &known, now);
        Ok(Some(known.caller.clone()))
    }

    async fn look_up(
        &self,
        shown: &Secret<'_>,
        hash: [u8; 32],
        now: i64,
        before: Option<Arc<Recognised>>,
    ) -> Result<Option<Arc<Recognised>>, KeyError> {
        let mark = self.0.callers.mark();
        let found = match shown.kind {
            SecretKind::Token => self.find_token(shown, now).await?,
            SecretKind::Session => self.find_session(shown, now).await?,
            SecretKind::Visit => self.find_visit(shown, now).await?,
        };
        match found.map(Arc::new) {
            Some(found) => {
                // What was used since may not be written down yet.
                if let Some(before) = before {
                    found.used_at.fetch_max(before.used_at.load(Ordering::Relaxed), Ordering::Relaxed);
                }
                self.0.callers.keep(mark, hash, found.clone());
                Ok(Some(found))
            }
            None => {
                self.0.callers.forget(&hash);
                Ok(None)
            }
        }
    }

    /// What no longer counts as it did, by tenant and id: tokens revoked, sessions ended, people whose account changed, roles
    /// that changed. Only what happens or is told in this process. An id says nothing without its tenant: ids are chosen by
    /// whoever asks, and what one tenant asks for must not end what is another's.
    pub fn changes(&self) -> broadcast::Receiver<(TenantId, Uuid)> {
        self.0.changed.subscribe()
    }

    /// Tells who listens for [`changes`](Self::changes) that a role of a tenant's own is not what it was: what its holders were
    /// recognised to be allowed no longer counts.
    pub fn role_changed(&self, tenant: &TenantId, role: RoleId) {
        self.forget(tenant, role.0);
    }

    /// Has every caller looked up anew, and tells who listens for [`changes`](Self::changes) what it was.
    pub(super) fn forget(&self, tenant: &TenantId, what: Uuid) {
        self.0.forget(tenant, what);
    }

    pub(super) fn now(&self) -> i64 {
        self.0.clock.now().timestamp_micros()
    }
}

impl Shared {
    pub(super) fn forget(&self, tenant: &TenantId, what: Uuid) {
        self.callers.forget_all();
        // Nobody listening is no fault.
        let _ = self.changed.send((tenant.clone(), what));
    }
}

/// Whether `every` microseconds have passed since `last`; if so, this caller has the turn and nobody else.
pub(super) fn claim_turn(last: &AtomicI64, now: i64, every: i64) -> bool {
    let before = last.load(Ordering::Relaxed);
    now.saturating_sub(before) >= every
        && last.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// What kind of secret was shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretKind {
    Token,
    Session,
    Visit,
}

impl SecretKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Token => "dk",
            Self::Session => "ds",
            Self::Visit => "dv",
        }
    }
}

/// A secret of the form `dk_<id>_<64 hexadecimal characters>`.
pub(super) struct Secret<'a> {
    pub(super) kind: SecretKind,
    pub(super) id: Uuid,
    random: &'a str,
}

impl<'a> Secret<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (prefix, rest) = text.split_once('_')?;
        let (id, random) = rest.split_once('_')?;
        let kind = [SecretKind::Token, SecretKind::Session, SecretKind::Visit]
            .into_iter()
            .find(|kind| kind.prefix() == prefix)?;
        let id = Uuid::try_parse(id).ok().filter(|_| id.len() == 32)?;
        (random.len() == 64).then_some(Self { kind, id, random })
    }

    /// What the vault keeps of it.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(self.random.as_bytes())
    }

    /// Makes one: the secret, and what the vault keeps.
    pub(super) fn make(kind: SecretKind, id: Uuid) -> Result<(String, [u8; 32]), KeyError> {
        let random = hex::encode(random::<32>()?);
        let hash = sha256(random.as_bytes());
        Ok((format!("{}_{}_{random}", kind.prefix(), id.simple()), hash))
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    hash
}

/// A role as the vault keeps it.
pub(super) fn held_role(role: &str, custom: Option<Uuid>) -> Result<HeldRole, KeyError> {
    let role: Role = role.parse().map_err(|_| KeyError::Damaged)?;
    Ok(HeldRole::of(role, custom.map(RoleId)))
}

/// A moment as the vault keeps it.
pub(super) fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
