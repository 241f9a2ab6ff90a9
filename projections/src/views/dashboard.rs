//! The dashboard.

use std::collections::BTreeMap;

use chrono::NaiveDate;
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
    /// Tickets they resolved.
    pub resolved_tickets: i64,
    /// Mean of their ratings.
    pub average_rating: Option<f64>,
}

/// Satisfaction on one day, UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DaySatisfaction {
    /// The day.
    pub day: NaiveDate,
    /// Mean rating of tickets and chats, 1 to 5; null when nobody rated.
    pub score: Option<f64>,
    /// How many rated.
    pub ratings: i64,
}

/// Volume of one day, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayVolume {
    /// The day.
    pub day: NaiveDate,
    /// Tickets opened.
    pub created: i64,
    /// Tickets resolved for the first time.
    pub resolved: i64,
    /// Chats started.
    pub chats: i64,
}

/// How the desk does. Archived and deleted tickets are not among the counts by status, priority and category.
/// Means are over all time; durations in seconds; null when there is nothing to average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DashboardView {
    /// Tickets.
    pub total_tickets: i64,
    /// Of those, not resolved or closed.
    pub open_tickets: i64,
    /// Of those, resolved or closed.
    pub resolved_tickets: i64,
    /// Chats ever started.
    pub total_chats: i64,
    /// Chats under way: active or handed over.
    pub active_chats: i64,
    /// Chats in the queue.
    pub waiting_chats: i64,
    /// Agents at the desk.
    pub total_agents: i64,
    /// Of those, available.
    pub available_agents: i64,
    /// From opening to an agent's first answer.
    pub average_first_response_time: Option<f64>,
    /// From opening to the first resolution.
    pub average_resolution_time: Option<f64>,
    /// From start to end.
    pub average_chat_duration: Option<f64>,
    /// Mean rating of tickets and chats, 1 to 5.
    pub customer_satisfaction_score: Option<f64>,
    /// Tickets opened today, UTC.
    pub tickets_created_today: i64,
    /// Chats started today, UTC.
    pub chats_started_today: i64,
    /// The five opened last.
    pub recent_tickets: Vec<TicketView>,
    /// The five who resolved most.
    pub top_agents: Vec<AgentScore>,
    /// Tickets by status; every status is there.
    pub tickets_by_status: BTreeMap<String, i64>,
    /// Tickets by priority; every priority is there.
    pub tickets_by_priority: BTreeMap<String, i64>,
    /// Tickets by category.
    pub tickets_by_category: BTreeMap<String, i64>,
    /// Agents by availability; every availability is there.
    pub agent_availability: BTreeMap<String, i64>,
    /// The last seven days, today last.
    pub satisfaction_trend_last_week: Vec<DaySatisfaction>,
    /// The last seven days, today last.
    pub ticket_volume_trend_last_week: Vec<DayVolume>,
}
