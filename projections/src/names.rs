//! Domain names as columns and back, where the domain has no parser of its own.

use std::str::FromStr;

use docket_domain::ActorKind;

use crate::views::{ConversationKind, SlaClockState};

/// An [`ActorKind`] in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ActorName(pub(crate) ActorKind);

impl ActorName {
    pub(crate) const fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

/// A name no version of Docket has written.
#[derive(Debug, thiserror::Error)]
#[error("unknown name")]
pub struct UnknownName;

impl FromStr for ActorName {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [ActorKind::Customer, ActorKind::Agent, ActorKind::System]
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .map(Self)
            .ok_or(UnknownName)
    }
}

impl FromStr for ConversationKind {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Ticket, Self::Chat].into_iter().find(|kind| kind.as_str() == name).ok_or(UnknownName)
    }
}

impl FromStr for SlaClockState {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Running, Self::Paused, Self::Met, Self::Breached, Self::Inactive]
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or(UnknownName)
    }
}
