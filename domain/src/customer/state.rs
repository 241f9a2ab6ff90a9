//! A customer as their events leave them, and the rules.

use uuid::Uuid;

use super::{
    CustomerCommand, CustomerDetailsChanged, CustomerEvent, CustomerKind, CustomerRegistered, PersonalDataErased,
    VisitorAbsorbed, VisitorMerged,
};
use crate::{Aggregate, Category, CustomerId, DecideContext, PersonId, PersonalText, Rejection, Stamp, Violations};

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
                let CustomerDetailsChanged { name, email, phone } = details;
                let external_id = external_id.map(Into::into);
                Ok(vec![CustomerRegistered { kind: *kind, name, email, phone, external_id }.into()])
            }
            C::ChangeDetails { name, email, phone } => {
                self.changeable()?;
                let mut violations = Violations::default();
                let details = details(name.as_deref(), email.as_deref(), phone.as_deref(), context, &mut violations);
                violations.into_result()?;
                let same = self.name == details.name && self.email == details.email && self.phone == details.phone;
                Ok(if same { Vec::new() } else { vec![details.into()] })
            }
            C::MergeInto { customer } => self.merge_into(*customer, context),
            C::Absorb { visitor } => self.absorb(*visitor, context),
            C::Erase if self.erased => Ok(Vec::new()),
            C::Erase => Ok(vec![PersonalDataErased {}.into()]),
        }
    }

    fn evolve(&mut self, event: &CustomerEvent, stamp: &Stamp) {
        use CustomerEvent as E;
        self.version = stamp.version;
        match event {
            E::CustomerRegistered(registered) => {
                self.kind = Some(registered.kind);
                self.name.clone_from(&registered.name);
                self.email.clone_from(&registered.email);
                self.phone.clone_from(&registered.phone);
                self.external_id.clone_from(&registered.external_id);
            }
            E::CustomerDetailsChanged(details) => {
                self.name.clone_from(&details.name);
                self.email.clone_from(&details.email);
                self.phone.clone_from(&details.phone);
            }
            E::VisitorMerged(merged) => self.merged_into = Some(merged.into),
            E::VisitorAbsorbed(absorbed) => {
                if !self.absorbed.contains(&absorbed.visitor) {
                    self.absorbed.push(absorbed.visitor);
                }
            }
            E::PersonalDataErased(_) => {
                self.erased = true;
                (self.name, self.email, self.phone, self.external_id) = (None, None, None, None);
            }
        }
    }

    fn data_subject(&self, id: Uuid) -> Option<PersonId> {
        Some(PersonId(id))
    }

    fn exists(&self) -> bool {
        self.kind.is_some()
    }
}

impl Customer {
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
        if self.erased {
            Err(Rejection::refused("person_erased", "the person's data has been erased"))
        } else if self.merged_into.is_some() {
            Err(Rejection::refused("customer_merged", "the visitor was merged into a customer; go on there"))
        } else {
            Ok(())
        }
    }
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
    }
}
