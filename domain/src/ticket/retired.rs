//! Shapes of events that are only read any more: what was written once stays readable.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::value::{Channel, CustomFields, Priority, TicketNumber};
use super::{CustomFieldsChanged, FieldChange, OrderLinked, PersonalFieldChange, TicketOpened};
use crate::{ChatId, CustomerId, DepartmentId, MessageId, PersonalText, TicketId};

/// A ticket began. Its description is the first message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TicketOpened")]
pub struct TicketOpenedV1 {
    /// Its number in the tenant.
    number: TicketNumber,
    /// What it is about.
    subject: PersonalText,
    /// The request in full.
    description: PersonalText,
    /// The id of the description as a message.
    message_id: MessageId,
    /// The kind of request.
    category: String,
    /// How urgent.
    priority: Priority,
    /// Whose request it is.
    customer_id: CustomerId,
    /// Which department it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department_id: Option<DepartmentId>,
    /// The order it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_ref: Option<String>,
    /// Tags, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    /// Custom fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    custom_fields: CustomFields,
    /// How it came in.
    channel: Channel,
    /// The closed ticket it follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    follow_up_of: Option<TicketId>,
    /// The chat it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chat_id: Option<ChatId>,
}

/// Custom fields changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CustomFieldsChanged")]
pub struct CustomFieldsChangedV1 {
    /// Only the fields that changed.
    changes: BTreeMap<String, FieldChange>,
}

/// The related order changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderLinked")]
pub struct OrderLinkedV1 {
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// After; absent when the link was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

/// The text of a value. Nobody can say any more what its field held, so that every text is taken to be about a person.
fn text(value: Option<Value>) -> (Option<Value>, Option<PersonalText>) {
    match value {
        Some(Value::String(text)) => (None, Some(text.into())),
        other => (other, None),
    }
}

impl From<TicketOpenedV1> for TicketOpened {
    fn from(old: TicketOpenedV1) -> Self {
        let mut custom_fields = CustomFields::new();
        let mut personal_fields = BTreeMap::new();
        for (name, value) in old.custom_fields {
            let (plain, personal) = text(Some(value));
            custom_fields.extend(plain.map(|value| (name.clone(), value)));
            personal_fields.extend(personal.map(|text| (name, text)));
        }
        Self {
            number: old.number,
            subject: old.subject,
            description: old.description,
            message_id: old.message_id,
            category: old.category,
            priority: old.priority,
            customer_id: old.customer_id,
            department_id: old.department_id,
            order_ref: old.order_ref.map(Into::into),
            tags: old.tags,
            custom_fields,
            personal_fields,
            channel: old.channel,
            follow_up_of: old.follow_up_of,
            chat_id: old.chat_id,
            author: None,
            written_at: None,
        }
    }
}

impl From<CustomFieldsChangedV1> for CustomFieldsChanged {
    fn from(old: CustomFieldsChangedV1) -> Self {
        let mut change = Self::default();
        for (name, FieldChange { from, to }) in old.changes {
            let ((from, personal_from), (to, personal_to)) = (text(from), text(to));
            if personal_from.is_some() || personal_to.is_some() {
                let personal = PersonalFieldChange { from: personal_from, to: personal_to };
                change.personal_changes.insert(name.clone(), personal);
            }
            if from.is_some() || to.is_some() {
                change.changes.insert(name, FieldChange { from, to });
            }
        }
        change
    }
}

impl From<OrderLinkedV1> for OrderLinked {
    fn from(old: OrderLinkedV1) -> Self {
        Self { from: old.from.map(Into::into), to: old.to.map(Into::into) }
    }
}
