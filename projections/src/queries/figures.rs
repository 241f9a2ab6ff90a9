//! What the figures of the dashboard count, each as the filter of a list: it is counted by that filter, and leads to the list
//! that the filter makes.

use std::collections::BTreeMap;
use std::fmt::Display;

use docket_domain::Data;
use docket_domain::chat::ChatStatus;
use docket_domain::ticket::{Priority, TicketStatus};
use uuid::Uuid;

use super::days::Day;
use super::reader::one;
use super::tickets::in_status;
use super::{Queries, chats};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::tickets::is_done;
use crate::table::Column;
use crate::viewer::Viewer;
use crate::views::{ChatFilter, DashboardView, TicketFilter};

fn not_done(snoozed: bool) -> TicketFilter {
    let status = TicketStatus::ALL.iter().copied().filter(|status| !is_done(*status)).collect();
    TicketFilter { status, snoozed: Some(snoozed), ..TicketFilter::default() }
}

pub(super) fn open() -> TicketFilter {
    not_done(false)
}

pub(super) fn snoozed() -> TicketFilter {
    not_done(true)
}

pub(super) fn resolved() -> TicketFilter {
    TicketFilter { resolved: Some(true), ..TicketFilter::default() }
}

fn resolved_by(agent: Uuid) -> TicketFilter {
    TicketFilter { resolved_by: Some(agent), ..TicketFilter::default() }
}

pub(super) fn opened_on(day: &Day) -> TicketFilter {
    TicketFilter { opened_from: Some(day.from), opened_to: Some(day.to), ..TicketFilter::default() }
}

pub(super) fn resolved_on(day: &Day) -> TicketFilter {
    TicketFilter { resolved_from: Some(day.from), resolved_to: Some(day.to), ..TicketFilter::default() }
}

pub(super) fn waiting() -> ChatFilter {
    ChatFilter { status: vec![ChatStatus::Waiting], ..ChatFilter::default() }
}

pub(super) fn under_way() -> ChatFilter {
    ChatFilter { status: vec![ChatStatus::Active, ChatStatus::Transferred], ..ChatFilter::default() }
}

pub(super) fn started_on(day: &Day) -> ChatFilter {
    ChatFilter { started_from: Some(day.from), started_to: Some(day.to), ..ChatFilter::default() }
}

impl Queries {
    /// How many tickets each of these filters has, whatever the viewer may know of. Words are no part of a figure.
    pub(super) async fn how_many_tickets(
        &self,
        viewer: &Viewer,
        filters: &[TicketFilter],
    ) -> Result<Vec<i64>, ReadError> {
        self.how_many(viewer, filters, |sql, tenant, filter| {
            let matching = self.matching(sql, viewer, filter, tenant);
            format!("tickets t WHERE t.tenant = {tenant}{}{matching}", in_status(filter))
        })
        .await
    }

    /// The same of chats.
    pub(super) async fn how_many_chats(&self, viewer: &Viewer, filters: &[ChatFilter]) -> Result<Vec<i64>, ReadError> {
        self.how_many(viewer, filters, |sql, tenant, filter| {
            let matching = chats::matching(sql, viewer, filter, tenant);
            format!("chats h WHERE h.tenant = {tenant}{matching}")
        })
        .await
    }

    async fn how_many<F>(
        &self,
        viewer: &Viewer,
        filters: &[F],
        from: impl Fn(&mut Sql, &str, &F) -> String,
    ) -> Result<Vec<i64>, ReadError> {
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let counts: Vec<_> = filters
            .iter()
            .map(|filter| format!("(SELECT count(*) FROM {})", from(&mut sql, &tenant, filter)))
            .collect();
        sql.push("SELECT ").push(&counts.join(", "));
        let counts = one(self.fetch(viewer, sql).await?, |row| filters.iter().map(|_| row.get()).collect())?;
        Ok(counts.unwrap_or_default())
    }
}

/// By the figure's name, dotted where it is one of several: the list that has for this viewer exactly what it counts. There
/// is none for whoever may know the figure but not all of what it counts.
pub(super) fn lists(viewer: &Viewer, dashboard: &DashboardView, week: &[Day]) -> BTreeMap<String, String> {
    let mut lists = BTreeMap::new();
    if viewer.knows(Data::Tickets) {
        let mut add =
            |figure: &dyn Display, filter: TicketFilter| drop(lists.insert(figure.to_string(), filter.list()));
        add(&"total_tickets", TicketFilter::default());
        add(&"open_tickets", open());
        add(&"snoozed_tickets", snoozed());
        add(&"resolved_tickets", resolved());
        for status in TicketStatus::ALL {
            let filter = TicketFilter { status: vec![*status], ..TicketFilter::default() };
            add(&format_args!("tickets_by_status.{}", status.as_str()), filter);
        }
        for priority in Priority::ALL {
            let filter = TicketFilter { priority: vec![*priority], ..open() };
            add(&format_args!("tickets_by_priority.{}", priority.as_str()), filter);
        }
        for category in dashboard.tickets_by_category.keys() {
            let filter = TicketFilter { category: Some(category.clone()), ..open() };
            add(&format_args!("tickets_by_category.{category}"), filter);
        }
        for agent in &dashboard.top_agents {
            add(&format_args!("top_agents.{}", agent.id), resolved_by(agent.id));
        }
        for day in week {
            add(&format_args!("ticket_volume_trend_last_week.{}.created", day.date), opened_on(day));
            add(&format_args!("ticket_volume_trend_last_week.{}.resolved", day.date), resolved_on(day));
        }
        if let Some(today) = week.last() {
            add(&"tickets_created_today", opened_on(today));
        }
    }
    let mut add = |figure: &dyn Display, filter: ChatFilter| drop(lists.insert(figure.to_string(), filter.list()));
    if viewer.knows(Data::Chats) {
        add(&"waiting_chats", waiting());
        add(&"active_chats", under_way());
    }
    if viewer.knows(Data::Chats) && viewer.knows(Data::EndedChats) {
        add(&"total_chats", ChatFilter::default());
        for day in week {
            add(&format_args!("ticket_volume_trend_last_week.{}.chats", day.date), started_on(day));
        }
        if let Some(today) = week.last() {
            add(&"chats_started_today", started_on(today));
        }
    }
    lists
}
