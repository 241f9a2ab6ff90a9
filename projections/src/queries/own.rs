//! What is a customer's own, along the index of whom things are about.

use docket_domain::{Category, Position};
use uuid::Uuid;

use super::Queries;
use super::dialect::own;
use super::reader::{all, one};
use crate::database::Sql;
use crate::error::ReadError;
use crate::viewer::Viewer;

/// Where a customer's conversations are.
const CONVERSATIONS: [(Category, &str); 2] = [(Category::Ticket, "tickets"), (Category::Chat, "chats")];

impl Queries {
    /// The customer's own tickets and chats in which something public happened after a position, deleted ones among them: who
    /// shows anything of one looks whether it is still there.
    pub async fn own_conversations(
        &self,
        viewer: &Viewer,
        after: Position,
    ) -> Result<Vec<(Category, Uuid)>, ReadError> {
        let mut conversations = Vec::new();
        for (category, table) in CONVERSATIONS {
            let mut sql = Sql::new(&format!("SELECT o.id FROM {table} o WHERE o.public_position > "));
            sql.value(&after.0).push(" AND o.tenant = ").value(&viewer.tenant);
            let own = own(&mut sql, viewer, "o.data_subject");
            sql.push(&own);
            let ids: Vec<Uuid> = all(self.fetch(viewer, sql).await?, |row| row.get())?;
            conversations.extend(ids.into_iter().map(|id| (category, id)));
        }
        Ok(conversations)
    }

    /// The position of the last public event of the customer's own tickets and chats; the start if there is none.
    pub async fn public_position(&self, viewer: &Viewer) -> Result<Position, ReadError> {
        let mut last = 0;
        for (_, table) in CONVERSATIONS {
            let mut sql = Sql::new(&format!("SELECT max(o.public_position) FROM {table} o WHERE o.tenant = "));
            sql.value(&viewer.tenant);
            let own = own(&mut sql, viewer, "o.data_subject");
            sql.push(&own);
            let found: Option<Option<u64>> = one(self.fetch(viewer, sql).await?, |row| row.get())?;
            last = last.max(found.flatten().unwrap_or(0));
        }
        Ok(Position(last))
    }
}
