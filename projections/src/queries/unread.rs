//! What of a conversation its viewer has not read: the one definition behind lists, details and counts. Tickets and chats
//! are alike in it: both have `customer_id` and count the messages of either side.

use super::dialect::Dialect;
use crate::database::Sql;
use crate::table::Column as _;
use crate::viewer::Viewer;

/// Whose messages the viewer may not have read: the column of a conversation that counts them, and of `reads` likewise.
fn theirs(viewer: &Viewer) -> &'static str {
    if viewer.is_customer() { "agent_messages" } else { "customer_messages" }
}

/// Joins `r`, how far the viewer has read the conversation `alias`. Customers have read as whoever they were in it: what a
/// visitor read before or after they turned out to be somebody is read by that person, and the other way about.
pub(super) fn join_reads(sql: &mut Sql, viewer: &Viewer, tenant: &str, alias: &str) -> String {
    let reader = match viewer.is_customer() {
        true => format!("{alias}.customer_id"),
        false => sql.keep(viewer.person_id.cell()),
    };
    format!(" LEFT JOIN reads r ON r.tenant = {tenant} AND r.conversation_id = {alias}.id AND r.reader_id = {reader}")
}

/// How many messages of the conversation `alias` are unread; needs [`join_reads`].
pub(super) fn unread_count(viewer: &Viewer, dialect: Dialect, alias: &str) -> String {
    let (greatest, theirs) = (dialect.greatest(), theirs(viewer));
    format!("{greatest}({alias}.{theirs} - coalesce(r.{theirs}, 0), 0)")
}

/// Whether any is; needs [`join_reads`].
pub(super) fn is_unread(viewer: &Viewer, alias: &str) -> String {
    let theirs = theirs(viewer);
    format!("{alias}.{theirs} > coalesce(r.{theirs}, 0)")
}
