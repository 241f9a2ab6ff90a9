//! Words in the audit trail that belong to data of their own.

use crate::Data;

/// Fields of an event that hold what people of the desk chose to say, and as part of which data it is known: whoever reads the
/// trail and knows none of that learns that something changed, and not to which words.
pub fn words_in_trail(event_type: &str) -> Option<(&'static [Data], &'static [&'static str])> {
    const TICKETS: &[Data] = &[Data::Tickets];
    const CHATS: &[Data] = &[Data::Chats, Data::EndedChats];
    Some(match event_type {
        "TicketOpened" => (TICKETS, &["tags", "custom_fields"]),
        "TagsChanged" => (TICKETS, &["added", "removed", "tags"]),
        "CustomFieldsChanged" => (TICKETS, &["changes"]),
        "ChatStarted" => (CHATS, &["skills"]),
        "AgentRegistered" => (&[Data::Agents], &["skills"]),
        "SkillsChanged" => (&[Data::Agents], &["added", "removed", "skills"]),
        "ViewSaved" | "ViewChanged" => (&[Data::Views], &["name", "filter", "sort"]),
        _ => return None,
    })
}
