//! Pages of lists.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// How many at most. The caller has checked it; 0 means the default of 15.
    pub limit: u32,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The limit in force: 15 by default, 100 at most.
    pub fn limit(&self) -> u32 {
        if self.limit == 0 { 15 } else { self.limit.min(100) }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Asks for the page after; absent on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page with nothing on it and nothing after it.
    pub fn empty() -> Self {
        Self { items: Vec::new(), next_cursor: None }
    }
}
