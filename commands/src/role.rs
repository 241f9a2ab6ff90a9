//! Commands on a tenant's own roles, and what a role allows now.

use docket_domain::role::{ROLES_ID, RoleCommand, Roles};
use docket_domain::{Category, DomainEvent, Event, HeldRole, Permission, PermissionSet, RoleId, StreamId, TenantId};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, IfMatch, Invocation, Loaded, metric};

/// How many of the events a stale caller missed are shown.
const MISSED: usize = 500;

impl Commands {
    /// Adds a role. Its id is made here; the answer's note tells it. `may` is what whoever asks may do themselves.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn define_role(
        &self,
        invocation: &Invocation,
        name: String,
        permissions: Vec<Permission>,
        may: PermissionSet,
    ) -> Result<Done, CommandError> {
        let role_id = RoleId(new_id());
        self.change_roles(invocation, RoleCommand::Define { role_id, name, permissions, may }).await
    }

    /// Defines, changes or archives a role. All lie in one stream, but `if_match` and the answer's version are of the one
    /// role the command is about: the version of the last event about it.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_roles(&self, invocation: &Invocation, command: RoleCommand) -> Result<Done, CommandError> {
        let (about, wanted) = (command.about(), invocation.if_match.as_ref());
        let unconditional = Invocation { if_match: None, ..invocation.clone() };
        let name = metric::name(Category::Role, std::slice::from_ref(&command));
        let outcome = carry_out!(self, &unconditional, name, attempt => change(&mut attempt, &command, wanted));
        match (outcome, wanted) {
            // The version of the one role, which the stream's does not tell.
            (Ok(mut done), _) if !done.changed => {
                done.version = done.note.as_deref().and_then(|note| note.parse().ok()).unwrap_or(done.version);
                Ok(done)
            }
            (Err(CommandError::Stale { current, .. }), Some(wanted)) => {
                let missed = match wanted.known_before(current) {
                    Some(known) => self.missed_of_role(&invocation.tenant, about, known).await?,
                    None => Vec::new(),
                };
                Err(CommandError::Stale { current, missed, public: None })
            }
            (outcome, _) => outcome,
        }
    }

    /// The tenant's own roles as this process last saw them.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn roles(&self, tenant: &TenantId) -> Result<Loaded<Roles>, CommandError> {
        self.load::<Roles>(tenant, ROLES_ID).await
    }

    /// The tenant's own roles as they are in the log now.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn roles_now(&self, tenant: &TenantId) -> Result<Loaded<Roles>, CommandError> {
        self.load_fresh::<Roles>(tenant, ROLES_ID).await
    }

    /// What who holds this may do now, by the log.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn permissions_of(&self, tenant: &TenantId, held: HeldRole) -> Result<PermissionSet, CommandError> {
        match held {
            HeldRole::BuiltIn(role) => Ok(role.permissions()),
            HeldRole::Own(_) => Ok(self.roles_now(tenant).await?.permissions_of(held)),
        }
    }

    /// The events about a role after a version of the stream they are in.
    async fn missed_of_role(&self, tenant: &TenantId, about: RoleId, after: u64) -> Result<Vec<Event>, CommandError> {
        let stream = StreamId::new(tenant.clone(), Category::Role, ROLES_ID);
        let mut missed = self.journal().read_stream(&stream, after, MISSED).await?;
        missed.retain(|event| matches!(&event.body, DomainEvent::Role(body) if body.about() == Some(about)));
        Ok(missed)
    }
}

async fn change(
    attempt: &mut Attempt<'_>,
    command: &RoleCommand,
    wanted: Option<&IfMatch>,
) -> Result<(), CommandError> {
    attempt.organisation().await?;
    let roles = attempt.load::<Roles>(ROLES_ID).await?;
    let current = match command {
        // What is yet to be is at no version.
        RoleCommand::Define { .. } => Some(0),
        _ => roles.roles.get(&command.about()).map(|role| role.version),
    };
    if let (Some(wanted), Some(current)) = (wanted, current)
        && !wanted.takes(current)
    {
        return Err(CommandError::Stale { current, missed: Vec::new(), public: None });
    }
    attempt.note = match command {
        RoleCommand::Define { role_id, .. } => Some(role_id.to_string()),
        RoleCommand::Change { role_id, .. } | RoleCommand::Archive { role_id, .. } => {
            roles.roles.get(role_id).map(|role| role.version.to_string())
        }
    };
    if attempt.invocation.mandate.is_none() {
        return attempt.decide::<Roles>(ROLES_ID, command).await;
    }
    let standing = attempt.standing().await?;
    standing.require(Permission::ManagePeople)?;
    attempt.decide::<Roles>(ROLES_ID, &command.clone().by_who_may(standing.permissions)).await
}
