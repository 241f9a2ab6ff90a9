//! Who may call a route.

use docket_domain::{Data, ForCustomers, Permission, PermissionSet};

use super::problem::Problem;
use crate::auth::Principal;

/// Who may call a route. Said once for each, where routes are listed: what is read by the data it shows, whose readers
/// [`Data`] knows, and what is done by the permission it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Whoever is signed in; the handler shows each what is theirs.
    SignedIn,
    /// As [`SignedIn`](Self::SignedIn), and besides for visitors of the chat widget, also from pages of other origins.
    SignedInOrVisitor,
    /// People of the desk who may know some of this. Never customers.
    Sees(&'static [Data]),
    /// People of the desk who may know some of this; customers for what of it is their own or offered to all. The handler
    /// answers 404 for the rest.
    SeesOwn(&'static [Data]),
    /// As [`SeesOwn`](Self::SeesOwn), and besides for visitors of the chat widget, also from pages of other origins.
    SeesOwnOrVisitor(&'static [Data]),
    /// People of the desk with the permission. Never customers.
    Desk(Permission),
    /// People of the desk with the permission; customers for what is their own (with [`customers_need`]). The handler
    /// answers 404 for the rest.
    Own(Permission),
    /// As [`Own`](Self::Own), and besides for visitors of the chat widget, also from pages of other origins.
    OwnOrVisitor(Permission),
}

/// What a customer needs to do to their own what people of the desk need `permission` for. Matters for tokens whose
/// scopes leave them less than their role.
pub fn customers_need(permission: Permission) -> Permission {
    match permission {
        Permission::EditTickets | Permission::CloseTickets => Permission::CreateTickets,
        other => other,
    }
}

/// Refuses customers who state what is for people of the desk: fields by name, and whether each was stated. All of what they
/// may have stated in one is refused alike.
pub fn for_desk(who: &Principal, fields: &[(&str, bool)]) -> Result<(), Problem> {
    match fields.iter().find(|(_, stated)| *stated && who.is_customer()) {
        Some((field, _)) => Err(Problem::invalid_field(field, "invalid", format!("{field} is for people of the desk"))),
        None => Ok(()),
    }
}

/// Permissions by their names.
fn names(permissions: &[Permission], between: &str) -> String {
    permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(between)
}

impl Access {
    /// Whether visitors of the widget may call it at all.
    pub const fn is_for_visitors(self) -> bool {
        matches!(self, Self::Public | Self::SignedInOrVisitor | Self::SeesOwnOrVisitor(_) | Self::OwnOrVisitor(_))
    }

    /// Whether customers may call it at all.
    pub const fn is_for_customers(self) -> bool {
        !matches!(self, Self::Sees(_) | Self::Desk(_))
    }

    /// With one of which permissions people of the desk may call it; `None`: without any.
    pub fn needs(self) -> Option<Vec<Permission>> {
        match self {
            Self::Public | Self::SignedIn | Self::SignedInOrVisitor => None,
            Self::Desk(permission) | Self::Own(permission) | Self::OwnOrVisitor(permission) => Some(vec![permission]),
            Self::Sees(data) | Self::SeesOwn(data) | Self::SeesOwnOrVisitor(data) => {
                let readers = |permission: &Permission| data.iter().any(|data| data.readers().contains(permission));
                Some(Permission::ALL.iter().copied().filter(readers).collect())
            }
        }
    }

    /// With one of which permissions customers may call it for what is their own; `None`: without any.
    pub fn customers_need(self) -> Option<Vec<Permission>> {
        match self {
            Self::SeesOwn(data) | Self::SeesOwnOrVisitor(data) => {
                data.iter().map(|data| data.customers()).try_fold(Vec::new(), |mut needed, customers| match customers {
                    ForCustomers::Offered => None,
                    ForCustomers::Nothing => Some(needed),
                    ForCustomers::TheirOwn(permission) => {
                        needed.push(permission);
                        Some(needed)
                    }
                })
            }
            Self::Own(permission) | Self::OwnOrVisitor(permission) => Some(vec![customers_need(permission)]),
            _ => None,
        }
    }

    /// Refuses a caller who may not.
    pub fn check(self, who: &Principal) -> Result<(), Problem> {
        if who.is_visitor() && !self.is_for_visitors() {
            return Err(Problem::forbidden("this is not for visitors of the widget"));
        }
        if who.is_customer() && !self.is_for_customers() {
            return Err(Problem::forbidden("this is for people of the desk"));
        }
        let needed = if who.is_customer() { self.customers_need() } else { self.needs() };
        match needed.as_deref() {
            None => Ok(()),
            Some([permission]) => who.require(*permission),
            Some(permissions) if permissions.iter().any(|permission| who.may(*permission)) => Ok(()),
            Some(permissions) => {
                Err(Problem::forbidden(format!("this needs one of the permissions {}", names(permissions, ", "))))
            }
        }
    }

    /// In words, for the API's description.
    pub fn describe(self) -> String {
        let needed = self.needs().map(|permissions| match permissions.as_slice() {
            [permission] => format!("Needs the permission `{}`", permission.as_str()),
            all if PermissionSet::of(all) == PermissionSet::all() => "Needs any permission".to_owned(),
            several => format!("Needs one of the permissions `{}`", names(several, "`, `")),
        });
        let customers = match self {
            Self::Public => return "Open to anybody.".into(),
            Self::SignedIn => return "For whoever is signed in.".into(),
            Self::SignedInOrVisitor => return "For whoever is signed in, and visitors of the widget.".into(),
            Self::Sees(_) | Self::Desk(_) => "not for customers",
            Self::SeesOwn(_) if self.customers_need().is_none() => "customers see what is offered to all",
            Self::SeesOwn(_) | Self::Own(_) => "customers reach only what is their own",
            Self::SeesOwnOrVisitor(_) | Self::OwnOrVisitor(_) => {
                "customers, and visitors of the widget, reach only what is their own"
            }
        };
        format!("{}; {customers}.", needed.unwrap_or_default())
    }
}
