//! Search over tickets and messages.

use super::Queries;
use super::dialect::{chats_known, tickets_known};
use super::reader::{RowReader, all};
use super::tickets::number_text;
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Column;
use crate::viewer::Viewer;
use crate::views::*;

/// Messages looked at, latest first, before those the viewer may not see are left out.
const LOOKED_AT: u32 = 1000;

impl Queries {
    /// Tickets and messages with these words, or the ticket with this number: tickets first, then messages, latest
    /// first. At most `limit` of each.
    pub async fn search(&self, viewer: &Viewer, words: &str, limit: u32) -> Result<Vec<SearchHit>, ReadError> {
        let limit = limit.clamp(1, 100);
        let filter =
            TicketFilter { search: Some(words.to_owned()), sort: TicketSort::Updated, ..TicketFilter::default() };
        // What the viewer may not know of is not looked for.
        let tickets = self.tickets(viewer, &filter, &PageRequest { limit, cursor: None }).await?;
        let mut hits: Vec<_> = tickets.items.into_iter().map(ticket_hit).collect();
        if let Some(query) = self.dialect().query_of(words, viewer) {
            hits.extend(self.messages_found(viewer, query, limit).await?);
        }
        Ok(hits)
    }

    async fn messages_found(&self, viewer: &Viewer, query: String, limit: u32) -> Result<Vec<SearchHit>, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let found = self.dialect().messages_with(&mut sql, viewer, query, LOOKED_AT);
        let notes = if viewer.is_customer() { " AND NOT m.internal" } else { "" };
        let join = self.dialect().join_in_order();
        sql.push(&format!(
            "SELECT m.kind, m.conversation_id, t.number, t.subject, m.message_id, m.body, m.internal, m.posted_at, \
             m.position FROM {found} f {join} messages m ON m.tenant = {tenant} \
             AND m.conversation_id = f.conversation_id AND m.position = f.message_position{notes} \
             LEFT JOIN tickets t ON m.kind = 'ticket' AND t.tenant = {tenant} AND t.id = m.conversation_id \
             LEFT JOIN chats h ON m.kind = 'chat' AND h.tenant = {tenant} AND h.id = m.conversation_id \
             WHERE"
        ));
        let (tickets, chats) = (tickets_known(&mut sql, viewer, "t"), chats_known(&mut sql, viewer, "h"));
        sql.push(&format!(" ((t.id IS NOT NULL AND NOT t.deleted{tickets}) OR (h.id IS NOT NULL{chats}))"));
        sql.push(&format!(" ORDER BY m.position DESC LIMIT {limit}"));
        all(self.fetch(viewer, sql).await?, read_hit)
    }
}

fn ticket_hit(ticket: TicketView) -> SearchHit {
    SearchHit {
        kind: SearchHitKind::Ticket,
        id: ticket.id,
        number: Some(ticket.number),
        subject: ticket.subject,
        message_id: None,
        excerpt: ticket.last_message,
        internal: false,
        at: ticket.opened_at,
        position: 0,
    }
}

fn read_hit(row: &mut RowReader<'_>) -> Result<SearchHit, ReadError> {
    Ok(SearchHit {
        kind: match row.get::<ConversationKind>()? {
            ConversationKind::Ticket => SearchHitKind::Message,
            ConversationKind::Chat => SearchHitKind::Chat,
        },
        id: row.get()?,
        number: row.get::<Option<i64>>()?.map(number_text),
        subject: row.get()?,
        message_id: row.get()?,
        excerpt: row.get::<Option<String>>()?.map(|body| crate::models::preview(&body)),
        internal: row.get()?,
        at: row.get()?,
        position: row.get()?,
    })
}
