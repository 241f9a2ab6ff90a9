//! The rules of an agent.

use docket_domain::agent::*;
use docket_domain::{Aggregate as _, HeldRole, PersonId, Role, RoleId};
use uuid::Uuid;

use crate::role::role_id;
use crate::scenario::*;

pub(crate) fn register(places: u32) -> AgentCommand {
    AgentCommand::Register {
        name: "Grace".to_owned(),
        email: Some("grace@example.org".to_owned()),
        role: Role::Agent.into(),
        department_ids: vec![department_id(2), department_id(1), department_id(2)],
        skills: vec!["billing".to_owned()],
        max_concurrent_chats: places,
    }
}

fn registered(places: u32) -> Scenario<Agent> {
    Scenario::new().given(agent(9), register(places))
}

fn be(to: Availability) -> AgentCommand {
    AgentCommand::ChangeAvailability { to }
}

fn role_changed(from: Role, to: Role, before: Option<RoleId>, after: Option<RoleId>) -> RoleChanged {
    RoleChanged { from, to, from_custom_role_id: before, custom_role_id: after }
}

fn take(number: u8) -> AgentCommand {
    AgentCommand::TakeChat { chat_id: chat_id(number), by_hand: false }
}

#[test]
fn an_agent_joins_offline_and_is_their_own_subject() {
    Scenario::<Agent>::new()
        .when(agent(9), register(2))
        .then([AgentRegistered {
            name: "Grace".into(),
            email: Some("grace@example.org".into()),
            role: Role::Agent,
            custom_role_id: None,
            department_ids: vec![department_id(1), department_id(2)],
            skills: vec!["billing".to_owned()],
            max_concurrent_chats: 2,
        }])
        .and(|agent| {
            assert_eq!(agent.availability, Availability::Offline);
            assert_eq!(agent.data_subject(Uuid::max()), Some(PersonId(Uuid::max())));
        })
        .when(agent(9), register(2))
        .then_refused("already_exists");
    Scenario::<Agent>::new().when(customer(1), register(2)).then_refused("forbidden");
}

#[test]
fn capacity_is_never_exceeded() {
    registered(2)
        .given(agent(1), be(Availability::Available))
        .when(SYSTEM, take(1))
        .then([ChatSlotTaken { chat_id: chat_id(1), active_chats: 1 }])
        .when(SYSTEM, take(1))
        .then_nothing()
        .when(SYSTEM, take(2))
        .then([ChatSlotTaken { chat_id: chat_id(2), active_chats: 2 }])
        .when(SYSTEM, take(3))
        .then_refused("at_capacity")
        .when(agent(1), AgentCommand::TakeChat { chat_id: chat_id(3), by_hand: true })
        .then_refused("at_capacity")
        .when(SYSTEM, AgentCommand::ReleaseChat { chat_id: chat_id(1) })
        .then([ChatSlotReleased { chat_id: chat_id(1), active_chats: 1 }])
        .when(SYSTEM, AgentCommand::ReleaseChat { chat_id: chat_id(1) })
        .then_nothing()
        .when(SYSTEM, take(3))
        .then_types(&["ChatSlotTaken"])
        .given(agent(1), AgentCommand::ChangeCapacity { to: 1 })
        .and(|agent| assert_eq!((agent.taken_places(), agent.free_places(), agent.takes_chats()), (2, 0, false)));
}

#[test]
fn only_the_available_get_chats_but_one_may_take_one_by_hand() {
    for availability in [Availability::Busy, Availability::Away, Availability::Offline] {
        registered(2)
            .given(agent(1), be(availability))
            .when(SYSTEM, take(1))
            .then_refused("not_available")
            .when(agent(1), AgentCommand::TakeChat { chat_id: chat_id(1), by_hand: true })
            .then_types(&["ChatSlotTaken"]);
    }
}

#[test]
fn the_deactivated_take_nothing() {
    registered(2)
        .given(agent(1), be(Availability::Available))
        .given(SYSTEM, take(1))
        .when(agent(9), AgentCommand::Deactivate)
        .then([AgentDeactivated { availability: Availability::Available }])
        .when(agent(9), AgentCommand::Deactivate)
        .then_nothing()
        .when(agent(1), AgentCommand::TakeChat { chat_id: chat_id(2), by_hand: true })
        .then_refused("agent_deactivated")
        .when(agent(1), be(Availability::Available))
        .then_refused("agent_deactivated")
        .when(SYSTEM, AgentCommand::ReleaseChat { chat_id: chat_id(1) })
        .then_types(&["ChatSlotReleased"])
        .when(agent(9), AgentCommand::Reactivate)
        .then([AgentReactivated {}])
        .when(agent(9), AgentCommand::Reactivate)
        .then_nothing()
        .and(|agent| assert_eq!(agent.availability, Availability::Offline));
}

#[test]
fn changes_say_before_and_after_and_setting_the_same_is_nothing() {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    registered(2)
        .when(agent(1), be(Availability::Away))
        .then([AvailabilityChanged { from: Availability::Offline, to: Availability::Away }])
        .when(agent(1), be(Availability::Away))
        .then_nothing()
        .when(agent(9), AgentCommand::ChangeCapacity { to: 3 })
        .then([CapacityChanged { from: 2, to: 3 }])
        .when(agent(9), AgentCommand::ChangeCapacity { to: 3 })
        .then_nothing()
        .when(agent(9), AgentCommand::ChangeRole { to: Role::Supervisor.into() })
        .then([role_changed(Role::Agent, Role::Supervisor, None, None)])
        .when(agent(9), AgentCommand::ChangeRole { to: Role::Supervisor.into() })
        .then_nothing()
        .when(agent(9), AgentCommand::ChangeSkills { skills: list(&["french", "law"]) })
        .then([SkillsChanged {
            added: list(&["french", "law"]),
            removed: list(&["billing"]),
            skills: list(&["french", "law"]),
        }])
        .when(agent(9), AgentCommand::ChangeSkills { skills: list(&["law", "french", "law"]) })
        .then_nothing()
        .when(agent(9), AgentCommand::ChangeDepartments { department_ids: vec![department_id(1)] })
        .then([DepartmentsChanged {
            added: Vec::new(),
            removed: vec![department_id(2)],
            department_ids: vec![department_id(1)],
        }])
        .when(agent(9), AgentCommand::Rename { name: "Grace H.".to_owned(), email: None })
        .then([AgentRenamed { name: "Grace H.".into(), email: None }])
        .when(agent(9), AgentCommand::Rename { name: " Grace H. ".to_owned(), email: None })
        .then_nothing();
}

#[test]
fn a_role_of_the_tenants_own_stands_beside_the_base_role() {
    let (one, two) = (HeldRole::Own(role_id(1)), HeldRole::Own(role_id(2)));
    registered(2)
        .when(agent(9), AgentCommand::ChangeRole { to: one })
        .then([role_changed(Role::Agent, Role::Agent, None, Some(role_id(1)))])
        .when(agent(9), AgentCommand::ChangeRole { to: one })
        .then_nothing()
        .when(agent(9), AgentCommand::ChangeRole { to: two })
        .then([role_changed(Role::Agent, Role::Agent, Some(role_id(1)), Some(role_id(2)))])
        .and(|agent| assert_eq!(agent.role, two))
        .when(agent(9), AgentCommand::ChangeRole { to: Role::Auditor.into() })
        .then([role_changed(Role::Agent, Role::Auditor, Some(role_id(2)), None)])
        .and(|agent| assert_eq!(agent.role, HeldRole::BuiltIn(Role::Auditor)));
}

#[test]
fn every_invalid_field_is_named() {
    let command = AgentCommand::Register {
        name: String::new(),
        email: Some("a b@c".to_owned()),
        role: Role::Customer.into(),
        department_ids: Vec::new(),
        skills: Vec::new(),
        max_concurrent_chats: 101,
    };
    Scenario::<Agent>::new().when(agent(9), command).then_invalid(&[
        ("name", "required"),
        ("email", "invalid"),
        ("role", "invalid"),
        ("max_concurrent_chats", "out_of_range"),
    ]);
    Scenario::<Agent>::new().when(agent(9), be(Availability::Away)).then_refused("not_found");
}
