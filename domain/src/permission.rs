//! Roles and what they may do.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{InvalidName, RoleId};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Something a person may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission { $($(#[$doc])* $name),+ }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

permissions! {
    /// Read tickets.
    ViewTickets = "view_tickets",
    /// Open tickets.
    CreateTickets = "create_tickets",
    /// Change a ticket's fields, reply, note, snooze, merge.
    EditTickets = "edit_tickets",
    /// Resolve, close, reopen.
    CloseTickets = "close_tickets",
    /// Assign and unassign.
    AssignTickets = "assign_tickets",
    /// Archive and delete.
    DeleteTickets = "delete_tickets",
    /// See the queue and one's chats.
    ViewChat = "view_chat",
    /// Accept, write, transfer, end.
    SendMessages = "send_messages",
    /// Read ended chats.
    ViewChatHistory = "view_chat_history",
    /// Dashboard and reports.
    ViewReports = "view_reports",
    /// The audit trail and raw events.
    ViewAudit = "view_audit",
    /// Organisation, departments, custom fields, tokens.
    ManageSettings = "manage_settings",
    /// Agents, their roles, customers.
    ManagePeople = "manage_people",
    /// Erase a person.
    EraseData = "erase_data",
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// The set of `permissions`.
    pub fn of(permissions: &[Permission]) -> Self {
        Self(permissions.iter().fold(0, |set, p| set | 1 << *p as u32))
    }

    /// Whether `permission` is in it.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Every permission.
    pub fn all() -> Self {
        Self::of(Permission::ALL)
    }

    /// What is in both: a token's scopes never exceed its owner's role.
    pub fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this one and not in the other: what somebody with `other` may not hand out.
    pub fn beyond(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it allows to look after tickets: to be given one, answer and change it.
    pub fn allows_tickets(self) -> bool {
        self.has(Permission::EditTickets)
    }

    /// Whether it allows to look after chats: to see the queue, accept, write and end.
    pub fn allows_chats(self) -> bool {
        self.has(Permission::ViewChat) && self.has(Permission::SendMessages)
    }

    /// Whether it allows nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.has(*p))
    }
}

/// A role of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Opens tickets and chats, sees only their own, never a note.
    Customer,
    /// Works tickets and chats.
    Agent,
    /// An agent who also sees reports and assigns to others.
    Supervisor,
    /// Reads everything, changes nothing.
    Auditor,
    /// May do everything.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Customer, Self::Agent, Self::Supervisor, Self::Auditor, Self::Admin];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// What the role may do. A customer's permissions reach only their own conversations.
    pub fn permissions(self) -> PermissionSet {
        use Permission::*;
        match self {
            Self::Customer => PermissionSet::of(&[ViewTickets, CreateTickets, ViewChat, SendMessages]),
            Self::Agent => PermissionSet::of(&[
                ViewTickets,
                CreateTickets,
                EditTickets,
                CloseTickets,
                AssignTickets,
                ViewChat,
                SendMessages,
                ViewChatHistory,
            ]),
            Self::Supervisor => PermissionSet::of(&[
                ViewTickets,
                CreateTickets,
                EditTickets,
                CloseTickets,
                AssignTickets,
                DeleteTickets,
                ViewChat,
                SendMessages,
                ViewChatHistory,
                ViewReports,
                ManagePeople,
            ]),
            Self::Auditor => PermissionSet::of(&[ViewTickets, ViewChat, ViewChatHistory, ViewReports, ViewAudit]),
            Self::Admin => PermissionSet::of(Permission::ALL),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidName;
    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == name)
            .ok_or_else(|| InvalidName::new("role", name, "one of customer, agent, supervisor, auditor, admin"))
    }
}

/// What an account holds: a built-in role, or one its tenant defined.
///
/// Events and the vault keep it as two fields, the `role` there always was and an optional `custom_role_id`, so that what
/// was written before own roles existed reads as it did. Who holds a role of the tenant's own has the base role
/// [`Role::Agent`], but none of its permissions: what they may do is what the role allows now, see
/// [`Roles::permissions_of`](crate::role::Roles::permissions_of).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HeldRole {
    /// One every tenant has.
    BuiltIn(Role),
    /// One of the tenant's own.
    Own(RoleId),
}

impl HeldRole {
    /// As events and the vault keep it. Nobody is a customer by a role of the tenant's own.
    pub fn of(role: Role, custom_role_id: Option<RoleId>) -> Self {
        match custom_role_id {
            Some(id) if role != Role::Customer => Self::Own(id),
            _ => Self::BuiltIn(role),
        }
    }

    /// The built-in role: what kind of party they are.
    pub const fn base(self) -> Role {
        match self {
            Self::BuiltIn(role) => role,
            Self::Own(_) => Role::Agent,
        }
    }

    /// The role of the tenant's own, if it is one.
    pub const fn custom_role_id(self) -> Option<RoleId> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Own(id) => Some(id),
        }
    }

    /// Whether it is the built-in administrator's, whom only administrators touch.
    pub fn is_admin(self) -> bool {
        self == Self::BuiltIn(Role::Admin)
    }

    /// Whether it is a customer's.
    pub fn is_customer(self) -> bool {
        self == Self::BuiltIn(Role::Customer)
    }
}

impl From<Role> for HeldRole {
    fn from(role: Role) -> Self {
        Self::BuiltIn(role)
    }
}
