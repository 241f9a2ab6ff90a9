//! On whose authority a command hands something out, and what they may do where it is recorded.
//!
//! A caller was let in on what was known of them then. Between that and the append somebody may have taken a right away; so
//! what hands out rights looks at what the log says of whoever asks, and [relies](Attempt::rely_on) on it: the append happens
//! only if that still stands. Then no right is used after it was taken away, in the one order the log has.

use docket_domain::account::{Account, AccountCommand};
use docket_domain::agent::Agent;
use docket_domain::role::{ROLES_ID, Roles};
use docket_domain::{Category, Data, HeldRole, Permission, PermissionSet, PersonId, Rejection};

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation, metric};

/// On whose authority somebody asks: who they are, and what they may do by what they showed. It bounds what they may do
/// where that is decided, and gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mandate {
    /// Who asks.
    pub person: PersonId,
    /// What they might do when they were let in.
    pub permissions: PermissionSet,
    /// Whether they stood as an administrator.
    pub admin: bool,
    /// What can take it from them.
    pub grounds: Grounds,
}

/// What somebody's rights stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grounds {
    /// The role they hold, by the log.
    Role,
    /// What an issuer says of them, as long as they work here.
    Issuer,
    /// The settings of the installation.
    Installation,
}

/// What is handed out with an account's command, by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOut {
    /// What whoever asks needs for it.
    pub needs: Permission,
    /// What somebody may do with it at most.
    pub permissions: PermissionSet,
    /// The role of the account, for one that was not recorded yet.
    pub role: HeldRole,
}

/// What whoever asks may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) permissions: PermissionSet,
    pub(crate) admin: bool,
}

const GONE: &str = "you may not do this any more";
const BEYOND: &str = "this would allow what you may not do yourself";
const ADMINS: &str = "administrators are for administrators to make and change";

impl Standing {
    /// Refuses who may not.
    pub(crate) fn require(self, permission: Permission) -> Result<(), Rejection> {
        if self.permissions.has(permission) { Ok(()) } else { Err(Rejection::Forbidden(GONE)) }
    }

    /// Refuses to let in as a customer, or to give a customer somebody's conversations, what takes more than they may do
    /// themselves.
    pub(crate) fn covers_customers(self) -> Result<(), Rejection> {
        self.covers(Data::customers_way_in())
    }

    /// Refuses to hand out what they may not do themselves.
    pub(crate) fn covers(self, permissions: PermissionSet) -> Result<(), Rejection> {
        if permissions.beyond(self.permissions).is_empty() { Ok(()) } else { Err(Rejection::Forbidden(BEYOND)) }
    }
}

impl Attempt<'_> {
    /// What whoever asks may do now, by what the append relies on from here on. Docket itself may do anything.
    pub(crate) async fn standing(&mut self) -> Result<Standing, CommandError> {
        let Some(mandate) = self.invocation.mandate else {
            return Ok(Standing { permissions: PermissionSet::all(), admin: true });
        };
        let shown = Standing { permissions: mandate.permissions, admin: mandate.admin };
        if mandate.grounds == Grounds::Installation {
            return Ok(shown);
        }
        let agent = self.rely_on::<Agent>(mandate.person.0).await?;
        if agent.deactivated {
            return Ok(Standing { permissions: PermissionSet::default(), admin: false });
        }
        // Of who was never registered the log says nothing, and could have taken nothing away.
        if !agent.registered || mandate.grounds == Grounds::Issuer {
            return Ok(shown);
        }
        let of_role = self.allowed_by(agent.role).await?;
        Ok(Standing {
            permissions: of_role.intersect(mandate.permissions),
            admin: mandate.admin && agent.role.is_admin(),
        })
    }

    /// Refuses to hand out, or to take from somebody, a role that may do what whoever asks may not.
    pub(crate) async fn check_outranks(&mut self, standing: Standing, role: HeldRole) -> Result<(), CommandError> {
        if role.is_admin() && !standing.admin {
            return Err(Rejection::Forbidden(ADMINS).into());
        }
        let permissions = self.allowed_by(role).await?;
        Ok(standing.covers(permissions)?)
    }

    /// What who holds this may do; what of it the log says, the append relies on.
    async fn allowed_by(&mut self, role: HeldRole) -> Result<PermissionSet, CommandError> {
        match role {
            HeldRole::BuiltIn(role) => Ok(role.permissions()),
            HeldRole::Own(_) => Ok(self.rely_on::<Roles>(ROLES_ID).await?.permissions_of(role)),
        }
    }
}

impl Commands {
    /// Records of an account that something was handed out which opens it, or taken from it: a token, a code, its sessions. What
    /// was made must be of no use, and be shown to nobody, unless this went well.
    ///
    /// # Errors
    /// Forbidden, if whoever asks may not (any more) do what it takes, or what may be done with it; see [`CommandError`].
    pub async fn record_handed_out(
        &self,
        invocation: &Invocation,
        person: PersonId,
        command: &AccountCommand,
        handed: HandedOut,
    ) -> Result<Done, CommandError> {
        let name = metric::name(Category::Account, std::slice::from_ref(command));
        carry_out!(self, invocation, name, attempt => record(&mut attempt, person, command, handed))
    }
}

async fn record(
    attempt: &mut Attempt<'_>,
    person: PersonId,
    command: &AccountCommand,
    handed: HandedOut,
) -> Result<(), CommandError> {
    if !attempt.load::<Account>(person.0).await?.exists() {
        attempt.decide::<Account>(person.0, &AccountCommand::Open { person_id: person, role: handed.role }).await?;
    }
    attempt.decide::<Account>(person.0, command).await?;
    if attempt.invocation.mandate.is_none() {
        return Ok(());
    }
    let standing = attempt.standing().await?;
    standing.require(handed.needs)?;
    standing.covers(handed.permissions)?;
    let agent = attempt.rely_on::<Agent>(person.0).await?;
    let oneself = attempt.invocation.mandate.is_some_and(|mandate| mandate.person == person);
    if agent.registered && !oneself {
        attempt.check_outranks(standing, agent.role).await?;
    }
    Ok(())
}
