//! What can have happened to a customer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::CustomerKind;
use crate::event_set::{PersonalField as _, event_set};
use crate::{Actor, ActorKind, Category, CustomerId, PersonalText};

event_set! {
    /// Everything that can have happened to a customer.
    pub enum CustomerEvent of Category::Customer; {
        CustomerRegistered = 1 [name, email, phone, external_id],
        CustomerDetailsChanged = 1 [name, email, phone],
        ContactStated = 1 [name, email],
        VisitorMerged = 1,
        VisitorAbsorbed = 1,
        PersonalDataErased = 1,
    }
}

/// The desk got to know somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerRegistered {
    /// How well.
    pub kind: CustomerKind,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonalText>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<PersonalText>,
    /// Their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PersonalText>,
    /// Their id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<PersonalText>,
    /// Whether somebody who can know stated the address: the desk, an import, or a site for its visitor. Absent in
    /// earlier events: then it counts as stated by whoever acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

/// Details changed; all are given as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerDetailsChanged {
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonalText>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<PersonalText>,
    /// Their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PersonalText>,
    /// Whether somebody who can know stated the address: the desk, an import, or a site for its visitor. Absent in
    /// earlier events: then it counts as stated by whoever acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

/// They said something of themselves that differs from what the desk knows: kept beside it, proven by nothing. Both are
/// given as last stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactStated {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonalText>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<PersonalText>,
}

impl CustomerRegistered {
    /// Whether the address counts as known, the event having been `actor`'s doing.
    pub fn is_email_verified(&self, actor: Actor) -> bool {
        self.email.is_some() && self.email_verified.unwrap_or(actor.kind != ActorKind::Customer)
    }
}

impl CustomerDetailsChanged {
    /// Whether the address counts as known, the event having been `actor`'s doing.
    pub fn is_email_verified(&self, actor: Actor) -> bool {
        self.email.is_some() && self.email_verified.unwrap_or(actor.kind != ActorKind::Customer)
    }
}

/// This visitor turned out to be that customer; recorded on the visitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VisitorMerged {
    /// The customer.
    pub into: CustomerId,
}

/// That visitor turned out to be this customer; recorded on the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VisitorAbsorbed {
    /// The visitor.
    pub visitor: CustomerId,
}

/// The person's key was destroyed: everything sealed with it is unreadable from here on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonalDataErased {}
