//! Conversation threads: every message of tickets and chats, notes among them. An event makes one row at most.

use chrono::{DateTime, Utc};
use docket_domain::chat::ChatEvent;
use docket_domain::ticket::TicketEvent;
use docket_domain::{Actor, DomainEvent, Event, MessageId, PersonalText, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::names::ActorName;
use crate::table::table;
use crate::views::ConversationKind;

table! {
    /// A message or note.
    MessageRow / MessageKey in "messages" {
        key { tenant: TenantId, conversation_id: Uuid, position: u64 }
        plain {
            kind: ConversationKind,
            message_id: Uuid,
            author_kind: ActorName,
            author_id: Option<Uuid>,
            internal: bool,
            posted_at: DateTime<Utc>,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            body: Option<String>,
        }
        words of position { body }
    }
}

/// The model.
pub(crate) struct Messages;

struct Post<'a> {
    kind: ConversationKind,
    id: MessageId,
    author: Actor,
    internal: bool,
    body: &'a PersonalText,
    /// When it was written, if that was before the event.
    written_at: Option<DateTime<Utc>>,
}

fn posted(event: &Event) -> Option<Post<'_>> {
    use ConversationKind::{Chat, Ticket};
    let (kind, id, author, internal, body, written_at) = match &event.body {
        DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => {
            let author = opened.written_by(event.meta.actor);
            (Ticket, opened.message_id, author, false, &opened.description, opened.written_at)
        }
        DomainEvent::Ticket(TicketEvent::MessagePosted(m)) => {
            (Ticket, m.message_id, m.author, false, &m.body, m.written_at)
        }
        DomainEvent::Ticket(TicketEvent::NoteAdded(note)) => {
            (Ticket, note.message_id, note.author, true, &note.body, None)
        }
        DomainEvent::Chat(ChatEvent::MessagePosted(m)) => (Chat, m.message_id, m.author, false, &m.body, None),
        _ => return None,
    };
    Some(Post { kind, id, author, internal, body, written_at })
}

impl Model for Messages {
    type Row = MessageRow;
    const VERSION: i64 = 4;
    const FRESH: bool = true;
    ddl!("messages");

    fn keys(event: &Event, keys: &mut Vec<MessageKey>) {
        if posted(event).is_some() {
            keys.push(MessageKey {
                tenant: event.meta.stream.tenant.clone(),
                conversation_id: event.meta.stream.id,
                position: event.meta.position.0,
            });
        }
    }

    fn fold(key: &MessageKey, row: Option<MessageRow>, event: &Event) -> Option<MessageRow> {
        let Some(post) = posted(event) else { return row };
        Some(MessageRow {
            tenant: key.tenant.clone(),
            conversation_id: key.conversation_id,
            position: key.position,
            kind: post.kind,
            message_id: post.id.into(),
            author_kind: ActorName(post.author.kind),
            author_id: post.author.id,
            internal: post.internal,
            posted_at: post.written_at.unwrap_or(event.meta.occurred_at),
            data_subject: event.meta.data_subject.map(|person| person.0),
            body: post.body.to_known(),
        })
    }
}
