//! The figures beside the menu.

use docket_domain::Data;

use super::Queries;
use super::dialect::own;
use super::reader::one;
use super::tickets::NOT_DONE;
use super::unread::{is_unread, join_reads};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Column;
use crate::viewer::Viewer;
use crate::views::*;

impl Queries {
    /// The figures beside the viewer's menu.
    pub async fn sidebar(&self, viewer: &Viewer) -> Result<SidebarCounts, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let open = format!(
            "FROM tickets t WHERE t.tenant = {tenant} AND t.status IN {NOT_DONE} AND NOT t.archived AND NOT t.deleted"
        );
        let unread = format!(
            "FROM tickets t{} WHERE t.tenant = {tenant} AND NOT t.archived AND NOT t.deleted AND {}",
            join_reads(&mut sql, viewer, &tenant, "t"),
            is_unread(viewer, "t")
        );
        let none = "CAST(0 AS bigint)";
        if viewer.is_customer() {
            let own = own(&mut sql, viewer, "t.customer_id");
            let chats = if viewer.knows(Data::Chats) {
                format!("(SELECT count(*) FROM chats t WHERE t.tenant = {tenant} AND t.status <> 'closed'{own})")
            } else {
                none.to_owned()
            };
            sql.push(&format!(
                "SELECT (SELECT count(*) {open}{own}), (SELECT count(*) {open}{own}), {none}, {none}, {none}, \
                 (SELECT count(*) {unread}{own}), {none}, {chats}"
            ));
        } else {
            let (now, person) = (sql.keep(self.now().cell()), sql.keep(viewer.person_id.cell()));
            let chats = if viewer.knows(Data::Chats) {
                format!(
                    "(SELECT count(*) FROM chats h WHERE h.tenant = {tenant} AND h.status = 'waiting'), \
                     (SELECT count(*) FROM chats h WHERE h.tenant = {tenant} AND h.agent_id = {person} \
                     AND h.status IN ('active', 'transferred'))"
                )
            } else {
                format!("{none}, {none}")
            };
            // What was put aside is not in the lists these counts stand beside.
            let awake = format!("{open} AND t.snoozed_until IS NULL");
            sql.push(&format!(
                "SELECT (SELECT count(*) {awake}), (SELECT count(*) {awake} AND t.assignee_id = {person}), \
                 (SELECT count(*) {awake} AND t.assignee_id IS NULL), (SELECT count(*) {awake} AND t.rank = 1), \
                 (SELECT count(*) FROM sla s JOIN tickets t ON t.tenant = s.tenant AND t.id = s.ticket_id \
                 WHERE s.tenant = {tenant} AND s.due_at IS NOT NULL AND s.due_at < {now} AND NOT t.archived AND NOT t.deleted), \
                 (SELECT count(*) {unread} AND t.assignee_id = {person} AND t.status IN {NOT_DONE}), {chats}"
            ));
        }
        let counts = one(self.fetch(viewer, sql).await?, |row| {
            Ok(SidebarCounts {
                open_tickets: row.get()?,
                my_tickets: row.get()?,
                unassigned_tickets: row.get()?,
                urgent_tickets: row.get()?,
                overdue_tickets: row.get()?,
                unread_tickets: row.get()?,
                waiting_chats: row.get()?,
                my_chats: row.get()?,
            })
        })?;
        Ok(counts.unwrap_or_default())
    }
}
