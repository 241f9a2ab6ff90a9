//! What can have happened to a ticket.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::retired::{CustomFieldsChangedV1, OrderLinkedV1, TicketOpenedV1};
use super::value::{
    Channel, CustomFields, FirstResponse, HandBackReason, Hours, Priority, SlaClock, SlaTarget, TicketNumber,
    TicketStatus, WakeReason,
};
use crate::event_set::{PersonalField, event_set};
use crate::personal::present;
use crate::{
    Actor, ActorKind, AgentId, CalendarId, Category, ChatId, CustomerId, DepartmentId, MessageId, PersonalText,
    TicketId,
};

event_set! {
    /// Everything that can have happened to a ticket.
    pub enum TicketEvent of Category::Ticket; {
        TicketOpened = 2 [subject, description, order_ref, personal_fields] was { 1: TicketOpenedV1 },
        MessagePosted = 1 [body],
        NoteAdded = 1 [body],
        StatusChanged = 1 [reason],
        Assigned = 1,
        Unassigned = 1,
        PriorityChanged = 1,
        CategoryChanged = 1,
        DepartmentChanged = 1,
        SubjectChanged = 1 [from, to],
        TagsChanged = 1,
        CustomFieldsChanged = 2 [personal_changes] was { 1: CustomFieldsChangedV1 },
        OrderLinked = 2 [from, to] was { 1: OrderLinkedV1 },
        MessagesRead = 1,
        TicketSnoozed = 1,
        TicketWoken = 1,
        TicketMerged = 1,
        TicketMergeReceived = 1,
        TicketMergeUndone = 1,
        TicketMergeReturned = 1,
        TicketLinked = 1,
        TicketUnlinked = 1,
        SlaPolicyApplied = 1,
        SlaWarned = 1,
        SlaBreached = 1,
        FeedbackGiven = 1 [comment],
        TicketArchived = 1,
        TicketDeleted = 1,
    }
}

/// A ticket began. Its description is the first message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketOpened {
    /// Its number in the tenant.
    pub number: TicketNumber,
    /// What it is about.
    pub subject: PersonalText,
    /// The request in full.
    pub description: PersonalText,
    /// The id of the description as a message.
    pub message_id: MessageId,
    /// The kind of request.
    pub category: String,
    /// How urgent.
    pub priority: Priority,
    /// Whose request it is.
    pub customer_id: CustomerId,
    /// Which department it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<DepartmentId>,
    /// The order it is about.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<PersonalText>,
    /// Tags, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Custom fields that say nothing about a person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_fields: CustomFields,
    /// Custom fields that do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub personal_fields: BTreeMap<String, PersonalText>,
    /// How it came in.
    pub channel: Channel,
    /// The closed ticket it follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_of: Option<TicketId>,
    /// The chat it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    /// Who wrote the description. Absent: the agent who opened the ticket, else the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Actor>,
    /// When the description was written, if that was before: in the chat the ticket was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<DateTime<Utc>>,
}

impl TicketOpened {
    /// Who wrote the description, the ticket having been opened by `opener`.
    pub fn written_by(&self, opener: Actor) -> Actor {
        self.author.unwrap_or_else(|| usual_author(opener, self.customer_id))
    }
}

/// Whose words a description is unless it says so: an agent's who opened the ticket, else the customer's.
pub(super) fn usual_author(opener: Actor, customer: CustomerId) -> Actor {
    if opener.kind == ActorKind::Agent { opener } else { Actor::customer(customer) }
}

/// Somebody wrote a public message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessagePosted {
    /// The message.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: Actor,
    /// What was written.
    pub body: PersonalText,
    /// Present if this is the first public answer of an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response: Option<FirstResponse>,
    /// When it was written, if that was before the ticket began: in the chat the ticket was made of. Of this ticket it asks
    /// or answers when the ticket begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<DateTime<Utc>>,
}

/// An agent wrote a note that no customer ever sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteAdded {
    /// The note.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: Actor,
    /// What was written.
    pub body: PersonalText,
}

/// The status changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusChanged {
    /// The status before.
    pub from: TicketStatus,
    /// The status after.
    pub to: TicketStatus,
    /// Why, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<PersonalText>,
    /// On the first resolution (or closing without one): seconds since opening, by the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_seconds: Option<u64>,
    /// Whether it only stands again where it stood before a merge that was taken back: no resolution, no reopening.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restored: bool,
}

impl StatusChanged {
    /// Whether a ticket that was done came back to life: what a reopen count counts.
    pub fn is_reopening(&self) -> bool {
        self.from.is_done() && !self.to.is_done() && !self.restored
    }
}

/// An agent became responsible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assigned {
    /// Who was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AgentId>,
    /// Who is now.
    pub to: AgentId,
    /// Who decided it.
    pub by: Actor,
}

/// Nobody is responsible any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unassigned {
    /// Who was before.
    pub from: AgentId,
    /// Who decided it.
    pub by: Actor,
    /// Why, if nobody did: they cannot look after tickets any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HandBackReason>,
}

/// The urgency changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriorityChanged {
    /// Before.
    pub from: Priority,
    /// After.
    pub to: Priority,
}

/// The kind of request changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryChanged {
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
}

/// The department changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentChanged {
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DepartmentId>,
    /// After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DepartmentId>,
}

/// The subject changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectChanged {
    /// Before.
    pub from: PersonalText,
    /// After.
    pub to: PersonalText,
}

/// Tags were added or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagsChanged {
    /// What came, sorted.
    pub added: Vec<String>,
    /// What went, sorted.
    pub removed: Vec<String>,
    /// All tags after, sorted.
    pub tags: Vec<String>,
}

/// One custom field's value before and after; absent means it had or has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// The same of a custom field that says something about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonalFieldChange {
    /// Before.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonalText>,
    /// After.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub to: Option<PersonalText>,
}

impl PersonalField for PersonalFieldChange {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        self.from.visit(visit);
        self.to.visit(visit);
    }
}

/// Custom fields changed. A field whose tenant changed its mind about what is personal may be in both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomFieldsChanged {
    /// Only the fields that changed, of those that say nothing about a person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, FieldChange>,
    /// Only the fields that changed, of those that do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub personal_changes: BTreeMap<String, PersonalFieldChange>,
}

/// The related order changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLinked {
    /// Before.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonalText>,
    /// After; absent when the link was removed.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub to: Option<PersonalText>,
}

/// Somebody has read the conversation. The counts make unread figures a subtraction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessagesRead {
    /// Who read.
    pub reader: Actor,
    /// The stream's version up to which they have read.
    pub up_to_version: u64,
    /// Public customer messages up to there, the description included.
    pub customer_messages: u32,
    /// Public agent messages up to there.
    pub agent_messages: u32,
}

/// Put aside until a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketSnoozed {
    /// When it wakes.
    pub until: DateTime<Utc>,
}

/// Awake again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketWoken {
    /// Why.
    pub reason: WakeReason,
    /// Until when it would have slept.
    pub until: DateTime<Utc>,
}

/// This ticket went into another and is closed; its history stays here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketMerged {
    /// The ticket that goes on.
    pub into: TicketId,
    /// Its number.
    pub into_number: TicketNumber,
    /// Whether the other is another customer's, of which this one's is told nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub across_customers: bool,
    /// Where it stood before, for taking the merge back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TicketStatus>,
    /// Until when it would have slept, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Another ticket went into this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketMergeReceived {
    /// The ticket that ended.
    pub source: TicketId,
    /// Its number.
    pub source_number: TicketNumber,
    /// Whether it was another customer's, of which this one's is told nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub across_customers: bool,
}

/// A merge was taken back: this ticket goes on by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketMergeUndone {
    /// The ticket it had gone into.
    pub from: TicketId,
}

/// A merge was taken back: the other ticket goes on by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketMergeReturned {
    /// The ticket that had gone into this one.
    pub source: TicketId,
    /// Its number.
    pub source_number: TicketNumber,
}

/// Two tickets have to do with each other; recorded on both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketLinked {
    /// The other ticket.
    pub ticket_id: TicketId,
}

/// They have no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketUnlinked {
    /// The other ticket.
    pub ticket_id: TicketId,
}

/// From here on the ticket is measured by this policy. The terms are copied in, so that a reader needs nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyApplied {
    /// The policy; absent for the built-in default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Targets by priority.
    pub targets: BTreeMap<Priority, SlaTarget>,
    /// Business hours.
    pub hours: Hours,
    /// Statuses in which clocks stand still.
    pub pause_in: Vec<TicketStatus>,
    /// The calendar the hours were copied from; absent for the built-in default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_id: Option<CalendarId>,
}

/// A clock nears its due time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaWarned {
    /// Which clock.
    pub clock: SlaClock,
    /// When it will be due if nothing happens.
    pub due_at: DateTime<Utc>,
}

/// A clock ran out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaBreached {
    /// Which clock.
    pub clock: SlaClock,
    /// When it was due.
    pub due_at: DateTime<Utc>,
}

/// The customer rated how it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedbackGiven {
    /// 1 (bad) to 5 (good).
    pub rating: u8,
    /// Whether the request was resolved in the customer's eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// Whether they would recommend the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_recommend: Option<bool>,
    /// 1 to 5 for the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_rating: Option<u8>,
    /// 1 to 5 for speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_rating: Option<u8>,
    /// 1 to 5 for communication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communication_rating: Option<u8>,
    /// In the customer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<PersonalText>,
    /// The agent responsible at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The rating this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u8>,
}

/// Out of the lists, still readable. The fields let counters forget it without looking back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketArchived {
    /// Its status at the time.
    pub status: TicketStatus,
    /// Its priority at the time.
    pub priority: Priority,
    /// Its category at the time.
    pub category: String,
    /// Its assignee at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<AgentId>,
}

/// Gone from every view but the audit trail. The fields let counters forget it without looking back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketDeleted {
    /// Its status at the time.
    pub status: TicketStatus,
    /// Its priority at the time.
    pub priority: Priority,
    /// Its category at the time.
    pub category: String,
    /// Its assignee at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<AgentId>,
    /// Whether it had been archived, and so was no longer counted.
    #[serde(default)]
    pub was_archived: bool,
}
