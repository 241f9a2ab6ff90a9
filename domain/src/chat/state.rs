//! A chat as its events leave it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ChatCommand, ChatEvent, ChatStarted, ChatStatus, EndedBy};
use crate::{
    ActorKind, AgentId, Aggregate, Category, Conversation, CustomerId, DecideContext, DepartmentId, PersonId,
    PublicHistory, ReadMark, Rejection, Stamp, TicketId,
};

/// What is known of a chat for deciding. Texts are not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    /// Events so far.
    pub version: u64,
    /// Where it stands.
    pub status: ChatStatus,
    /// The visitor or customer; the nil id before it began.
    pub customer_id: CustomerId,
    /// The department it is for.
    pub department_id: Option<DepartmentId>,
    /// Skills an agent needs, sorted.
    pub skills: Vec<String>,
    /// Who has it now; nobody while it waits or has been handed over.
    pub agent_id: Option<AgentId>,
    /// Who had it last, also after it was handed over or ended.
    pub last_agent_id: Option<AgentId>,
    /// Whom it is offered to (assigned, or handed over to by name) until somebody accepts.
    pub offered_to: Option<AgentId>,
    /// When it began; absent before.
    pub started_at: Option<DateTime<Utc>>,
    /// When it last joined the queue: at its start, or when it was last handed over.
    pub queued_at: Option<DateTime<Utc>>,
    /// When it was first accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was last accepted.
    pub held_since: Option<DateTime<Utc>>,
    /// When somebody last wrote.
    pub last_message_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who or what ended it.
    pub ended_by: Option<EndedBy>,
    /// Which of its events the visitor knows of.
    pub public: PublicHistory,
    /// Messages and who has read how far.
    pub conversation: Conversation,
    /// The last rating.
    pub rating: Option<u8>,
    /// The ticket made of it.
    pub ticket_id: Option<TicketId>,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            version: 0,
            status: ChatStatus::Waiting,
            customer_id: CustomerId(Uuid::nil()),
            department_id: None,
            skills: Vec::new(),
            agent_id: None,
            last_agent_id: None,
            offered_to: None,
            started_at: None,
            queued_at: None,
            accepted_at: None,
            held_since: None,
            last_message_at: None,
            ended_at: None,
            ended_by: None,
            public: PublicHistory::default(),
            conversation: Conversation::default(),
            rating: None,
            ticket_id: None,
        }
    }
}

impl Aggregate for Chat {
    const CATEGORY: Category = Category::Chat;
    type Command = ChatCommand;
    type Event = ChatEvent;

    fn decide(&self, command: &ChatCommand, context: &DecideContext<'_>) -> Result<Vec<ChatEvent>, Rejection> {
        super::decide::decide(self, command, context)
    }

    fn evolve(&mut self, event: &ChatEvent, stamp: &Stamp) {
        use ChatEvent as E;
        self.version = stamp.version;
        if event.public_fields().is_some() {
            self.public.push(stamp.version);
        }
        match event {
            E::ChatStarted(started) => self.start(started, stamp),
            E::MessagePosted(message) => {
                self.conversation.post(stamp.version, message.author.kind);
                self.last_message_at = Some(stamp.occurred_at);
            }
            E::ChatAssigned(assigned) => self.offered_to = Some(assigned.to),
            E::ChatOfferWithdrawn(_) => self.offered_to = None,
            E::ChatAccepted(accepted) => {
                self.status = ChatStatus::Active;
                self.agent_id = Some(accepted.agent_id);
                self.last_agent_id = Some(accepted.agent_id);
                self.offered_to = None;
                self.accepted_at.get_or_insert(stamp.occurred_at);
                self.held_since = Some(stamp.occurred_at);
            }
            E::ChatTransferred(transfer) => {
                self.status = ChatStatus::Transferred;
                self.queued_at = Some(stamp.occurred_at);
                self.agent_id = None;
                self.last_agent_id = Some(transfer.from);
                self.offered_to = transfer.to_agent;
                self.department_id = transfer.to_department.or(self.department_id);
            }
            E::MessagesRead(read) => self.conversation.read(ReadMark {
                reader: read.reader,
                up_to_version: read.up_to_version,
                customer_messages: read.customer_messages,
                agent_messages: read.agent_messages,
            }),
            E::ChatEnded(ended) => {
                self.status = ChatStatus::Closed;
                self.agent_id = None;
                self.offered_to = None;
                self.ended_at = Some(stamp.occurred_at);
                self.ended_by = Some(ended.by);
            }
            E::FeedbackGiven(feedback) => self.rating = Some(feedback.rating),
            E::ChatConverted(converted) => self.ticket_id = Some(converted.ticket_id),
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        self.exists().then(|| self.customer_id.into())
    }

    fn public_history(&self) -> Option<&PublicHistory> {
        Some(&self.public)
    }

    fn heap_bytes(&self) -> usize {
        let skills = self.skills.iter().map(|skill| skill.len() + size_of::<String>()).sum::<usize>();
        skills + self.public.heap_bytes() + self.conversation.heap_bytes()
    }

    fn exists(&self) -> bool {
        self.started_at.is_some()
    }
}

impl Chat {
    /// The agents of whose capacity it takes a place: who has it, or whom it is offered to.
    pub fn place_of(&self) -> Option<AgentId> {
        self.agent_id.or(self.offered_to)
    }

    /// Messages of the visitor.
    pub fn customer_message_count(&self) -> u32 {
        self.conversation.customer_messages()
    }

    /// Messages of agents.
    pub fn agent_message_count(&self) -> u32 {
        self.conversation.agent_messages()
    }

    /// The agent who writes as `actor`, if it is the one who has the chat.
    pub(super) fn is_held_by(&self, context: &DecideContext<'_>) -> bool {
        context.actor.kind == ActorKind::Agent && self.agent_id.is_some() && self.agent_id == context.agent()
    }

    fn start(&mut self, started: &ChatStarted, stamp: &Stamp) {
        self.customer_id = started.customer_id;
        self.department_id = started.department_id;
        self.skills.clone_from(&started.skills);
        self.started_at = Some(stamp.occurred_at);
        self.queued_at = Some(stamp.occurred_at);
    }
}
