//! What can have happened to a view, and to a list of views.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ViewFilter, ViewSort};
use crate::event_set::{PersonalField as _, event_set};
use crate::{Category, PersonId, ViewId};

event_set! {
    /// Everything that can have happened to a saved view.
    pub enum ViewEvent of Category::View; {
        ViewSaved = 1 [filter],
        ViewChanged = 1 [filter],
        ViewDeleted = 1,
    }
}

event_set! {
    /// Everything that can have happened to a list of saved views. The stream's id is the person's whose views they are;
    /// that of the shared ones is all zeroes.
    pub enum ViewListEvent of Category::ViewList; {
        ViewsArranged = 1,
    }
}

/// Somebody saved a view of tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ViewSaved {
    /// Whose it is.
    pub owner_id: PersonId,
    /// What it is called.
    pub name: String,
    /// Which tickets it shows. What it searches for is sealed with the owner's key.
    pub filter: ViewFilter,
    /// In which order.
    pub sort: ViewSort,
    /// Whether everybody at the desk has it; otherwise only its owner.
    pub shared: bool,
}

/// A view changed; all of it is given as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ViewChanged {
    /// Whose it is.
    pub owner_id: PersonId,
    /// What it is called.
    pub name: String,
    /// Which tickets it shows. What it searches for is sealed with the owner's key.
    pub filter: ViewFilter,
    /// In which order.
    pub sort: ViewSort,
    /// Whether everybody at the desk has it; otherwise only its owner.
    pub shared: bool,
    /// Whether everybody had it before.
    pub was_shared: bool,
}

/// A view is no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ViewDeleted {
    /// Whose it was.
    pub owner_id: PersonId,
    /// Whether everybody at the desk had it.
    pub shared: bool,
}

/// Views came, went or were put in another order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ViewsArranged {
    /// Whose own views these are; absent: the shared ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<PersonId>,
    /// All of them, in their order.
    pub view_ids: Vec<ViewId>,
}
