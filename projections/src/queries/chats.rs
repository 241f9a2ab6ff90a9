//! Chats: lists, the queue, details.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use docket_domain::Data;
use docket_domain::chat::ChatStatus;
use uuid::Uuid;

use super::as_whom::join_person;
use super::dialect::{Dialect, chats_known, of_person, own};
use super::reader::{RowReader, all, one};
use super::tickets::number_text;
use super::unread::{join_reads, unread_count};
use super::words::Finder;
use super::{Queries, cursor};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::{Cell, Column, Json};
use crate::viewer::Viewer;
use crate::views::*;

/// A chat's place in a list.
type Place = (DateTime<Utc>, Uuid);

/// Chats somebody has to accept: waiting, or handed over and not yet accepted.
pub(super) const QUEUED: &str = "('waiting', 'transferred')";

impl Queries {
    /// Chats that match, in the order asked for. A customer gets their own.
    pub async fn chats(
        &self,
        viewer: &Viewer,
        filter: &ChatFilter,
        page: &PageRequest,
    ) -> Result<Page<ChatView>, ReadError> {
        self.chats_found(viewer, filter, page, true).await
    }

    /// The same; `said`: what is searched for may have been said in them.
    pub(super) async fn chats_found(
        &self,
        viewer: &Viewer,
        filter: &ChatFilter,
        page: &PageRequest,
        said: bool,
    ) -> Result<Page<ChatView>, ReadError> {
        let place: Option<Place> = cursor::decode(filter.sort.as_str(), page.cursor.as_deref())?;
        if let Some((at, _)) = place {
            cursor::check_time(at)?;
        }
        let limit = page.limit();
        let asked = match &filter.search {
            Some(text) => Some(self.asked(viewer, text).await?),
            None => None,
        };
        let (mut sql, tenant) = self.select_chats_from(viewer, |sql| {
            let finder = Finder::new(sql, self.dialect(), viewer, asked.as_ref()?);
            let found = if said { finder.chats(sql) } else { finder.chats_by_whose(sql) };
            Some(finder.from(found, "chats", "h"))
        });
        sql.push(&format!(" WHERE h.tenant = {tenant}"));
        let sorted_by = match filter.sort {
            ChatSort::Started => "h.started_at",
            ChatSort::Ended => "h.ended_at",
        };
        let matching = matching(&mut sql, viewer, filter, &tenant);
        sql.push(&matching);
        if let Some((at, id)) = place {
            sql.push(&format!(" AND ({sorted_by}, h.id) < (")).value(&at).push(", ").value(&id).push(")");
        }
        let known = chats_known(&mut sql, viewer, "h");
        sql.push(&known).push(&format!(" ORDER BY {sorted_by} DESC, h.id DESC LIMIT {}", limit + 1));
        let chats = all(self.fetch(viewer, sql).await?, read_chat)?;
        let mut page = cursor::page(chats, limit, filter.sort.as_str(), |chat| match filter.sort {
            ChatSort::Started => (chat.started_at, chat.id),
            ChatSort::Ended => (chat.ended_at.unwrap_or(chat.started_at), chat.id),
        });
        self.estimate_waits(viewer, &mut page.items).await?;
        Ok(page)
    }

    /// Chats waiting, who is next first. Empty for customers, who find their place in their own chat.
    pub async fn chat_queue(
        &self,
        viewer: &Viewer,
        department_id: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<ChatView>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let (mut sql, tenant) = self.select_chats(viewer);
        sql.push(&format!(" WHERE h.tenant = {tenant} AND h.status IN {QUEUED}"));
        if let Some(department) = department_id {
            sql.push(" AND h.department_id = ").value(&department);
        }
        let known = chats_known(&mut sql, viewer, "h");
        sql.push(&known).push(&format!(" ORDER BY h.queued_at, h.id LIMIT {limit}"));
        let mut chats = all(self.fetch(viewer, sql).await?, read_chat)?;
        self.estimate_waits(viewer, &mut chats).await?;
        Ok(chats)
    }

    /// A chat. `None` if there is none the viewer may see.
    pub async fn chat(&self, viewer: &Viewer, id: Uuid) -> Result<Option<ChatView>, ReadError> {
        let (mut sql, tenant) = self.select_chats(viewer);
        sql.push(&format!(" WHERE h.tenant = {tenant} AND h.id = ")).bind(Cell::Uuid(id));
        let known = chats_known(&mut sql, viewer, "h");
        sql.push(&known);
        let Some(chat) = one(self.fetch(viewer, sql).await?, read_chat)? else { return Ok(None) };
        let mut chats = [chat];
        self.estimate_waits(viewer, &mut chats).await?;
        let [chat] = chats;
        Ok(Some(chat))
    }

    fn select_chats(&self, viewer: &Viewer) -> (Sql, String) {
        self.select_chats_from(viewer, |_| None)
    }

    /// Selects chats, `h`, from all of them or from where `from` says.
    fn select_chats_from(&self, viewer: &Viewer, from: impl FnOnce(&mut Sql) -> Option<String>) -> (Sql, String) {
        let mut sql = Sql::new("SELECT ");
        let from = from(&mut sql).unwrap_or_else(|| "chats h".to_owned());
        let tenant = sql.keep(viewer.tenant.cell());
        let reads = join_reads(&mut sql, viewer, &tenant, "h");
        let (hidden, version) = if viewer.is_customer() {
            ("NULL, NULL, NULL", "h.public_version, h.public_position")
        } else {
            ("h.transfer_note, c.stated_name, c.stated_email", "h.version, h.position")
        };
        let visit = if viewer.knows(Data::Visits) { "h.page, h.user_agent, h.ip" } else { "NULL, NULL, NULL" };
        let (visitor_name, visitor_email) = given_for_chat(viewer);
        // Of a ticket that was deleted, or is not the customer's, nothing is told.
        let ticket = own(&mut sql, viewer, "k.customer_id");
        let person = join_person(&mut sql, viewer, &tenant, "h.customer_id");
        let agent = agent_of(viewer);
        let unread = unread_count(viewer, Dialect::of(&self.models.database), "h");
        sql.push(&format!(
            "h.id, h.status, coalesce(c.id, h.customer_id), coalesce(c.name, {visitor_name}), \
             coalesce(c.email, {visitor_email}), coalesce(c.email_verified, FALSE), coalesce(c.erased, FALSE), \
             h.verified, {visit}, {hidden}, h.question, {agent}, a.name, h.accepted, h.department_id, h.skills, \
             CASE WHEN h.status IN {QUEUED} THEN (SELECT count(*) FROM chats q WHERE q.tenant = {tenant} \
             AND q.status IN {QUEUED} AND q.department_id IS NOT DISTINCT FROM h.department_id \
             AND (q.queued_at, q.id) <= (h.queued_at, h.id)) END, \
             h.started_at, h.queued_at, h.accepted_at, h.ended_at, h.ended_by, h.duration_seconds, \
             h.customer_messages + h.agent_messages + h.system_messages, \
             {unread}, h.last_message, h.last_message_at, h.rating, \
             h.rating_comment, k.id, k.number, {version} FROM {from} {person} \
             LEFT JOIN tickets k ON k.tenant = {tenant} AND k.id = h.ticket_id AND NOT k.deleted{ticket} \
             LEFT JOIN agents a ON a.tenant = {tenant} AND a.id = {agent}{reads}"
        ));
        (sql, tenant)
    }

    /// A visitor waits about as long as each of those before them in the same queue made the next one wait lately.
    async fn estimate_waits(&self, viewer: &Viewer, chats: &mut [ChatView]) -> Result<(), ReadError> {
        let mut estimates: BTreeMap<Option<Uuid>, Option<i64>> = BTreeMap::new();
        for chat in chats.iter_mut().filter(|chat| chat.status == ChatStatus::Waiting) {
            let estimate = match estimates.get(&chat.department_id) {
                Some(estimate) => *estimate,
                None => {
                    let estimate = self.usual_wait(viewer, chat.department_id).await?;
                    estimates.insert(chat.department_id, estimate);
                    estimate
                }
            };
            chat.estimated_wait_seconds = estimate;
        }
        Ok(())
    }

    /// The mean of the last waits in a department's queue, or in that of chats for none.
    async fn usual_wait(&self, viewer: &Viewer, department: Option<Uuid>) -> Result<Option<i64>, ReadError> {
        let mut sql = Sql::new("SELECT wait_seconds FROM chats WHERE tenant = ");
        sql.value(&viewer.tenant);
        match department {
            Some(department) => sql.push(" AND department_id = ").value(&department),
            None => sql.push(" AND department_id IS NULL"),
        };
        sql.push(" AND wait_seconds IS NOT NULL ORDER BY started_at DESC LIMIT 20");
        // The figure is about the whole queue, of which a customer sees no more than this.
        let waits = all(self.fetch(viewer, sql).await?, |row| row.get::<i64>())?;
        let count = i64::try_from(waits.len()).unwrap_or(1);
        Ok((count > 0).then(|| waits.iter().sum::<i64>() / count))
    }
}

/// What a chat must be to match, but its words; begins with ` AND `.
pub(super) fn matching(sql: &mut Sql, viewer: &Viewer, filter: &ChatFilter, tenant: &str) -> String {
    let mut conditions = String::new();
    let mut add = |condition: String| {
        conditions.push_str(" AND ");
        conditions.push_str(&condition);
    };
    if filter.sort == ChatSort::Ended {
        add("h.ended_at IS NOT NULL".to_owned());
    }
    if !filter.status.is_empty() {
        let names: Vec<_> = filter.status.iter().map(|status| format!("'{}'", status.as_str())).collect();
        add(format!("h.status IN ({})", names.join(", ")));
    }
    let agent = match filter.agent {
        Some(AssigneeFilter::Me) => Some(viewer.person_id),
        Some(AssigneeFilter::Agent(agent)) => Some(agent),
        Some(AssigneeFilter::Unassigned) => {
            add(format!("{} IS NULL", agent_of(viewer)));
            None
        }
        None => None,
    };
    if let Some(agent) = agent {
        add(format!("{} = {}", agent_of(viewer), sql.keep(agent.cell())));
    }
    if let Some(department) = filter.department_id {
        add(format!("h.department_id = {}", sql.keep(department.cell())));
    }
    if let Some(customer) = filter.customer_id {
        let customer = sql.keep(customer.cell());
        add(of_person(viewer, tenant, "h.customer_id", &customer));
    }
    for (than, at) in [("started_at >=", filter.started_from), ("started_at <", filter.started_to)] {
        if let Some(at) = at {
            add(format!("h.{than} {}", sql.keep(at.cell())));
        }
    }
    conditions
}

/// Who has a chat. Visitors are not told to whom it is merely offered.
fn agent_of(viewer: &Viewer) -> &'static str {
    if viewer.is_customer() {
        "(CASE WHEN h.accepted OR h.status = 'closed' THEN h.agent_id END)"
    } else {
        "h.agent_id"
    }
}

/// Name and address given for one chat, as SQL: perhaps by the desk, so that an unverified visitor sees what they said instead.
fn given_for_chat(viewer: &Viewer) -> (&'static str, &'static str) {
    if viewer.unverified.is_some() { ("NULL", "NULL") } else { ("h.visitor_name", "h.visitor_email") }
}

fn read_chat(row: &mut RowReader<'_>) -> Result<ChatView, ReadError> {
    let id = row.get()?;
    let status = row.get()?;
    let (visitor_id, name, email) = (row.get()?, row.get()?, row.get()?);
    let (email_verified, erased, verified) = (row.get()?, row.get()?, row.get()?);
    let (page, user_agent, ip, transfer_note) = (row.get()?, row.get()?, row.get()?, row.get()?);
    let (stated_name, stated_email) = (row.get()?, row.get()?);
    Ok(ChatView {
        id,
        status,
        visitor: VisitorView {
            id: visitor_id,
            name,
            email,
            email_verified,
            stated_name,
            stated_email,
            erased,
            page,
            user_agent,
            ip,
            verified,
        },
        question: row.get()?,
        agent_id: row.get()?,
        agent_name: row.get()?,
        accepted: row.get()?,
        department_id: row.get()?,
        skills: row.get::<Json<Vec<String>>>()?.0,
        queue_position: row.get()?,
        estimated_wait_seconds: None,
        started_at: row.get()?,
        queued_at: row.get()?,
        accepted_at: row.get()?,
        ended_at: row.get()?,
        ended_by: row.get()?,
        duration_seconds: row.get()?,
        message_count: row.get()?,
        unread_count: row.get()?,
        last_message: row.get()?,
        last_message_at: row.get()?,
        rating: row.get::<Option<i64>>()?.and_then(|rating| u8::try_from(rating).ok()),
        rating_comment: row.get()?,
        transfer_note,
        reply_via: None,
        ticket_id: row.get()?,
        ticket_number: row.get::<Option<i64>>()?.map(number_text),
        version: row.get()?,
        position: row.get()?,
    })
}
