//! Whether what a command refers to is there: customers, agents, departments, the organisation's own lists.
//!
//! Another aggregate's state is looked at, not locked: an agent deactivated in the same instant may still be assigned.

use docket_domain::agent::Agent;
use docket_domain::customer::Customer;
use docket_domain::department::Department;
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::{AgentId, CustomerId, DepartmentId, Rejection, Violations};

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

    /// Notes a violation unless the department is there and offered.
    pub(crate) async fn check_department(
        &mut self,
        field: &str,
        id: DepartmentId,
        violations: &mut Violations,
    ) -> Result<(), CommandError> {
        let department = self.load::<Department>(id).await?;
        if !department.exists() {
            violations.add(field, "unknown", "there is no such department");
        } else if department.archived {
            violations.add(field, "invalid", format!("the department {:?} is archived", department.name));
        }
        Ok(())
    }

    /// Notes a violation unless the agent is there and belongs to the desk.
    pub(crate) async fn check_agent(
        &mut self,
        field: &str,
        id: AgentId,
        violations: &mut Violations,
    ) -> Result<(), CommandError> {
        let agent = self.load::<Agent>(id).await?;
        if !agent.exists() {
            violations.add(field, "unknown", "there is no such agent");
        } else if agent.deactivated {
            violations.add(field, "invalid", "the agent is deactivated");
        }
        Ok(())
    }
}
