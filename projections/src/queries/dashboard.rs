//! The dashboard, from counters and short walks along indexes. The rules of its figures are told at [`DashboardView`].

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use docket_domain::agent::Availability;
use docket_domain::ticket::{Priority, TicketStatus};

use super::days::{Day, last_days};
use super::reader::{all, one};
use super::tickets::{LISTED, NOT_DONE, zeroes};
use super::{Queries, mean};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::counters::metric;
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::views::*;

/// Days a trend shows.
const TREND_DAYS: u64 = 7;

/// Counters over all time by metric: dimension, count and sum.
#[derive(Default)]
struct Counted(HashMap<String, Vec<(String, i64, i64)>>);

impl Counted {
    /// Count and sum over all dimensions.
    fn get(&self, metric: &str) -> (i64, i64) {
        let counters = self.0.get(metric);
        counters.into_iter().flatten().fold((0, 0), |(count, sum), (_, c, s)| (count + c, sum + s))
    }

    fn by_dimension(&self, metric: &str) -> BTreeMap<String, i64> {
        let counters = self.0.get(metric);
        counters.into_iter().flatten().map(|(dimension, count, _)| (dimension.clone(), *count)).collect()
    }

    fn mean(&self, metric: &str) -> Option<f64> {
        let (count, sum) = self.get(metric);
        mean(count, sum)
    }
}

/// Tickets as they stand.
struct Standing {
    open: i64,
    snoozed: i64,
    resolved: i64,
}

impl Queries {
    /// The dashboard. `None` for customers. How many agents are `available` is said by the caller: whether somebody may
    /// and can take chats is not known here.
    pub async fn dashboard(&self, viewer: &Viewer, available: i64) -> Result<Option<DashboardView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let time_zone = self.organisation(viewer).await?.map_or_else(|| "UTC".to_owned(), |own| own.time_zone);
        let week = last_days(time_zone.parse().unwrap_or(Tz::UTC), self.now(), TREND_DAYS);
        let counted = self.counted(viewer).await?;
        let standing = self.standing(viewer).await?;
        let mut agents = self.agents(viewer, None, None).await?;
        let top_agents = top(&agents);
        agents.retain(|agent| agent.active);
        let (waiting_chats, active_chats) = self.chats_under_way(viewer).await?;
        let newest = TicketFilter { sort: TicketSort::Newest, ..TicketFilter::default() };
        // Empty for whoever may know the figures but not the tickets.
        let recent = self.tickets(viewer, &newest, &PageRequest { limit: 5, cursor: None }).await?;

        let mut by_status = zeroes(TicketStatus::ALL.iter().map(|status| status.as_str()));
        by_status.extend(counted.by_dimension(metric::TICKETS_BY_STATUS));
        let mut by_priority = zeroes(Priority::ALL.iter().map(|priority| priority.as_str()));
        by_priority.extend(self.open_by(viewer, "priority").await?);
        let mut availability = zeroes(Availability::ALL.iter().map(|availability| availability.as_str()));
        for agent in &agents {
            *availability.entry(agent.availability.as_str().to_owned()).or_default() += 1;
        }
        let volume = self.volume(viewer, &week).await?;
        let today = volume.last();
        let mut dashboard = DashboardView {
            time_zone,
            total_tickets: by_status.values().sum(),
            open_tickets: standing.open,
            snoozed_tickets: standing.snoozed,
            resolved_tickets: standing.resolved,
            total_chats: counted.get(metric::CHATS_STARTED).0,
            active_chats,
            waiting_chats,
            total_agents: i64::try_from(agents.len()).unwrap_or(i64::MAX),
            available_agents: available,
            average_first_response_time: counted.mean(metric::FIRST_RESPONSE),
            average_resolution_time: counted.mean(metric::RESOLUTION),
            average_chat_duration: counted.mean(metric::CHAT_DURATION),
            customer_satisfaction_score: self.satisfaction(viewer).await?,
            tickets_created_today: today.map_or(0, |today| today.created),
            chats_started_today: today.map_or(0, |today| today.chats),
            recent_tickets: recent.items,
            top_agents,
            tickets_by_status: by_status,
            tickets_by_priority: by_priority,
            tickets_by_category: self.open_by(viewer, "category").await?,
            agent_availability: availability,
            satisfaction_trend_last_week: self.satisfaction_by_day(viewer, &week).await?,
            ticket_volume_trend_last_week: volume,
            lists: BTreeMap::new(),
        };
        dashboard.lists = super::figures::lists(&dashboard);
        Ok(Some(dashboard))
    }

    async fn counted(&self, viewer: &Viewer) -> Result<Counted, ReadError> {
        let mut sql = Sql::new("SELECT metric, dimension, count, sum FROM counters WHERE tenant = ");
        sql.value(&viewer.tenant).push(" AND day = '' AND metric IN ");
        sql.list(metric::ALL.iter().map(|m| Cell::Text((*m).into())));
        let mut counted = Counted::default();
        for (metric, dimension, count, sum) in
            all(self.fetch(viewer, sql).await?, |row| Ok((row.get::<String>()?, row.get()?, row.get()?, row.get()?)))?
        {
            counted.0.entry(metric).or_default().push((dimension, count, sum));
        }
        Ok(counted)
    }

    async fn standing(&self, viewer: &Viewer) -> Result<Standing, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let count = |condition: &str| {
            format!("(SELECT count(*) FROM tickets t WHERE t.tenant = {tenant} AND {LISTED} AND {condition})")
        };
        let not_done = |snoozed: &str| count(&format!("t.status IN {NOT_DONE} AND t.snoozed_until IS {snoozed}"));
        sql.push(&format!("SELECT {}, {}, {}", not_done("NULL"), not_done("NOT NULL"), count("t.done_at IS NOT NULL")));
        let read = one(self.fetch(viewer, sql).await?, |row| {
            Ok(Standing { open: row.get()?, snoozed: row.get()?, resolved: row.get()? })
        })?;
        Ok(read.unwrap_or(Standing { open: 0, snoozed: 0, resolved: 0 }))
    }

    /// Open tickets by what they have in a column.
    async fn open_by(&self, viewer: &Viewer, column: &'static str) -> Result<BTreeMap<String, i64>, ReadError> {
        let mut sql = Sql::new(&format!("SELECT t.{column}, count(*) FROM tickets t WHERE t.tenant = "));
        sql.value(&viewer.tenant)
            .push(&format!(" AND t.status IN {NOT_DONE} AND t.snoozed_until IS NULL AND {LISTED} GROUP BY t.{column}"));
        let counts = all(self.fetch(viewer, sql).await?, |row| Ok((row.get::<String>()?, row.get()?)))?;
        Ok(counts.into_iter().collect())
    }

    /// Mean of all ratings.
    async fn satisfaction(&self, viewer: &Viewer) -> Result<Option<f64>, ReadError> {
        let mut sql =
            Sql::new("SELECT count(*), CAST(coalesce(sum(rating), 0) AS bigint) FROM ratings WHERE tenant = ");
        sql.value(&viewer.tenant);
        Ok(one(self.fetch(viewer, sql).await?, |row| Ok(mean(row.get()?, row.get()?)))?.flatten())
    }

    /// How much lies in each day: an aggregate over `table` for each, by the time in its column `at`.
    async fn by_day(
        &self,
        viewer: &Viewer,
        week: &[Day],
        (table, at): (&str, &str),
        (aggregate, condition): (&str, &str),
    ) -> Result<Vec<i64>, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        for (index, day) in week.iter().enumerate() {
            let (from, to) = (sql.keep(day.from.cell()), sql.keep(day.to.cell()));
            sql.push(if index == 0 { "SELECT " } else { ", " }).push(&format!(
                "(SELECT {aggregate} FROM {table} t WHERE t.tenant = {tenant} AND t.{at} >= {from} AND t.{at} < {to}{condition})"
            ));
        }
        let days = one(self.fetch(viewer, sql).await?, |row| week.iter().map(|_| row.get()).collect())?;
        Ok(days.unwrap_or_default())
    }

    async fn volume(&self, viewer: &Viewer, week: &[Day]) -> Result<Vec<DayVolume>, ReadError> {
        let listed = format!(" AND {LISTED}");
        let count = "count(*)";
        let created = self.by_day(viewer, week, ("tickets", "opened_at"), (count, &listed)).await?;
        let resolved = self.by_day(viewer, week, ("tickets", "done_at"), (count, &listed)).await?;
        let chats = self.by_day(viewer, week, ("chats", "started_at"), (count, "")).await?;
        let counts = created.into_iter().zip(resolved).zip(chats);
        let volume = |(day, ((created, resolved), chats)): (&Day, _)| {
            let Day { date, from, to } = *day;
            DayVolume { day: date, from, to, created, resolved, chats }
        };
        Ok(week.iter().zip(counts).map(volume).collect())
    }

    async fn satisfaction_by_day(&self, viewer: &Viewer, week: &[Day]) -> Result<Vec<DaySatisfaction>, ReadError> {
        let of = ("ratings", "given_at");
        let ratings = self.by_day(viewer, week, of, ("count(*)", "")).await?;
        let sum = "CAST(coalesce(sum(t.rating), 0) AS bigint)";
        let sums = self.by_day(viewer, week, of, (sum, "")).await?;
        let day =
            |(day, (ratings, sum)): (&Day, _)| DaySatisfaction { day: day.date, score: mean(ratings, sum), ratings };
        Ok(week.iter().zip(ratings.into_iter().zip(sums)).map(day).collect())
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
}

/// The five who resolved most, those who left too.
fn top(agents: &[AgentView]) -> Vec<AgentScore> {
    let mut agents: Vec<&AgentView> = agents.iter().filter(|agent| agent.resolved_tickets > 0).collect();
    agents.sort_by_key(|agent| (-agent.resolved_tickets, agent.id));
    let score = |agent: &AgentView| AgentScore {
        id: agent.id,
        name: agent.name.clone(),
        resolved_tickets: agent.resolved_tickets,
        average_rating: agent.average_rating,
    };
    agents.into_iter().take(5).map(score).collect()
}
