//! The dashboard and the figures beside the menu, from counters and short walks along indexes.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use docket_domain::agent::Availability;
use docket_domain::ticket::{Priority, TicketStatus};

use super::dialect::own;
use super::reader::{all, one};
use super::tickets::{NOT_DONE, zeroes};
use super::{Queries, mean};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::counters::metric;
use crate::models::tickets::is_done;
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::views::*;

/// Days a trend shows.
const TREND_DAYS: u64 = 7;

/// Counters by metric, day and dimension.
#[derive(Default)]
struct Counted(HashMap<(String, String), Vec<Counter>>);

/// Dimension, count and sum.
type Counter = (String, i64, i64);

impl Counted {
    /// Count and sum over all dimensions. The day is empty for all time.
    fn get(&self, metric: &str, day: &str) -> (i64, i64) {
        let counters = self.0.get(&(metric.to_owned(), day.to_owned()));
        counters.into_iter().flatten().fold((0, 0), |(count, sum), (_, c, s)| (count + c, sum + s))
    }

    fn by_dimension(&self, metric: &str) -> BTreeMap<String, i64> {
        let counters = self.0.get(&(metric.to_owned(), String::new()));
        counters.into_iter().flatten().map(|(dimension, count, _)| (dimension.clone(), *count)).collect()
    }

    fn mean(&self, metric: &str) -> Option<f64> {
        let (count, sum) = self.get(metric, "");
        mean(count, sum)
    }
}

impl Queries {
    /// The dashboard. `None` for customers.
    pub async fn dashboard(&self, viewer: &Viewer) -> Result<Option<DashboardView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let today = self.now().date_naive();
        let week: Vec<NaiveDate> =
            (0..TREND_DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back))).collect();
        let counted = self.counted(viewer, &week).await?;
        let mut agents = self.agents(viewer, None).await?;
        agents.retain(|agent| agent.active);
        let (waiting_chats, active_chats) = self.chats_under_way(viewer).await?;
        let newest = TicketFilter { sort: TicketSort::Newest, ..TicketFilter::default() };
        let recent = self.tickets(viewer, &newest, &PageRequest { limit: 5, cursor: None }).await?;

        let mut by_status = zeroes(TicketStatus::ALL.iter().map(|status| status.as_str()));
        by_status.extend(counted.by_dimension(metric::TICKETS_BY_STATUS));
        let mut by_priority = zeroes(Priority::ALL.iter().map(|priority| priority.as_str()));
        by_priority.extend(counted.by_dimension(metric::TICKETS_BY_PRIORITY));
        let mut by_category = counted.by_dimension(metric::TICKETS_BY_CATEGORY);
        by_category.retain(|_, count| *count != 0);
        let done = |name: &String| TicketStatus::ALL.iter().any(|s| s.as_str() == name && is_done(*s));
        let resolved_tickets = by_status.iter().filter(|(name, _)| done(name)).map(|(_, count)| count).sum();
        let total_tickets = by_status.values().sum::<i64>();
        let mut availability = zeroes(Availability::ALL.iter().map(|availability| availability.as_str()));
        for agent in &agents {
            *availability.entry(agent.availability.as_str().to_owned()).or_default() += 1;
        }
        let text = today.to_string();
        Ok(Some(DashboardView {
            total_tickets,
            open_tickets: total_tickets - resolved_tickets,
            resolved_tickets,
            total_chats: counted.get(metric::CHATS_STARTED, "").0,
            active_chats,
            waiting_chats,
            total_agents: i64::try_from(agents.len()).unwrap_or(i64::MAX),
            available_agents: availability[Availability::Available.as_str()],
            average_first_response_time: counted.mean(metric::FIRST_RESPONSE),
            average_resolution_time: counted.mean(metric::RESOLUTION),
            average_chat_duration: counted.mean(metric::CHAT_DURATION),
            customer_satisfaction_score: counted.mean(metric::RATING),
            tickets_created_today: counted.get(metric::TICKETS_OPENED, &text).0,
            chats_started_today: counted.get(metric::CHATS_STARTED, &text).0,
            recent_tickets: recent.items,
            top_agents: top(agents),
            tickets_by_status: by_status,
            tickets_by_priority: by_priority,
            tickets_by_category: by_category,
            agent_availability: availability,
            satisfaction_trend_last_week: week.iter().map(|day| satisfaction(&counted, *day)).collect(),
            ticket_volume_trend_last_week: week.iter().map(|day| volume(&counted, *day)).collect(),
        }))
    }

    async fn counted(&self, viewer: &Viewer, days: &[NaiveDate]) -> Result<Counted, ReadError> {
        let mut sql = Sql::new("SELECT metric, day, dimension, count, sum FROM counters WHERE tenant = ");
        sql.value(&viewer.tenant).push(" AND metric IN ").list(metric::ALL.iter().map(|m| Cell::Text((*m).into())));
        let days = days.iter().map(ToString::to_string).chain([String::new()]);
        sql.push(" AND day IN ").list(days.map(Cell::Text));
        let mut counted = Counted::default();
        for (metric, day, dimension, count, sum) in all(self.fetch(viewer, sql).await?, |row| {
            Ok((row.get::<String>()?, row.get::<String>()?, row.get()?, row.get()?, row.get()?))
        })? {
            counted.0.entry((metric, day)).or_default().push((dimension, count, sum));
        }
        Ok(counted)
    }

    /// Chats in the queue, and chats under way.
    async fn chats_under_way(&self, viewer: &Viewer) -> Result<(i64, i64), ReadError> {
        let mut sql = Sql::new(
            "SELECT count(CASE WHEN status = 'waiting' THEN 1 END), count(CASE WHEN status <> \
             'waiting' THEN 1 END) FROM chats WHERE status IN ('waiting', 'active', 'transferred') AND tenant = ",
        );
        sql.value(&viewer.tenant);
        Ok(one(self.fetch(viewer, sql).await?, |row| Ok((row.get()?, row.get()?)))?.unwrap_or((0, 0)))
    }

    /// The figures beside the viewer's menu.
    pub async fn sidebar(&self, viewer: &Viewer) -> Result<SidebarCounts, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let person = sql.keep(viewer.person_id.cell());
        let open = format!(
            "FROM tickets t WHERE t.tenant = {tenant} AND t.status IN {NOT_DONE} AND NOT t.archived AND NOT t.deleted"
        );
        let unread = |theirs: &str| {
            format!(
                "FROM tickets t LEFT JOIN reads r ON r.tenant = {tenant} AND r.conversation_id = t.id \
                 AND r.reader_id = {person} WHERE t.tenant = {tenant} AND NOT t.archived AND NOT t.deleted \
                 AND t.{theirs} > coalesce(r.{theirs}, 0)"
            )
        };
        if viewer.is_customer() {
            let own = own(&mut sql, viewer, "t.customer_id");
            let (unread, none) = (unread("agent_messages"), "CAST(0 AS bigint)");
            sql.push(&format!(
                "SELECT (SELECT count(*) {open}{own}), (SELECT count(*) {open}{own}), {none}, {none}, {none}, \
                 (SELECT count(*) {unread}{own}), {none}, (SELECT count(*) FROM chats t WHERE t.tenant = {tenant} \
                 AND t.status <> 'closed'{own})"
            ));
        } else {
            let now = sql.keep(self.now().cell());
            let unread = unread("customer_messages");
            // What was put aside is not in the lists these counts stand beside.
            let awake = format!("{open} AND t.snoozed_until IS NULL");
            sql.push(&format!(
                "SELECT (SELECT count(*) {awake}), (SELECT count(*) {awake} AND t.assignee_id = {person}), \
                 (SELECT count(*) {awake} AND t.assignee_id IS NULL), (SELECT count(*) {awake} AND t.rank = 1), \
                 (SELECT count(*) FROM sla s JOIN tickets t ON t.tenant = s.tenant AND t.id = s.ticket_id \
                 WHERE s.tenant = {tenant} AND s.due_at IS NOT NULL AND s.due_at <= {now} AND NOT t.archived AND NOT t.deleted), \
                 (SELECT count(*) {unread} AND t.assignee_id = {person} AND t.status IN {NOT_DONE}), \
                 (SELECT count(*) FROM chats h WHERE h.tenant = {tenant} AND h.status = 'waiting'), \
                 (SELECT count(*) FROM chats h WHERE h.tenant = {tenant} AND h.agent_id = {person} \
                 AND h.status IN ('active', 'transferred'))"
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

/// The five who resolved most.
fn top(mut agents: Vec<AgentView>) -> Vec<AgentScore> {
    agents.sort_by_key(|agent| (-agent.resolved_tickets, agent.id));
    agents
        .into_iter()
        .take(5)
        .filter(|agent| agent.resolved_tickets > 0)
        .map(|agent| AgentScore {
            id: agent.id,
            name: agent.name,
            resolved_tickets: agent.resolved_tickets,
            average_rating: agent.average_rating,
        })
        .collect()
}

fn satisfaction(counted: &Counted, day: NaiveDate) -> DaySatisfaction {
    let (ratings, sum) = counted.get(metric::RATING, &day.to_string());
    DaySatisfaction { day, score: mean(ratings, sum), ratings }
}

fn volume(counted: &Counted, day: NaiveDate) -> DayVolume {
    let text = day.to_string();
    DayVolume {
        day,
        created: counted.get(metric::TICKETS_OPENED, &text).0,
        resolved: counted.get(metric::TICKETS_RESOLVED, &text).0,
        chats: counted.get(metric::CHATS_STARTED, &text).0,
    }
}
