//! What customers and visitors said of how it went, one row a conversation.
//!
//! A rating counts on the day and for the agent it was first given; one that is changed is changed there. That of a ticket
//! that was deleted counts nowhere.

use chrono::{DateTime, Utc};
use docket_domain::chat::ChatEvent;
use docket_domain::ticket::TicketEvent;
use docket_domain::{AgentId, DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::table;

table! {
    /// A conversation's rating.
    RatingRow / RatingKey in "ratings" {
        key { tenant: TenantId, conversation_id: Uuid }
        plain {
            rating: i64,
            agent_id: Option<Uuid>,
            given_at: DateTime<Utc>,
        }
    }
}

/// The model.
pub(crate) struct Ratings;

/// The rating given, and who had the conversation. What was imported from elsewhere may be out of range: that is none.
fn given(event: &Event) -> Option<(u8, Option<AgentId>)> {
    let (rating, agent_id) = match &event.body {
        DomainEvent::Ticket(TicketEvent::FeedbackGiven(given)) => (given.rating, given.agent_id),
        DomainEvent::Chat(ChatEvent::FeedbackGiven(given)) => (given.rating, given.agent_id),
        _ => return None,
    };
    (1..=5).contains(&rating).then_some((rating, agent_id))
}

fn is_deleted(event: &Event) -> bool {
    matches!(event.body, DomainEvent::Ticket(TicketEvent::TicketDeleted(_)))
}

impl Model for Ratings {
    type Row = RatingRow;
    const VERSION: i64 = 2;
    ddl!("ratings");

    fn keys(event: &Event, keys: &mut Vec<RatingKey>) {
        if given(event).is_some() || is_deleted(event) {
            keys.push(RatingKey { tenant: event.meta.stream.tenant.clone(), conversation_id: event.meta.stream.id });
        }
    }

    fn fold(key: &RatingKey, row: Option<RatingRow>, event: &Event) -> Option<RatingRow> {
        if is_deleted(event) {
            return None;
        }
        let Some((rating, agent_id)) = given(event) else { return row };
        let rating = i64::from(rating);
        Some(match row {
            Some(row) => RatingRow { rating, ..row },
            None => RatingRow {
                tenant: key.tenant.clone(),
                conversation_id: key.conversation_id,
                rating,
                agent_id: agent_id.map(Into::into),
                given_at: event.meta.occurred_at,
            },
        })
    }
}
