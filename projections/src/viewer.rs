//! Who is looking. Every query takes a viewer, and what a customer may not see is left out in SQL.

use docket_domain::TenantId;
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
}

impl Viewer {
    /// An agent.
    pub fn agent(tenant: TenantId, person_id: impl Into<Uuid>) -> Self {
        Self { tenant, person_id: person_id.into(), kind: ViewerKind::Agent }
    }

    /// A customer or visitor.
    pub fn customer(tenant: TenantId, person_id: impl Into<Uuid>) -> Self {
        Self { tenant, person_id: person_id.into(), kind: ViewerKind::Customer }
    }

    /// Whether the public part of their own conversations is all they see.
    pub fn is_customer(&self) -> bool {
        self.kind == ViewerKind::Customer
    }
}
