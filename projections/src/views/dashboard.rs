//! The dashboard.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::TicketView;

/// How an agent does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentScore {
    /// The agent.
    pub id: Uuid,
    /// Their name.
    pub name: Option<String>,
    /// Tickets that are resolved by them, each once.
    pub resolved_tickets: i64,
    /// Mean of the ratings of conversations that were theirs when they were first rated, 1 to 5.
    pub average_rating: Option<f64>,
}

/// Satisfaction on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DaySatisfaction {
    /// The day.
    pub day: NaiveDate,
    /// Mean rating of tickets and chats first rated that day, 1 to 5; null when nobody rated.
    pub score: Option<f64>,
    /// How many rated.
    pub ratings: i64,
}

/// Volume of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayVolume {
    /// The day.
    pub day: NaiveDate,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When the next one does.
    pub to: DateTime<Utc>,
    /// Tickets opened.
    pub created: i64,
    /// Tickets that are resolved since that day: one that is reopened is no longer.
    pub resolved: i64,
    /// Chats started.
    pub chats: i64,
}

/// How the desk does.
///
/// A ticket is *open* while it is neither resolved nor closed nor put aside until later. It is *resolved* while it is
/// resolved or closed, and was not merged into another; however often that happened it is one ticket, resolved by the
/// agent who last brought it there, and one that is reopened is not. Archived and deleted tickets are in no count of
/// tickets. `lists` has, for every count of tickets and of chats, the list of exactly those.
///
/// Days are those of the organisation's time zone, also of the past when the zone is changed. Means are over all time;
/// durations in seconds; null when there is nothing to average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DashboardView {
    /// The organisation's time zone (an IANA name), in which the days are.
    pub time_zone: String,
    /// Tickets: the open, the put aside, the resolved, and those merged into another.
    pub total_tickets: i64,
    /// Of those, open.
    pub open_tickets: i64,
    /// Of those, not resolved or closed, but put aside until later.
    pub snoozed_tickets: i64,
    /// Of those, resolved.
    pub resolved_tickets: i64,
    /// Chats ever started.
    pub total_chats: i64,
    /// Chats under way: active or handed over.
    pub active_chats: i64,
    /// Chats in the queue.
    pub waiting_chats: i64,
    /// Agents at the desk.
    pub total_agents: i64,
    /// Of those, who could be given a chat: available, with places for chats, with a role that allows chats, and not signed
    /// out everywhere. The widget is online while there is one.
    pub available_agents: i64,
    /// From opening to an agent's first answer; tickets made of a chat in which an agent had answered left out.
    pub average_first_response_time: Option<f64>,
    /// From opening to when it was resolved or closed for the first time.
    pub average_resolution_time: Option<f64>,
    /// From start to end.
    pub average_chat_duration: Option<f64>,
    /// Mean rating of tickets and chats, 1 to 5; those of deleted tickets left out.
    pub customer_satisfaction_score: Option<f64>,
    /// Tickets opened today.
    pub tickets_created_today: i64,
    /// Chats started today.
    pub chats_started_today: i64,
    /// The five opened last.
    pub recent_tickets: Vec<TicketView>,
    /// The five by whom most tickets are resolved.
    pub top_agents: Vec<AgentScore>,
    /// Tickets by status, the put aside among them; every status is there.
    pub tickets_by_status: BTreeMap<String, i64>,
    /// Open tickets by priority; every priority is there.
    pub tickets_by_priority: BTreeMap<String, i64>,
    /// Open tickets by category.
    pub tickets_by_category: BTreeMap<String, i64>,
    /// Agents by availability; every availability is there.
    pub agent_availability: BTreeMap<String, i64>,
    /// The last seven days, today last.
    pub satisfaction_trend_last_week: Vec<DaySatisfaction>,
    /// The last seven days, today last.
    pub ticket_volume_trend_last_week: Vec<DayVolume>,
    /// By a figure's name (dotted where it is one of several, as `tickets_by_status.open`): the list that has exactly
    /// the tickets or chats it counts. Whoever may not see all of these has no list for it.
    pub lists: BTreeMap<String, String>,
}
