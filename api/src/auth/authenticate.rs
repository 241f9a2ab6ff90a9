//! From what a request carries to who is calling.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{Commands, Loaded};
use docket_domain::agent::Agent;
use docket_domain::customer::Customer;
use docket_domain::role::Roles;
use docket_domain::{HeldRole, PersonId, PersonalText, Role, TenantId};
use docket_projections::Said;
use docket_store::Accounts;
use docket_store::vault::Caller;
use quick_cache::sync::Cache;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::cookie::session_secret;
use super::csrf::{check_origin, check_token, is_safe};
use super::jwt::{Identity, JwtVerifier};
use super::principal::{Credential, Principal};
use super::register::register_bearer;
use crate::config::{ConfigError, Settings};
use crate::http::problem::Problem;

/// Recognises callers.
pub struct Authenticator {
    accounts: Accounts,
    commands: Commands,
    jwt: Option<JwtVerifier>,
    /// SHA-256 of the bootstrap token: comparing hashes tells nothing of its length.
    bootstrap: Option<[u8; 32]>,
    bootstrap_principal: Principal,
    /// The same of the token figures are asked with.
    metrics: Option<[u8; 32]>,
    /// Customers of the issuer known to be registered.
    known: Cache<(TenantId, PersonId), ()>,
    /// When a tenant's own roles were last read from the log.
    roles_read: Cache<TenantId, DateTime<Utc>>,
    https: bool,
    public_url: String,
    trusted_origins: Vec<String>,
}

impl Authenticator {
    /// An authenticator as configured. `admin` is as whom the bootstrap token acts.
    ///
    /// # Errors
    /// If a secret cannot be read, or is none.
    pub fn new(
        settings: &Settings,
        accounts: Accounts,
        commands: Commands,
        tenant: &TenantId,
        admin: PersonId,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            accounts,
            commands,
            jwt: JwtVerifier::new(&settings.auth.jwt, tenant.clone())?,
            bootstrap: settings.auth.bootstrap()?.map(|token| sha256(token.as_bytes())),
            bootstrap_principal: Principal {
                tenant: tenant.clone(),
                person: admin,
                role: Role::Admin.into(),
                permissions: Role::Admin.permissions(),
                credential: Credential::Bootstrap,
                expires_at: None,
                absorbed: Vec::new(),
                said: None,
            },
            metrics: settings.http.metrics()?.map(|token| sha256(token.as_bytes())),
            known: Cache::new(10_000),
            roles_read: Cache::new(10_000),
            https: settings.is_https(),
            public_url: settings.http.public_url.clone(),
            trusted_origins: settings.http.trusted_origins.clone(),
        })
    }

    /// Who is calling. Refuses with 401 if nobody is recognised, with 403 if a session is used from elsewhere.
    pub async fn authenticate(&self, method: &Method, headers: &HeaderMap) -> Result<Principal, Problem> {
        let mut principal = self.identify(method, headers).await?;
        if principal.is_customer() {
            let customer = self.commands.load::<Customer>(&principal.tenant, principal.person.0).await;
            let customer = customer.map_err(Problem::internal)?;
            principal.absorbed.clone_from(&customer.absorbed);
            if principal.is_unverified_visitor() {
                let text = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
                principal.said = Some(Said { name: text(&customer.said.name), email: text(&customer.said.email) });
            }
        }
        Ok(principal)
    }

    /// Whether a request may read the figures of the whole installation.
    pub fn may_measure(&self, headers: &HeaderMap) -> bool {
        let value =
            headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|text| text.split_once(' '));
        let Some((_, token)) = value.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else { return false };
        let shown = sha256(token.trim().as_bytes());
        [&self.metrics, &self.bootstrap].into_iter().flatten().any(|expected| bool::from(shown.ct_eq(expected)))
    }

    async fn identify(&self, method: &Method, headers: &HeaderMap) -> Result<Principal, Problem> {
        if let Some(value) = headers.get(AUTHORIZATION) {
            let token = value
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or_else(|| Problem::unauthenticated("use Authorization: Bearer <token>"))?;
            return self.bearer(token).await;
        }
        // A page cannot give a WebSocket headers; of all its names for protocols one may be the token of a visit.
        if let Some(token) = visit_protocol(headers) {
            return self.recognise(token).await;
        }
        let secret = session_secret(headers, self.https)
            .ok_or_else(|| Problem::unauthenticated("send an API token as Authorization: Bearer, or sign in"))?;
        let principal = self.recognise(secret).await?;
        // A WebSocket begins with a GET, but is anything but harmless.
        if !is_safe(method) || headers.contains_key("upgrade") {
            check_origin(headers, &self.public_url, &self.trusted_origins)?;
        }
        if !is_safe(method) {
            check_token(headers, secret)?;
        }
        Ok(principal)
    }

    /// Waits until what `who` came with no longer counts as it did when this was called: for long answers, which end then; their
    /// clients come again with what they have left. It hears what happens in this process, and of roles also what the hub
    /// hears from others; for the rest (and whatever an issuer decides) one has to look again now and then.
    pub fn revoked(&self, who: &Principal) -> impl Future<Output = ()> + Send + use<> {
        let (tenant, mut changes) = (who.tenant.clone(), self.accounts.changes());
        let role = who.role.custom_role_id().map(|id| id.0);
        let (person, credential) = match who.credential {
            Credential::Token(id) | Credential::Session(id) | Credential::Visit { id, .. } => {
                (Some(who.person.0), Some(id))
            }
            Credential::Jwt => (Some(who.person.0), None),
            Credential::Bootstrap => (None, None),
        };
        async move {
            // Lagging is taken for a change: what was missed may have been this one.
            while let Ok((of, changed)) = changes.recv().await {
                if of == tenant && [person, credential, role].contains(&Some(changed)) {
                    return;
                }
            }
        }
    }

    /// The session secret of a request, for whoever needs the token that belongs to it.
    pub fn session_secret<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        session_secret(headers, self.https)
    }

    /// Refuses a request that a page of another origin sent.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        check_origin(headers, &self.public_url, &self.trusted_origins)
    }

    async fn bearer(&self, token: &str) -> Result<Principal, Problem> {
        if let Some(expected) = &self.bootstrap
            && bool::from(sha256(token.as_bytes()).ct_eq(expected))
        {
            return Ok(self.bootstrap_principal.clone());
        }
        if token.starts_with("dk_") || token.starts_with(VISIT) {
            return self.recognise(token).await;
        }
        match &self.jwt {
            Some(verifier) if token.bytes().filter(|byte| *byte == b'.').count() == 2 => {
                let identity = verifier.verify(token).map_err(|not| Problem::unauthenticated(not.0))?;
                self.welcome(identity).await
            }
            _ => Err(Problem::unauthenticated("this token is not valid")),
        }
    }

    async fn recognise(&self, secret: &str) -> Result<Principal, Problem> {
        let not_valid = || Problem::unauthenticated("this token or session is not valid, or no longer");
        let caller = self.accounts.recognise(secret).await.map_err(Problem::internal)?.ok_or_else(not_valid)?;
        let role = self.role_of(&caller).await.ok_or_else(not_valid)?;
        self.principal(&caller, role).await
    }

    /// What a caller the vault recognised is at the desk, by the log: there it is decided, and the vault is told afterwards. None:
    /// they do not work here any more. Where the log cannot be asked, the vault's word counts.
    async fn role_of(&self, caller: &Caller) -> Option<HeldRole> {
        if caller.role.is_customer() {
            return Some(caller.role);
        }
        match self.commands.load::<Agent>(&caller.tenant, caller.person.0).await {
            Ok(agent) if agent.deactivated => None,
            Ok(agent) if agent.registered => Some(agent.role),
            _ => Some(caller.role),
        }
    }

    /// What a recognised caller may do is what their role allows now: of a role of the tenant's own, the log says.
    async fn principal(&self, caller: &Caller, role: HeldRole) -> Result<Principal, Problem> {
        let of_role = match role {
            HeldRole::BuiltIn(role) => role.permissions(),
            own @ HeldRole::Own(_) => self.own_roles(&caller.tenant).await?.permissions_of(own),
        };
        Ok(Principal::recognised(caller, role, of_role))
    }

    /// The tenant's own roles. They are in memory, where what this process changes is known at once and what others change as
    /// soon as the hub hears of it; should it hear nothing, the log is looked at every few seconds, as with accounts.
    async fn own_roles(&self, tenant: &TenantId) -> Result<Loaded<Roles>, Problem> {
        let now = self.commands.journal().clock().now();
        if self.roles_read.get(tenant).is_some_and(|read| (now - read).abs() < RECHECK) {
            return Ok(self.commands.roles(tenant).await?);
        }
        let roles = self.commands.roles_now(tenant).await?;
        self.roles_read.insert(tenant.clone(), now);
        Ok(roles)
    }

    /// Somebody with a good token of the issuer: agents must work here, customers are registered when first seen.
    async fn welcome(&self, identity: Identity) -> Result<Principal, Problem> {
        let Identity { principal, name, email } = identity;
        if principal.is_customer() {
            let key = (principal.tenant.clone(), principal.person);
            if self.known.get(&key).is_none() {
                self.register(&principal, name, email).await?;
                self.known.insert(key, ());
            }
            return Ok(principal);
        }
        let agent =
            self.commands.load::<Agent>(&principal.tenant, principal.person.0).await.map_err(Problem::internal)?;
        if !agent.exists() || agent.deactivated {
            return Err(Problem::forbidden("the token is good, but its bearer does not work at this desk"));
        }
        Ok(principal)
    }

    async fn register(&self, who: &Principal, name: Option<String>, email: Option<String>) -> Result<(), Problem> {
        let organisation = self
            .commands
            .load::<docket_domain::organisation::Organisation>(&who.tenant, Uuid::nil())
            .await
            .map_err(Problem::internal)?;
        if !organisation.exists() {
            return Err(Problem::unauthenticated("there is no such organisation"));
        }
        let customer = self.commands.load::<Customer>(&who.tenant, who.person.0).await.map_err(Problem::internal)?;
        if customer.exists() {
            return Ok(());
        }
        register_bearer(&self.commands, who, name, email).await
    }
}

/// After how long a tenant's own roles are read from the log again.
const RECHECK: TimeDelta = TimeDelta::seconds(5);

/// How the token of a visit begins.
const VISIT: &str = "dv_";

/// The protocol a WebSocket of the widget speaks; the one beside it carries the token.
pub const LIVE_PROTOCOL: &str = "docket";

/// The token of a visit among the protocols a WebSocket offers: `docket, dv_…`.
fn visit_protocol(headers: &HeaderMap) -> Option<&str> {
    if !headers.contains_key("upgrade") {
        return None;
    }
    let offered = headers.get_all("sec-websocket-protocol").iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|line| line.split(',')).map(str::trim).find(|name| name.starts_with(VISIT))
}

/// Whether a request shows the token of a visit, good or not.
pub fn shows_visit(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|text| text.split_once(' '));
    value.is_some_and(|(_, token)| token.trim().starts_with(VISIT)) || visit_protocol(headers).is_some()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
