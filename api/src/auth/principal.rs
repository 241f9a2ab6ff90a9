//! Who is calling, and what they may do.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use docket_commands::{Grounds, Mandate};
use docket_domain::{Actor, CustomerId, Data, HeldRole, Permission, PermissionSet, PersonId, TenantId};
use docket_projections::{Said, Viewer};
use docket_store::vault::{Caller, Proof};
use uuid::Uuid;

use crate::http::problem::Problem;

/// By what a caller was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// An API token.
    Token(Uuid),
    /// A session of a browser.
    Session(Uuid),
    /// The token of a visit through the chat widget.
    Visit {
        /// The visit.
        id: Uuid,
        /// Whether the site vouched for who they are.
        verified: bool,
    },
    /// The bootstrap token.
    Bootstrap,
    /// A token of the configured issuer.
    Jwt,
}

/// Somebody who has shown who they are.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Whose data they may touch.
    pub tenant: TenantId,
    /// Their agent or customer id.
    pub person: PersonId,
    /// Their role.
    pub role: HeldRole,
    /// What they may do: of what the role allows now, as much as what they showed leaves.
    pub permissions: PermissionSet,
    /// How they have shown it.
    pub credential: Credential,
    /// When that ends, if it does.
    pub expires_at: Option<DateTime<Utc>>,
    /// Of a customer: the visitors they turned out to have been, whose conversations are theirs too.
    pub absorbed: Vec<CustomerId>,
    /// Of a visitor for whom nobody vouched: what they said of themselves, which is all they see of who they are.
    pub said: Option<Said>,
}

impl Principal {
    /// The author of what they do.
    pub fn actor(&self) -> Actor {
        if self.is_customer() { Actor::customer(self.person.0) } else { Actor::agent(self.person.0) }
    }

    /// As whom they look at the read models.
    pub fn viewer(&self) -> Viewer {
        let viewer = match &self.said {
            Some(said) => Viewer::visitor(self.tenant.clone(), self.person.0, said.clone()),
            None if self.is_customer() => Viewer::customer(self.tenant.clone(), self.person.0),
            None => Viewer::agent(self.tenant.clone(), self.person.0),
        };
        viewer.with(self.permissions)
    }

    /// Whether they are a customer, who sees only what is theirs.
    pub fn is_customer(&self) -> bool {
        self.role.is_customer()
    }

    /// Whether they came through the chat widget: then they reach what it needs, and nothing else.
    pub fn is_visitor(&self) -> bool {
        matches!(self.credential, Credential::Visit { .. })
    }

    /// Whether it was proven who they are.
    pub fn is_verified(&self) -> bool {
        !matches!(self.credential, Credential::Bootstrap | Credential::Visit { verified: false, .. })
    }

    /// Whether they stand as an administrator. Who became one signs in again first: a session takes on nothing.
    pub fn is_admin(&self) -> bool {
        let whole = || PermissionSet::all().beyond(self.permissions).is_empty();
        self.role.is_admin() && (!matches!(self.credential, Credential::Session(_)) || whole())
    }

    /// On whose authority they hand out rights; a customer has none to hand out.
    pub fn mandate(&self) -> Option<Mandate> {
        let grounds = match self.credential {
            Credential::Token(_) | Credential::Session(_) => Grounds::Role,
            Credential::Jwt => Grounds::Issuer,
            Credential::Bootstrap => Grounds::Installation,
            Credential::Visit { .. } => return None,
        };
        let (person, permissions, admin) = (self.person, self.permissions, self.is_admin());
        (!self.is_customer()).then_some(Mandate { person, permissions, admin, grounds })
    }

    /// The session they came with, if it is one.
    pub fn session(&self) -> Option<Uuid> {
        match self.credential {
            Credential::Session(id) => Some(id),
            _ => None,
        }
    }

    /// Whether they are a visitor for whom nobody vouched.
    pub fn is_unverified_visitor(&self) -> bool {
        matches!(self.credential, Credential::Visit { verified: false, .. })
    }

    /// Whether they may do `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// Whether they may know something of this kind: what is their own, if they are a customer.
    pub fn knows(&self, data: Data) -> bool {
        if self.is_customer() {
            data.customers().are_allowed(self.permissions)
        } else {
            data.is_known_to(self.permissions)
        }
    }

    /// Refuses unless they may.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("this needs the permission {}", permission.as_str()))
            .with("permission", permission.as_str()))
    }

    /// Whether something of this customer is theirs to see.
    pub fn owns(&self, customer: CustomerId) -> bool {
        !self.is_customer() || self.person.0 == customer.0 || self.absorbed.contains(&customer)
    }
}

impl Principal {
    /// Whom the vault recognised, in the role they hold, which allows `of_role`.
    pub(super) fn recognised(caller: &Caller, role: HeldRole, of_role: PermissionSet) -> Self {
        Self {
            tenant: caller.tenant.clone(),
            person: caller.person,
            role,
            permissions: caller.permissions(of_role),
            credential: match caller.proof {
                Proof::Token { id } => Credential::Token(id),
                Proof::Session { id } => Credential::Session(id),
                Proof::Visit { id, verified } => Credential::Visit { id, verified },
            },
            expires_at: caller.expires_at,
            absorbed: Vec::new(),
            said: None,
        }
    }
}

/// The caller of a guarded route.
#[derive(Debug, Clone)]
pub struct Who(Arc<Principal>);

impl Who {
    /// Wraps a principal.
    pub fn new(principal: Principal) -> Self {
        Self(Arc::new(principal))
    }
}

impl Deref for Who {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("a handler ran without its guard"))
    }
}
