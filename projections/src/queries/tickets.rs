//! Lists, details and counts of tickets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use docket_domain::ticket::{TicketNumber, TicketStatus};
use docket_domain::{ActorKind, Data};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::as_whom::join_person;
use super::dialect::{Dialect, of_person, own, tickets_known};
use super::reader::{RowReader, all, one};
use super::unread::{join_reads, unread_count};
use super::words::{Asked, Finder};
use super::{Queries, cursor};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::counters::metric;
use crate::models::tickets::{Feedback, all_fields, is_done, rank};
use crate::names::ActorName;
use crate::table::{Cell, Column, Json};
use crate::viewer::Viewer;
use crate::views::*;

/// A ticket's place in a list.
type Place = (Option<i64>, DateTime<Utc>, Uuid);

/// Statuses of tickets still to be dealt with, as SQL.
pub(super) const NOT_DONE: &str = "('open', 'in_progress', 'waiting_customer', 'on_hold')";

/// The condition of the partial indexes lists go along.
pub(super) const LISTED: &str = "NOT t.archived AND NOT t.deleted";

pub(crate) fn number_text(number: i64) -> String {
    TicketNumber(number.unsigned_abs()).to_string()
}

/// The number in `TKT-000042`, `tkt 42`, `#42` or `42`.
pub(super) fn parse_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = match text.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("TKT") => text[3..].trim_start_matches(['-', ' ']),
        _ => text.strip_prefix('#').unwrap_or(text),
    };
    digits.parse().ok().filter(|number| *number > 0)
}

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
            super::sla::badge_as_of(&mut ticket.sla, now);
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

    /// A ticket. `None` if there is none the viewer may see.
    pub async fn ticket(&self, viewer: &Viewer, id: Uuid) -> Result<Option<TicketDetail>, ReadError> {
        let mut sql = Sql::new("SELECT ");
        let tenant = sql.keep(viewer.tenant.cell());
        columns(&mut sql, viewer, self.dialect());
        // Other tickets' ids say nothing without a right to see them; still, how the desk files is its own affair.
        let (links, contact) = if viewer.is_customer() {
            (self.dialect().empty_array(), "NULL, FALSE, NULL, NULL")
        } else {
            ("t.linked", "c.email, coalesce(c.email_verified, FALSE), c.stated_name, c.stated_email")
        };
        let merged_from = if viewer.is_customer() { links } else { "t.merged_from" };
        let position = if viewer.is_customer() { "t.public_position" } else { "t.position" };
        // Nor is a customer told of a ticket that is not theirs.
        let merged_into = if viewer.is_customer() {
            let own = own(&mut sql, viewer, "o.customer_id");
            format!(
                "(SELECT o.id FROM tickets o WHERE o.tenant = {tenant} AND o.id = t.merged_into AND NOT o.deleted{own})"
            )
        } else {
            "t.merged_into".to_owned()
        };
        sql.push(&format!(
            ", {contact}, t.follow_up_of, t.chat_id, t.merged_into IS NOT NULL, {merged_into}, {merged_from}, {links}, t.feedback, \
             t.feedback_comment, {position} FROM tickets t"
        ));
        joins(&mut sql, viewer, &tenant);
        sql.push(&format!(" WHERE t.tenant = {tenant} AND NOT t.deleted AND t.id = ")).bind(Cell::Uuid(id));
        let own = tickets_known(&mut sql, viewer, "t");
        sql.push(&own);
        let mut detail = one(self.fetch(viewer, sql).await?, read_detail)?;
        if let Some(detail) = &mut detail {
            super::sla::badge_as_of(&mut detail.ticket.sla, self.now());
            self.leave_out_gone(viewer, detail).await?;
        }
        Ok(detail)
    }

    /// The id of the ticket with a number such as `TKT-000001`, if the viewer may see it.
    pub async fn ticket_id(&self, viewer: &Viewer, number: &str) -> Result<Option<Uuid>, ReadError> {
        let Some(number) = parse_number(number) else { return Ok(None) };
        let mut sql = Sql::new("SELECT t.id FROM tickets t WHERE t.tenant = ");
        sql.value(&viewer.tenant).push(" AND NOT t.deleted AND t.number = ").bind(Cell::Int(number));
        let own = tickets_known(&mut sql, viewer, "t");
        sql.push(&own);
        one(self.fetch(viewer, sql).await?, |row| row.get())
    }

    /// A ticket folded from its events, with the names of people and departments in it as they are today, and for customers
    /// without a ticket in it that is not theirs.
    pub async fn with_names(&self, viewer: &Viewer, mut detail: TicketDetail) -> Result<TicketDetail, ReadError> {
        let mut sql = Sql::new("SELECT ");
        let tenant = sql.keep(viewer.tenant.cell());
        let ticket = &detail.ticket;
        let writer = &ticket.last_message_by;
        let named = [
            ("name", "departments", ticket.department_id),
            ("name", "agents", ticket.assignee_id),
            ("name", "agents", writer.id.filter(|_| writer.kind == ActorKind::Agent)),
        ];
        let columns = named.map(|(column, table, id)| match id {
            Some(id) => {
                let id = sql.keep(id.cell());
                format!("(SELECT x.{column} FROM {table} x WHERE x.tenant = {tenant} AND x.id = {id})")
            }
            None => "CAST(NULL AS text)".to_owned(),
        });
        sql.push(&columns.join(", "));
        let customer = sql.keep(ticket.customer_id.cell());
        // A join and a CASE: row-level security lets no index be used behind the value of a sub-select or of `coalesce`.
        let of_person = |column: &str| {
            format!(
                "(SELECT x.{column} FROM customers m JOIN customers x ON x.tenant = {tenant} \
                 AND x.id = CASE WHEN m.merged_into IS NULL THEN m.id ELSE m.merged_into END \
                 WHERE m.tenant = {tenant} AND m.id = {customer})"
            )
        };
        let contact = if viewer.is_customer() {
            "CAST(NULL AS text), FALSE, CAST(NULL AS text), CAST(NULL AS text)".to_owned()
        } else {
            let verified = of_person("email_verified");
            let (email, name, stated) = (of_person("email"), of_person("stated_name"), of_person("stated_email"));
            format!("{email}, coalesce({verified}, FALSE), {name}, {stated}")
        };
        let (id, name, erased) = (of_person("id"), of_person("name"), of_person("erased"));
        sql.push(&format!(", coalesce({id}, {customer}), {name}, coalesce({erased}, FALSE), {contact}"));
        let own = own(&mut sql, viewer, "o.customer_id");
        let merged_into = sql.keep(detail.merged_into.cell());
        sql.push(&format!(
            ", (SELECT o.id FROM tickets o WHERE o.tenant = {tenant} AND o.id = {merged_into} AND NOT o.deleted{own})"
        ));
        let named = one(self.fetch(viewer, sql).await?, |row| {
            let filed = (row.get()?, row.get()?, row.get()?);
            let person = (row.get()?, row.get()?, row.get()?);
            let contact = (row.get()?, row.get()?, row.get()?, row.get()?);
            Ok((filed, person, contact, row.get::<Option<Uuid>>()?))
        })?;
        if let Some((filed, person, contact, known)) = named {
            let ticket = &mut detail.ticket;
            (ticket.department_name, ticket.assignee_name, ticket.last_message_by.name) = filed;
            (ticket.customer_id, ticket.customer_name, ticket.customer_erased) = match &viewer.unverified {
                Some(said) => (ticket.customer_id, said.name.clone(), person.2),
                None => person,
            };
            let writer = &mut ticket.last_message_by;
            if writer.kind == ActorKind::Customer {
                writer.id = Some(ticket.customer_id);
                (writer.name, writer.erased) = (ticket.customer_name.clone(), ticket.customer_erased);
            }
            (detail.customer_email, detail.customer_email_verified) = (contact.0, contact.1);
            (detail.customer_stated_name, detail.customer_stated_email) = (contact.2, contact.3);
            if viewer.is_customer() {
                detail.merged_into = known;
            }
        }
        self.leave_out_gone(viewer, &mut detail).await?;
        Ok(detail)
    }

    /// Takes from what a ticket says of others those that are not there for the viewer: deleted, or not theirs.
    async fn leave_out_gone(&self, viewer: &Viewer, detail: &mut TicketDetail) -> Result<(), ReadError> {
        let named = [detail.follow_up_of, detail.merged_into].into_iter().flatten();
        let named: Vec<Uuid> = named.chain(detail.linked.iter().chain(&detail.merged_from).copied()).collect();
        if named.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new("SELECT t.id FROM tickets t WHERE t.tenant = ");
        sql.value(&viewer.tenant).push(" AND NOT t.deleted AND t.id IN ").list(named.iter().map(Column::cell));
        let known = tickets_known(&mut sql, viewer, "t");
        sql.push(&known);
        let there: Vec<Uuid> = all(self.fetch(viewer, sql).await?, |row| row.get())?;
        detail.follow_up_of = detail.follow_up_of.filter(|id| there.contains(id));
        detail.merged_into = detail.merged_into.filter(|id| there.contains(id));
        detail.linked.retain(|id| there.contains(id));
        detail.merged_from.retain(|id| there.contains(id));
        Ok(())
    }

    /// Those of some tickets that were deleted: what is told of events long after them looks here.
    pub async fn deleted_tickets(&self, viewer: &Viewer, ids: &[Uuid]) -> Result<Vec<Uuid>, ReadError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT t.id FROM tickets t WHERE t.tenant = ");
        sql.value(&viewer.tenant).push(" AND t.deleted AND t.id IN ").list(ids.iter().map(Column::cell));
        all(self.fetch(viewer, sql).await?, |row| row.get())
    }

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

    /// What a filter searches for, if it does.
    pub(super) async fn asked_by(&self, viewer: &Viewer, filter: &TicketFilter) -> Result<Option<Asked>, ReadError> {
        match &filter.search {
            Some(text) => self.asked(viewer, text).await.map(Some),
            None => Ok(None),
        }
    }

    /// Where a list's tickets are: among those found, if it searches.
    pub(super) fn tickets_from(&self, sql: &mut Sql, viewer: &Viewer, asked: Option<&Asked>) -> String {
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
    pub(super) fn conditions(&self, sql: &mut Sql, viewer: &Viewer, filter: &TicketFilter, tenant: &str) -> String {
        let matching = self.matching(sql, viewer, filter, tenant);
        matching + &tickets_known(sql, viewer, "t")
    }

    /// The same of all there are, whatever the viewer may know of.
    pub(super) fn matching(&self, sql: &mut Sql, viewer: &Viewer, filter: &TicketFilter, tenant: &str) -> String {
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
pub(super) fn in_status(filter: &TicketFilter) -> String {
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

/// Selects what [`read_ticket`] reads. What a customer does not see is not selected.
pub(super) fn columns(sql: &mut Sql, viewer: &Viewer, dialect: Dialect) {
    let hidden = viewer.is_customer();
    let only_agents = |column: &'static str, instead: &'static str| if hidden { instead } else { column };
    let tags = only_agents("t.tags", dialect.empty_array());
    let (fields, personal_fields) =
        (only_agents("t.custom_fields", dialect.empty_object()), only_agents("t.personal_fields", "NULL"));
    let notes = only_agents("t.note_count", "NULL");
    let resolutions = only_agents("t.resolution_count", "NULL");
    let assignments = only_agents("t.assignment_count, t.reassignment_count", "NULL, NULL");
    let (updated, version) =
        if hidden { ("t.public_updated_at", "t.public_version") } else { ("t.updated_at", "t.version") };
    let unread = unread_count(viewer, dialect, "t");
    let snoozed = only_agents("t.snoozed_until", "NULL");
    let sla = if hidden { "NULL, NULL, NULL, NULL" } else { "s.clock, s.state, s.due_at, s.breached" };
    sql.push(&format!(
        "t.id, t.number, t.subject, t.status, t.priority, t.category, t.department_id, d.name, t.assignee_id, a.name, \
         coalesce(c.id, t.customer_id), c.name, coalesce(c.erased, FALSE), t.order_ref, {tags}, {fields}, {personal_fields}, t.channel, t.opened_at, \
         t.first_responded_at, t.resolved_at, t.closed_at, {snoozed}, t.last_message_at, t.last_customer_message_at, \
         t.last_agent_message_at, t.last_message, t.last_author_kind, \
         CASE WHEN t.last_author_kind = 'customer' THEN coalesce(c.id, t.customer_id) ELSE t.last_author_id END, \
         CASE WHEN t.last_author_kind = 'customer' THEN c.name ELSE l.name END, \
         t.last_author_kind = 'customer' AND coalesce(c.erased, FALSE), t.customer_messages + t.agent_messages + t.system_messages, {notes}, \
         t.agent_messages, {resolutions}, t.reopen_count, {assignments}, \
         {unread}, {sla}, t.archived, {updated}, {version}"
    ));
}

/// Joins what [`columns`] selects from.
pub(super) fn joins(sql: &mut Sql, viewer: &Viewer, tenant: &str) {
    let reads = join_reads(sql, viewer, tenant, "t");
    let person = join_person(sql, viewer, tenant, "t.customer_id");
    sql.push(&format!(
        " LEFT JOIN departments d ON d.tenant = {tenant} AND d.id = t.department_id \
         LEFT JOIN agents a ON a.tenant = {tenant} AND a.id = t.assignee_id \
         LEFT JOIN agents l ON t.last_author_kind = 'agent' AND l.tenant = {tenant} AND l.id = t.last_author_id {person}{reads}"
    ));
    if !viewer.is_customer() {
        sql.push(&format!(" LEFT JOIN sla s ON s.tenant = {tenant} AND s.ticket_id = t.id"));
    }
}

pub(super) fn read_ticket(row: &mut RowReader<'_>) -> Result<TicketView, ReadError> {
    Ok(TicketView {
        id: row.get()?,
        number: number_text(row.get()?),
        subject: row.get()?,
        status: row.get()?,
        priority: row.get()?,
        category: row.get()?,
        department_id: row.get()?,
        department_name: row.get()?,
        assignee_id: row.get()?,
        assignee_name: row.get()?,
        customer_id: row.get()?,
        customer_name: row.get()?,
        customer_erased: row.get()?,
        order_ref: row.get()?,
        tags: row.get::<Json<Vec<String>>>()?.0,
        custom_fields: {
            let fields = row.get::<Json<Map<String, Value>>>()?.0;
            all_fields(fields, row.get()?)
        },
        channel: row.get()?,
        opened_at: row.get()?,
        first_responded_at: row.get()?,
        resolved_at: row.get()?,
        closed_at: row.get()?,
        snoozed_until: row.get()?,
        last_message_at: row.get()?,
        last_customer_message_at: row.get()?,
        last_agent_message_at: row.get()?,
        last_message: row.get()?,
        last_message_by: {
            let ActorName(kind) = row.get()?;
            AuthorView { kind, id: row.get()?, name: row.get()?, erased: row.get()? }
        },
        message_count: row.get()?,
        note_count: row.get()?,
        response_count: row.get()?,
        resolution_count: row.get()?,
        reopen_count: row.get()?,
        assignment_count: row.get()?,
        reassignment_count: row.get()?,
        unread_count: row.get()?,
        sla: super::sla::read_badge(row)?,
        archived: row.get()?,
        updated_at: row.get()?,
        version: row.get()?,
    })
}

fn read_detail(row: &mut RowReader<'_>) -> Result<TicketDetail, ReadError> {
    Ok(TicketDetail {
        ticket: read_ticket(row)?,
        customer_email: row.get()?,
        customer_email_verified: row.get()?,
        customer_stated_name: row.get()?,
        customer_stated_email: row.get()?,
        reply_via: None,
        follow_up_of: row.get()?,
        chat_id: row.get()?,
        merged: row.get()?,
        merged_into: row.get()?,
        merged_from: row.get::<Json<Vec<Uuid>>>()?.0,
        linked: row.get::<Json<Vec<Uuid>>>()?.0,
        feedback: {
            let feedback = row.get::<Option<Json<Feedback>>>()?;
            let comment = row.get()?;
            feedback.map(|Json(feedback)| feedback_view(feedback, comment))
        },
        position: row.get()?,
    })
}

/// What the customer said of how it went, with their words.
pub(crate) fn feedback_view(feedback: Feedback, comment: Option<String>) -> FeedbackView {
    FeedbackView {
        rating: feedback.rating,
        resolved: feedback.resolved,
        would_recommend: feedback.would_recommend,
        agent_rating: feedback.agent_rating,
        speed_rating: feedback.speed_rating,
        communication_rating: feedback.communication_rating,
        comment,
        given_at: feedback.given_at,
    }
}

/// A map with a zero for every name.
pub(super) fn zeroes(names: impl Iterator<Item = &'static str>) -> BTreeMap<String, i64> {
    names.map(|name| (name.to_owned(), 0)).collect()
}
