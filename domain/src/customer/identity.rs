//! By what a person is found again.

use crate::{PersonalText, normal_email, normal_external_id};

/// Something the desk knows one person by, in the form in which it is compared. At most one person of a tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// A mail address.
    Email(String),
    /// An id in another system.
    ExternalId(String),
}

impl Identity {
    /// The identity a mail address is.
    pub fn email(address: &str) -> Self {
        Self::Email(normal_email(address))
    }

    /// The identity a mail address is, as long as it can be read.
    pub(super) fn of_email(address: &Option<PersonalText>) -> Option<Self> {
        address.as_ref().and_then(PersonalText::known).map(Self::email)
    }

    /// The identity an id in another system is.
    pub fn external_id(id: &str) -> Self {
        Self::ExternalId(normal_external_id(id))
    }

    /// The field of a request it comes from.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::ExternalId(_) => "external_id",
        }
    }

    /// What is compared.
    pub fn value(&self) -> &str {
        match self {
            Self::Email(value) | Self::ExternalId(value) => value,
        }
    }
}
