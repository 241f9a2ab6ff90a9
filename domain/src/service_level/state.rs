//! A tenant's service levels as their events leave them, and the rules.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::check::{MOST_CALENDARS, MOST_POLICIES, checked_calendar, checked_policy};
use super::*;
use crate::ticket::Hours;
use crate::{Aggregate, CalendarId, Category, DecideContext, PersonId, Rejection, SlaPolicyId, Stamp, Violations};

/// A calendar and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinedCalendar {
    /// Its name.
    pub name: String,
    /// When the desk works.
    pub hours: Hours,
    /// Whether it is offered no longer.
    pub archived: bool,
    /// The version of the last event about it.
    pub version: u64,
}

/// A policy and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinedPolicy {
    /// What it says.
    pub policy: SlaPolicy,
    /// Its place: lower ones are tried first.
    pub place: u32,
    /// Whether it is applied no longer.
    pub archived: bool,
    /// The version of the last event about it.
    pub version: u64,
}

/// What is known of a tenant's service levels for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceLevels {
    /// Events so far; 0: nothing was ever set, and the built-in default holds.
    pub version: u64,
    /// Calendars, archived ones too.
    pub calendars: BTreeMap<CalendarId, DefinedCalendar>,
    /// Policies, archived ones too.
    pub policies: BTreeMap<SlaPolicyId, DefinedPolicy>,
}

type Decision = Result<Vec<ServiceLevelEvent>, Rejection>;

impl ServiceLevels {
    /// The policies in force, in the order they are tried.
    pub fn in_order(&self) -> impl Iterator<Item = (SlaPolicyId, &DefinedPolicy)> {
        let in_force = self.policies.iter().filter(|(_, defined)| !defined.archived);
        let mut policies: Vec<_> = in_force.map(|(id, defined)| (*id, defined)).collect();
        policies.sort_by_key(|(id, defined)| (defined.place, *id));
        policies.into_iter()
    }

    /// The version of the last event about a setting, if it was ever defined.
    pub fn version_of(&self, setting: Setting) -> Option<u64> {
        match setting {
            Setting::Calendar(id) => self.calendars.get(&id).map(|calendar| calendar.version),
            Setting::Policy(id) => self.policies.get(&id).map(|policy| policy.version),
        }
    }

    fn calendar(&self, id: CalendarId) -> Result<&DefinedCalendar, Rejection> {
        self.calendars.get(&id).ok_or(Rejection::NotFound("calendar"))
    }

    fn policy(&self, id: SlaPolicyId) -> Result<&DefinedPolicy, Rejection> {
        self.policies.get(&id).ok_or(Rejection::NotFound("SLA policy"))
    }

    fn define_calendar(&self, id: CalendarId, name: &str, hours: &Hours, context: &DecideContext<'_>) -> Decision {
        if self.calendars.contains_key(&id) {
            return Err(Rejection::AlreadyExists("calendar"));
        }
        let mut violations = Violations::default();
        let (name, hours) = checked_calendar(self, id, name, hours, context, &mut violations);
        let offered = self.calendars.values().filter(|calendar| !calendar.archived).count();
        violations.count("calendars", offered + 1, MOST_CALENDARS);
        violations.into_result()?;
        Ok(vec![CalendarDefined { calendar_id: id, name, hours }.into()])
    }

    fn change_calendar(&self, id: CalendarId, name: &str, hours: &Hours, context: &DecideContext<'_>) -> Decision {
        let known = self.calendar(id)?;
        if known.archived {
            return Err(Rejection::refused("calendar_archived", "the calendar is archived; define another"));
        }
        let mut violations = Violations::default();
        let (name, hours) = checked_calendar(self, id, name, hours, context, &mut violations);
        violations.into_result()?;
        if known.name == name && known.hours == hours {
            return Ok(Vec::new());
        }
        Ok(vec![CalendarChanged { calendar_id: id, name, hours }.into()])
    }

    fn archive_calendar(&self, id: CalendarId) -> Decision {
        if self.calendar(id)?.archived {
            return Ok(Vec::new());
        }
        let users = self.in_order().filter(|(_, defined)| defined.policy.calendar_id == id);
        let users: Vec<String> = users.map(|(_, defined)| format!("{:?}", defined.policy.name)).collect();
        if !users.is_empty() {
            let message = format!("SLA policies run by this calendar: {}; give them another first", users.join(", "));
            return Err(Rejection::refused("calendar_in_use", message));
        }
        Ok(vec![CalendarArchived { calendar_id: id }.into()])
    }

    fn define_policy(&self, id: SlaPolicyId, policy: &SlaPolicy, context: &DecideContext<'_>) -> Decision {
        if self.policies.contains_key(&id) {
            return Err(Rejection::AlreadyExists("SLA policy"));
        }
        let mut violations = Violations::default();
        let policy = checked_policy(self, id, policy, context, &mut violations);
        violations.count("sla_policies", self.in_order().count() + 1, MOST_POLICIES);
        violations.into_result()?;
        let last = self.policies.values().map(|defined| defined.place).max().unwrap_or(0);
        Ok(vec![SlaPolicyDefined { policy_id: id, place: last.saturating_add(1), policy }.into()])
    }

    fn change_policy(&self, id: SlaPolicyId, policy: &SlaPolicy, context: &DecideContext<'_>) -> Decision {
        let known = self.policy(id)?;
        if known.archived {
            return Err(Rejection::refused("policy_archived", "the policy is archived; define another"));
        }
        let mut violations = Violations::default();
        let policy = checked_policy(self, id, policy, context, &mut violations);
        violations.into_result()?;
        if known.policy == policy {
            return Ok(Vec::new());
        }
        Ok(vec![SlaPolicyChanged { policy_id: id, policy }.into()])
    }

    fn reorder_policies(&self, policy_ids: &[SlaPolicyId]) -> Decision {
        let mut violations = Violations::default();
        violations.count("policy_ids", policy_ids.len(), MOST_POLICIES);
        for (index, id) in policy_ids.iter().enumerate().take(MOST_POLICIES) {
            let field = format!("policy_ids.{index}");
            if self.policies.get(id).is_none_or(|defined| defined.archived) {
                violations.add(&field, "unknown", "there is no such policy in force");
            } else if policy_ids[..index].contains(id) {
                violations.add(&field, "invalid", "this policy is there twice");
            }
        }
        let missing = self.in_order().filter(|(id, _)| !policy_ids.contains(id));
        let missing: Vec<String> = missing.map(|(_, defined)| format!("{:?}", defined.policy.name)).collect();
        if !missing.is_empty() {
            let message = format!("policy_ids must name every policy in force; {} missing", missing.join(", "));
            violations.add("policy_ids", "required", message);
        }
        violations.into_result()?;
        if self.in_order().map(|(id, _)| id).eq(policy_ids.iter().copied()) {
            return Ok(Vec::new());
        }
        Ok(vec![SlaPoliciesReordered { policy_ids: policy_ids.to_vec() }.into()])
    }

    fn archive_policy(&self, id: SlaPolicyId) -> Decision {
        if self.policy(id)?.archived {
            return Ok(Vec::new());
        }
        Ok(vec![SlaPolicyArchived { policy_id: id }.into()])
    }
}

impl Aggregate for ServiceLevels {
    const CATEGORY: Category = Category::ServiceLevel;
    type Command = ServiceLevelCommand;
    type Event = ServiceLevelEvent;

    fn decide(&self, command: &ServiceLevelCommand, context: &DecideContext<'_>) -> Decision {
        use ServiceLevelCommand as C;
        context.staff_only("only the desk may change settings")?;
        match command {
            C::DefineCalendar { calendar_id, name, hours } => self.define_calendar(*calendar_id, name, hours, context),
            C::ChangeCalendar { calendar_id, name, hours } => self.change_calendar(*calendar_id, name, hours, context),
            C::ArchiveCalendar { calendar_id } => self.archive_calendar(*calendar_id),
            C::DefinePolicy { policy_id, policy } => self.define_policy(*policy_id, policy, context),
            C::ChangePolicy { policy_id, policy } => self.change_policy(*policy_id, policy, context),
            C::ReorderPolicies { policy_ids } => self.reorder_policies(policy_ids),
            C::ArchivePolicy { policy_id } => self.archive_policy(*policy_id),
        }
    }

    fn evolve(&mut self, event: &ServiceLevelEvent, stamp: &Stamp) {
        use ServiceLevelEvent as E;
        let version = stamp.version;
        self.version = version;
        match event {
            E::CalendarDefined(event) => {
                let (name, hours) = (event.name.clone(), event.hours.clone());
                self.calendars.insert(event.calendar_id, DefinedCalendar { name, hours, archived: false, version });
            }
            E::CalendarChanged(event) => {
                if let Some(calendar) = self.calendars.get_mut(&event.calendar_id) {
                    calendar.name.clone_from(&event.name);
                    calendar.hours.clone_from(&event.hours);
                    calendar.version = version;
                }
            }
            E::CalendarArchived(event) => {
                if let Some(calendar) = self.calendars.get_mut(&event.calendar_id) {
                    calendar.archived = true;
                    calendar.version = version;
                }
            }
            E::SlaPolicyDefined(event) => {
                let (policy, place) = (event.policy.clone(), event.place);
                self.policies.insert(event.policy_id, DefinedPolicy { policy, place, archived: false, version });
            }
            E::SlaPolicyChanged(event) => {
                if let Some(defined) = self.policies.get_mut(&event.policy_id) {
                    defined.policy.clone_from(&event.policy);
                    defined.version = version;
                }
            }
            E::SlaPoliciesReordered(event) => {
                for (place, id) in (1..).zip(&event.policy_ids) {
                    if let Some(defined) = self.policies.get_mut(id) {
                        defined.place = place;
                    }
                }
            }
            E::SlaPolicyArchived(event) => {
                if let Some(defined) = self.policies.get_mut(&event.policy_id) {
                    defined.archived = true;
                    defined.version = version;
                }
            }
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.version > 0
    }
}
