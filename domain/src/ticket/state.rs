//! A ticket as its events leave it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::value::{Channel, CustomFields, Priority, TicketNumber, TicketStatus};
use super::{TicketCommand, TicketEvent};
use crate::sla::SlaClocks;
use crate::{
    AgentId, Aggregate, Category, ChatId, Conversation, CustomerId, DecideContext, DepartmentId, PersonId,
    PersonalText, PublicHistory, Rejection, Stamp, TicketId,
};

/// What is known of a ticket for deciding. Texts of messages are not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Events so far.
    pub version: u64,
    /// Its number; 0 before it began.
    pub number: TicketNumber,
    /// What it is about.
    pub subject: PersonalText,
    /// Where it stands.
    pub status: TicketStatus,
    /// How urgent.
    pub priority: Priority,
    /// The kind of request.
    pub category: String,
    /// Whose request it is; the nil id before it began.
    pub customer_id: CustomerId,
    /// Who is responsible.
    pub assignee_id: Option<AgentId>,
    /// Which department it is for.
    pub department_id: Option<DepartmentId>,
    /// The order it is about.
    pub order_ref: Option<PersonalText>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Custom fields that say nothing about a person.
    pub custom_fields: CustomFields,
    /// Custom fields that do.
    pub personal_fields: BTreeMap<String, PersonalText>,
    /// How it came in.
    pub channel: Channel,
    /// The closed ticket it follows up.
    pub follow_up_of: Option<TicketId>,
    /// The chat it came from.
    pub chat_id: Option<ChatId>,
    /// When it began; absent before.
    pub opened_at: Option<DateTime<Utc>>,
    /// When an agent first answered in public.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was first resolved, or closed without that; not by a merge.
    pub first_resolved_at: Option<DateTime<Utc>>,
    /// Since when the oldest customer message since the last agent message waits, the description included.
    pub unanswered_since: Option<DateTime<Utc>>,
    /// Which of its events customers know of.
    pub public: PublicHistory,
    /// Public messages and who has read how far.
    pub conversation: Conversation,
    /// Until when it sleeps.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The last rating.
    pub rating: Option<u8>,
    /// The ticket it went into.
    pub merged_into: Option<TicketId>,
    /// Where it stood before that.
    pub status_before_merge: Option<TicketStatus>,
    /// Until when it would have slept then.
    pub snoozed_before_merge: Option<DateTime<Utc>>,
    /// Tickets that went into it.
    pub merged_from: Vec<TicketId>,
    /// Tickets it has to do with.
    pub links: Vec<TicketId>,
    /// Whether it is out of the lists.
    pub archived: bool,
    /// Whether it is gone from every view.
    pub deleted: bool,
    /// How it stands with its service level.
    pub sla: SlaClocks,
}

impl Default for Ticket {
    fn default() -> Self {
        Self {
            version: 0,
            number: TicketNumber(0),
            subject: PersonalText::Erased,
            status: TicketStatus::Open,
            priority: Priority::Medium,
            category: String::new(),
            customer_id: CustomerId(Uuid::nil()),
            assignee_id: None,
            department_id: None,
            order_ref: None,
            tags: Vec::new(),
            custom_fields: CustomFields::new(),
            personal_fields: BTreeMap::new(),
            channel: Channel::Api,
            follow_up_of: None,
            chat_id: None,
            opened_at: None,
            first_response_at: None,
            first_resolved_at: None,
            unanswered_since: None,
            public: PublicHistory::default(),
            conversation: Conversation::default(),
            snoozed_until: None,
            rating: None,
            merged_into: None,
            status_before_merge: None,
            snoozed_before_merge: None,
            merged_from: Vec::new(),
            links: Vec::new(),
            archived: false,
            deleted: false,
            sla: SlaClocks::default(),
        }
    }
}

impl Ticket {
    /// All custom fields that can be read: personal ones too, unless they were erased.
    pub fn readable_fields(&self) -> CustomFields {
        let personal = self.personal_fields.iter();
        let known = personal.filter_map(|(name, text)| Some((name.clone(), text.to_known()?.into())));
        self.custom_fields.clone().into_iter().chain(known).collect()
    }

    /// Public messages of the customer, the description included.
    pub fn customer_message_count(&self) -> u32 {
        self.conversation.customer_messages()
    }

    /// Public messages of agents.
    pub fn agent_message_count(&self) -> u32 {
        self.conversation.agent_messages()
    }
}

/// About how many bytes the value of a custom field takes.
const FIELD: usize = 64;

impl Aggregate for Ticket {
    const CATEGORY: Category = Category::Ticket;
    type Command = TicketCommand;
    type Event = TicketEvent;

    fn decide(&self, command: &TicketCommand, context: &DecideContext<'_>) -> Result<Vec<TicketEvent>, Rejection> {
        super::decide::decide(self, command, context)
    }

    fn evolve(&mut self, event: &TicketEvent, stamp: &Stamp) {
        super::evolve::evolve(self, event, stamp);
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        self.exists().then(|| self.customer_id.into())
    }

    fn public_history(&self) -> Option<&PublicHistory> {
        Some(&self.public)
    }

    fn exists(&self) -> bool {
        self.opened_at.is_some()
    }

    fn heap_bytes(&self) -> usize {
        let texts =
            [Some(&self.subject), self.order_ref.as_ref()].into_iter().flatten().chain(self.personal_fields.values());
        let names = self.tags.iter().chain(self.custom_fields.keys()).chain(self.personal_fields.keys());
        let linked = self.merged_from.capacity() + self.links.capacity();
        self.category.len()
            + texts.map(PersonalText::heap_bytes).sum::<usize>()
            + names.map(|name| name.len() + 2 * size_of::<String>()).sum::<usize>()
            + self.custom_fields.len() * FIELD
            + linked * size_of::<TicketId>()
            + self.public.heap_bytes()
            + self.conversation.heap_bytes()
            + self.sla.heap_bytes()
    }
}
