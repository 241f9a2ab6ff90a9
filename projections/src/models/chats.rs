//! Chats: the queue, lists and details.

use chrono::{DateTime, Utc};
use docket_domain::chat::{ChatEvent, ChatStarted, ChatStatus, EndedBy, MessagePosted};
use docket_domain::{ActorKind, DomainEvent, Event, PersonalText, TenantId};
use uuid::Uuid;

use super::preview;
use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A chat.
    ChatRow / ChatKey in "chats" {
        key { tenant: TenantId, id: Uuid }
        plain {
            status: ChatStatus,
            customer_id: Uuid,
            agent_id: Option<Uuid>,
            accepted: bool,
            department_id: Option<Uuid>,
            skills: Json<Vec<String>>,
            verified: bool,
            started_at: DateTime<Utc>,
            started_position: u64,
            queued_at: DateTime<Utc>,
            accepted_at: Option<DateTime<Utc>>,
            wait_seconds: Option<i64>,
            ended_at: Option<DateTime<Utc>>,
            ended_by: Option<EndedBy>,
            duration_seconds: Option<i64>,
            customer_messages: i64,
            agent_messages: i64,
            system_messages: i64,
            last_message_at: Option<DateTime<Utc>>,
            rating: Option<i64>,
            ticket_id: Option<Uuid>,
            ticket_number: Option<i64>,
            version: u64,
            position: u64,
            public_version: u64,
            public_position: u64,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            visitor_name: Option<String>,
            visitor_email: Option<String>,
            page: Option<String>,
            user_agent: Option<String>,
            ip: Option<String>,
            question: Option<String>,
            last_message: Option<String>,
            rating_comment: Option<String>,
            transfer_note: Option<String>,
        }
        words of started_position { visitor_name, visitor_email, question }
    }
}

/// The model.
pub(crate) struct Chats;

impl Model for Chats {
    type Row = ChatRow;
    const VERSION: i64 = 6;
    ddl!("chats");

    fn keys(event: &Event, keys: &mut Vec<ChatKey>) {
        if matches!(event.body, DomainEvent::Chat(_)) {
            keys.push(ChatKey { tenant: event.meta.stream.tenant.clone(), id: event.meta.stream.id });
        }
    }

    fn fold(key: &ChatKey, row: Option<ChatRow>, event: &Event) -> Option<ChatRow> {
        let DomainEvent::Chat(body) = &event.body else { return row };
        let mut row = match (row, body) {
            (None, ChatEvent::ChatStarted(started)) => start(key, started, event),
            (None, _) => return None,
            (Some(row), _) => row,
        };
        change(&mut row, body, event.meta.occurred_at);
        row.version = event.meta.version;
        row.position = event.meta.position.0;
        if body.public_fields().is_some() {
            row.public_version += 1;
            row.public_position = event.meta.position.0;
        }
        Some(row)
    }

    fn is_new(_: &ChatKey, event: &Event) -> bool {
        event.meta.version == 1
    }
}

fn known(text: Option<&PersonalText>) -> Option<String> {
    text.and_then(PersonalText::to_known)
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn start(key: &ChatKey, started: &ChatStarted, event: &Event) -> ChatRow {
    ChatRow {
        tenant: key.tenant.clone(),
        id: key.id,
        status: ChatStatus::Waiting,
        customer_id: started.customer_id.into(),
        agent_id: None,
        accepted: false,
        department_id: started.department_id.map(Into::into),
        skills: Json(started.skills.clone()),
        verified: started.verified,
        started_at: event.meta.occurred_at,
        started_position: event.meta.position.0,
        queued_at: event.meta.occurred_at,
        accepted_at: None,
        wait_seconds: None,
        ended_at: None,
        ended_by: None,
        duration_seconds: None,
        customer_messages: 0,
        agent_messages: 0,
        system_messages: 0,
        last_message_at: None,
        rating: None,
        ticket_id: None,
        ticket_number: None,
        version: 0,
        position: 0,
        public_version: 0,
        public_position: 0,
        data_subject: event.meta.data_subject.map(|person| person.0),
        visitor_name: known(started.visitor_name.as_ref()),
        visitor_email: known(started.visitor_email.as_ref()),
        page: known(started.page.as_ref()),
        user_agent: known(started.user_agent.as_ref()),
        ip: known(started.ip.as_ref()),
        question: known(started.question.as_ref()),
        last_message: None,
        rating_comment: None,
        transfer_note: None,
    }
}

fn change(row: &mut ChatRow, body: &ChatEvent, at: DateTime<Utc>) {
    use ChatEvent as E;
    match body {
        E::ChatStarted(_) | E::MessagesRead(_) => {}
        E::MessagePosted(message) => post(row, message, at),
        E::ChatAssigned(assigned) => {
            row.agent_id = Some(assigned.to.into());
            row.accepted = false;
        }
        E::ChatOfferWithdrawn(_) => row.agent_id = None,
        E::ChatAccepted(accepted) => {
            row.status = ChatStatus::Active;
            row.agent_id = Some(accepted.agent_id.into());
            row.accepted = true;
            row.accepted_at.get_or_insert(at);
            row.wait_seconds = row.wait_seconds.or(accepted.wait_seconds.map(seconds));
        }
        E::ChatTransferred(transfer) => {
            row.status = ChatStatus::Transferred;
            row.queued_at = at;
            row.agent_id = transfer.to_agent.map(Into::into);
            row.accepted = false;
            row.department_id = transfer.to_department.map(Into::into).or(row.department_id);
            row.transfer_note = known(transfer.note.as_ref());
        }
        E::ChatEnded(ended) => {
            row.status = ChatStatus::Closed;
            // Whoever it was merely offered to never had it.
            row.agent_id = ended.agent_id.map(Into::into);
            row.ended_at = Some(at);
            row.ended_by = Some(ended.by);
            row.duration_seconds = Some(seconds(ended.duration_seconds));
        }
        E::FeedbackGiven(given) => {
            row.rating = Some(given.rating.into());
            row.rating_comment = known(given.comment.as_ref());
        }
        E::ChatConverted(converted) => {
            row.ticket_id = Some(converted.ticket_id.into());
            row.ticket_number = i64::try_from(converted.ticket_number.0).ok();
        }
    }
}

fn post(row: &mut ChatRow, message: &MessagePosted, at: DateTime<Utc>) {
    row.last_message_at = Some(at);
    row.last_message = message.body.known().map(preview);
    match message.author.kind {
        ActorKind::Customer => row.customer_messages += 1,
        ActorKind::Agent => row.agent_messages += 1,
        ActorKind::System => row.system_messages += 1,
    }
}
