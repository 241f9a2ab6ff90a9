//! Saved views, and how many tickets they show.

use docket_domain::view::ViewFilter;

use super::Queries;
use super::reader::{RowReader, all, one};
use super::tickets::in_status;
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::{Column, Json};
use crate::viewer::Viewer;
use crate::views::{SavedFilter, SavedView, TicketFilter, ViewCount};

/// Where counting what a view shows ends.
const COUNTED: u32 = 1000;

impl Queries {
    /// The viewer's own views, then the shared ones, each in their order; at most as many as there may be. Empty for
    /// customers.
    pub async fn saved_views(&self, viewer: &Viewer) -> Result<Vec<SavedView>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = select(viewer);
        sql.push(" ORDER BY w.shared, w.place, w.id");
        all(self.fetch(viewer, sql).await?, read)
    }

    /// A view. `None` if there is none, or it is somebody else's own.
    pub async fn saved_view(&self, viewer: &Viewer, id: uuid::Uuid) -> Result<Option<SavedView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let mut sql = select(viewer);
        sql.push(" AND w.id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read)
    }

    /// How many tickets match, counted up to 1000.
    pub async fn count_tickets(&self, viewer: &Viewer, filter: &TicketFilter) -> Result<ViewCount, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let asked = self.asked_by(viewer, filter).await?;
        let from = self.tickets_from(&mut sql, viewer, asked.as_ref());
        let mut conditions = self.conditions(&mut sql, viewer, filter, &tenant);
        if asked.is_none() {
            conditions.push_str(&in_status(filter));
        }
        sql.push(&format!(
            "SELECT count(*) FROM (SELECT t.id FROM {from} WHERE t.tenant = {tenant}{conditions} LIMIT {}) c",
            COUNTED + 1
        ));
        let found: i64 = one(self.fetch(viewer, sql).await?, |row| row.get())?.unwrap_or(0);
        Ok(ViewCount { count: found.min(i64::from(COUNTED)), more: found > i64::from(COUNTED) })
    }
}

fn select(viewer: &Viewer) -> Sql {
    let mut sql = Sql::default();
    let tenant = sql.keep(viewer.tenant.cell());
    let person = sql.keep(viewer.person_id.cell());
    sql.push(&format!(
        "SELECT w.id, w.name, w.filter, w.order_ref, w.search, w.sort, w.shared, w.owner_id, a.name, w.saved_at, \
         w.updated_at, w.version FROM views w LEFT JOIN agents a ON a.tenant = {tenant} AND a.id = w.owner_id \
         WHERE w.tenant = {tenant} AND (w.shared OR w.owner_id = {person})"
    ));
    sql
}

fn read(row: &mut RowReader<'_>) -> Result<SavedView, ReadError> {
    Ok(SavedView {
        id: row.get()?,
        name: row.get()?,
        filter: {
            let filter = row.get::<Json<ViewFilter>>()?.0;
            SavedFilter {
                status: filter.status.into(),
                priority: filter.priority.into(),
                category: filter.category,
                department_id: filter.department_id.map(|id| id.0),
                assignee: filter.assignee,
                customer_id: filter.customer_id.map(|id| id.0),
                tag: filter.tag,
                opened_from: filter.opened_from,
                opened_to: filter.opened_to,
                resolved: filter.resolved,
                resolved_by: filter.resolved_by.map(|id| id.0),
                resolved_from: filter.resolved_from,
                resolved_to: filter.resolved_to,
                overdue: filter.overdue,
                snoozed: filter.snoozed,
                with_snoozed: filter.with_snoozed,
                archived: filter.archived,
                order_ref: row.get()?,
                search: row.get()?,
            }
        },
        sort: row.get()?,
        shared: row.get()?,
        owner_id: row.get()?,
        owner_name: row.get()?,
        saved_at: row.get()?,
        updated_at: row.get()?,
        version: row.get()?,
    })
}
