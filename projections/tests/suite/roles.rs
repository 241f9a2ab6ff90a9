//! A tenant's own roles as they are listed, who holds them, and their table built anew.

use docket_domain::Permission::*;
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::role::*;
use docket_domain::{Actor, HeldRole, PermissionSet, Role, RoleId};
use docket_store::new_id;
use uuid::Uuid;

use super::desk::{Desk, Engine, assert_same};
use super::on_both;

on_both!(roles_come_by_name_with_who_holds_them, the_table_of_roles_is_built_anew_alike);

impl Desk {
    async fn role(&self, name: &str) -> RoleId {
        let (role_id, may) = (RoleId(new_id()), PermissionSet::all());
        let define = RoleCommand::Define { role_id, name: name.into(), permissions: vec![ViewTickets], may };
        self.act::<Roles>(ROLES_ID, Actor::SYSTEM, define).await;
        role_id
    }

    async fn change_roles(&self, command: RoleCommand) {
        self.act::<Roles>(ROLES_ID, Actor::SYSTEM, command).await;
    }

    async fn give(&self, agent: Uuid, role: impl Into<HeldRole>) {
        self.act::<Agent>(agent, Actor::SYSTEM, AgentCommand::ChangeRole { to: role.into() }).await;
    }
}

fn renamed(role_id: RoleId, name: &str) -> RoleCommand {
    let permissions = vec![ViewReports, ViewTickets];
    RoleCommand::Change { role_id, name: name.into(), permissions, may: PermissionSet::all() }
}

fn archived(role_id: RoleId) -> RoleCommand {
    RoleCommand::Archive { role_id, may: PermissionSet::all(), holders: 0 }
}

async fn roles_come_by_name_with_who_holds_them(engine: Engine) {
    let desk = Desk::open(engine).await;
    let viewer = desk.agent(Uuid::nil());
    let (late, early, gone) = (desk.role("late").await, desk.role("Early").await, desk.role("gone").await);
    let (ada, bob) = (desk.register_agent("Ada").await, desk.register_agent("Bob").await);
    desk.give(ada, HeldRole::Own(late)).await;
    desk.give(bob, HeldRole::Own(late)).await;
    desk.give(bob, Role::Auditor).await;
    desk.change_roles(archived(gone)).await;
    desk.change_roles(renamed(late, "Later")).await;
    desk.settle().await;
    let queries = desk.queries();
    let roles = queries.roles(&viewer).await.unwrap();
    let listed: Vec<_> = roles.iter().map(|role| (role.id, role.name.as_str(), role.version)).collect();
    assert_eq!(listed, [(early.0, "Early", 2), (late.0, "Later", 5)]);
    assert_eq!(roles[1].permissions, [ViewTickets, ViewReports]);
    assert!(queries.role(&viewer, gone.0).await.unwrap().unwrap().archived);
    let mut holders = queries.role_holders(&viewer).await.unwrap();
    holders.sort_unstable();
    assert_eq!(holders, [(Role::Auditor.into(), 1), (HeldRole::Own(late), 1)]);
    let ada = queries.agent(&viewer, ada).await.unwrap().unwrap();
    assert_eq!((ada.role, ada.custom_role_id), (Role::Agent, Some(late.0)));
    assert_eq!(ada.role_name.as_deref(), Some("Later"));
    let bob = queries.agent(&viewer, bob).await.unwrap().unwrap();
    assert_eq!((bob.role, bob.custom_role_id, bob.role_name.as_deref()), (Role::Auditor, None, Some("auditor")));

    let customer = desk.customer(new_id());
    assert!(queries.roles(&customer).await.unwrap().is_empty());
    assert!(queries.role(&customer, late.0).await.unwrap().is_none());
    assert!(queries.role_holders(&customer).await.unwrap().is_empty());
}

async fn the_table_of_roles_is_built_anew_alike(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let (one, two) = (desk.role("one").await, desk.role("two").await);
    desk.settle().await;
    // What comes later finds its rows in the table.
    desk.stop().await;
    desk.run();
    desk.change_roles(renamed(one, "first")).await;
    desk.change_roles(archived(two)).await;
    desk.settle().await;
    let grown = desk.dump();
    assert!(grown.iter().any(|(table, rows)| table == "roles" && rows.lines().count() == 2));
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&grown, &desk.dump());
}
