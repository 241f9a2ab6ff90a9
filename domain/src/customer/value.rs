//! The values a customer is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PersonalText;
use crate::ticket::named;

named! {
    /// How well the person is known.
    CustomerKind {
        /// Somebody on a site with the widget.
        Visitor = "visitor",
        /// Somebody with an account, an address or an external id.
        Customer = "customer",
    }
}

/// What somebody last said of themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnWords {
    /// Their name.
    pub name: Option<PersonalText>,
    /// Their address.
    pub email: Option<PersonalText>,
}
