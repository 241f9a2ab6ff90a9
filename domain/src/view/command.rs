//! What can be asked of a view, and of a list of views.

use super::{ViewFilter, ViewSort};
use crate::{PersonId, ViewId};

/// A view as somebody wants it: all of it, each time.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewDraft {
    /// What it is called.
    pub name: String,
    /// Which tickets it shows.
    pub filter: ViewFilter,
    /// In which order.
    pub sort: ViewSort,
    /// Whether everybody at the desk has it.
    pub shared: bool,
}

/// A request to a view. `may_share`: whether who asks may save, change and delete views everybody has.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum ViewCommand {
    /// Begin it; it belongs to who asks.
    Save { draft: ViewDraft, may_share: bool },
    /// Set all of it anew.
    Change { draft: ViewDraft, may_share: bool },
    /// End it.
    Delete { may_share: bool },
}

/// A request to a list of views: a person's own, or the shared ones (`owner_id` is then absent).
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum ViewListCommand {
    /// Put a view at the end.
    Add { owner_id: Option<PersonId>, view_id: ViewId },
    /// Take a view out.
    Remove { owner_id: Option<PersonId>, view_id: ViewId },
    /// Put these first, in this order; the others follow as they stood.
    Arrange { owner_id: Option<PersonId>, view_ids: Vec<ViewId> },
}
