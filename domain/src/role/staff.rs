//! Who is given and who loses a role, one after the other.
//!
//! Whether somebody is the last administrator, and how many work at the desk, no agent's own stream can tell. Every such change is
//! appended to this stream too, in one append with the agent's: of two that would be right one by one and wrong together, the second
//! is decided again on what the first left. What there is to count is counted by whoever asks, after this stream was read.

use uuid::Uuid;

use super::{RoleEvent, RoleGranted, RoleWithdrawn};
use crate::{AgentId, Aggregate, Category, DecideContext, HeldRole, PersonId, Rejection, Stamp};

/// The id of every tenant's stream of who was given which role; what roles there are is in [`ROLES_ID`](super::ROLES_ID).
pub const STAFF_ID: Uuid = Uuid::from_u128(1);

/// Somebody joins, leaves, comes back or gets another role.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffCommand {
    /// Who.
    pub agent_id: AgentId,
    /// The role they have; none if they do not work here, or not at the moment.
    pub from: Option<HeldRole>,
    /// The role they are to have; none if they leave.
    pub to: Option<HeldRole>,
    /// How many others are registered, if this one is not yet.
    pub joins: Option<usize>,
    /// How many others are administrators who may come in.
    pub other_admins: usize,
}

/// How often who works at the desk changed: that is all there is to know here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Staff {
    /// Events so far.
    pub version: u64,
}

impl Aggregate for Staff {
    const CATEGORY: Category = Category::Role;
    type Command = StaffCommand;
    type Event = RoleEvent;

    fn decide(&self, command: &StaffCommand, context: &DecideContext<'_>) -> Result<Vec<RoleEvent>, Rejection> {
        let StaffCommand { agent_id, from, to, joins, other_admins } = *command;
        let is_admin = |role: Option<HeldRole>| role.is_some_and(HeldRole::is_admin);
        if is_admin(from) && !is_admin(to) && other_admins == 0 {
            let message = "this is the last active administrator; make another one first";
            return Err(Rejection::refused("last_admin", message));
        }
        let limit = context.limits.agents;
        if joins.is_some_and(|others| others >= limit) {
            let message = format!("an organisation may have at most {limit} agents");
            return Err(Rejection::refused("too_many_agents", message));
        }
        Ok(match (from, to) {
            (_, Some(to)) if from != Some(to) => {
                vec![RoleGranted { agent_id, role: to.base(), custom_role_id: to.custom_role_id() }.into()]
            }
            (Some(from), None) => {
                vec![RoleWithdrawn { agent_id, role: from.base(), custom_role_id: from.custom_role_id() }.into()]
            }
            _ => Vec::new(),
        })
    }

    fn evolve(&mut self, _: &RoleEvent, stamp: &Stamp) {
        self.version = stamp.version;
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.version > 0
    }
}
