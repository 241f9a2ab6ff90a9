//! Lists of tickets: which, and in what order.

use chrono::{DateTime, Utc};
use docket_domain::ticket::TicketStatus;
use uuid::Uuid;

use super::{LISTED, columns, joins, read_ticket};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::tickets::rank;
use crate::queries::dialect::{of_person, tickets_known};
use crate::queries::reader::all;
use crate::queries::words::{Asked, Finder};
use crate::queries::{Queries, cursor, sla};
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::views::*;

/// A ticket's place in a list.
type Place = (Option<i64>, DateTime<Utc>, Uuid);

impl Queries {
    /// Tickets that match, in the order asked for. A customer gets their own.
    pub async fn tickets(
        &self,
        viewer: &Viewer,
        filter: &TicketFilter,
        page: &PageRequest,
    ) -> Result<Page<TicketView>, ReadError> {
        let place: Option<Place> = cursor::decode(filter.sort.as_str(), page.cursor.as_deref())?;
        if let Some((_, at, _)) = place {
            cursor::check_time(at)?;
        }
        let limit = page.limit();
        let asked = self.asked_by(viewer, filter).await?;
        let sql = self.list(viewer, filter, asked.as_ref(), place, limit + 1);
        let rows = self.fetch(viewer, sql).await?;
        let (public, now) = (viewer.is_customer(), self.now());
        let tickets = all(rows, |row| {
            let mut ticket = read_ticket(row)?;
            sla::badge_as_of(&mut ticket.sla, now);
            Ok((row.get::<DateTime<Utc>>()?, ticket))
        })?;
        let page =
            cursor::page(tickets, limit, filter.sort.as_str(), |(public_updated_at, ticket)| match filter.sort {
                TicketSort::Urgency => (Some(rank(ticket.priority)), ticket.opened_at, ticket.id),
                TicketSort::Newest => (None, ticket.opened_at, ticket.id),
                TicketSort::Updated if public => (None, *public_updated_at, ticket.id),
                TicketSort::Updated => (None, ticket.updated_at, ticket.id),
            });
        let items = page.items.into_iter().map(|(_, ticket)| ticket).collect();
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    /// What a filter searches for, if it does.
    pub(in crate::queries) async fn asked_by(
        &self,
        viewer: &Viewer,
        filter: &TicketFilter,
    ) -> Result<Option<Asked>, ReadError> {
        match &filter.search {
            Some(text) => self.asked(viewer, text).await.map(Some),
            None => Ok(None),
        }
    }

    /// Where a list's tickets are: among those found, if it searches.
    pub(in crate::queries) fn tickets_from(&self, sql: &mut Sql, viewer: &Viewer, asked: Option<&Asked>) -> String {
        match asked {
            Some(asked) => {
                let finder = Finder::new(sql, self.dialect(), viewer, asked);
                let found = finder.tickets(sql);
                finder.from(found, "tickets", "t")
            }
            None => "tickets t".to_owned(),
        }
    }

    fn list(
        &self,
        viewer: &Viewer,
        filter: &TicketFilter,
        asked: Option<&Asked>,
        place: Option<Place>,
        limit: u32,
    ) -> Sql {
        let mut sql = Sql::new("SELECT ");
        let dialect = self.dialect();
        let tenant = sql.keep(viewer.tenant.cell());
        columns(&mut sql, viewer, dialect);
        sql.push(", t.public_updated_at FROM (");
        let order = Order::of(filter.sort, viewer);
        let after = place.map(|place| order.after(&mut sql, &place));
        let from = self.tickets_from(&mut sql, viewer, asked);
        let conditions = self.conditions(&mut sql, viewer, filter, &tenant);
        let branch = |status: Option<TicketStatus>| {
            let status = status.map(|s| format!(" AND t.status = '{}'", s.as_str())).unwrap_or_default();
            let after = after.as_deref().unwrap_or("");
            format!(
                "SELECT * FROM (SELECT t.id, {keys} FROM {from} WHERE t.tenant = {tenant}{status}{conditions}{after} \
                 ORDER BY {keys_ordered} LIMIT {limit}) b",
                keys = order.keys("t."),
                keys_ordered = order.ordered("t."),
            )
        };
        // With a status as their second column indexes are sorted within each: one short walk a status, then merged.
        let branches: Vec<String> = if asked.is_some() {
            // What is found is few already.
            vec![branch(None)]
        } else if !filter.status.is_empty() {
            filter.status.iter().map(|status| branch(Some(*status))).collect()
        } else if !filter.archived && (filter.assignee.is_some() || filter.customer_id.is_some()) {
            TicketStatus::ALL.iter().map(|status| branch(Some(*status))).collect()
        } else {
            vec![branch(None)]
        };
        sql.push(&branches.join(" UNION ALL "));
        sql.push(&format!(
            " ORDER BY {} LIMIT {limit}) p JOIN tickets t ON t.tenant = {tenant} AND t.id = p.id",
            order.ordered("")
        ));
        joins(&mut sql, viewer, &tenant);
        sql.push(&format!(" ORDER BY {}", order.ordered("p.")));
        sql
    }

    /// What a ticket must be to match and for the viewer to know of it, but its words, and but its status unless words are
    /// searched; begins with ` AND `.
    pub(in crate::queries) fn conditions(
        &self,
        sql: &mut Sql,
        viewer: &Viewer,
        filter: &TicketFilter,
        tenant: &str,
    ) -> String {
        let matching = self.matching(sql, viewer, filter, tenant);
        matching + &tickets_known(sql, viewer, "t")
    }

    /// The same of all there are, whatever the viewer may know of.
    pub(in crate::queries) fn matching(
        &self,
        sql: &mut Sql,
        viewer: &Viewer,
        filter: &TicketFilter,
        tenant: &str,
    ) -> String {
        let mut conditions =
            if filter.archived { " AND t.archived AND NOT t.deleted".to_owned() } else { format!(" AND {LISTED}") };
        let mut add = |condition: String| {
            conditions.push_str(" AND ");
            conditions.push_str(&condition);
        };
        if !filter.priority.is_empty() {
            let ranks: Vec<_> = filter.priority.iter().map(|priority| rank(*priority).to_string()).collect();
            add(format!("t.rank IN ({})", ranks.join(", ")));
        }
        let assignee = match filter.assignee {
            Some(AssigneeFilter::Me) => Some(viewer.person_id),
            Some(AssigneeFilter::Agent(agent)) => Some(agent),
            Some(AssigneeFilter::Unassigned) => {
                add("t.assignee_id IS NULL".into());
                None
            }
            None => None,
        };
        let equal = [
            ("category", filter.category.as_ref().map(Column::cell)),
            ("department_id", filter.department_id.as_ref().map(Column::cell)),
            ("order_ref", filter.order_ref.as_ref().map(Column::cell)),
            ("assignee_id", assignee.as_ref().map(Column::cell)),
            ("done_by", filter.resolved_by.as_ref().map(Column::cell)),
        ];
        for (column, cell) in equal {
            if let Some(cell) = cell {
                add(format!("t.{column} = {}", sql.keep(cell)));
            }
        }
        if filter.resolved_by.is_some() {
            add("t.done_at IS NOT NULL".into());
        }
        if let Some(customer) = filter.customer_id {
            let customer = sql.keep(customer.cell());
            add(of_person(viewer, tenant, "t.customer_id", &customer));
        }
        if let Some(customer) = filter.not_customer_id.filter(|_| !viewer.is_customer()) {
            let customer = sql.keep(customer.cell());
            add(format!("NOT ({})", of_person(viewer, tenant, "t.customer_id", &customer)));
        }
        if let Some(tag) = filter.tag.as_ref().filter(|_| !viewer.is_customer()) {
            let tag = sql.keep(tag.cell());
            add(self.dialect().has("t.tags", &tag));
        }
        let times = [
            ("opened_at >=", filter.opened_from),
            ("opened_at <", filter.opened_to),
            ("done_at >=", filter.resolved_from),
            ("done_at <", filter.resolved_to),
        ];
        for (than, at) in times {
            if let Some(at) = at {
                add(format!("t.{than} {}", sql.keep(at.cell())));
            }
        }
        if let Some(resolved) = filter.resolved {
            add(format!("t.done_at IS {}NULL", if resolved { "NOT " } else { "" }));
        }
        if let Some(snoozed) = filter.snoozed.filter(|_| !viewer.is_customer()) {
            add(format!("t.snoozed_until IS {}NULL", if snoozed { "NOT " } else { "" }));
        }
        if filter.overdue && !viewer.is_customer() {
            let now = sql.keep(self.now().cell());
            add(format!(
                "t.id IN (SELECT o.ticket_id FROM sla o WHERE o.tenant = {tenant} AND o.due_at IS NOT NULL \
                 AND o.due_at < {now})"
            ));
        }
        if filter.search.is_some() {
            conditions.push_str(&in_status(filter));
        }
        conditions
    }
}

/// A condition, with ` AND ` before it, on a ticket's status. Empty where any will do.
pub(in crate::queries) fn in_status(filter: &TicketFilter) -> String {
    if filter.status.is_empty() {
        return String::new();
    }
    let names: Vec<_> = filter.status.iter().map(|status| format!("'{}'", status.as_str())).collect();
    format!(" AND t.status IN ({})", names.join(", "))
}

/// The columns a list is sorted by.
struct Order {
    columns: &'static [&'static str],
    descending: bool,
}

impl Order {
    fn of(sort: TicketSort, viewer: &Viewer) -> Self {
        match sort {
            TicketSort::Urgency => Self { columns: &["rank", "opened_at", "id"], descending: false },
            TicketSort::Newest => Self { columns: &["opened_at", "id"], descending: true },
            // What a customer does not see must not move their tickets either.
            TicketSort::Updated if viewer.is_customer() => {
                Self { columns: &["public_updated_at", "id"], descending: true }
            }
            TicketSort::Updated => Self { columns: &["updated_at", "id"], descending: true },
        }
    }

    /// The columns but the id.
    fn keys(&self, table: &str) -> String {
        let keys = self.columns.iter().filter(|column| **column != "id");
        keys.map(|column| format!("{table}{column}")).collect::<Vec<_>>().join(", ")
    }

    fn ordered(&self, table: &str) -> String {
        let direction = if self.descending { " DESC" } else { "" };
        self.columns.iter().map(|column| format!("{table}{column}{direction}")).collect::<Vec<_>>().join(", ")
    }

    fn after(&self, sql: &mut Sql, (rank, at, id): &Place) -> String {
        let mut cells = vec![at.cell(), id.cell()];
        if self.columns.len() == 3 {
            cells.insert(0, Cell::Int(rank.unwrap_or(0)));
        }
        let values: Vec<_> = cells.into_iter().map(|cell| sql.keep(cell)).collect();
        let columns: Vec<_> = self.columns.iter().map(|column| format!("t.{column}")).collect();
        let than = if self.descending { '<' } else { '>' };
        format!(" AND ({}) {than} ({})", columns.join(", "), values.join(", "))
    }
}
