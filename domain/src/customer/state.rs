//! A customer as their events leave them, and the rules.

use uuid::Uuid;

use super::{
    ContactStated, CustomerCommand, CustomerDetailsChanged, CustomerEvent, CustomerKind, CustomerRegistered, Identity,
    OwnWords, PersonalDataErased, VisitorAbsorbed, VisitorMerged,
};
use crate::{
    ActorKind, Aggregate, Category, CustomerId, DecideContext, PersonId, PersonalText, Rejection, Stamp, Violations,
    normal_external_id,
};

/// What is known of a customer for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Customer {
    /// Events so far.
    pub version: u64,
    /// How well they are known; absent before they were registered.
    pub kind: Option<CustomerKind>,
    /// Their name.
    pub name: Option<PersonalText>,
    /// Their address.
    pub email: Option<PersonalText>,
    /// Whether somebody who can know stated the address: only then it is an identity.
    pub email_verified: bool,
    /// The name they last stated themselves, where another is known.
    pub stated_name: Option<PersonalText>,
    /// The address they last stated themselves, where another is known.
    pub stated_email: Option<PersonalText>,
    /// What they last said of themselves, whatever the desk knows besides: all that somebody nobody vouched for is shown.
    pub said: OwnWords,
    /// Their number.
    pub phone: Option<PersonalText>,
    /// Their id in another system.
    pub external_id: Option<PersonalText>,
    /// The customer this visitor turned out to be.
    pub merged_into: Option<CustomerId>,
    /// Visitors who turned out to be this customer.
    pub absorbed: Vec<CustomerId>,
    /// Whether their key was destroyed.
    pub erased: bool,
}

type Decision = Result<Vec<CustomerEvent>, Rejection>;

impl Aggregate for Customer {
    const CATEGORY: Category = Category::Customer;
    type Command = CustomerCommand;
    type Event = CustomerEvent;

    fn decide(&self, command: &CustomerCommand, context: &DecideContext<'_>) -> Decision {
        use CustomerCommand as C;
        if !self.exists() && !matches!(command, C::Register { .. }) {
            return Err(Rejection::NotFound("customer"));
        }
        match command {
            C::Register { kind, name, email, phone, external_id } => {
                if self.exists() {
                    return Err(Rejection::AlreadyExists("customer"));
                }
                let mut violations = Violations::default();
                let details = details(name.as_deref(), email.as_deref(), phone.as_deref(), context, &mut violations);
                let external_id =
                    violations.optional_line("external_id", external_id.as_deref(), context.limits.remark_chars);
                violations.into_result()?;
                let CustomerDetailsChanged { name, email, phone, .. } = details;
                let external_id = external_id.map(|id| normal_external_id(&id).into());
                let email_verified = email.as_ref().map(|_| by_who_can_know(context));
                Ok(vec![CustomerRegistered { kind: *kind, name, email, phone, external_id, email_verified }.into()])
            }
            C::ChangeDetails { name, email, phone } => {
                self.changeable()?;
                let mut violations = Violations::default();
                let mut details =
                    details(name.as_deref(), email.as_deref(), phone.as_deref(), context, &mut violations);
                violations.into_result()?;
                // Whoever keeps an address the desk knows takes nothing from that.
                let kept = self.email_verified && Identity::of_email(&details.email) == Identity::of_email(&self.email);
                let verified = by_who_can_know(context) || kept;
                details.email_verified = details.email.as_ref().map(|_| verified);
                let same = self.name == details.name
                    && self.email == details.email
                    && self.phone == details.phone
                    && self.email_verified == (verified && details.email.is_some())
                    && self.stated_name.is_none()
                    && self.stated_email.is_none();
                Ok(if same { Vec::new() } else { vec![details.into()] })
            }
            C::StateContact { name, email } => self.state_contact(name.as_deref(), email.as_deref(), context),
            C::MergeInto { customer } => self.merge_into(*customer, context),
            C::Absorb { visitor } => self.absorb(*visitor, context),
            C::Erase if self.erased => Ok(Vec::new()),
            C::Erase => Ok(vec![PersonalDataErased {}.into()]),
        }
    }

    fn evolve(&mut self, event: &CustomerEvent, stamp: &Stamp) {
        use CustomerEvent as E;
        self.version = stamp.version;
        if stamp.actor.kind == ActorKind::Customer {
            self.hear(event);
        }
        match event {
            E::CustomerRegistered(registered) => {
                self.kind = Some(registered.kind);
                self.name.clone_from(&registered.name);
                self.email.clone_from(&registered.email);
                self.email_verified = registered.is_email_verified(stamp.actor);
                self.phone.clone_from(&registered.phone);
                self.external_id.clone_from(&registered.external_id);
            }
            E::CustomerDetailsChanged(details) => {
                self.name.clone_from(&details.name);
                self.email.clone_from(&details.email);
                self.email_verified = details.is_email_verified(stamp.actor);
                self.phone.clone_from(&details.phone);
                // Whoever writes down the details has seen what was stated.
                (self.stated_name, self.stated_email) = (None, None);
            }
            E::ContactStated(stated) => {
                self.stated_name.clone_from(&stated.name);
                self.stated_email.clone_from(&stated.email);
            }
            E::VisitorMerged(merged) => self.merged_into = Some(merged.into),
            E::VisitorAbsorbed(absorbed) => {
                if !self.absorbed.contains(&absorbed.visitor) {
                    self.absorbed.push(absorbed.visitor);
                }
            }
            E::PersonalDataErased(_) => {
                self.erased = true;
                self.email_verified = false;
                (self.name, self.email, self.phone, self.external_id) = (None, None, None, None);
                (self.stated_name, self.stated_email) = (None, None);
                self.said = OwnWords::default();
            }
        }
    }

    fn data_subject(&self, id: Uuid) -> Option<PersonId> {
        Some(PersonId(id))
    }

    fn exists(&self) -> bool {
        self.kind.is_some()
    }

    fn heap_bytes(&self) -> usize {
        let known = [&self.name, &self.email, &self.stated_name, &self.stated_email, &self.phone, &self.external_id];
        let texts = known.into_iter().chain([&self.said.name, &self.said.email]).flatten();
        texts.map(PersonalText::heap_bytes).sum::<usize>() + self.absorbed.capacity() * size_of::<CustomerId>()
    }
}

impl Customer {
    /// By what the desk knows them. What they only say of themselves is not among it: else whoever states somebody
    /// else's address would be taken for them.
    pub fn identities(&self) -> Vec<Identity> {
        let external_id = self.external_id.as_ref().and_then(PersonalText::known).map(Identity::external_id);
        external_id.into_iter().chain(self.known_address()).collect()
    }

    /// The address the desk knows them by.
    pub fn known_address(&self) -> Option<Identity> {
        Identity::of_email(&self.email).filter(|_| self.email_verified)
    }

    /// Who they turned out to be: themselves, unless they were merged.
    pub fn canonical(&self, id: CustomerId) -> CustomerId {
        self.merged_into.unwrap_or(id)
    }

    /// Keeps what an event of their own making says. Such an event carries what the desk wrote as well: what differs from
    /// before is theirs.
    fn hear(&mut self, event: &CustomerEvent) {
        let (known, said) = match event {
            CustomerEvent::CustomerRegistered(now) => ((&None, &None), (&now.name, &now.email)),
            CustomerEvent::CustomerDetailsChanged(now) => ((&self.name, &self.email), (&now.name, &now.email)),
            CustomerEvent::ContactStated(now) => ((&self.stated_name, &self.stated_email), (&now.name, &now.email)),
            _ => return,
        };
        if said.0.is_some() && said.0 != known.0 {
            self.said.name.clone_from(said.0);
        }
        if said.1.is_some() && said.1 != known.1 {
            self.said.email.clone_from(said.1);
        }
    }

    /// What nobody knows better becomes a detail; what differs from what the desk knows is kept beside it. Who turned out
    /// to be a customer goes on speaking for themselves: they need not know that they were recognised.
    fn state_contact(&self, name: Option<&str>, email: Option<&str>, context: &DecideContext<'_>) -> Decision {
        self.not_erased()?;
        let mut violations = Violations::default();
        let said = details(name, email, None, context, &mut violations);
        violations.into_result()?;
        let name_is_known = self.kind == Some(CustomerKind::Customer) && self.name.is_some();
        let same_email = Identity::of_email(&said.email) == Identity::of_email(&self.email);
        let mut after = self.clone();
        match said.name {
            None => {}
            Some(name) if !name_is_known => after.name = Some(name),
            Some(name) => after.stated_name = Some(name).filter(|name| self.name.as_ref() != Some(name)),
        }
        match said.email {
            None => {}
            Some(email) if !self.email_verified => after.email = Some(email),
            Some(email) => after.stated_email = Some(email).filter(|_| !same_email),
        }
        let mut events = Vec::new();
        if after.name != self.name || after.email != self.email {
            let email_verified = after.email.as_ref().map(|_| self.email_verified);
            let (name, email, phone) = (after.name, after.email, after.phone);
            events.push(CustomerDetailsChanged { name, email, phone, email_verified }.into());
        }
        let beside = after.stated_name.is_some() || after.stated_email.is_some();
        let changed = after.stated_name != self.stated_name || after.stated_email != self.stated_email;
        if changed || (beside && !events.is_empty()) {
            events.push(ContactStated { name: after.stated_name, email: after.stated_email }.into());
        }
        Ok(events)
    }

    fn merge_into(&self, customer: CustomerId, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may merge customers")?;
        if self.merged_into == Some(customer) {
            return Ok(Vec::new());
        }
        self.changeable()?;
        if self.kind != Some(CustomerKind::Visitor) {
            return Err(Rejection::refused("not_a_visitor", "only a visitor can turn out to be a customer"));
        }
        Ok(vec![VisitorMerged { into: customer }.into()])
    }

    fn absorb(&self, visitor: CustomerId, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may merge customers")?;
        if self.absorbed.contains(&visitor) {
            return Ok(Vec::new());
        }
        self.changeable()?;
        Ok(vec![VisitorAbsorbed { visitor }.into()])
    }

    fn changeable(&self) -> Result<(), Rejection> {
        self.not_erased()?;
        if self.merged_into.is_some() {
            return Err(Rejection::refused("customer_merged", "the visitor was merged into a customer; go on there"));
        }
        Ok(())
    }

    fn not_erased(&self) -> Result<(), Rejection> {
        if self.erased { Err(Rejection::refused("person_erased", "the person's data has been erased")) } else { Ok(()) }
    }
}

/// Whether whoever acts can know a customer's address: everybody but the customer.
fn by_who_can_know(context: &DecideContext<'_>) -> bool {
    context.actor.kind != ActorKind::Customer
}

fn details(
    name: Option<&str>,
    email: Option<&str>,
    phone: Option<&str>,
    context: &DecideContext<'_>,
    violations: &mut Violations,
) -> CustomerDetailsChanged {
    let name_chars = context.limits.name_chars;
    CustomerDetailsChanged {
        name: violations.optional_line("name", name, name_chars).map(Into::into),
        email: violations.email("email", email).map(Into::into),
        phone: violations.optional_line("phone", phone, name_chars).map(Into::into),
        email_verified: None,
    }
}
