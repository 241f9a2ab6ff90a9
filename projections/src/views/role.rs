//! A role of a tenant's own.

use docket_domain::Permission;
use uuid::Uuid;

/// A role of a tenant's own. What goes out of it is the API's to say, together with the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRole {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// Whether it is offered no longer.
    pub archived: bool,
    /// Its version, for `If-Match`.
    pub version: u64,
}
