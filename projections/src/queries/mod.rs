//! Answers from the read models. Every query takes a [`Viewer`]; what a customer may not see is left out in SQL.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::ReadError;
use crate::read_models::ReadModels;
use crate::viewer::Viewer;
use crate::views::*;

/// Asks the read models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    pub(crate) models: ReadModels,
}

fn later<T>() -> Result<T, ReadError> {
    Err(ReadError::Setup("this query is not there yet".into()))
}

#[allow(clippy::unused_async, unused_variables, reason = "signatures first")]
impl Queries {
    /// Tickets that match, in the order asked for. A customer gets their own.
    pub async fn tickets(
        &self,
        viewer: &Viewer,
        filter: &TicketFilter,
        page: &PageRequest,
    ) -> Result<Page<TicketView>, ReadError> {
        later()
    }

    /// A ticket. `None` if there is none the viewer may see.
    pub async fn ticket(&self, viewer: &Viewer, id: Uuid) -> Result<Option<TicketDetail>, ReadError> {
        later()
    }

    /// The id of the ticket with a number such as `TKT-000001`, if the viewer may see it.
    pub async fn ticket_id(&self, viewer: &Viewer, number: &str) -> Result<Option<Uuid>, ReadError> {
        later()
    }

    /// How many tickets the viewer sees, by status, and how many are urgent.
    pub async fn ticket_counts(&self, viewer: &Viewer) -> Result<TicketCounts, ReadError> {
        later()
    }

    /// The figures beside the viewer's menu.
    pub async fn sidebar(&self, viewer: &Viewer) -> Result<SidebarCounts, ReadError> {
        later()
    }

    /// Messages of a conversation, oldest first; notes only for agents. `None` if there is none the viewer may see.
    /// `next_cursor` is the position to continue after (or before, when scrolling back).
    pub async fn messages(
        &self,
        viewer: &Viewer,
        kind: ConversationKind,
        id: Uuid,
        page: &MessagePage,
    ) -> Result<Option<Page<MessageView>>, ReadError> {
        later()
    }

    /// Chats that match, latest started first. A customer gets their own.
    pub async fn chats(
        &self,
        viewer: &Viewer,
        filter: &ChatFilter,
        page: &PageRequest,
    ) -> Result<Page<ChatView>, ReadError> {
        later()
    }

    /// Chats waiting, who is next first. Empty for customers, who find their place in their own chat.
    pub async fn chat_queue(
        &self,
        viewer: &Viewer,
        department_id: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<ChatView>, ReadError> {
        later()
    }

    /// A chat. `None` if there is none the viewer may see.
    pub async fn chat(&self, viewer: &Viewer, id: Uuid) -> Result<Option<ChatView>, ReadError> {
        later()
    }

    /// Every agent with their load, by name; at most as many as a tenant may have. Empty for customers.
    pub async fn agents(&self, viewer: &Viewer, department_id: Option<Uuid>) -> Result<Vec<AgentView>, ReadError> {
        later()
    }

    /// An agent. `None` for customers.
    pub async fn agent(&self, viewer: &Viewer, id: Uuid) -> Result<Option<AgentView>, ReadError> {
        later()
    }

    /// Departments by name. A customer sees those that are offered.
    pub async fn departments(&self, viewer: &Viewer) -> Result<Vec<DepartmentView>, ReadError> {
        later()
    }

    /// A department. `None` if there is none the viewer may see.
    pub async fn department(&self, viewer: &Viewer, id: Uuid) -> Result<Option<DepartmentView>, ReadError> {
        later()
    }

    /// Customers that match, latest registered first. A customer sees only themselves.
    pub async fn customers(
        &self,
        viewer: &Viewer,
        filter: &CustomerFilter,
        page: &PageRequest,
    ) -> Result<Page<CustomerView>, ReadError> {
        later()
    }

    /// A customer. A customer sees only themselves.
    pub async fn customer(&self, viewer: &Viewer, id: Uuid) -> Result<Option<CustomerView>, ReadError> {
        later()
    }

    /// The tenant's settings. `None` if there is no such tenant.
    pub async fn organisation(&self, viewer: &Viewer) -> Result<Option<OrganisationView>, ReadError> {
        later()
    }

    /// The dashboard. `None` for customers.
    pub async fn dashboard(&self, viewer: &Viewer) -> Result<Option<DashboardView>, ReadError> {
        later()
    }

    /// How a ticket stands with the service level. `None` for customers, and if there is no such ticket.
    pub async fn sla(&self, viewer: &Viewer, ticket_id: Uuid) -> Result<Option<SlaView>, ReadError> {
        later()
    }

    /// The audit trail. Empty for customers.
    pub async fn audit(
        &self,
        viewer: &Viewer,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditEntry>, ReadError> {
        later()
    }

    /// Tickets and messages with these words, or the ticket with this number; best matches of each kind.
    pub async fn search(&self, viewer: &Viewer, words: &str, limit: u32) -> Result<Vec<SearchHit>, ReadError> {
        later()
    }

    /// Timers of all tenants that fire at or before a moment, earliest first: for the reactors.
    pub async fn due_timers(&self, before: DateTime<Utc>, limit: u32) -> Result<Vec<Timer>, ReadError> {
        later()
    }

    /// When the next timer of any tenant fires.
    pub async fn next_timer(&self) -> Result<Option<DateTime<Utc>>, ReadError> {
        later()
    }
}
