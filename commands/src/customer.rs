//! Commands on customers that look beyond the one customer: visitors who turn out to be somebody, and erasing.

use docket_domain::agent::Agent;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind, Identity};
use docket_domain::text::is_blank;
use docket_domain::{Aggregate as _, CustomerId, DecideContext, Permission, PersonId, Rejection, TenantId};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::identities::Holder;
use crate::{CommandError, Commands, Done, Invocation};

/// How often finding or registering somebody is tried while others do the same.
const TRIES: u32 = 8;

/// A customer who may not be known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their id in another system.
    pub external_id: Option<String>,
}

impl NewPerson {
    /// By what they are found, the surest first.
    fn identities(&self) -> Vec<Identity> {
        let given = |text: &Option<String>| text.clone().filter(|text| !is_blank(text));
        let external_id = given(&self.external_id).map(|id| Identity::external_id(&id));
        external_id.into_iter().chain(given(&self.email).map(|email| Identity::email(&email))).collect()
    }

    /// The command that registers them.
    pub fn registration(&self) -> CustomerCommand {
        CustomerCommand::Register {
            kind: CustomerKind::Customer,
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

impl Commands {
    /// The customer known by an identity; of a visitor who turned out to be a customer, that one.
    ///
    /// # Errors
    /// [`CommandError::Journal`].
    pub async fn find_customer(
        &self,
        tenant: &TenantId,
        identity: &Identity,
    ) -> Result<Option<CustomerId>, CommandError> {
        Ok(match self.identities().holder(tenant, identity).await? {
            Holder::Known(customer) => Some(customer),
            Holder::Nobody | Holder::Claiming(_) => None,
        })
    }

    /// The customer known by the external id, else by the address; registered if there is none. Of many who ask at once
    /// for the same person all get the same one.
    ///
    /// # Errors
    /// [`Rejection::Taken`] if the address belongs to somebody with another external id; [`Rejection::Invalid`] of what
    /// they could not be registered with, whether they are known or not.
    pub async fn find_or_register(
        &self,
        invocation: &Invocation,
        person: &NewPerson,
    ) -> Result<CustomerId, CommandError> {
        let bare = Invocation { idempotency: None, if_match: None, ..invocation.clone() };
        let now = self.journal().clock().now();
        let context = DecideContext { now, actor: bare.actor, limits: self.limits() };
        Customer::default().decide(&person.registration(), &context)?;
        let identities = person.identities();
        let mut taken = Rejection::NotFound("customer");
        for tries in 0..TRIES {
            let mut claiming = None;
            for identity in &identities {
                match self.identities().holder(&bare.tenant, identity).await? {
                    Holder::Known(found) => {
                        self.is_same(&bare.tenant, found, person, identity).await?;
                        return Ok(found);
                    }
                    Holder::Claiming(other) => claiming = claiming.or(Some(other)),
                    Holder::Nobody => {}
                }
            }
            // Whoever else registers them at this moment does it under the same id, if it is known already.
            let id = match claiming {
                Some(other) if !self.load_fresh::<Customer>(&bare.tenant, other.0).await?.exists() => other.0,
                Some(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(u64::from(tries) * 10)).await;
                    new_id()
                }
                None => new_id(),
            };
            match self.execute::<Customer>(&bare, id, person.registration()).await {
                Ok(_) => return Ok(CustomerId(id)),
                Err(CommandError::Rejected(refusal @ (Rejection::Taken { .. } | Rejection::AlreadyExists(_)))) => {
                    taken = refusal;
                }
                Err(error) => return Err(error),
            }
        }
        Err(taken.into())
    }

    /// An address may be shared by two people of another system: whoever has another id there is somebody else.
    async fn is_same(
        &self,
        tenant: &TenantId,
        found: CustomerId,
        person: &NewPerson,
        by: &Identity,
    ) -> Result<(), CommandError> {
        let (Identity::Email(_), Some(wanted)) = (by, &person.external_id) else { return Ok(()) };
        let found_id = self.load::<Customer>(tenant, found).await?.external_id.clone();
        let other = found_id
            .as_ref()
            .and_then(|id| id.known())
            .is_some_and(|id| Identity::external_id(id) != Identity::external_id(wanted));
        if other { Err(Rejection::Taken { field: by.field(), by: found.0 }.into()) } else { Ok(()) }
    }

    /// Sets a customer's details. `lets_in`: they have an account, to which another address is another way in.
    ///
    /// # Errors
    /// Forbidden, if whoever asks may not (any more) do that; see [`CommandError`].
    pub async fn change_details(
        &self,
        invocation: &Invocation,
        customer: CustomerId,
        details: &CustomerCommand,
        lets_in: bool,
    ) -> Result<Done, CommandError> {
        let change = "customer.ChangeDetails";
        let needs = Permission::EditTickets;
        carry_out!(self, invocation, change, attempt => change_details(&mut attempt, customer, details, needs, lets_in))
    }

    /// Sets the details of a customer whom the desk is to know by an address, with which they are to sign in.
    ///
    /// # Errors
    /// Forbidden, if whoever asks may not (any more) do that; see [`CommandError`].
    pub async fn give_address(
        &self,
        invocation: &Invocation,
        customer: CustomerId,
        details: &CustomerCommand,
    ) -> Result<Done, CommandError> {
        let (give, needs) = ("customer.GiveAddress", Permission::ManagePeople);
        carry_out!(self, invocation, give, attempt => change_details(&mut attempt, customer, details, needs, true))
    }

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

    /// Erases a person and every visitor they turned out to be: destroys their keys, and with them their account, then records it.
    /// What was interrupted in between is completed by repeating it, or [by itself](Self::follow_people).
    ///
    /// # Errors
    /// `not_a_customer` for people of the desk; `visitor_merged` for a visitor who turned out to be a customer, who is
    /// erased as that customer or not at all: what they said may lie in either's tickets; forbidden, if whoever asks may not
    /// (any more) erase. See [`CommandError`].
    pub async fn erase_person(&self, invocation: &Invocation, customer: CustomerId) -> Result<Done, CommandError> {
        loop {
            let (done, visitors) = self.erase_known(invocation, customer).await?;
            let now = self.load_fresh::<Customer>(&invocation.tenant, customer).await?;
            // A visitor may have turned out to be them meanwhile.
            if now.absorbed.len() == visitors {
                return Ok(done);
            }
        }
    }

    /// The same with the visitors they are known to be now, and how many those are.
    async fn erase_known(&self, invocation: &Invocation, customer: CustomerId) -> Result<(Done, usize), CommandError> {
        let state = self.load_fresh::<Customer>(&invocation.tenant, customer).await?;
        if !state.exists() {
            return Err(Rejection::NotFound("customer").into());
        }
        // Their account and key would go with it.
        if self.load_fresh::<Agent>(&invocation.tenant, customer).await?.exists() {
            return Err(Rejection::refused("not_a_customer", "this is somebody of the desk").into());
        }
        if let Some(into) = state.merged_into {
            let detail =
                format!("this visitor turned out to be the customer {}; erase that one, and both are gone", into.0);
            return Err(Rejection::refused("visitor_merged", detail).into());
        }
        let people: Vec<CustomerId> = std::iter::once(customer).chain(state.absorbed.iter().copied()).collect();
        // What cannot be undone is recorded whatever else happens: whether whoever asks may is settled before.
        self.may_erase(invocation).await?;
        for person in &people {
            // First the key: from here on nothing of theirs can be read or written, whatever happens next.
            let keys = self.journal().keys();
            keys.destroy(&invocation.tenant, PersonId(person.0)).await.map_err(docket_store::JournalError::from)?;
            self.cache().forget(PersonId(person.0));
        }
        let done = carry_out!(self, invocation, "customer.Erase", attempt => erase(&mut attempt, &people))?;
        for person in &people {
            if let Err(error) = self.accounts().note_erasure_recorded(&invocation.tenant, PersonId(person.0)).await {
                // Looked at once more, that is all.
                tracing::warn!(%error, "that an erasure is recorded could not be noted");
            }
        }
        Ok((done, state.absorbed.len()))
    }

    /// Whether whoever asks may erase, by the log as it is now.
    async fn may_erase(&self, invocation: &Invocation) -> Result<(), CommandError> {
        if let Some(mandate) = invocation.mandate {
            self.load_fresh::<Agent>(&invocation.tenant, mandate.person.0).await?;
            self.roles_now(&invocation.tenant).await?;
        }
        let standing = Attempt::new(self, invocation).standing().await?;
        Ok(standing.require(Permission::EraseData)?)
    }
}

async fn change_details(
    attempt: &mut Attempt<'_>,
    id: CustomerId,
    details: &CustomerCommand,
    needs: Permission,
    lets_in: bool,
) -> Result<(), CommandError> {
    attempt.decide::<Customer>(id, details).await?;
    let standing = attempt.standing().await?;
    standing.require(needs)?;
    let another = attempt.change_of::<Customer>(id).is_some_and(|(was, is)| was.desk_identity() != is.desk_identity());
    if lets_in && another {
        standing.covers_customers()?;
    }
    Ok(())
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
    if known.kind != Some(CustomerKind::Customer) {
        return Err(Rejection::refused("not_a_customer", "a visitor can turn out to be a customer only").into());
    }
    attempt.decide::<Customer>(customer, &CustomerCommand::Absorb { visitor }).await?;
    let standing = attempt.standing().await?;
    standing.require(Permission::ManagePeople)?;
    Ok(standing.covers_customers()?)
}

async fn erase(attempt: &mut Attempt<'_>, people: &[CustomerId]) -> Result<(), CommandError> {
    for person in people {
        attempt.decide::<Customer>(*person, &CustomerCommand::Erase).await?;
    }
    Ok(())
}
