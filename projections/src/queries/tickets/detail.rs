//! One ticket, with what it says of others.

use docket_domain::ActorKind;
use uuid::Uuid;

use super::{columns, joins, read_ticket};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::tickets::Feedback;
use crate::queries::dialect::{own, tickets_known};
use crate::queries::reader::{RowReader, all, one};
use crate::queries::{Queries, sla};
use crate::table::{Cell, Column, Json};
use crate::viewer::Viewer;
use crate::views::*;

/// The number in `TKT-000042`, `tkt 42`, `#42` or `42`.
fn parse_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = match text.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("TKT") => text[3..].trim_start_matches(['-', ' ']),
        _ => text.strip_prefix('#').unwrap_or(text),
    };
    digits.parse().ok().filter(|number| *number > 0)
}

impl Queries {
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
            sla::badge_as_of(&mut detail.ticket.sla, self.now());
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
