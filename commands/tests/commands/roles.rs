//! A tenant's own roles, and who is given them.

use docket_commands::RequestKey;
use docket_domain::Permission::*;
use docket_domain::agent::AgentCommand;
use docket_domain::role::RoleCommand;
use docket_domain::{HeldRole, PermissionSet, Role, RoleId};
use docket_store::new_id;

use crate::desk::{Desk, code, fields, types};

async fn define(desk: &Desk, name: &str) -> RoleId {
    let may = PermissionSet::all();
    let done = desk.commands.define_role(&desk.by_admin(), name.into(), vec![ViewTickets], may).await.unwrap();
    RoleId(done.note.unwrap().parse().unwrap())
}

fn change(role_id: RoleId, permissions: &[docket_domain::Permission]) -> RoleCommand {
    let may = PermissionSet::all();
    RoleCommand::Change { role_id, name: "Reader".into(), permissions: permissions.to_vec(), may }
}

async fn roles_are_told_apart_in_one_stream(desk: Desk) {
    let (one, two) = (define(&desk, "Reader").await, define(&desk, "Writer").await);
    let by = desk.by_admin();
    // The second one's events are not in the way of who saw the first one.
    let done = desk.commands.change_roles(&by.clone().if_at(1), change(one, &[ViewTickets, ViewAudit])).await.unwrap();
    assert_eq!(done.version, 3);
    let same = desk.commands.change_roles(&by.clone().if_at(3), change(one, &[ViewAudit, ViewTickets])).await.unwrap();
    assert_eq!((same.version, same.changed), (3, false));
    let stale = desk.commands.change_roles(&by.clone().if_at(1), change(one, &[ViewTickets])).await;
    let Err(docket_commands::CommandError::Stale { current, missed, .. }) = stale else { panic!("{stale:?}") };
    assert_eq!((current, types(&missed)), (3, vec!["RoleChanged"]));
    let gone = RoleCommand::Archive { role_id: two, may: PermissionSet::all(), holders: 0 };
    assert_eq!(desk.commands.change_roles(&by.if_at(2), gone).await.unwrap().version, 4);
}

#[tokio::test]
async fn roles_are_told_apart_on_sqlite() {
    roles_are_told_apart_in_one_stream(Desk::new().await).await;
}

#[tokio::test]
async fn roles_are_told_apart_on_postgres() {
    roles_are_told_apart_in_one_stream(Desk::on_postgres().await).await;
}

#[tokio::test]
async fn a_role_is_defined_once_under_its_key() {
    let desk = Desk::new().await;
    let by = desk.by_admin();
    let key = RequestKey::of_request(&by.actor, "once", &[b"define"]);
    let mut notes = Vec::new();
    for _ in 0..2 {
        let keyed = by.clone().once(key.clone());
        let may = PermissionSet::all();
        notes.push(desk.commands.define_role(&keyed, "Reader".into(), vec![ViewTickets], may).await.unwrap().note);
    }
    assert_eq!(notes[0], notes[1]);
    assert_eq!(desk.commands.roles_now(&desk.tenant).await.unwrap().roles.len(), 1);
}

#[tokio::test]
async fn only_a_role_that_is_offered_is_given() {
    let desk = Desk::new().await;
    let agent = desk.agent(1).await;
    let reader = define(&desk, "Reader").await;
    let give = async |role: HeldRole| {
        desk.commands.change_agent(&desk.by_admin(), agent, &AgentCommand::ChangeRole { to: role }).await
    };
    assert_eq!(fields(give(HeldRole::Own(RoleId(new_id()))).await), ["custom_role_id"]);
    assert_eq!(code(give(HeldRole::Own(reader)).await), "done");
    assert_eq!(desk.load_agent(agent).await.role, HeldRole::Own(reader));
    assert_eq!(code(give(Role::Agent.into()).await), "done");
    let archive = |holders| RoleCommand::Archive { role_id: reader, may: PermissionSet::all(), holders };
    assert_eq!(code(desk.commands.change_roles(&desk.by_admin(), archive(1)).await), "role_in_use");
    assert_eq!(code(desk.commands.change_roles(&desk.by_admin(), archive(0)).await), "done");
    assert_eq!(fields(give(HeldRole::Own(reader)).await), ["custom_role_id"]);
}

#[tokio::test]
async fn what_a_role_allows_is_what_the_log_says_now() {
    let desk = Desk::new().await;
    let node = desk.another_node().await;
    let reader = define(&desk, "Reader").await;
    let held = HeldRole::Own(reader);
    let only = |permissions: &[_]| PermissionSet::of(permissions);
    // The other node has looked, and remembers.
    assert_eq!(node.permissions_of(&desk.tenant, held).await.unwrap(), only(&[ViewTickets]));
    desk.commands.change_roles(&desk.by_admin(), change(reader, &[ViewAudit])).await.unwrap();
    assert_eq!(node.roles(&desk.tenant).await.unwrap().permissions_of(held), only(&[ViewTickets]));
    desk.log().await.iter().for_each(|event| node.observe(event));
    assert_eq!(node.roles(&desk.tenant).await.unwrap().permissions_of(held), only(&[ViewAudit]));
    desk.commands.change_roles(&desk.by_admin(), change(reader, &[ViewChat])).await.unwrap();
    assert_eq!(
        node.permissions_of(&desk.tenant, held).await.unwrap(),
        only(&[ViewChat]),
        "also if it was told nothing"
    );
    let desk = desk.restarted().await;
    assert_eq!(desk.commands.permissions_of(&desk.tenant, held).await.unwrap(), only(&[ViewChat]));
}
