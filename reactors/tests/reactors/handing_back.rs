//! Tickets and chats of somebody who cannot look after them any more.

use docket_domain::agent::{AgentCommand, Availability};
use docket_domain::chat::ChatStatus;
use docket_domain::role::RoleCommand;
use docket_domain::ticket::*;
use docket_domain::{Actor, AgentId, Category, HeldRole, Permission, PermissionSet, Role, RoleId, TicketId};
use docket_reactors::Settings;

use crate::house::{House, eventually};

impl House {
    /// Tickets of an agent, in these statuses.
    async fn tickets_of(&self, agent: AgentId, statuses: &[TicketStatus]) -> Vec<TicketId> {
        let customer = self.customer().await;
        let mut ids = Vec::new();
        for to in statuses {
            let id = self.open_ticket(customer).await;
            self.commands.assign_ticket(&self.by(Actor::agent(agent)), id, agent).await.unwrap();
            if *to != TicketStatus::InProgress {
                let change = [TicketCommand::ChangeStatus { to: *to, reason: None }];
                self.commands.change_ticket(&self.by(Actor::agent(agent)), id, &change).await.unwrap();
            }
            ids.push(id);
        }
        ids
    }

    async fn is_nobodys(&self, id: TicketId) -> bool {
        self.ticket(id).await.assignee_id.is_none()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_hands_back_what_is_unfinished_once() {
    let house = House::new().await;
    let (grace, other) = (house.agent(1, &[], &[]).await, house.agent(1, &[], &[]).await);
    let unfinished = [TicketStatus::InProgress, TicketStatus::OnHold, TicketStatus::WaitingCustomer];
    let theirs = house.tickets_of(grace, &unfinished).await;
    let resolved = house.tickets_of(grace, &[TicketStatus::Resolved]).await[0];
    let kept = house.tickets_of(other, &[TicketStatus::InProgress]).await[0];
    let (running, rival) = (house.react(Settings::default()).await, house.rival(Settings::default()));
    house.commands.deactivate_agent(&house.by(Actor::SYSTEM), grace).await.unwrap();
    for (id, before) in theirs.iter().zip(unfinished) {
        eventually("it waits to be taken", || house.is_nobodys(*id)).await;
        let after = if before == TicketStatus::InProgress { TicketStatus::Open } else { before };
        assert_eq!(house.ticket(*id).await.status, after);
        assert_eq!(house.count(Category::Ticket, id.0, "Unassigned").await, 1);
    }
    running.end().await;
    rival.end().await;
    assert!(!house.is_nobodys(kept).await, "somebody else's");
    assert!(!house.is_nobodys(resolved).await, "who resolved it is no secret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_work_on_tickets_any_more_hands_them_back_also_after_a_restart() {
    let house = House::new().await;
    let grace = house.agent(1, &[], &[]).await;
    let ids = house.tickets_of(grace, &[TicketStatus::InProgress; 3]).await;
    let audits = AgentCommand::ChangeRole { to: Role::Auditor.into() };
    house.commands.change_agent(&house.by(Actor::SYSTEM), grace, &audits).await.unwrap();
    // Nobody reacted; one was handed back by hand.
    house.commands.hand_back_ticket(&house.by(Actor::SYSTEM), ids[0]).await.unwrap();
    let house = house.restarted().await;
    let running = house.react(Settings::default()).await;
    for id in &ids {
        eventually("it waits to be taken", || house.is_nobodys(*id)).await;
        assert_eq!(house.count(Category::Ticket, id.0, "Unassigned").await, 1);
    }
    running.end().await;
    // And nobody is given one who could not look after it.
    let refused = house.commands.assign_ticket(&house.by(Actor::SYSTEM), ids[0], grace).await;
    assert!(refused.unwrap_err().to_string().contains("does not allow"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_without_chats_gives_them_back_whichever_way_it_came() {
    let house = House::new().await;
    let by = house.by(Actor::SYSTEM);
    let with = |permissions: &[Permission]| (permissions.to_vec(), PermissionSet::all());
    let (chats, may) = with(&[Permission::ViewTickets, Permission::ViewChat, Permission::SendMessages]);
    let role = house.commands.define_role(&by, "Chats".into(), chats, may).await.unwrap();
    let role_id = RoleId(role.note.unwrap().parse().unwrap());
    let (audited, own) = (house.agent(1, &[], &[]).await, house.agent(2, &[], &[]).await);
    let change = AgentCommand::ChangeRole { to: HeldRole::Own(role_id) };
    house.commands.change_agent(&by, own, &change).await.unwrap();
    let mut held = Vec::new();
    for agent in [audited, own] {
        let chat = house.start_chat().await;
        house.commands.accept_chat(&house.by(Actor::agent(agent)), chat, agent).await.unwrap();
        held.push(chat);
    }
    let offered = house.start_chat().await;
    house.commands.assign_chat(&by, offered, own).await.unwrap();

    // Another role: with the command itself, no reactor running.
    let audits = AgentCommand::ChangeRole { to: Role::Auditor.into() };
    house.commands.change_agent(&by, audited, &audits).await.unwrap();
    assert_eq!(house.chat(held[0]).await.place_of(), None);
    assert_eq!(house.chat(held[0]).await.status, ChatStatus::Transferred);
    let after = house.load_agent(audited).await;
    assert_eq!((after.taken_places(), after.availability), (0, Availability::Offline));

    // The same role, allowing less: soon after, and once.
    let (permissions, may) = with(&[Permission::ViewTickets, Permission::ViewChat]);
    let less = RoleCommand::Change { role_id, name: "Chats".into(), permissions, may };
    house.commands.change_roles(&by, less).await.unwrap();
    let (running, rival) = (house.react(Settings::default()).await, house.rival(Settings::default()));
    eventually("they have none", || async { house.load_agent(own).await.taken_places() == 0 }).await;
    assert_eq!(house.load_agent(own).await.availability, Availability::Offline);
    assert_eq!((house.chat(held[1]).await.place_of(), house.chat(offered).await.place_of()), (None, None));
    assert_eq!(house.count(Category::Chat, held[1].0, "ChatTransferred").await, 1);
    running.end().await;
    rival.end().await;

    // And they are given none: not by the desk, nor by saying they are available.
    let refused = |outcome: Result<docket_commands::Done, docket_commands::CommandError>| {
        assert!(outcome.unwrap_err().to_string().contains("does not allow to take chats"));
    };
    refused(house.commands.accept_chat(&house.by(Actor::agent(own)), offered, own).await);
    let available = AgentCommand::ChangeAvailability { to: Availability::Available };
    refused(house.commands.change_agent(&house.by(Actor::agent(own)), own, &available).await);
}
