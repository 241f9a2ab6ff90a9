//! How tickets stand with the service level.

use chrono::{DateTime, Utc};
use docket_domain::TenantId;
use docket_domain::ticket::{SlaClock, TicketStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaClockState {
    /// It runs.
    Running,
    /// It stands still: a status pauses it.
    Paused,
    /// What it waited for happened in time.
    Met,
    /// Its due time passed, whether or not what it waits for has happened since.
    Breached,
    /// It has nothing to measure.
    Inactive,
}

impl SlaClockState {
    /// The name in columns.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Breached => "breached",
            Self::Inactive => "inactive",
        }
    }
}

/// The clock of a ticket that is due next, for lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SlaBadge {
    /// Which clock; absent when none runs.
    #[schema(schema_with = schema::sla_clock_or_null)]
    pub clock: Option<SlaClock>,
    /// Where it stands.
    pub state: SlaClockState,
    /// When it is due; absent while it stands still in time.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether any clock of the ticket ever ran out.
    pub breached: bool,
}

/// One unbroken stretch of a clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SlaStretch {
    /// Whether it ran.
    pub running: bool,
    /// The ticket's status in it.
    #[schema(schema_with = schema::ticket_status)]
    pub status: TicketStatus,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; absent for the present one.
    pub to: Option<DateTime<Utc>>,
    /// Business seconds counted in it so far.
    pub business_seconds: i64,
    /// The event that began it, e.g. `StatusChanged`.
    pub began_with: String,
    /// That event's version in the ticket's stream.
    pub version: u64,
}

/// One clock of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SlaClockView {
    /// Which.
    #[schema(schema_with = schema::sla_clock)]
    pub clock: SlaClock,
    /// Where it stands.
    pub state: SlaClockState,
    /// Business seconds it may run.
    pub target_seconds: Option<i64>,
    /// Business seconds it has run.
    pub elapsed_seconds: i64,
    /// How long it may still run; negative once it ran out.
    pub remaining_seconds: Option<i64>,
    /// When it runs out, or ran out.
    pub due_at: Option<DateTime<Utc>>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When what it waits for happened.
    pub fulfilled_at: Option<DateTime<Utc>>,
    /// Every stretch, oldest first.
    pub stretches: Vec<SlaStretch>,
}

/// A policy a ticket was measured by from some moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AppliedPolicy {
    /// The policy; absent for the built-in default.
    pub policy_id: Option<Uuid>,
    /// Its name at that time.
    pub policy: String,
    /// Since when the ticket was measured by it. Measuring began anew from the ticket's opening each time.
    pub at: DateTime<Utc>,
    /// The version of the event in the ticket's stream.
    pub version: u64,
}

/// How a ticket stands with the service level, and why. One that is not measured (imported history that names no policy)
/// has no policy, no time zone and no clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SlaView {
    /// The ticket.
    pub ticket_id: Uuid,
    /// The policy; absent for the built-in default.
    pub policy_id: Option<Uuid>,
    /// The policy's name; absent where nothing is measured.
    pub policy: Option<String>,
    /// The calendar its hours come from; absent for the built-in default.
    pub calendar_id: Option<Uuid>,
    /// The time zone its business hours are in; absent where nothing is measured.
    pub time_zone: Option<String>,
    /// Its clocks.
    pub clocks: Vec<SlaClockView>,
    /// Every policy it was measured by, in turn: the last one is in force. A policy that was changed is there again.
    pub applied: Vec<AppliedPolicy>,
    /// As of when.
    pub as_of: DateTime<Utc>,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimerKind {
    /// A snoozed ticket wakes.
    Wake,
    /// A clock nears its due time.
    SlaWarning(SlaClock),
    /// A clock runs out.
    SlaBreach(SlaClock),
}

/// Something that has to happen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// Whose.
    pub tenant: TenantId,
    /// The ticket.
    pub ticket_id: Uuid,
    /// What for.
    pub kind: TimerKind,
    /// When it fires.
    pub at: DateTime<Utc>,
    /// For SLA timers: when the clock is due.
    pub due_at: DateTime<Utc>,
}
