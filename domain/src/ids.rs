//! Identities: tenants, streams and the things they are about.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use uuid::Uuid;

/// A name that does not follow its rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {value:?} is not valid: {rule}")]
pub struct InvalidName {
    /// What the name was meant to be, e.g. `tenant`.
    pub what: &'static str,
    /// The text that was given, cut to 80 characters.
    pub value: String,
    /// The rule it breaks.
    pub rule: &'static str,
}

impl InvalidName {
    pub(crate) fn new(what: &'static str, value: &str, rule: &'static str) -> Self {
        Self { what, value: value.chars().take(80).collect(), rule }
    }
}

/// An organisation whose data nobody else sees: 1–63 of `a-z 0-9 -`, beginning with a letter or digit.
///
/// The name is a token of streams and NATS subjects, which is why it is so plain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(#[schemars(with = "String")] SmolStr);

impl TenantId {
    const RULE: &'static str = "1 to 63 of a-z, 0-9 and -, beginning with a letter or digit";

    /// Checks `name` and makes it a tenant.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let fits = (1..=63).contains(&name.len())
            && !name.starts_with('-')
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(SmolStr::new(name))) } else { Err(InvalidName::new("tenant", name, Self::RULE)) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TenantId {
    type Error = InvalidName;
    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::new(&name)
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0.into()
    }
}

impl FromStr for TenantId {
    type Err = InvalidName;
    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::new(name)
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A kind of aggregate; the first half of a stream's name and a token of its NATS subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A support ticket.
    Ticket,
    /// A live chat.
    Chat,
    /// Somebody who works at the desk.
    Agent,
    /// A group of agents with a purpose.
    Department,
    /// A customer or a visitor.
    Customer,
    /// The tenant itself: name, settings, custom fields.
    Organisation,
    /// Sign-ins and credentials of one person or service.
    Account,
    /// What a tenant promises: calendars and SLA policies.
    ServiceLevel,
    /// A saved view of tickets.
    View,
    /// The order of a person's own views, or of the shared ones.
    ViewList,
    /// A tenant's own roles.
    Role,
    /// History that somebody brought in.
    Import,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 12] = [
        Self::Ticket,
        Self::Chat,
        Self::Agent,
        Self::Department,
        Self::Customer,
        Self::Organisation,
        Self::Account,
        Self::ServiceLevel,
        Self::View,
        Self::ViewList,
        Self::Role,
        Self::Import,
    ];

    /// The name used in streams, subjects and columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Chat => "chat",
            Self::Agent => "agent",
            Self::Department => "department",
            Self::Customer => "customer",
            Self::Organisation => "organisation",
            Self::Account => "account",
            Self::ServiceLevel => "service_level",
            Self::View => "view",
            Self::ViewList => "view_list",
            Self::Role => "role",
            Self::Import => "import",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Category {
    type Err = InvalidName;
    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::ALL.into_iter().find(|c| c.as_str() == name).ok_or_else(|| {
            InvalidName::new(
                "category",
                name,
                "one of ticket, chat, agent, department, customer, organisation, account, service_level, view, view_list, role, import",
            )
        })
    }
}

/// The stream of one aggregate: `{tenant}/{category}-{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// Whose data it is.
    pub tenant: TenantId,
    /// What kind of aggregate it is.
    pub category: Category,
    /// The aggregate's id, unique within tenant and category.
    pub id: Uuid,
}

impl StreamId {
    /// The stream of the aggregate `id` of `category` in `tenant`.
    pub fn new(tenant: TenantId, category: Category, id: impl Into<Uuid>) -> Self {
        Self { tenant, category, id: id.into() }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}-{}", self.tenant, self.category, self.id)
    }
}

impl FromStr for StreamId {
    type Err = InvalidName;
    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let wrong = || InvalidName::new("stream", name, "tenant/category-uuid");
        let (tenant, rest) = name.split_once('/').ok_or_else(wrong)?;
        let (category, id) = rest.split_once('-').ok_or_else(wrong)?;
        Ok(Self { tenant: tenant.parse()?, category: category.parse()?, id: Uuid::parse_str(id).map_err(|_| wrong())? })
    }
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )+};
}

uuid_id! {
    /// A ticket.
    TicketId,
    /// A chat.
    ChatId,
    /// An agent.
    AgentId,
    /// A department.
    DepartmentId,
    /// A customer, or a visitor who may become one.
    CustomerId,
    /// A message, note or description in a conversation.
    MessageId,
    /// A calendar of business hours.
    CalendarId,
    /// An SLA policy.
    SlaPolicyId,
    /// A saved view.
    ViewId,
    /// A role of a tenant's own.
    RoleId,
    /// A person whose data an event is about: the owner of a sealing key (a customer or an agent).
    PersonId,
}

impl From<CustomerId> for PersonId {
    fn from(id: CustomerId) -> Self {
        Self(id.0)
    }
}

impl From<AgentId> for PersonId {
    fn from(id: AgentId) -> Self {
        Self(id.0)
    }
}
