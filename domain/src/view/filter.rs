//! Which tickets a view shows: the filters ticket lists take.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event_set::PersonalField;
use crate::ticket::{Priority, TicketStatus, named};
use crate::{AgentId, CustomerId, DepartmentId, InvalidName, Limits, PersonalText, Violations};

named! {
    /// In which order a view lists tickets.
    ViewSort {
        /// Most urgent first, oldest first among equals.
        Urgency = "urgency",
        /// Latest opened first.
        Newest = "newest",
        /// Latest changed first.
        Updated = "updated",
    }
}

/// Text that is read and written as such, with a rule of its own.
macro_rules! as_text {
    ($name:ident, $description:literal) => {
        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "description": $description, "type": "string" })
            }
        }
    };
}

/// Whose tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ViewAssignee {
    /// Those of whoever looks.
    Me,
    /// Nobody's.
    Unassigned,
    /// This agent's.
    Agent(AgentId),
}

as_text!(ViewAssignee, "`me` (whoever looks), `unassigned` or an agent's id.");

impl fmt::Display for ViewAssignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Unassigned => f.write_str("unassigned"),
            Self::Agent(id) => id.fmt(f),
        }
    }
}

impl FromStr for ViewAssignee {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text {
            "me" => Ok(Self::Me),
            "unassigned" => Ok(Self::Unassigned),
            id => Uuid::parse_str(id)
                .map(|id| Self::Agent(AgentId(id)))
                .map_err(|_| InvalidName::new("assignee", text, "it may be me, unassigned or an agent's id")),
        }
    }
}

/// In what a time ago is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgoUnit {
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
    /// Weeks of seven such days.
    Weeks,
}

/// A moment: one of the calendar, or one that moves with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Moment {
    /// This one, of the years 1 to 9999.
    At(DateTime<Utc>),
    /// This long before whoever looks does so: 1 to 9999 of a unit.
    Ago(u16, AgoUnit),
}

as_text!(Moment, "A time (RFC 3339), or how long ago: `-12h`, `-7d`, `-4w`.");

impl Moment {
    const RULE: &'static str =
        "a time of the years 1 to 9999 (RFC 3339), or -12h, -7d, -4w: 1 to 9999 hours, days or weeks ago";

    /// The moment it is for somebody who looks at `now`.
    pub fn resolve(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::At(at) => at,
            Self::Ago(count, unit) => {
                let hours = match unit {
                    AgoUnit::Hours => 1,
                    AgoUnit::Days => 24,
                    AgoUnit::Weeks => 7 * 24,
                };
                // At most 192 years.
                now - TimeDelta::hours(i64::from(count) * hours)
            }
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => f.write_str(&at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            Self::Ago(count, AgoUnit::Hours) => write!(f, "-{count}h"),
            Self::Ago(count, AgoUnit::Days) => write!(f, "-{count}d"),
            Self::Ago(count, AgoUnit::Weeks) => write!(f, "-{count}w"),
        }
    }
}

impl FromStr for Moment {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let ago = || {
            let (number, unit) = text.strip_prefix('-')?.split_at_checked(text.len().checked_sub(2)?)?;
            let unit = match unit {
                "h" => AgoUnit::Hours,
                "d" => AgoUnit::Days,
                "w" => AgoUnit::Weeks,
                _ => return None,
            };
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse().ok().filter(|count| digits && (1..=9999).contains(count)).map(|count| Self::Ago(count, unit))
        };
        let at = || text.parse::<DateTime<Utc>>().ok().filter(|at| (1..=9999).contains(&at.year())).map(Self::At);
        ago().or_else(at).ok_or_else(|| InvalidName::new("moment", text, Self::RULE))
    }
}

/// Which tickets. Empty or absent means all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ViewFilter {
    /// In one of these statuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<TicketStatus>,
    /// Of one of these priorities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<Priority>,
    /// Of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// For this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<DepartmentId>,
    /// Whose responsibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ViewAssignee>,
    /// Of this customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// With this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Opened at or after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_from: Option<Moment>,
    /// Opened before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_to: Option<Moment>,
    /// Only those that are resolved (resolved or closed, and not merged into another), or only the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// Resolved by this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<AgentId>,
    /// Resolved at or after, and not reopened since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_from: Option<Moment>,
    /// Resolved before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_to: Option<Moment>,
    /// Only those with an SLA clock past due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// Only those put aside until later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snoozed: bool,
    /// Also those put aside, where a view otherwise leaves them out ([`ViewFilter::leaves_out_snoozed`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_snoozed: bool,
    /// Archived ones instead of the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// About this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<PersonalText>,
    /// Words of subject, messages, the customer's name or address; or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<PersonalText>,
}

impl PersonalField for ViewFilter {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut PersonalText)) {
        self.order_ref.visit(visit);
        self.search.visit(visit);
    }
}

impl ViewFilter {
    /// Whether what was put aside is left out: it shall not be in the way of the work at hand, but whoever searches, looks
    /// at every status, at what is overdue or at the archive, finds it.
    pub fn leaves_out_snoozed(&self) -> bool {
        let at_hand = !self.status.is_empty() && self.search.is_none() && !self.overdue && !self.archived;
        at_hand && !self.snoozed && !self.with_snoozed
    }

    /// Checks it, naming fields as in a request (`filter.tag`), and gives it with texts trimmed and values each once.
    pub(super) fn checked(&self, limits: &Limits, violations: &mut Violations) -> Self {
        let mut line = |field: &str, text: Option<&str>, max| violations.optional_line(field, text, max);
        let personal = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
        let category = line("filter.category", self.category.as_deref(), limits.name_chars);
        let tag = line("filter.tag", self.tag.as_deref(), limits.name_chars);
        let order_ref = line("filter.order_ref", personal(&self.order_ref).as_deref(), limits.remark_chars);
        let search = line("filter.search", personal(&self.search).as_deref(), limits.remark_chars);
        for (name, from, to) in
            [("opened", self.opened_from, self.opened_to), ("resolved", self.resolved_from, self.resolved_to)]
        {
            if let (Some(Moment::At(from)), Some(Moment::At(to))) = (from, to)
                && from >= to
            {
                let (field, after) = (format!("filter.{name}_to"), format!("filter.{name}_from"));
                violations.add(&field, "out_of_range", format!("{field} must be after {after}"));
            }
        }
        Self {
            status: self.status.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            priority: self.priority.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            category,
            tag,
            order_ref: order_ref.map(PersonalText::Known),
            search: search.map(PersonalText::Known),
            ..self.clone()
        }
    }
}
