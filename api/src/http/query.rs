//! What many lists are asked with.

use docket_projections::views::{AssigneeFilter, PageRequest};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::problem::Problem;
use crate::app::App;

/// A page request with the limits in force.
pub(crate) fn page(app: &App, limit: Option<u32>, cursor: Option<String>) -> Result<PageRequest, Problem> {
    let limits = &app.settings.limits;
    let limit = limit.unwrap_or(limits.page_size);
    if limit == 0 || limit > limits.max_page_size {
        return Err(Problem::invalid_field("limit", "out_of_range", format!("limit: 1 to {}", limits.max_page_size)));
    }
    Ok(PageRequest { limit, cursor })
}

/// `me`, `unassigned` or an agent's id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assignee(pub AssigneeFilter);

impl<'de> Deserialize<'de> for Assignee {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "me" => Ok(Self(AssigneeFilter::Me)),
            "unassigned" => Ok(Self(AssigneeFilter::Unassigned)),
            id => Uuid::parse_str(id)
                .map(|id| Self(AssigneeFilter::Agent(id)))
                .map_err(|_| serde::de::Error::custom("it may be me, unassigned or an agent's id")),
        }
    }
}

/// A field that may be set, cleared with null, or left out.
///
/// # Errors
/// As the inner type's.
pub(crate) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}
