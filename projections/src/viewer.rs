//! Who is looking. Every query takes a viewer, and what a customer may not see is left out in SQL.

use docket_domain::{Data, PermissionSet, TenantId};
use uuid::Uuid;

/// What kind of person looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerKind {
    /// Somebody of the desk: sees the tenant's conversations, notes included.
    Agent,
    /// A customer or visitor: sees only the public part of their own conversations.
    Customer,
}

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Whose data.
    pub tenant: TenantId,
    /// The agent or customer.
    pub person_id: Uuid,
    /// Which of the two.
    pub kind: ViewerKind,
    /// What they may do, and so know.
    pub permissions: PermissionSet,
    /// Of a visitor for whom nobody vouched: what they said of themselves. They see nothing else of who they are, whatever
    /// the desk knows or whom it takes them for.
    pub unverified: Option<Said>,
}

/// What somebody said of themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
}

impl Viewer {
    /// An agent who may know everything.
    pub fn agent(tenant: TenantId, person_id: impl Into<Uuid>) -> Self {
        Self {
            tenant,
            person_id: person_id.into(),
            kind: ViewerKind::Agent,
            permissions: PermissionSet::all(),
            unverified: None,
        }
    }

    /// A customer, or a visitor for whom their site vouched.
    pub fn customer(tenant: TenantId, person_id: impl Into<Uuid>) -> Self {
        Self { kind: ViewerKind::Customer, ..Self::agent(tenant, person_id) }
    }

    /// A visitor for whom nobody vouched, and what they said of themselves.
    pub fn visitor(tenant: TenantId, person_id: impl Into<Uuid>, said: Said) -> Self {
        Self { unverified: Some(said), ..Self::customer(tenant, person_id) }
    }

    /// The same with no more than these permissions.
    #[must_use]
    pub fn with(mut self, permissions: PermissionSet) -> Self {
        self.permissions = self.permissions.intersect(permissions);
        self
    }

    /// Whether they may know something of this kind: what is their own, if they are a customer.
    pub fn knows(&self, data: Data) -> bool {
        if self.is_customer() {
            data.customers().are_allowed(self.permissions)
        } else {
            data.is_known_to(self.permissions)
        }
    }

    /// Whether the public part of their own conversations is all they see.
    pub fn is_customer(&self) -> bool {
        self.kind == ViewerKind::Customer
    }
}
