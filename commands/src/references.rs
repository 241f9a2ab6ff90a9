//! Whether what a command refers to is there: customers, agents, departments, the organisation's own lists.
//!
//! Another aggregate's state is looked at, not locked: an agent deactivated in the same instant may still be assigned.

use docket_domain::agent::Agent;
use docket_domain::customer::Customer;
use docket_domain::department::Department;
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::role::{ROLES_ID, Roles};
use docket_domain::ticket::HandBackReason;
use docket_domain::{ActorKind, AgentId, CustomerId, DepartmentId, HeldRole, PermissionSet, Rejection, Violations};

use crate::attempt::Attempt;
use crate::{CommandError, Loaded};

impl Attempt<'_> {
    /// The tenant's organisation.
    pub(crate) async fn organisation(&mut self) -> Result<Loaded<Organisation>, CommandError> {
        let organisation = self.load::<Organisation>(ORGANISATION_ID).await?;
        if !organisation.exists() {
            return Err(Rejection::NotFound("organisation").into());
        }
        Ok(organisation)
    }

    /// Who a customer is: a visitor who turned out to be a customer is that customer.
    pub(crate) async fn person(&mut self, id: CustomerId) -> Result<CustomerId, CommandError> {
        Ok(self.load::<Customer>(id).await?.canonical(id))
    }

    /// Notes a violation unless the customer is there.
    pub(crate) async fn check_customer(
        &mut self,
        id: CustomerId,
        violations: &mut Violations,
    ) -> Result<(), CommandError> {
        let customer = self.load::<Customer>(id).await?;
        if !customer.exists() {
            violations.add("customer_id", "unknown", "there is no such customer");
        } else if customer.erased {
            return Err(Rejection::refused("person_erased", "the person's data has been erased").into());
        }
        Ok(())
    }

    /// Who a customer turned out to be: what the desk begins with a visitor it has merged is the customer's. Whoever
    /// begins something for themselves does it as who they are.
    pub(crate) async fn canonical(&mut self, id: CustomerId) -> Result<CustomerId, CommandError> {
        if self.invocation.actor.kind == ActorKind::Customer {
            return Ok(id);
        }
        self.person(id).await
    }

    /// Notes a violation unless the department is there and offered.
    pub(crate) async fn check_department(
        &mut self,
        field: &str,
        id: DepartmentId,
        violations: &mut Violations,
    ) -> Result<(), CommandError> {
        let department = self.load::<Department>(id).await?;
        // What is offered no more is nobody's business but the desk's.
        let hidden = department.archived && self.invocation.actor.kind == ActorKind::Customer;
        if !department.exists() || hidden {
            violations.add(field, "unknown", "there is no such department");
        } else if department.archived {
            violations.add(field, "invalid", format!("the department {:?} is archived", department.name));
        }
        Ok(())
    }

    /// Why an agent cannot look after tickets: they left, or their role does not allow it. `None`: they can.
    pub(crate) async fn cannot_work(&mut self, id: AgentId) -> Result<Option<HandBackReason>, CommandError> {
        let agent = self.load::<Agent>(id).await?;
        if agent.deactivated {
            return Ok(Some(HandBackReason::AgentDeactivated));
        }
        let may = self.permissions_of(agent.role).await?;
        Ok((!may.allows_tickets()).then_some(HandBackReason::AgentNotPermitted))
    }

    /// What who holds a role may do.
    pub(crate) async fn permissions_of(&mut self, held: HeldRole) -> Result<PermissionSet, CommandError> {
        Ok(match held {
            HeldRole::BuiltIn(role) => role.permissions(),
            own => self.load::<Roles>(ROLES_ID).await?.permissions_of(own),
        })
    }

    /// Refuses an agent whose role does not allow to take chats. One who is not there is somebody else's to refuse.
    pub(crate) async fn check_takes_chats(&mut self, id: AgentId) -> Result<(), CommandError> {
        let agent = self.load::<Agent>(id).await?;
        if !agent.exists() {
            return Ok(());
        }
        if self.permissions_of(agent.role).await?.allows_chats() {
            return Ok(());
        }
        let message = "the agent's role does not allow to take chats: it needs view_chat and send_messages";
        Err(Rejection::refused("cannot_take_chats", message).into())
    }

    /// Notes a violation unless the agent is there and can look after tickets.
    pub(crate) async fn check_assignee(
        &mut self,
        id: AgentId,
        violations: &mut Violations,
    ) -> Result<(), CommandError> {
        const FIELD: &str = "assignee_id";
        if !self.load::<Agent>(id).await?.exists() {
            violations.add(FIELD, "unknown", "there is no such agent");
            return Ok(());
        }
        match self.cannot_work(id).await? {
            Some(HandBackReason::AgentDeactivated) => violations.add(FIELD, "invalid", "the agent is deactivated"),
            Some(HandBackReason::AgentNotPermitted) => {
                violations.add(FIELD, "invalid", "the agent's role does not allow to work on tickets");
            }
            None => {}
        }
        Ok(())
    }
}
