//! The limits a tenant's input is held to.

/// How much of anything is accepted. Defaults are the product's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Characters of a subject.
    pub subject_chars: usize,
    /// Bytes of a ticket's description.
    pub description_bytes: usize,
    /// Bytes of a message or note.
    pub message_bytes: usize,
    /// Bytes of what a visitor says at once, and a customer in a chat.
    pub visitor_message_bytes: usize,
    /// Chats of their own that a visitor for whom nobody vouched may have unfinished.
    pub open_chats_per_visitor: u32,
    /// The same of a customer, or a visitor for whom their site vouched.
    pub open_chats_per_customer: u32,
    /// Characters of a name (person, department, category, tag …).
    pub name_chars: usize,
    /// Characters of a reason, comment or reference.
    pub remark_chars: usize,
    /// Tags of one ticket.
    pub tags: usize,
    /// Custom fields of one ticket.
    pub custom_fields: usize,
    /// Skills of one agent.
    pub skills: usize,
    /// Agents of one tenant.
    pub agents: usize,
    /// The highest `max_concurrent_chats`.
    pub concurrent_chats: u32,
    /// Saved views of one person's own, and as many shared ones of one tenant.
    pub views: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subject_chars: 255,
            description_bytes: 50 * 1024,
            message_bytes: 50 * 1024,
            visitor_message_bytes: 4 * 1024,
            open_chats_per_visitor: 1,
            open_chats_per_customer: 3,
            name_chars: 120,
            remark_chars: 2000,
            tags: 50,
            custom_fields: 50,
            skills: 50,
            agents: 500,
            concurrent_chats: 100,
            views: 100,
        }
    }
}
