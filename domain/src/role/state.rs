//! A tenant's roles as their events leave them, and the rules.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{MOST_ROLES, NAME_CHARS, RoleArchived, RoleChanged, RoleCommand, RoleDefined, RoleEvent};
use crate::text::folded_name;
use crate::{
    Aggregate, Category, DecideContext, HeldRole, Permission, PermissionSet, PersonId, Rejection, Role, RoleId, Stamp,
    Violations,
};

const BEYOND: &str = "a role that allows what you may not do is not yours to define, change or archive";

/// A role and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinedRole {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub permissions: PermissionSet,
    /// Whether it is offered no longer.
    pub archived: bool,
    /// The version of the last event about it.
    pub version: u64,
}

/// What is known of a tenant's roles for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roles {
    /// Events so far.
    pub version: u64,
    /// Roles, archived ones too.
    pub roles: BTreeMap<RoleId, DefinedRole>,
}

type Decision = Result<Vec<RoleEvent>, Rejection>;

impl Roles {
    /// The roles offered.
    pub fn offered(&self) -> impl Iterator<Item = (RoleId, &DefinedRole)> {
        self.roles.iter().filter(|(_, role)| !role.archived).map(|(id, role)| (*id, role))
    }

    /// A role that is offered, by its name, whatever the case.
    pub fn named(&self, name: &str) -> Option<RoleId> {
        let wanted = folded_name(name);
        self.offered().find(|(_, role)| folded_name(&role.name) == wanted).map(|(id, _)| id)
    }

    /// What who holds this may do now. A role that is not known here, or archived after all, allows nothing: better to
    /// lock somebody out until they are given another than to let them in on what nobody can see.
    pub fn permissions_of(&self, held: HeldRole) -> PermissionSet {
        match held {
            HeldRole::BuiltIn(role) => role.permissions(),
            HeldRole::Own(id) => self
                .roles
                .get(&id)
                .filter(|role| !role.archived)
                .map_or_else(PermissionSet::default, |role| role.permissions),
        }
    }

    fn role(&self, id: RoleId) -> Result<&DefinedRole, Rejection> {
        self.roles.get(&id).ok_or(Rejection::NotFound("role"))
    }

    /// Name and permissions as they will be kept.
    fn checked(
        &self,
        id: RoleId,
        name: &str,
        permissions: &[Permission],
        context: &DecideContext<'_>,
        violations: &mut Violations,
    ) -> (String, PermissionSet) {
        let name = violations.line("name", name, 1, NAME_CHARS.min(context.limits.name_chars));
        let wanted = folded_name(&name);
        if Role::ALL.iter().any(|role| role.as_str() == wanted) {
            violations.add("name", "taken", format!("there is a built-in role called {wanted:?}"));
        } else if !name.is_empty()
            && self.roles.get(&id).is_none_or(|role| folded_name(&role.name) != wanted)
            && let Some(other) = self.named(&name).and_then(|other| self.roles.get(&other))
        {
            violations.add("name", "taken", format!("there is another role called {:?}", other.name));
        }
        let permissions = PermissionSet::of(permissions);
        if permissions.is_empty() {
            violations.add("permissions", "required", "permissions must allow something: at least one");
        }
        (name, permissions)
    }

    fn define(
        &self,
        id: RoleId,
        name: &str,
        permissions: &[Permission],
        may: PermissionSet,
        context: &DecideContext<'_>,
    ) -> Decision {
        if self.roles.contains_key(&id) {
            return Err(Rejection::AlreadyExists("role"));
        }
        let mut violations = Violations::default();
        let (name, permissions) = self.checked(id, name, permissions, context, &mut violations);
        violations.count("roles", self.offered().count() + 1, MOST_ROLES);
        violations.into_result()?;
        within(permissions, may)?;
        Ok(vec![RoleDefined { role_id: id, name, permissions: permissions.iter().collect() }.into()])
    }

    fn change(
        &self,
        id: RoleId,
        name: &str,
        permissions: &[Permission],
        may: PermissionSet,
        context: &DecideContext<'_>,
    ) -> Decision {
        let known = self.role(id)?;
        within(known.permissions, may)?;
        if known.archived {
            return Err(Rejection::refused("role_archived", "the role is archived; define another"));
        }
        let mut violations = Violations::default();
        let (name, permissions) = self.checked(id, name, permissions, context, &mut violations);
        violations.into_result()?;
        within(permissions, may)?;
        if known.name == name && known.permissions == permissions {
            return Ok(Vec::new());
        }
        let changed = RoleChanged {
            role_id: id,
            name,
            added: permissions.beyond(known.permissions).iter().collect(),
            removed: known.permissions.beyond(permissions).iter().collect(),
            permissions: permissions.iter().collect(),
        };
        Ok(vec![changed.into()])
    }

    fn archive(&self, id: RoleId, may: PermissionSet, holders: u64) -> Decision {
        let known = self.role(id)?;
        within(known.permissions, may)?;
        if known.archived {
            return Ok(Vec::new());
        }
        if holders > 0 {
            let message = format!("{holders} of the desk hold this role; give them another first");
            return Err(Rejection::refused("role_in_use", message));
        }
        Ok(vec![RoleArchived { role_id: id, name: known.name.clone() }.into()])
    }
}

fn within(permissions: PermissionSet, may: PermissionSet) -> Result<(), Rejection> {
    if permissions.beyond(may).is_empty() { Ok(()) } else { Err(Rejection::Forbidden(BEYOND)) }
}

impl Aggregate for Roles {
    const CATEGORY: Category = Category::Role;
    type Command = RoleCommand;
    type Event = RoleEvent;

    fn decide(&self, command: &RoleCommand, context: &DecideContext<'_>) -> Decision {
        use RoleCommand as C;
        context.staff_only("only the desk may change roles")?;
        match command {
            C::Define { role_id, name, permissions, may } => self.define(*role_id, name, permissions, *may, context),
            C::Change { role_id, name, permissions, may } => self.change(*role_id, name, permissions, *may, context),
            C::Archive { role_id, may, holders } => self.archive(*role_id, *may, *holders),
        }
    }

    fn evolve(&mut self, event: &RoleEvent, stamp: &Stamp) {
        use RoleEvent as E;
        let version = stamp.version;
        self.version = version;
        match event {
            E::RoleDefined(RoleDefined { role_id, name, permissions }) => {
                let permissions = PermissionSet::of(permissions);
                self.roles.insert(*role_id, DefinedRole { name: name.clone(), permissions, archived: false, version });
            }
            E::RoleChanged(RoleChanged { role_id, name, permissions, .. }) => {
                if let Some(role) = self.roles.get_mut(role_id) {
                    role.name.clone_from(name);
                    role.permissions = PermissionSet::of(permissions);
                    role.version = version;
                }
            }
            E::RoleArchived(RoleArchived { role_id, .. }) => {
                if let Some(role) = self.roles.get_mut(role_id) {
                    role.archived = true;
                    role.version = version;
                }
            }
            E::RoleGranted(_) | E::RoleWithdrawn(_) => {}
        }
    }

    fn data_subject(&self, _: Uuid) -> Option<PersonId> {
        None
    }

    fn exists(&self) -> bool {
        self.version > 0
    }
}
