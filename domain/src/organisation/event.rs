//! What can have happened to an organisation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::FieldDefinition;
use super::widget::WidgetSettings;
use crate::Category;
use crate::event_set::event_set;

event_set! {
    /// Everything that can have happened to an organisation.
    pub enum OrganisationEvent of Category::Organisation; {
        OrganisationCreated = 1,
        OrganisationChanged = 1,
        CategoriesChanged = 1,
        CustomFieldDefined = 1,
        CustomFieldRemoved = 1,
        WidgetChanged = 1,
        WidgetSecretRotated = 1,
    }
}

impl OrganisationEvent {
    /// Whether it changes what is offered to everybody. The version customers are shown counts these alone.
    pub const fn is_public(&self) -> bool {
        match self {
            Self::OrganisationCreated(_) | Self::OrganisationChanged(_) | Self::CategoriesChanged(_) => true,
            Self::CustomFieldDefined(_)
            | Self::CustomFieldRemoved(_)
            | Self::WidgetChanged(_)
            | Self::WidgetSecretRotated(_) => false,
        }
    }
}

/// A tenant began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationCreated {
    /// Its name.
    pub name: String,
    /// IANA name of its time zone.
    pub time_zone: String,
}

/// Name or time zone changed; both are given as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationChanged {
    /// Its name.
    pub name: String,
    /// IANA name of its time zone.
    pub time_zone: String,
}

/// The ticket categories offered, in order. None: any text is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoriesChanged {
    /// Before.
    pub from: Vec<String>,
    /// After.
    pub to: Vec<String>,
}

/// A custom field is there, new or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomFieldDefined {
    /// The field.
    pub definition: FieldDefinition,
}

/// A custom field is gone; values tickets have keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomFieldRemoved {
    /// Its name.
    pub name: String,
}

/// The chat widget is set up, or otherwise than before; everything is given as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WidgetChanged {
    /// The public id that pages name.
    pub key: String,
    /// How it is set.
    pub settings: WidgetSettings,
}

/// The secret by which sites vouch for their visitors was made anew; what was signed with the one before counts no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WidgetSecretRotated {}
