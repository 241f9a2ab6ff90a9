//! The values a ticket is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{NaiveDate, NaiveTime, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Values of a tenant's custom fields by name: text, number, boolean, or a date as text.
pub type CustomFields = BTreeMap<String, serde_json::Value>;

/// Names of custom fields whose text says nothing about a person. Any other text does, as far as anybody knows; numbers
/// and truth values never do.
pub type PlainFields = BTreeSet<String>;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text $(, alias = $alias)*)] $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidName;
            fn from_str(name: &str) -> Result<Self, $crate::InvalidName> {
                match name {
                    $($text $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err($crate::InvalidName::new(stringify!($name), name, concat!("one of", $(" ", $text),+))),
                }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// Where a ticket stands.
    TicketStatus {
        /// Nobody has taken it yet.
        Open = "open",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// The customer has to answer.
        WaitingCustomer = "waiting_customer",
        /// It waits for somebody or something else.
        OnHold = "on_hold" | "pending",
        /// Answered, as far as the desk knows.
        Resolved = "resolved",
        /// Over.
        Closed = "closed",
    }
}

impl TicketStatus {
    /// The statuses that can follow this one.
    pub const fn allowed_next(self) -> &'static [Self] {
        use TicketStatus::*;
        match self {
            Open => &[InProgress, WaitingCustomer, OnHold, Resolved, Closed],
            InProgress => &[Open, WaitingCustomer, OnHold, Resolved, Closed],
            WaitingCustomer => &[Open, InProgress, OnHold, Resolved, Closed],
            OnHold => &[Open, InProgress, WaitingCustomer, Resolved, Closed],
            Resolved => &[Open, InProgress, Closed],
            Closed => &[Open],
        }
    }

    /// Whether the desk is done with it: resolved or closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

named! {
    /// How urgent a ticket is, least first.
    Priority {
        /// Some day.
        Low = "low",
        /// As usual.
        Medium = "medium" | "normal",
        /// Soon.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

named! {
    /// How a ticket came in.
    Channel {
        /// The customer portal.
        Portal = "portal",
        /// The agent desk, on a customer's behalf.
        Desk = "desk",
        /// The HTTP API.
        Api = "api",
        /// A live chat.
        Chat = "chat",
        /// Mail.
        Email = "email",
        /// Imported history.
        Import = "import",
    }
}

named! {
    /// Why a ticket was taken from its agent, who cannot look after it any more.
    HandBackReason {
        /// They left the desk.
        AgentDeactivated = "agent_deactivated",
        /// Their role does not allow to work on tickets.
        AgentNotPermitted = "agent_not_permitted",
    }
}

named! {
    /// What an SLA clock measures.
    SlaClock {
        /// Opened to first public agent message.
        FirstResponse = "first_response",
        /// Oldest unanswered customer message to next public agent message.
        NextResponse = "next_response",
        /// Opened to resolved.
        Resolution = "resolution",
    }
}

named! {
    /// Why a snoozed ticket is awake again.
    WakeReason {
        /// Its time has come.
        Due = "due",
        /// The customer wrote.
        Reply = "reply",
        /// Somebody woke it, or changed its status.
        Manual = "manual",
        /// Another ticket, unfinished, came into it.
        Merge = "merge",
    }
}

/// A ticket's number, unique in its tenant: `TKT-000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TicketNumber(pub u64);

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TKT-{:06}", self.0)
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = crate::InvalidName;
    fn try_from(text: String) -> Result<Self, crate::InvalidName> {
        text.strip_prefix("TKT-")
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or_else(|| crate::InvalidName::new("ticket number", &text, "TKT- and digits"))
    }
}

impl JsonSchema for TicketNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TicketNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^TKT-[0-9]{6,}$" })
    }
}

/// That a message was the first public answer of an agent, and how long the customer waited for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FirstResponse {
    /// Seconds between opening and this message, by the wall clock.
    pub elapsed_seconds: u64,
}

/// How long each SLA clock may run for one priority, in business seconds. Absent: not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SlaTarget {
    /// For the first response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response: Option<u64>,
    /// For each next response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_response: Option<u64>,
    /// For the resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u64>,
}

/// A range of working time on one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkingRange {
    /// The day.
    #[schemars(with = "String")]
    pub day: Weekday,
    /// When work begins, local time.
    #[schemars(with = "String")]
    pub from: NaiveTime,
    /// When it ends, local time; midnight at the day's end is `00:00:00`.
    #[schemars(with = "String")]
    pub to: NaiveTime,
}

/// Business hours in a time zone. No ranges means around the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hours {
    /// IANA name, e.g. `Europe/Rome`.
    pub time_zone: String,
    /// Ranges, several a day allowed, not overlapping.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<WorkingRange>,
    /// Days on which nobody works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub holidays: Vec<NaiveDate>,
}
