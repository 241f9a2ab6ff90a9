//! Commands on agents that look beyond the one agent: joining within the tenant's limit, leaving.

use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::role::{ROLES_ID, Roles, STAFF_ID, Staff, StaffCommand};
use docket_domain::{AgentId, Category, DepartmentId, HeldRole, Permission, Violations};

use crate::attempt::{Attempt, carry_out};
use crate::chat_places::hand_back_chats;
use crate::{CommandError, Commands, Done, Invocation};

impl Commands {
    /// Lets somebody join the desk under an id made by the caller (their account has the same).
    ///
    /// # Errors
    /// `too_many_agents` beyond the tenant's limit; see [`CommandError`].
    pub async fn register_agent(
        &self,
        invocation: &Invocation,
        id: AgentId,
        command: &AgentCommand,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "agent.Register", attempt => register(&mut attempt, id, command))
    }

    /// Carries out a command on an agent, after checking the departments and the role it names.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_agent(
        &self,
        invocation: &Invocation,
        id: AgentId,
        command: &AgentCommand,
    ) -> Result<Done, CommandError> {
        let name = crate::metric::name(Category::Agent, std::slice::from_ref(command));
        carry_out!(self, invocation, name, attempt => change(&mut attempt, id, command))
    }

    /// Lets an agent leave. Their chats go back to the queue at once, their open tickets soon after, by a reactor: there
    /// may be many.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn deactivate_agent(&self, invocation: &Invocation, id: AgentId) -> Result<Done, CommandError> {
        self.change_agent(invocation, id, &AgentCommand::Deactivate).await
    }
}

async fn register(attempt: &mut Attempt<'_>, id: AgentId, command: &AgentCommand) -> Result<(), CommandError> {
    attempt.organisation().await?;
    attempt.decide::<Agent>(id, command).await?;
    check_mandate(attempt, id, command).await?;
    check_role(attempt, command).await?;
    check_departments(attempt, command).await?;
    change_staff(attempt, id).await
}

async fn change(attempt: &mut Attempt<'_>, id: AgentId, command: &AgentCommand) -> Result<(), CommandError> {
    if matches!(command, AgentCommand::Register { .. }) {
        return register(attempt, id, command).await;
    }
    attempt.decide::<Agent>(id, command).await?;
    check_mandate(attempt, id, command).await?;
    check_role(attempt, command).await?;
    check_departments(attempt, command).await?;
    match command {
        AgentCommand::Deactivate | AgentCommand::ChangeRole { .. } | AgentCommand::ChangeCapacity { .. } => {
            hand_back_chats(attempt, id).await?;
        }
        AgentCommand::ChangeAvailability { to } => {
            if matches!(to, Availability::Available | Availability::Busy) {
                attempt.check_takes_chats(id).await?;
            }
            hand_back_chats(attempt, id).await?;
        }
        _ => {}
    }
    change_staff(attempt, id).await
}

/// Whether whoever asks may still do this to that agent, as the log stands when it is recorded.
async fn check_mandate(attempt: &mut Attempt<'_>, id: AgentId, command: &AgentCommand) -> Result<(), CommandError> {
    use AgentCommand as C;
    let Some(mandate) = attempt.invocation.mandate else { return Ok(()) };
    // Whether they take work is everybody's own to say.
    if matches!(command, C::ChangeAvailability { .. }) && mandate.person.0 == id.0 {
        return Ok(());
    }
    let standing = attempt.standing().await?;
    standing.require(Permission::ManagePeople)?;
    if let C::Register { role, .. } | C::ChangeRole { to: role } = command {
        attempt.check_outranks(standing, *role).await?;
    }
    if matches!(command, C::Rename { .. } | C::ChangeRole { .. } | C::Deactivate | C::Reactivate) {
        let agent = attempt.rely_on::<Agent>(id.0).await?;
        attempt.check_outranks(standing, agent.role).await?;
    }
    Ok(())
}

/// Decides what a change means for who works at the desk, on the one stream all such changes are in.
async fn change_staff(attempt: &mut Attempt<'_>, id: AgentId) -> Result<(), CommandError> {
    let Some((before, after)) = attempt.change_of::<Agent>(id) else { return Ok(()) };
    let held = |agent: &Agent| (agent.registered && !agent.deactivated).then_some(agent.role);
    let (from, to) = (held(&before), held(&after));
    if from == to {
        return Ok(());
    }
    // First the stream, then the count: what is counted is at least as new as the version this is appended at.
    attempt.load::<Staff>(STAFF_ID).await?;
    let (commands, tenant) = (attempt.commands, &attempt.invocation.tenant);
    let others = commands.agent_counts().others(commands.journal(), tenant, id).await?;
    let other_admins = match from.is_some_and(HeldRole::is_admin) {
        true => others.admins_who_may_come_in(commands.accounts(), tenant).await?,
        false => 0,
    };
    let joins = (!before.registered).then_some(others.registered);
    let change = StaffCommand { agent_id: id, from, to, joins, other_admins };
    attempt.decide::<Staff>(STAFF_ID, &change).await
}

/// A role of the tenant's own must be there and offered.
async fn check_role(attempt: &mut Attempt<'_>, command: &AgentCommand) -> Result<(), CommandError> {
    let (AgentCommand::Register { role: HeldRole::Own(id), .. } | AgentCommand::ChangeRole { to: HeldRole::Own(id) }) =
        command
    else {
        return Ok(());
    };
    let roles = attempt.rely_on::<Roles>(ROLES_ID).await?;
    let mut violations = Violations::default();
    match roles.roles.get(id) {
        None => violations.add("custom_role_id", "unknown", "there is no such role"),
        Some(role) if role.archived => {
            violations.add("custom_role_id", "invalid", format!("the role {:?} is archived", role.name));
        }
        Some(_) => {}
    }
    Ok(violations.into_result()?)
}

async fn check_departments(attempt: &mut Attempt<'_>, command: &AgentCommand) -> Result<(), CommandError> {
    let ids: &[DepartmentId] = match command {
        AgentCommand::Register { department_ids, .. } | AgentCommand::ChangeDepartments { department_ids } => {
            department_ids
        }
        _ => return Ok(()),
    };
    let mut violations = Violations::default();
    for (index, id) in ids.iter().enumerate() {
        attempt.check_department(&format!("department_ids.{index}"), *id, &mut violations).await?;
    }
    Ok(violations.into_result()?)
}
