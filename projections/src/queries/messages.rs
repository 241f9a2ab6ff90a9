//! Messages of conversations.

use uuid::Uuid;

use super::Queries;
use super::as_whom::join_author;
use super::dialect::{chats_known, tickets_known};
use super::reader::{RowReader, all};
use crate::database::Sql;
use crate::error::ReadError;
use crate::names::ActorName;
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::views::*;

/// Tickets merged into one whose messages are shown with its own.
const MOST_MERGED: u32 = 100;

impl Queries {
    /// Messages of a conversation, oldest first; notes only for agents. `None` if there is none the viewer may see.
    /// Those of tickets that were merged into a ticket are among its own, as far as the viewer may see them.
    /// `next_cursor` is the position to continue after (or before, when scrolling back).
    pub async fn messages(
        &self,
        viewer: &Viewer,
        kind: ConversationKind,
        id: Uuid,
        page: &MessagePage,
    ) -> Result<Option<Page<MessageView>>, ReadError> {
        let limit = page.limit();
        let back = page.before.is_some() || page.latest;
        let merged = match kind {
            ConversationKind::Ticket => self.merged_into(viewer, id).await?,
            ConversationKind::Chat => Vec::new(),
        };
        let here = id;
        let mut sql = Sql::new("SELECT ");
        let tenant = sql.keep(viewer.tenant.cell());
        let author = join_author(&mut sql, viewer, &tenant);
        let id = sql.keep(Cell::Uuid(id));
        let of = match merged.is_empty() {
            true => format!("= {id}"),
            false => {
                let all: Vec<_> = merged.into_iter().map(|id| sql.keep(Cell::Uuid(id))).collect();
                format!("IN ({id}, {})", all.join(", "))
            }
        };
        let (table, visible) = match kind {
            ConversationKind::Ticket => ("tickets", " AND NOT o.deleted"),
            ConversationKind::Chat => ("chats", ""),
        };
        let name = match kind {
            _ if viewer.unverified.is_some() => "coalesce(a.name, c.name)",
            ConversationKind::Ticket => "coalesce(a.name, c.name)",
            // A visitor who gave a name only for this chat.
            ConversationKind::Chat => {
                "coalesce(a.name, c.name, CASE WHEN m.author_kind = 'customer' THEN o.visitor_name END)"
            }
        };
        // Beginning with the conversation: it answers one row even when it has no messages.
        sql.push(&format!(
            "m.message_id, m.author_kind, coalesce(c.id, m.author_id), {name}, coalesce(c.erased, FALSE), m.body, m.internal, m.posted_at, m.position, m.conversation_id \
             FROM {table} o LEFT JOIN (SELECT * FROM messages WHERE tenant = {tenant} AND conversation_id {of}"
        ));
        if viewer.is_customer() {
            sql.push(" AND NOT internal");
        }
        if let Some(after) = page.after {
            sql.push(" AND position > ").bind(after.cell());
        }
        if let Some(before) = page.before {
            sql.push(" AND position < ").bind(before.cell());
        }
        let order = if back { "DESC" } else { "ASC" };
        sql.push(&format!(
            " ORDER BY position {order} LIMIT {}) m ON m.tenant = o.tenant \
             LEFT JOIN agents a ON m.author_kind = 'agent' AND a.tenant = {tenant} AND a.id = m.author_id \
             {author} WHERE o.tenant = {tenant} AND o.id = {id}{visible}",
            limit + 1
        ));
        let known = match kind {
            ConversationKind::Ticket => tickets_known(&mut sql, viewer, "o"),
            ConversationKind::Chat => chats_known(&mut sql, viewer, "o"),
        };
        sql.push(&known).push(&format!(" ORDER BY m.position {order}"));
        let rows = self.fetch(viewer, sql).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut items: Vec<_> = all(rows, |row| read_message(row, here))?.into_iter().flatten().collect();
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| more).map(|last| last.position.to_string());
        if back {
            items.reverse();
        }
        Ok(Some(Page { items, next_cursor }))
    }
}

impl Queries {
    /// The tickets that were merged into a ticket, and into those.
    async fn merged_into(&self, viewer: &Viewer, id: Uuid) -> Result<Vec<Uuid>, ReadError> {
        let mut sql = Sql::default();
        let (tenant, id) = (sql.keep(viewer.tenant.cell()), sql.keep(Cell::Uuid(id)));
        let known = tickets_known(&mut sql, viewer, "t");
        sql.push(&format!(
            "WITH RECURSIVE merged(id) AS (SELECT t.id FROM tickets t WHERE t.tenant = {tenant} AND t.merged_into = {id} \
             AND NOT t.deleted{known} UNION SELECT t.id FROM merged g JOIN tickets t ON t.tenant = {tenant} \
             AND t.merged_into = g.id AND NOT t.deleted{known}) SELECT id FROM merged LIMIT {MOST_MERGED}"
        ));
        all(self.fetch(viewer, sql).await?, |row| row.get())
    }
}

/// Nothing for the row of a conversation without messages. `here`: the conversation that is looked at.
fn read_message(row: &mut RowReader<'_>, here: Uuid) -> Result<Option<MessageView>, ReadError> {
    let Some(id) = row.get::<Option<Uuid>>()? else { return Ok(None) };
    let ActorName(kind) = row.get()?;
    let author = AuthorView { kind, id: row.get()?, name: row.get()?, erased: row.get()? };
    Ok(Some(MessageView {
        id,
        author,
        body: row.get()?,
        internal: row.get()?,
        attachments: Vec::new(),
        posted_at: row.get()?,
        position: row.get()?,
        ticket_id: row.get::<Option<Uuid>>()?.filter(|id| *id != here),
    }))
}
