//! What can be asked of a ticket. Ids and numbers are made by the caller: deciding is pure.

use chrono::{DateTime, Utc};

use super::value::{
    Channel, CustomFields, HandBackReason, PlainFields, Priority, SlaClock, TicketNumber, TicketStatus, WakeReason,
};
use super::{FeedbackGiven, SlaPolicyApplied};
use crate::{Actor, AgentId, ChatId, CustomerId, DepartmentId, MessageId, TicketId};

/// A request to a ticket.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
#[allow(clippy::large_enum_variant, reason = "few are held at a time, and none for long")]
pub enum TicketCommand {
    /// Begin it. `sla` is the policy the caller found to match; `plain_fields` are the custom fields not to be sealed.
    Open {
        number: TicketNumber,
        subject: String,
        description: String,
        message_id: MessageId,
        category: String,
        priority: Priority,
        customer_id: CustomerId,
        department_id: Option<DepartmentId>,
        order_ref: Option<String>,
        tags: Vec<String>,
        custom_fields: CustomFields,
        plain_fields: PlainFields,
        channel: Channel,
        follow_up_of: Option<TicketId>,
        chat_id: Option<ChatId>,
        assignee_id: Option<AgentId>,
        sla: Option<Box<SlaPolicyApplied>>,
        author: Option<Actor>,
        written_at: Option<DateTime<Utc>>,
    },
    /// Take over what was said before it began, in the chat it is made of, and how many of its messages, the description
    /// first, each of the `readers` had read there.
    CarryOver { turns: Vec<Turn>, readers: Vec<(Actor, usize)> },
    /// Write a public message; the context's actor is the author.
    PostMessage { message_id: MessageId, body: String },
    /// Write an internal note.
    AddNote { message_id: MessageId, body: String },
    /// Go to a status.
    ChangeStatus { to: TicketStatus, reason: Option<String> },
    /// Make an agent responsible.
    Assign { to: AgentId },
    /// Make nobody responsible.
    Unassign,
    /// Take it from its agent, who cannot look after it any more, so that it waits to be taken.
    HandBack { reason: HandBackReason },
    /// Set the urgency.
    ChangePriority { to: Priority },
    /// Set the kind of request.
    ChangeCategory { to: String },
    /// Set or clear the department.
    ChangeDepartment { to: Option<DepartmentId> },
    /// Set the subject.
    ChangeSubject { to: String },
    /// Add and remove tags.
    ChangeTags { add: Vec<String>, remove: Vec<String> },
    /// Set custom fields; a JSON null clears one. Their types were checked against the tenant's definitions, which also
    /// say whose text is `plain`; any other is sealed.
    ChangeCustomFields { set: CustomFields, plain: PlainFields },
    /// Set or clear the related order.
    LinkOrder { to: Option<String> },
    /// The actor has read up to a version (absent: everything).
    MarkRead { up_to_version: Option<u64> },
    /// Put aside until a moment.
    Snooze { until: DateTime<Utc> },
    /// Wake it up.
    Wake { reason: WakeReason },
    /// End it by merging into another ticket. Into another customer's only if that is said.
    MergeInto { target: TicketId, target_number: TicketNumber, target_customer: CustomerId, across_customers: bool },
    /// Take another ticket in, `unfinished` or not.
    ReceiveMerge { source: TicketId, source_number: TicketNumber, source_customer: CustomerId, unfinished: bool },
    /// Take the merge back that ended it.
    UndoMerge,
    /// Let a ticket go that had come into this one.
    ReturnMerge { source: TicketId, source_number: TicketNumber },
    /// Note that it has to do with another.
    Link { ticket_id: TicketId },
    /// Take that back.
    Unlink { ticket_id: TicketId },
    /// Rate it (`agent_id` and `replaces` are filled in by the ticket).
    GiveFeedback(FeedbackGiven),
    /// Measure by a policy from now on.
    ApplySlaPolicy(Box<SlaPolicyApplied>),
    /// Record that a clock nears its due time.
    WarnSla { clock: SlaClock, due_at: DateTime<Utc> },
    /// Record that a clock ran out.
    BreachSla { clock: SlaClock, due_at: DateTime<Utc> },
    /// Take it out of the lists.
    Archive,
    /// Take it out of every view but the audit trail.
    Delete,
}

/// Something said before the ticket began.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The message it becomes.
    pub message_id: MessageId,
    /// Who said it.
    pub author: Actor,
    /// What.
    pub body: String,
    /// When.
    pub written_at: DateTime<Utc>,
}
