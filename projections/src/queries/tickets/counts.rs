//! How many tickets there are.

use docket_domain::Data;
use docket_domain::ticket::TicketStatus;

use super::{LISTED, NOT_DONE};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::counters::metric;
use crate::models::tickets::is_done;
use crate::queries::Queries;
use crate::queries::dialect::tickets_known;
use crate::queries::reader::all;
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::views::*;

impl Queries {
    /// How many tickets the viewer sees, by status, and how many are urgent.
    pub async fn ticket_counts(&self, viewer: &Viewer) -> Result<TicketCounts, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        if !viewer.knows(Data::Tickets) {
            sql.push("SELECT t.status, 0, 0 FROM tickets t WHERE 1 = 0");
        } else if viewer.is_customer() {
            sql.push(&format!(
                "SELECT t.status, count(*), count(CASE WHEN t.rank = 1 THEN 1 END) FROM tickets t \
                 WHERE t.tenant = {tenant} AND {LISTED}"
            ));
            let own = tickets_known(&mut sql, viewer, "t");
            sql.push(&own).push(" GROUP BY t.status");
        } else {
            // Counting urgent ones that are not done goes along the few of them; the rest is counted already.
            sql.push(&format!(
                "SELECT k.dimension, k.count, CASE WHEN k.dimension IN {NOT_DONE} THEN (SELECT count(*) \
                 FROM tickets t WHERE t.tenant = {tenant} AND t.status = k.dimension AND t.rank = 1 AND {LISTED}) \
                 ELSE 0 END FROM counters k WHERE k.tenant = {tenant} AND k.day = '' AND k.metric = "
            ))
            .bind(Cell::Text(metric::TICKETS_BY_STATUS.into()));
        }
        let rows = self.fetch(viewer, sql).await?;
        let mut counts = TicketCounts {
            by_status: TicketStatus::ALL.iter().map(|status| (status.as_str().to_owned(), 0)).collect(),
            ..TicketCounts::default()
        };
        for (status, count, urgent) in
            all(rows, |row| Ok((row.get::<TicketStatus>()?, row.get::<i64>()?, row.get::<i64>()?)))?
        {
            counts.total += count;
            counts.by_status.insert(status.as_str().to_owned(), count);
            if !is_done(status) {
                counts.urgent += urgent;
            }
        }
        Ok(counts)
    }
}
