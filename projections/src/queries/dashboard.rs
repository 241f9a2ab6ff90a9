//! The dashboard, from counters and short walks along indexes. The rules of its figures are told at [`DashboardView`].

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use docket_domain::agent::Availability;
use docket_domain::ticket::{Priority, TicketStatus};

use super::days::{Day, last_days};
use super::reader::{all, one};
use super::tickets::in_status;
use super::{Queries, figures, mean};
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
        let standing = [figures::open(), figures::snoozed(), figures::resolved()];
        let [open, snoozed, resolved] = self.how_many_tickets(viewer, &standing).await?.try_into().unwrap_or_default();
        let mut agents = self.agents(viewer, None, None).await?;
        let top_agents = top(&agents);
        agents.retain(|agent| agent.active);
        let chats = [figures::waiting(), figures::under_way()];
        let [waiting_chats, active_chats] = self.how_many_chats(viewer, &chats).await?.try_into().unwrap_or_default();
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
            open_tickets: open,
            snoozed_tickets: snoozed,
            resolved_tickets: resolved,
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
        dashboard.lists = figures::lists(viewer, &dashboard, &week);
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

    /// Open tickets by what they have in a column.
    async fn open_by(&self, viewer: &Viewer, column: &'static str) -> Result<BTreeMap<String, i64>, ReadError> {
        let filter = figures::open();
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let matching = self.matching(&mut sql, viewer, &filter, &tenant);
        sql.push(&format!(
            "SELECT t.{column}, count(*) FROM tickets t WHERE t.tenant = {tenant}{}{matching} GROUP BY t.{column}",
            in_status(&filter)
        ));
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

    async fn volume(&self, viewer: &Viewer, week: &[Day]) -> Result<Vec<DayVolume>, ReadError> {
        let of_tickets = |on: fn(&Day) -> TicketFilter| week.iter().map(on).collect::<Vec<_>>();
        let created = self.how_many_tickets(viewer, &of_tickets(figures::opened_on)).await?;
        let resolved = self.how_many_tickets(viewer, &of_tickets(figures::resolved_on)).await?;
        let started: Vec<_> = week.iter().map(figures::started_on).collect();
        let chats = self.how_many_chats(viewer, &started).await?;
        let counts = created.into_iter().zip(resolved).zip(chats);
        let volume = |(day, ((created, resolved), chats)): (&Day, _)| {
            let Day { date, from, to } = *day;
            DayVolume { day: date, from, to, created, resolved, chats }
        };
        Ok(week.iter().zip(counts).map(volume).collect())
    }

    async fn satisfaction_by_day(&self, viewer: &Viewer, week: &[Day]) -> Result<Vec<DaySatisfaction>, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        for (index, day) in week.iter().enumerate() {
            let (from, to) = (sql.keep(day.from.cell()), sql.keep(day.to.cell()));
            let of = format!("FROM ratings WHERE tenant = {tenant} AND given_at >= {from} AND given_at < {to}");
            sql.push(if index == 0 { "SELECT " } else { ", " })
                .push(&format!("(SELECT count(*) {of}), (SELECT CAST(coalesce(sum(rating), 0) AS bigint) {of})"));
        }
        let days = one(self.fetch(viewer, sql).await?, |row| {
            let day = |day: &Day| {
                let (ratings, sum) = (row.get()?, row.get()?);
                Ok(DaySatisfaction { day: day.date, score: mean(ratings, sum), ratings })
            };
            week.iter().map(day).collect()
        })?;
        Ok(days.unwrap_or_default())
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

/// A map with a zero for every name.
fn zeroes(names: impl Iterator<Item = &'static str>) -> BTreeMap<String, i64> {
    names.map(|name| (name.to_owned(), 0)).collect()
}
