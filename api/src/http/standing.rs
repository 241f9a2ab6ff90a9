//! Standing in for a customer: whoever holds the way in of a customer does and reads what a customer does and reads. So
//! nobody hands one out, or gives a customer somebody's conversations, who may not do and know all of that themselves.

use docket_domain::Data;

use super::problem::{Answer, Problem};
use crate::auth::Principal;

/// Refuses what lets somebody in as a customer, unless the caller may do what a customer may.
pub(crate) fn may_stand_for_customers(who: &Principal) -> Answer<()> {
    match Data::customers_way_in().beyond(who.permissions).iter().next() {
        None => Ok(()),
        Some(lacking) => {
            Err(Problem::forbidden(format!("this lets in as a customer, who may {}; you may not", lacking.as_str()))
                .with("permission", lacking.as_str()))
        }
    }
}
