//! The values a chat is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::named;

named! {
    /// Where a chat stands.
    ChatStatus {
        /// In the queue; perhaps offered to an agent who has not accepted yet.
        Waiting = "waiting",
        /// Visitor and agent talk.
        Active = "active",
        /// Handed over, not yet accepted again.
        Transferred = "transferred",
        /// Over.
        Closed = "closed",
    }
}

impl ChatStatus {
    /// The statuses that can follow this one.
    pub const fn allowed_next(self) -> &'static [Self] {
        match self {
            Self::Waiting | Self::Transferred => &[Self::Active, Self::Closed],
            Self::Active => &[Self::Transferred, Self::Closed],
            Self::Closed => &[],
        }
    }
}

named! {
    /// Why an offer ended without being accepted.
    WithdrawalReason {
        /// The agent let it pass.
        TimedOut = "timed_out",
        /// The agent takes no more chats: they left, went away, have fewer places, or may not.
        AgentUnavailable = "agent_unavailable",
    }
}

named! {
    /// Who or what ended a chat.
    EndedBy {
        /// The agent.
        Agent = "agent",
        /// The visitor.
        Visitor = "visitor",
        /// Nobody wrote for too long.
        Timeout = "timeout",
        /// The visitor left the queue.
        Abandoned = "abandoned",
    }
}
