//! Search over tickets, messages, chats and customers.

use docket_domain::Data;

use super::Queries;
use super::dialect::{chats_known, tickets_known};
use super::reader::{RowReader, all};
use super::tickets::number_text;
use super::words::{Asked, Finder};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Column;
use crate::viewer::Viewer;
use crate::views::*;

/// Messages looked at, latest first, before those the viewer may not see are left out.
const LOOKED_AT: u32 = 200;

impl Queries {
    /// What has these words, and the ticket with this number: tickets, then messages, chats and customers, each kind latest
    /// first and at most `limit` of it. Fit to be asked while somebody types.
    pub async fn search(&self, viewer: &Viewer, words: &str, limit: u32) -> Result<Vec<SearchHit>, ReadError> {
        let page = PageRequest { limit: limit.clamp(1, 100), cursor: None };
        let search = Some(words.to_owned());
        // What the viewer may not know of is not looked for.
        let filter = TicketFilter { search: search.clone(), sort: TicketSort::Updated, ..TicketFilter::default() };
        let tickets = self.tickets(viewer, &filter, &page).await?;
        let mut hits: Vec<_> = tickets.items.into_iter().map(ticket_hit).collect();
        let asked = self.asked(viewer, words).await?;
        hits.extend(self.messages_found(viewer, &asked, page.limit).await?);
        let filter = ChatFilter { search: search.clone(), ..ChatFilter::default() };
        hits.extend(self.chats_found(viewer, &filter, &page, false).await?.items.into_iter().map(chat_hit));
        if !viewer.is_customer() && viewer.knows(Data::Customers) {
            let filter = CustomerFilter { search, ..CustomerFilter::default() };
            hits.extend(self.customers(viewer, &filter, &page).await?.items.into_iter().map(customer_hit));
        }
        Ok(hits)
    }

    async fn messages_found(&self, viewer: &Viewer, asked: &Asked, limit: u32) -> Result<Vec<SearchHit>, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let finder = Finder::new(&mut sql, self.dialect(), viewer, asked);
        let Some(found) = finder.messages(LOOKED_AT) else { return Ok(Vec::new()) };
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

/// A chat, by whose it is or how it began.
fn chat_hit(chat: ChatView) -> SearchHit {
    SearchHit {
        kind: SearchHitKind::Chat,
        id: chat.id,
        number: None,
        subject: None,
        message_id: None,
        excerpt: chat.question.or(chat.last_message).map(|text| crate::models::preview(&text)),
        internal: false,
        at: chat.started_at,
        position: 0,
        name: chat.visitor.name,
        email: chat.visitor.email,
    }
}

fn customer_hit(customer: CustomerView) -> SearchHit {
    SearchHit {
        kind: SearchHitKind::Customer,
        id: customer.id,
        number: None,
        subject: None,
        message_id: None,
        excerpt: None,
        internal: false,
        at: customer.registered_at,
        position: 0,
        name: customer.name.or(customer.stated_name),
        email: customer.email.or(customer.stated_email),
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
        name: ticket.customer_name,
        email: None,
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
        name: None,
        email: None,
    })
}
