//! Who may call a route.

use docket_domain::Permission;

use super::problem::Problem;
use crate::auth::Principal;

/// Who may call a route. Said once for each, where routes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Whoever is signed in; the handler shows each what is theirs.
    SignedIn,
    /// People of the desk with the permission. Never customers.
    Desk(Permission),
    /// People of the desk with one of the permissions. Never customers.
    DeskAny(&'static [Permission]),
    /// People of the desk with the permission; customers for what is their own (with [`customers_need`]). The handler
    /// answers 404 for the rest.
    Own(Permission),
    /// As [`Own`](Self::Own), and besides for visitors of the chat widget, also from pages of other origins.
    OwnOrVisitor(Permission),
    /// As [`SignedIn`](Self::SignedIn), and besides for visitors of the chat widget, also from pages of other origins.
    SignedInOrVisitor,
}

/// What a customer needs to do to their own what people of the desk need `permission` for. Matters for tokens whose
/// scopes leave them less than their role.
pub fn customers_need(permission: Permission) -> Permission {
    match permission {
        Permission::EditTickets | Permission::CloseTickets => Permission::CreateTickets,
        Permission::ViewChatHistory => Permission::ViewChat,
        other => other,
    }
}

/// Permissions by their names.
fn names(permissions: &[Permission], between: &str) -> String {
    permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(between)
}

impl Access {
    /// Refuses a caller who may not.
    pub fn check(self, who: &Principal) -> Result<(), Problem> {
        match self {
            Self::Public | Self::SignedInOrVisitor => Ok(()),
            Self::SignedIn | Self::Desk(_) | Self::DeskAny(_) | Self::Own(_) if who.is_visitor() => {
                Err(Problem::forbidden("this is not for visitors of the widget"))
            }
            Self::SignedIn => Ok(()),
            Self::Desk(_) | Self::DeskAny(_) if who.is_customer() => {
                Err(Problem::forbidden("this is for people of the desk"))
            }
            Self::Own(permission) | Self::OwnOrVisitor(permission) if who.is_customer() => {
                who.require(customers_need(permission))
            }
            Self::DeskAny(permissions) if permissions.iter().any(|permission| who.may(*permission)) => Ok(()),
            Self::DeskAny(permissions) => {
                Err(Problem::forbidden(format!("this needs one of the permissions {}", names(permissions, ", "))))
            }
            Self::Desk(permission) | Self::Own(permission) | Self::OwnOrVisitor(permission) => who.require(permission),
        }
    }

    /// In words, for the API's description.
    pub fn describe(self) -> String {
        match self {
            Self::Public => "Open to anybody.".into(),
            Self::SignedIn => "For whoever is signed in.".into(),
            Self::Desk(permission) => format!("Needs the permission `{}`; not for customers.", permission.as_str()),
            Self::DeskAny(permissions) => {
                format!("Needs one of the permissions `{}`; not for customers.", names(permissions, "`, `"))
            }
            Self::Own(permission) => {
                format!("Needs the permission `{}`; customers reach only what is their own.", permission.as_str())
            }
            Self::OwnOrVisitor(permission) => format!(
                "Needs the permission `{}`; customers, and visitors of the widget, reach only what is their own.",
                permission.as_str()
            ),
            Self::SignedInOrVisitor => "For whoever is signed in, and visitors of the widget.".into(),
        }
    }
}
