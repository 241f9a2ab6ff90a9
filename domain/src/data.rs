//! Who may know what: the one table from which every door derives, be it a route, a list, a count, a search, a stream
//! of events, a topic or what a stale caller missed. `docs/access.md` is this table for people.

use crate::chat::ChatEvent;
use crate::organisation::OrganisationEvent;
use crate::ticket::TicketEvent;
use crate::view::ViewEvent;
use crate::{Category, DomainEvent, Permission, PermissionSet, PersonId, Role, TicketId};

/// A kind of data somebody may or may not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Data {
    /// Tickets with their conversations, notes, service levels and counts.
    Tickets,
    /// Chats that are not over, and the queue.
    Chats,
    /// Chats that are over. Whoever had one keeps it.
    EndedChats,
    /// Customers and visitors: names, addresses, how often they wrote.
    Customers,
    /// From where, with what and on which page somebody visits.
    Visits,
    /// Who works at the desk, and how loaded they are.
    Agents,
    /// Departments.
    Departments,
    /// The organisation's name, time zone, categories and custom fields.
    Organisation,
    /// How the chat widget is set up.
    Widget,
    /// Calendars and SLA policies.
    ServiceLevels,
    /// Saved views. Those that are one person's alone are theirs alone.
    Views,
    /// Roles, and what they allow.
    Roles,
    /// Sign-ins, credentials, and the accounts they belong to.
    Accounts,
    /// The audit trail: who did what when, without anybody's words; and the signed heads of the log.
    AuditTrail,
    /// Figures of the whole desk.
    Reports,
    /// API tokens, without their secrets.
    Tokens,
}

/// What customers may know of a kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForCustomers {
    /// Nothing.
    Nothing,
    /// The public part of what is their own, if what they signed in with leaves them this permission.
    TheirOwn(Permission),
    /// What is offered to everybody.
    Offered,
}

impl ForCustomers {
    /// Whether a customer with these permissions may know anything of it.
    pub fn are_allowed(self, permissions: PermissionSet) -> bool {
        match self {
            Self::Nothing => false,
            Self::TheirOwn(permission) => permissions.has(permission),
            Self::Offered => true,
        }
    }
}

impl Data {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Tickets,
        Self::Chats,
        Self::EndedChats,
        Self::Customers,
        Self::Visits,
        Self::Agents,
        Self::Departments,
        Self::Organisation,
        Self::Widget,
        Self::ServiceLevels,
        Self::Views,
        Self::Roles,
        Self::Accounts,
        Self::AuditTrail,
        Self::Reports,
        Self::Tokens,
    ];

    /// People of the desk know it who have one of these permissions.
    pub const fn readers(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Tickets | Self::Views => &[P::ViewTickets],
            Self::Chats | Self::Visits => &[P::ViewChat],
            Self::EndedChats => &[P::ViewChatHistory],
            // Whoever works on what a person asked for, or looks after people.
            Self::Customers | Self::Agents => &[P::ViewTickets, P::ViewChat, P::ViewChatHistory, P::ManagePeople],
            // Whoever may do anything at all.
            Self::Departments | Self::Organisation => P::ALL,
            Self::Widget | Self::Tokens => &[P::ManageSettings],
            Self::ServiceLevels => &[P::ViewTickets, P::ManageSettings],
            Self::Roles => &[P::ManagePeople, P::ManageSettings, P::ViewAudit],
            Self::Accounts | Self::AuditTrail => &[P::ViewAudit],
            Self::Reports => &[P::ViewReports],
        }
    }

    /// What customers and visitors know of it.
    pub const fn customers(self) -> ForCustomers {
        match self {
            Self::Tickets | Self::Customers => ForCustomers::TheirOwn(Permission::ViewTickets),
            Self::Chats | Self::EndedChats => ForCustomers::TheirOwn(Permission::ViewChat),
            Self::Departments | Self::Organisation => ForCustomers::Offered,
            Self::Visits
            | Self::Agents
            | Self::Widget
            | Self::ServiceLevels
            | Self::Views
            | Self::Roles
            | Self::Accounts
            | Self::AuditTrail
            | Self::Reports
            | Self::Tokens => ForCustomers::Nothing,
        }
    }

    /// What whoever lets somebody in as a customer must be allowed: what a customer does and knows of their own.
    pub fn customers_way_in() -> PermissionSet {
        let mut needed: Vec<Permission> = Role::Customer.permissions().iter().collect();
        for data in Self::ALL {
            if matches!(data.customers(), ForCustomers::TheirOwn(_)) && !data.is_known_to(PermissionSet::of(&needed)) {
                needed.extend(data.readers().first());
            }
        }
        PermissionSet::of(&needed)
    }

    /// Whether somebody of the desk with these permissions may know it.
    pub fn is_known_to(self, permissions: PermissionSet) -> bool {
        self.readers().iter().any(|permission| permissions.has(*permission))
    }

    /// What an event is part of. That a chat is over is no property of an event: who shows one of a chat looks.
    pub fn of(event: &DomainEvent) -> Self {
        match event {
            DomainEvent::Ticket(_) => Self::Tickets,
            DomainEvent::Chat(_) => Self::Chats,
            DomainEvent::Agent(_) => Self::Agents,
            DomainEvent::Department(_) => Self::Departments,
            DomainEvent::Customer(_) => Self::Customers,
            DomainEvent::Organisation(
                OrganisationEvent::WidgetChanged(_) | OrganisationEvent::WidgetSecretRotated(_),
            ) => Self::Widget,
            DomainEvent::Organisation(_) => Self::Organisation,
            DomainEvent::Account(_) => Self::Accounts,
            DomainEvent::ServiceLevel(_) => Self::ServiceLevels,
            DomainEvent::View(_) | DomainEvent::ViewList(_) => Self::Views,
            DomainEvent::Role(_) => Self::Roles,
            DomainEvent::Import(_) => Self::AuditTrail,
        }
    }

    /// Fields of an event that are data of another kind than the rest of it: who knows the event need not know them.
    pub const fn within(event: &DomainEvent) -> Option<(Self, &'static [&'static str])> {
        match event {
            DomainEvent::Chat(ChatEvent::ChatStarted(_)) => Some((Self::Visits, &["page", "user_agent", "ip"])),
            _ => None,
        }
    }

    /// Fields of an event that are its owner's alone, and who that is: what somebody calls a view of their own, and what they
    /// look for with it.
    pub fn private_in(event: &DomainEvent) -> Option<(PersonId, &'static [&'static str])> {
        const VIEW: &[&str] = &["name", "filter", "sort"];
        match event {
            DomainEvent::View(ViewEvent::ViewSaved(saved)) if !saved.shared => Some((saved.owner_id, VIEW)),
            DomainEvent::View(ViewEvent::ViewChanged(changed)) if !changed.shared => Some((changed.owner_id, VIEW)),
            _ => None,
        }
    }

    /// Another ticket an event names to the customer, and the fields that name it: whoever may not know of that ticket is not
    /// told them.
    pub fn ticket_named(event: &DomainEvent) -> Option<(TicketId, &'static [&'static str])> {
        match event {
            DomainEvent::Ticket(TicketEvent::TicketMerged(merged)) => Some((merged.into, &["into", "into_number"])),
            DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => {
                opened.follow_up_of.map(|ticket| (ticket, &["follow_up_of"] as &[_]))
            }
            DomainEvent::Chat(ChatEvent::ChatConverted(converted)) => {
                Some((converted.ticket_id, &["ticket_id", "ticket_number"]))
            }
            _ => None,
        }
    }

    /// The kinds of data events of a category are part of.
    pub const fn of_category(category: Category) -> &'static [Self] {
        match category {
            Category::Ticket => &[Self::Tickets],
            Category::Chat => &[Self::Chats, Self::EndedChats],
            Category::Agent => &[Self::Agents],
            Category::Department => &[Self::Departments],
            Category::Customer => &[Self::Customers],
            Category::Organisation => &[Self::Organisation, Self::Widget],
            Category::Account => &[Self::Accounts],
            Category::ServiceLevel => &[Self::ServiceLevels],
            Category::View | Category::ViewList => &[Self::Views],
            Category::Role => &[Self::Roles],
            Category::Import => &[Self::AuditTrail],
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Chats => "chats",
            Self::EndedChats => "ended_chats",
            Self::Customers => "customers",
            Self::Visits => "visits",
            Self::Agents => "agents",
            Self::Departments => "departments",
            Self::Organisation => "organisation",
            Self::Widget => "widget",
            Self::ServiceLevels => "service_levels",
            Self::Views => "views",
            Self::Roles => "roles",
            Self::Accounts => "accounts",
            Self::AuditTrail => "audit_trail",
            Self::Reports => "reports",
            Self::Tokens => "tokens",
        }
    }

    /// What it is, for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Tickets => "Tickets: conversations, notes, service levels, counts",
            Self::Chats => "Chats that are not over, and the queue",
            Self::EndedChats => "Chats that are over; whoever had one keeps it",
            Self::Customers => "Customers and visitors: names, addresses, how often they wrote",
            Self::Visits => "From where, with what and on which page somebody visits",
            Self::Agents => "Who works at the desk, and how loaded they are",
            Self::Departments => "Departments",
            Self::Organisation => "The organisation's name, time zone, categories and custom fields",
            Self::Widget => "How the chat widget is set up",
            Self::ServiceLevels => "Calendars and SLA policies",
            Self::Views => "Saved views; those of one person are theirs alone",
            Self::Roles => "Roles, and what they allow",
            Self::Accounts => "Sign-ins, credentials and accounts",
            Self::AuditTrail => "The audit trail: who did what when, without anybody's words or private views",
            Self::Reports => "Figures of the whole desk",
            Self::Tokens => "API tokens, without their secrets",
        }
    }
}
