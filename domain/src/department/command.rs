//! What can be asked of a department.

/// A request to a department.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum DepartmentCommand {
    /// Begin it.
    Create { name: String, description: Option<String> },
    /// Set name and purpose.
    Change { name: String, description: Option<String> },
    /// Offer it no longer.
    Archive,
    /// Offer it again.
    Restore,
}
