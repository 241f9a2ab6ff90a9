//! What can have happened to a department.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Category;
use crate::event_set::event_set;

event_set! {
    /// Everything that can have happened to a department.
    pub enum DepartmentEvent of Category::Department; {
        DepartmentCreated = 1,
        DepartmentChanged = 1,
        DepartmentArchived = 1,
        DepartmentRestored = 1,
    }
}

/// A department began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentCreated {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Name or purpose changed; both are given as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentChanged {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// No longer offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentArchived {}

/// Offered again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentRestored {}
