use docket_domain::role::*;
use docket_domain::{AgentId, Permission, PermissionSet, Role};

use super::Dice;
use crate::role::role_id;

pub(crate) const ROLE_EVENTS: u8 = 5;
pub(crate) const ROLE_COMMANDS: u8 = 3;

/// Some permissions, now and then none, one of them twice.
fn permissions(dice: Dice) -> Vec<Permission> {
    let one = dice.of(Permission::ALL);
    let some = Permission::ALL.iter().enumerate().filter(|(place, _)| dice.b >> (place % 8) & 1 == 1);
    if dice.b == 0 { Vec::new() } else { some.map(|(_, permission)| *permission).chain([one, one]).collect() }
}

pub(crate) fn role_event(kind: u8, dice: Dice) -> RoleEvent {
    let (role_id, name, permissions) = (role_id(dice.small()), dice.text(), permissions(dice));
    let agent_id = AgentId(uuid::Uuid::from_u128(u128::from(dice.a)));
    match kind % ROLE_EVENTS {
        0 => RoleDefined { role_id, name, permissions }.into(),
        1 => RoleChanged { role_id, name, added: permissions.clone(), removed: Vec::new(), permissions }.into(),
        2 => RoleArchived { role_id, name }.into(),
        3 => RoleGranted { agent_id, role: dice.of(&Role::ALL), custom_role_id: dice.some(0, role_id) }.into(),
        _ => RoleWithdrawn { agent_id, role: dice.of(&Role::ALL), custom_role_id: dice.some(0, role_id) }.into(),
    }
}

pub(crate) fn role_command(kind: u8, dice: Dice) -> RoleCommand {
    use RoleCommand as C;
    let (role_id, name, permissions) = (role_id(dice.small()), dice.text(), permissions(dice));
    let may = dice.some(7, PermissionSet::all()).unwrap_or_else(|| PermissionSet::of(&permissions));
    match kind % ROLE_COMMANDS {
        0 => C::Define { role_id, name, permissions, may },
        1 => C::Change { role_id, name, permissions, may },
        _ => C::Archive { role_id, may, holders: u64::from(dice.b % 2) },
    }
}
