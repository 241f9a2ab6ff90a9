//! What can be asked of a customer.

use super::value::CustomerKind;
use crate::CustomerId;

/// A request to a customer.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum CustomerCommand {
    /// Get to know them.
    Register {
        kind: CustomerKind,
        name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        external_id: Option<String>,
    },
    /// Set their details.
    ChangeDetails { name: Option<String>, email: Option<String>, phone: Option<String> },
    /// Keep what they say of themselves; what is absent stays as it was. Proves nothing.
    StateContact { name: Option<String>, email: Option<String> },
    /// This visitor is that customer.
    MergeInto { customer: CustomerId },
    /// That visitor is this customer.
    Absorb { visitor: CustomerId },
    /// Record that their key is destroyed.
    Erase,
}
