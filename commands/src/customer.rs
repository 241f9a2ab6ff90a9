//! Commands on customers that look beyond the one customer: visitors who turn out to be somebody, and erasing.

use docket_domain::agent::Agent;
use docket_domain::customer::{Customer, CustomerCommand};
use docket_domain::{CustomerId, PersonId, Rejection};

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation};

impl Commands {
    /// Records that a visitor is a customer the desk knows. What they did before stays where it is.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn merge_visitor(
        &self,
        invocation: &Invocation,
        visitor: CustomerId,
        customer: CustomerId,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "customer.Merge", attempt => merge(&mut attempt, visitor, customer))
    }

    /// Erases a person and every visitor they turned out to be: destroys their keys, then records it. Repeating it
    /// completes what was interrupted. Their account is not touched here.
    ///
    /// # Errors
    /// `not_a_customer` for people of the desk; see [`CommandError`].
    pub async fn erase_person(&self, invocation: &Invocation, customer: CustomerId) -> Result<Done, CommandError> {
        let state = self.load_fresh::<Customer>(&invocation.tenant, customer).await?;
        if !state.exists() {
            return Err(Rejection::NotFound("customer").into());
        }
        // Their account and key would go with it.
        if self.load_fresh::<Agent>(&invocation.tenant, customer).await?.exists() {
            return Err(Rejection::refused("not_a_customer", "this is somebody of the desk").into());
        }
        let people: Vec<CustomerId> = std::iter::once(customer).chain(state.absorbed.iter().copied()).collect();
        for person in &people {
            // First the key: from here on nothing of theirs can be read or written, whatever happens next.
            let keys = self.journal().keys();
            keys.destroy(&invocation.tenant, PersonId(person.0)).await.map_err(docket_store::JournalError::from)?;
            self.cache().forget(PersonId(person.0));
        }
        carry_out!(self, invocation, "customer.Erase", attempt => erase(&mut attempt, &people))
    }
}

async fn merge(attempt: &mut Attempt<'_>, visitor: CustomerId, customer: CustomerId) -> Result<(), CommandError> {
    attempt.decide::<Customer>(visitor, &CustomerCommand::MergeInto { customer }).await?;
    if visitor == customer {
        return Err(Rejection::refused("merge_into_itself", "a visitor cannot be merged into itself").into());
    }
    let known = attempt.load::<Customer>(customer).await?;
    if !known.exists() {
        return Err(Rejection::NotFound("customer").into());
    }
    attempt.decide::<Customer>(customer, &CustomerCommand::Absorb { visitor }).await
}

async fn erase(attempt: &mut Attempt<'_>, people: &[CustomerId]) -> Result<(), CommandError> {
    for person in people {
        attempt.decide::<Customer>(*person, &CustomerCommand::Erase).await?;
    }
    Ok(())
}
