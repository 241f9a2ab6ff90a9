//! Standing in for a customer: whoever holds the way in of a customer does and reads what a customer does and reads. So
//! nobody hands one out, or gives a customer somebody's conversations, who may not do and know all of that themselves.

use docket_domain::{Data, ForCustomers, Permission, Role};

use super::problem::{Answer, Problem};
use crate::auth::Principal;

/// The permission the caller lacks to do and know what a customer does and knows of their own, by the one table of data.
fn lacks(who: &Principal) -> Option<Permission> {
    let does = Role::Customer.permissions().beyond(who.permissions).iter().next();
    let theirs = |data: &&Data| matches!(data.customers(), ForCustomers::TheirOwn(_));
    let unknown = Data::ALL.iter().filter(theirs).find(|data| !data.is_known_to(who.permissions));
    does.or_else(|| unknown.and_then(|data| data.readers().first().copied()))
}

/// Refuses what lets somebody in as a customer, unless the caller may do what a customer may.
pub(crate) fn may_stand_for_customers(who: &Principal) -> Answer<()> {
    match lacks(who) {
        None => Ok(()),
        Some(lacking) => {
            Err(Problem::forbidden(format!("this lets in as a customer, who may {}; you may not", lacking.as_str()))
                .with("permission", lacking.as_str()))
        }
    }
}
