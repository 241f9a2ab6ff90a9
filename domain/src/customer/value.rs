//! The values a customer is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
