//! The values an organisation is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::named;

named! {
    /// What a custom field holds.
    FieldType {
        /// Text of up to the remark limit.
        Text = "text",
        /// A JSON number.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// A date, `YYYY-MM-DD`.
        Date = "date",
        /// One of the field's options.
        Choice = "choice",
    }
}

/// A custom field of a tenant's tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldDefinition {
    /// Its name: 1–60 of `a-z 0-9 _`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it holds.
    pub field_type: FieldType,
    /// What may be chosen, for [`FieldType::Choice`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Whether its values are sealed and can be erased. Absent: what its type says, see [`Self::is_personal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<bool>,
}

impl FieldDefinition {
    /// Whether values set from now on are about a person, so that they are sealed with their key: what somebody can type
    /// is, unless the tenant says otherwise; a date is if the tenant says so.
    pub fn is_personal(&self) -> bool {
        self.personal.unwrap_or(self.field_type == FieldType::Text)
    }
}
