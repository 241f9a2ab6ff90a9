//! Ids that come from where history comes from: the same input gives the same ids, so that importing twice finds
//! everything there.

use docket_domain::{Category, MessageId, TenantId};
use uuid::Uuid;

/// Under which all of them are made. Never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x7d0c_4e70_5bd1_4f0e_9a57_d0c4_e75f_a110);

/// The id of what `external_id` names.
pub(crate) fn id_of(tenant: &TenantId, category: Category, external_id: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, [tenant.as_str(), category.as_str(), external_id].join("\0").as_bytes())
}

/// The id of a message without one: the `place`th of its conversation.
pub(crate) fn message_id(conversation: Uuid, place: usize) -> MessageId {
    MessageId(Uuid::new_v5(&conversation, format!("message {place}").as_bytes()))
}
