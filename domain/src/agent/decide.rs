//! The rules of an agent: above all, how many chats they may have.

use super::{
    Agent, AgentCommand, AgentDeactivated, AgentEvent, AgentReactivated, AgentRegistered, AgentRenamed, Availability,
    AvailabilityChanged, CapacityChanged, ChatSlotReleased, ChatSlotTaken, DepartmentsChanged, RoleChanged,
    SkillsChanged,
};
use crate::{Aggregate, ChatId, DecideContext, DepartmentId, HeldRole, Limits, Rejection, Violations};

type Decision = Result<Vec<AgentEvent>, Rejection>;

pub(super) fn decide(agent: &Agent, command: &AgentCommand, context: &DecideContext<'_>) -> Decision {
    use AgentCommand as C;
    context.staff_only("only the desk may change agents")?;
    let limits = context.limits;
    if let C::Register { .. } = command {
        return register(agent, command, limits);
    }
    if !agent.exists() {
        return Err(Rejection::NotFound("agent"));
    }
    match command {
        C::Register { .. } => Err(Rejection::AlreadyExists("agent")),
        C::Rename { name, email } => agent.rename(name, email.as_deref(), limits),
        C::ChangeRole { to } => agent.change_role(*to),
        C::ChangeAvailability { to } => agent.change_availability(*to),
        C::ChangeCapacity { to } => agent.change_capacity(*to, limits),
        C::ChangeSkills { skills } => agent.change_skills(skills, limits),
        C::ChangeDepartments { department_ids } => agent.change_departments(department_ids),
        C::TakeChat { chat_id, by_hand } => agent.take_chat(*chat_id, *by_hand),
        C::ReleaseChat { chat_id } => agent.release_chat(*chat_id),
        C::Deactivate if agent.deactivated => Ok(Vec::new()),
        C::Deactivate => Ok(vec![AgentDeactivated { availability: agent.availability }.into()]),
        C::Reactivate if !agent.deactivated => Ok(Vec::new()),
        C::Reactivate => Ok(vec![AgentReactivated {}.into()]),
    }
}

fn register(agent: &Agent, command: &AgentCommand, limits: &Limits) -> Decision {
    let AgentCommand::Register { name, email, role, department_ids, skills, max_concurrent_chats } = command else {
        return Ok(Vec::new());
    };
    if agent.exists() {
        return Err(Rejection::AlreadyExists("agent"));
    }
    let mut violations = Violations::default();
    let registered = AgentRegistered {
        name: violations.line("name", name, 1, limits.name_chars).into(),
        email: violations.email("email", email.as_deref()).map(Into::into),
        role: role.base(),
        custom_role_id: role.custom_role_id(),
        department_ids: sorted(department_ids),
        skills: violations.names("skills", skills, limits.skills, limits.name_chars),
        max_concurrent_chats: *max_concurrent_chats,
    };
    check_role(*role, &mut violations);
    check_capacity(*max_concurrent_chats, limits, &mut violations);
    violations.into_result()?;
    Ok(vec![registered.into()])
}

impl Agent {
    fn rename(&self, name: &str, email: Option<&str>, limits: &Limits) -> Decision {
        let mut violations = Violations::default();
        let name = violations.line("name", name, 1, limits.name_chars).into();
        let email = violations.email("email", email).map(Into::into);
        violations.into_result()?;
        if self.name == name && self.email == email {
            return Ok(Vec::new());
        }
        Ok(vec![AgentRenamed { name, email }.into()])
    }

    fn change_role(&self, to: HeldRole) -> Decision {
        let mut violations = Violations::default();
        check_role(to, &mut violations);
        violations.into_result()?;
        if self.role == to {
            return Ok(Vec::new());
        }
        let changed = RoleChanged {
            from: self.role.base(),
            to: to.base(),
            from_custom_role_id: self.role.custom_role_id(),
            custom_role_id: to.custom_role_id(),
        };
        Ok(vec![changed.into()])
    }

    fn change_availability(&self, to: Availability) -> Decision {
        self.not_deactivated()?;
        if self.availability == to {
            return Ok(Vec::new());
        }
        Ok(vec![AvailabilityChanged { from: self.availability, to }.into()])
    }

    /// Fewer places than chats is allowed: nothing is taken away, nothing comes until enough have ended.
    fn change_capacity(&self, to: u32, limits: &Limits) -> Decision {
        let mut violations = Violations::default();
        check_capacity(to, limits, &mut violations);
        violations.into_result()?;
        if self.max_concurrent_chats == to {
            return Ok(Vec::new());
        }
        Ok(vec![CapacityChanged { from: self.max_concurrent_chats, to }.into()])
    }

    fn change_skills(&self, skills: &[String], limits: &Limits) -> Decision {
        let mut violations = Violations::default();
        let skills = violations.names("skills", skills, limits.skills, limits.name_chars);
        violations.into_result()?;
        if self.skills == skills {
            return Ok(Vec::new());
        }
        let (added, removed) = difference(&self.skills, &skills);
        Ok(vec![SkillsChanged { added, removed, skills }.into()])
    }

    fn change_departments(&self, department_ids: &[DepartmentId]) -> Decision {
        let department_ids = sorted(department_ids);
        if self.department_ids == department_ids {
            return Ok(Vec::new());
        }
        let (added, removed) = difference(&self.department_ids, &department_ids);
        Ok(vec![DepartmentsChanged { added, removed, department_ids }.into()])
    }

    fn take_chat(&self, chat_id: ChatId, by_hand: bool) -> Decision {
        if self.active_chats.contains(&chat_id) {
            return Ok(Vec::new());
        }
        self.not_deactivated()?;
        if !by_hand && self.availability != Availability::Available {
            return Err(Rejection::refused("not_available", "the agent is not available"));
        }
        if self.free_places() == 0 {
            return Err(Rejection::refused(
                "at_capacity",
                format!("the agent has {} of {} chats", self.taken_places(), self.max_concurrent_chats),
            ));
        }
        Ok(vec![ChatSlotTaken { chat_id, active_chats: self.taken_places() + 1 }.into()])
    }

    fn release_chat(&self, chat_id: ChatId) -> Decision {
        if !self.active_chats.contains(&chat_id) {
            return Ok(Vec::new());
        }
        Ok(vec![ChatSlotReleased { chat_id, active_chats: self.taken_places() - 1 }.into()])
    }

    fn not_deactivated(&self) -> Result<(), Rejection> {
        if self.deactivated { Err(Rejection::refused("agent_deactivated", "the agent is deactivated")) } else { Ok(()) }
    }
}

fn check_role(role: HeldRole, violations: &mut Violations) {
    if role.is_customer() {
        violations.add("role", "invalid", "role must be one of agent, supervisor, auditor, admin");
    }
}

fn check_capacity(places: u32, limits: &Limits, violations: &mut Violations) {
    let most = limits.concurrent_chats;
    if places > most {
        violations.add(
            "max_concurrent_chats",
            "out_of_range",
            format!("max_concurrent_chats must be from 0 to {most}, this is {places}"),
        );
    }
}

fn sorted(ids: &[DepartmentId]) -> Vec<DepartmentId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What is only in `after`, and what was only in `before`.
fn difference<T: PartialEq + Clone>(before: &[T], after: &[T]) -> (Vec<T>, Vec<T>) {
    let only = |one: &[T], other: &[T]| one.iter().filter(|item| !other.contains(item)).cloned().collect();
    (only(after, before), only(before, after))
}
