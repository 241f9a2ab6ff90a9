//! The rules of a tenant's own roles.

use docket_domain::Permission::{self, *};
use docket_domain::role::*;
use docket_domain::{HeldRole, PermissionSet, Role, RoleId};
use uuid::Uuid;

use crate::scenario::*;

pub(crate) fn role_id(number: u8) -> RoleId {
    RoleId(Uuid::from_u128(9 << 64 | u128::from(number)))
}

fn define(number: u8, name: &str, permissions: &[Permission]) -> RoleCommand {
    let (name, permissions) = (name.to_owned(), permissions.to_vec());
    RoleCommand::Define { role_id: role_id(number), name, permissions, may: PermissionSet::all() }
}

fn change(number: u8, name: &str, permissions: &[Permission]) -> RoleCommand {
    let (name, permissions) = (name.to_owned(), permissions.to_vec());
    RoleCommand::Change { role_id: role_id(number), name, permissions, may: PermissionSet::all() }
}

fn archive(number: u8, holders: u64) -> RoleCommand {
    RoleCommand::Archive { role_id: role_id(number), may: PermissionSet::all(), holders }
}

/// The same, by somebody who may do only so much.
fn by(may: &[Permission], command: RoleCommand) -> RoleCommand {
    use RoleCommand as C;
    let may = PermissionSet::of(may);
    match command {
        C::Define { role_id, name, permissions, .. } => C::Define { role_id, name, permissions, may },
        C::Change { role_id, name, permissions, .. } => C::Change { role_id, name, permissions, may },
        C::Archive { role_id, holders, .. } => C::Archive { role_id, may, holders },
    }
}

fn with_reader() -> Scenario<Roles> {
    Scenario::new().given(agent(1), define(1, "Reader", &[ViewTickets, ViewReports]))
}

#[test]
fn a_role_is_defined_changed_and_archived() {
    let held = HeldRole::Own(role_id(1));
    Scenario::<Roles>::new()
        .when(agent(1), define(1, " Reader ", &[ViewReports, ViewTickets, ViewReports]))
        .then([RoleDefined {
            role_id: role_id(1),
            name: "Reader".to_owned(),
            permissions: vec![ViewTickets, ViewReports],
        }])
        .when(agent(1), define(1, "Another", &[ViewTickets]))
        .then_refused("already_exists")
        .when(agent(1), change(1, "Reader", &[ViewReports, ViewTickets]))
        .then_nothing()
        .when(agent(1), change(1, "READER", &[ViewTickets, ViewAudit]))
        .then([RoleChanged {
            role_id: role_id(1),
            name: "READER".to_owned(),
            added: vec![ViewAudit],
            removed: vec![ViewReports],
            permissions: vec![ViewTickets, ViewAudit],
        }])
        .and(|roles| {
            assert_eq!(roles.permissions_of(held), PermissionSet::of(&[ViewTickets, ViewAudit]));
            assert_eq!(roles.named(" reader"), Some(role_id(1)));
        })
        .when(agent(1), archive(1, 0))
        .then([RoleArchived { role_id: role_id(1), name: "READER".to_owned() }])
        .when(agent(1), archive(1, 0))
        .then_nothing()
        .when(agent(1), change(1, "Reader", &[ViewTickets]))
        .then_refused("role_archived")
        .and(|roles| assert!(roles.permissions_of(held).is_empty() && roles.named("reader").is_none()))
        .when(agent(1), define(2, "Reader", &[ViewTickets]))
        .then_types(&["RoleDefined"]);
}

#[test]
fn what_nobody_defined_allows_nothing_and_what_is_built_in_what_it_always_did() {
    let roles = Roles::default();
    assert!(roles.permissions_of(HeldRole::Own(role_id(1))).is_empty());
    for role in Role::ALL {
        assert_eq!(roles.permissions_of(role.into()), role.permissions());
    }
    with_reader()
        .when(agent(1), change(2, "Reader", &[ViewTickets]))
        .then_refused("not_found")
        .when(agent(1), archive(2, 0))
        .then_refused("not_found");
}

#[test]
fn a_name_is_one_roles_alone_and_no_built_in_ones() {
    let invalid = |name: &str, code| {
        with_reader().when(agent(1), define(2, name, &[ViewTickets])).then_invalid(&[("name", code)]);
    };
    invalid("rEADER", "taken");
    invalid("Ｒeader", "taken");
    invalid("Admin", "taken");
    invalid("ａｄｍｉｎ", "taken");
    invalid("customer", "taken");
    invalid(" ", "required");
    invalid(&"x".repeat(65), "too_long");
    invalid("a\nb", "invalid");
    with_reader().when(agent(1), define(2, &"x".repeat(64), &[ViewTickets])).then_types(&["RoleDefined"]);
    with_reader()
        .given(agent(1), define(2, "Writer", &[EditTickets]))
        .when(agent(1), change(2, "READER", &[]))
        .then_invalid(&[("name", "taken"), ("permissions", "required")]);
}

#[test]
fn nobody_hands_out_what_they_may_not_do() {
    let few = [ViewTickets, ManagePeople];
    Scenario::<Roles>::new()
        .when(agent(2), by(&few, define(1, "More", &[ViewTickets, ViewAudit])))
        .then_refused("forbidden")
        .when(agent(2), by(&few, define(1, "Same", &few)))
        .then_types(&["RoleDefined"])
        .when(agent(2), by(&few, change(1, "Same", &[ViewTickets, ManagePeople, ManageSettings])))
        .then_refused("forbidden");
    // Nor do they touch a role that allows more, be it to take from it.
    with_reader()
        .when(agent(2), by(&few, change(1, "Reader", &[ViewTickets])))
        .then_refused("forbidden")
        .when(agent(2), by(&few, archive(1, 0)))
        .then_refused("forbidden");
    Scenario::<Roles>::new().when(customer(1), define(1, "Mine", &[ViewTickets])).then_refused("forbidden");
}

#[test]
fn a_role_somebody_holds_is_not_archived() {
    with_reader()
        .when(agent(1), archive(1, 2))
        .then_refused("role_in_use")
        .when(agent(1), archive(1, 0))
        .then_types(&["RoleArchived"]);
}

#[test]
fn fifty_are_offered_at_most() {
    let most = u8::try_from(MOST_ROLES).expect("few");
    let full = (1..=most).fold(Scenario::<Roles>::new(), |roles, number| {
        roles.given(agent(1), define(number, &format!("Role {number}"), &[ViewTickets]))
    });
    full.when(agent(1), define(most + 1, "One more", &[ViewTickets]))
        .then_invalid(&[("roles", "too_many")])
        .given(agent(1), archive(1, 0))
        .when(agent(1), define(most + 1, "One more", &[ViewTickets]))
        .then_types(&["RoleDefined"]);
}

fn staff(from: Option<Role>, to: Option<Role>, joins: Option<usize>, other_admins: usize) -> StaffCommand {
    let (from, to) = (from.map(HeldRole::from), to.map(HeldRole::from));
    StaffCommand { agent_id: agent_id(7), from, to, joins, other_admins }
}

#[test]
fn an_administrator_stays_and_no_more_join_than_may() {
    let granted = |role| RoleGranted { agent_id: agent_id(7), role, custom_role_id: None };
    Scenario::<Staff>::new()
        .when(SYSTEM, staff(None, Some(Role::Admin), Some(499), 0))
        .then([granted(Role::Admin)])
        .when(agent(7), staff(Some(Role::Admin), Some(Role::Agent), None, 0))
        .then_refused("last_admin")
        .when(agent(7), staff(Some(Role::Admin), None, None, 0))
        .then_refused("last_admin")
        .when(agent(7), staff(Some(Role::Admin), None, None, 1))
        .then([RoleWithdrawn { agent_id: agent_id(7), role: Role::Admin, custom_role_id: None }])
        .when(agent(1), staff(None, Some(Role::Agent), Some(500), 3))
        .then_refused("too_many_agents")
        // Whoever comes back was counted when they joined.
        .when(agent(1), staff(None, Some(Role::Agent), None, 3))
        .then([granted(Role::Agent)])
        .when(agent(1), staff(Some(Role::Agent), Some(Role::Agent), None, 0))
        .then_nothing();
}
