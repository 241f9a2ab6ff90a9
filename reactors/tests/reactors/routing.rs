//! Waiting chats find agents, over a real log.

use chrono::TimeDelta;
use docket_commands::StartChat;
use docket_domain::agent::{AgentCommand, Availability};
use docket_domain::chat::EndedBy;
use docket_domain::role::RoleCommand;
use docket_domain::{Actor, Category, CustomerId, DepartmentId, HeldRole, Permission, PermissionSet, Role, RoleId};
use docket_reactors::Settings;
use docket_store::new_id;

use crate::house::{House, eventually};

/// Tests of routing move the clock; silence is not what they are about.
fn settings() -> Settings {
    Settings { chat_idle: TimeDelta::days(9), chat_abandoned: TimeDelta::days(9), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_is_offered_when_an_agent_comes_and_when_a_place_is_free() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let (first, second) = (house.start_chat().await, house.start_chat().await);
    let agent = house.agent(1, &[], &[]).await;
    eventually("the first is offered", || async { house.chat(first).await.offered_to == Some(agent) }).await;
    assert_eq!(house.chat(second).await.offered_to, None);
    house.commands.accept_chat(&house.by(Actor::agent(agent)), first, agent).await.unwrap();
    house.commands.end_chat(&house.by(Actor::agent(agent)), first, EndedBy::Agent).await.unwrap();
    eventually("the second is offered", || async { house.chat(second).await.offered_to == Some(agent) }).await;

    let third = house.start_chat().await;
    let more = AgentCommand::ChangeCapacity { to: 2 };
    house.commands.change_agent(&house.by(Actor::SYSTEM), agent, &more).await.unwrap();
    eventually("the third is offered", || async { house.chat(third).await.offered_to == Some(agent) }).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn department_and_skills_decide() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let by = house.by(Actor::SYSTEM);
    let sales = house.commands.create_department(&by, "Sales".into(), None).await.unwrap();
    let sales = DepartmentId(sales.stream.id);
    let plain = house.agent(5, &[], &[]).await;
    let seller = house.agent(5, &[sales], &[]).await;
    let linguist = house.agent(5, &[sales], &["italian"]).await;
    let visitor = || CustomerId(new_id());
    let to_sales = house.start(StartChat { department_id: Some(sales), ..StartChat::of(visitor()) }).await;
    let skills = vec!["italian".to_owned()];
    let italian = house.start(StartChat { skills, ..StartChat::of(visitor()) }).await;
    eventually("both are offered", || async {
        house.chat(to_sales).await.offered_to.is_some() && house.chat(italian).await.offered_to.is_some()
    })
    .await;
    let to_sales = house.chat(to_sales).await.offered_to.unwrap();
    assert!([seller, linguist].contains(&to_sales) && to_sales != plain);
    assert_eq!(house.chat(italian).await.offered_to, Some(linguist));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_nobody_takes_goes_on() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let (a, b) = (house.agent(1, &[], &[]).await, house.agent(1, &[], &[]).await);
    let chat = house.start_chat().await;
    eventually("it is offered", || async { house.chat(chat).await.offered_to.is_some() }).await;
    let first = house.chat(chat).await.offered_to.unwrap();
    let other = if first == a { b } else { a };
    house.pass(TimeDelta::seconds(31));
    eventually("it goes on", || async { house.chat(chat).await.offered_to == Some(other) }).await;
    assert!(house.load_agent(first).await.active_chats.is_empty());
    // Whoever goes loses what was only offered to them, at once.
    house.available(other, Availability::Offline).await;
    eventually("it comes back", || async { house.chat(chat).await.offered_to == Some(first) }).await;
    assert!(house.load_agent(other).await.active_chats.is_empty());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_and_restarts_never_give_anybody_too_many() {
    let house = House::new().await;
    let mut agents = Vec::new();
    for places in [1, 2, 3] {
        agents.push(house.agent(places, &[], &[]).await);
    }
    let running = house.react(settings()).await;
    let rivals = [house.rival(settings()), house.rival(settings())];
    let mut chats = Vec::new();
    for _ in 0..20 {
        chats.push(house.start_chat().await);
    }
    let offered = |house: &House, chats: &[docket_domain::ChatId]| {
        let (commands, tenant, chats) = (house.commands.clone(), house.tenant.clone(), chats.to_vec());
        async move {
            let mut offered = 0;
            for chat in chats {
                let chat = commands.load_fresh::<docket_domain::chat::Chat>(&tenant, chat).await.unwrap();
                offered += usize::from(chat.offered_to.is_some());
            }
            offered
        }
    };
    eventually("six are offered", || async { offered(&house, &chats).await == 6 }).await;
    running.end().await;
    for rival in rivals {
        rival.end().await;
    }
    let house = house.restarted().await;
    let running = house.react(settings()).await;
    let extra = house.agent(1, &[], &[]).await;
    eventually("a seventh is offered", || async { house.load_agent(extra).await.active_chats.len() == 1 }).await;
    running.end().await;
    assert_eq!(offered(&house, &chats).await, 7);
    for (agent, places) in agents.iter().zip([1, 2, 3]) {
        assert_eq!(house.load_agent(*agent).await.active_chats.len(), places);
        let taken = house.count(Category::Agent, agent.0, "ChatSlotTaken").await;
        let released = house.count(Category::Agent, agent.0, "ChatSlotReleased").await;
        assert_eq!(taken - released, places);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_back_is_offered_what_they_had() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let agent = house.agent(1, &[], &[]).await;
    let chat = house.start_chat().await;
    eventually("it is offered", || async { house.chat(chat).await.offered_to == Some(agent) }).await;
    house.commands.accept_chat(&house.by(Actor::agent(agent)), chat, agent).await.unwrap();
    house.commands.deactivate_agent(&house.by(Actor::SYSTEM), agent).await.unwrap();
    eventually("it waits", || async { house.chat(chat).await.agent_id.is_none() }).await;
    assert_eq!(house.chat(chat).await.offered_to, None);
    let back = AgentCommand::Reactivate;
    house.commands.change_agent(&house.by(Actor::SYSTEM), agent, &back).await.unwrap();
    house.available(agent, Availability::Available).await;
    eventually("it is offered again", || async { house.chat(chat).await.offered_to == Some(agent) }).await;

    // The same of what they handed over before they left, and of a reactor that only reads about it.
    house.commands.accept_chat(&house.by(Actor::agent(agent)), chat, agent).await.unwrap();
    let sales = house.commands.create_department(&house.by(Actor::SYSTEM), "Sales".into(), None).await.unwrap();
    let sales = DepartmentId(sales.stream.id);
    let of_sales = AgentCommand::ChangeDepartments { department_ids: vec![sales] };
    house.commands.change_agent(&house.by(Actor::SYSTEM), agent, &of_sales).await.unwrap();
    house.commands.transfer_chat(&house.by(Actor::agent(agent)), chat, None, Some(sales), None).await.unwrap();
    house.commands.deactivate_agent(&house.by(Actor::SYSTEM), agent).await.unwrap();
    house.commands.change_agent(&house.by(Actor::SYSTEM), agent, &AgentCommand::Reactivate).await.unwrap();
    running.end().await;
    let house = house.restarted().await;
    let running = house.react(settings()).await;
    house.available(agent, Availability::Available).await;
    eventually("and again", || async { house.chat(chat).await.offered_to == Some(agent) }).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_ends_with_what_made_its_agent_unable_and_a_colleague_may_accept() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let colleague = house.agent(9, &[], &[]).await;
    house.available(colleague, Availability::Busy).await;
    let ways = [
        AgentCommand::Deactivate,
        AgentCommand::ChangeAvailability { to: Availability::Busy },
        AgentCommand::ChangeAvailability { to: Availability::Offline },
        AgentCommand::ChangeCapacity { to: 0 },
        AgentCommand::ChangeRole { to: Role::Auditor.into() },
    ];
    for way in ways {
        let alone = house.agent(1, &[], &[]).await;
        let chat = house.start_chat().await;
        eventually("it is offered", || async { house.chat(chat).await.offered_to == Some(alone) }).await;
        house.commands.change_agent(&house.by(Actor::SYSTEM), alone, &way).await.unwrap();
        assert_eq!(house.chat(chat).await.offered_to, None, "{way:?}");
        assert!(house.load_agent(alone).await.active_chats.is_empty(), "{way:?}");
        house.commands.accept_chat(&house.by(Actor::agent(colleague)), chat, colleague).await.unwrap();
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_nobody_else_could_take_ends_when_its_time_is_over() {
    let house = House::new().await;
    let running = house.react(settings()).await;
    let (alone, colleague) = (house.agent(1, &[], &[]).await, house.agent(1, &[], &[]).await);
    house.available(colleague, Availability::Busy).await;
    let chat = house.start_chat().await;
    eventually("it is offered", || async { house.chat(chat).await.offered_to == Some(alone) }).await;
    house.pass(TimeDelta::seconds(31));
    eventually("it is offered to nobody", || async { house.chat(chat).await.offered_to.is_none() }).await;
    assert!(house.load_agent(alone).await.active_chats.is_empty());
    // Whoever comes anew is asked again; meanwhile whoever likes may accept.
    house.available(alone, Availability::Away).await;
    house.available(alone, Availability::Available).await;
    eventually("it is offered again", || async { house.chat(chat).await.offered_to == Some(alone) }).await;
    house.pass(TimeDelta::seconds(31));
    eventually("and ends again", || async { house.chat(chat).await.offered_to.is_none() }).await;
    house.commands.accept_chat(&house.by(Actor::agent(colleague)), chat, colleague).await.unwrap();
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_gains_chats_is_noticed() {
    let house = House::new().await;
    let by = house.by(Actor::SYSTEM);
    let reads = vec![Permission::ViewChat];
    let role = house.commands.define_role(&by, "Chats".into(), reads, PermissionSet::all()).await.unwrap();
    let role_id = RoleId(role.note.unwrap().parse().unwrap());
    // As it was recorded by versions that knew no better.
    let agent = house.agent(1, &[], &[]).await;
    let change = AgentCommand::ChangeRole { to: HeldRole::Own(role_id) };
    house.commands.execute::<docket_domain::agent::Agent>(&by, agent.0, change).await.unwrap();
    let permissions = vec![Permission::ViewChat, Permission::SendMessages];
    let more = RoleCommand::Change { role_id, name: "Chats".into(), permissions, may: PermissionSet::all() };
    let chat = house.start_chat().await;
    let running = house.react(settings()).await;
    eventually("who may not is not available", || async { !house.load_agent(agent).await.takes_work() }).await;
    house.commands.change_roles(&by, more).await.unwrap();
    house.available(agent, Availability::Available).await;
    eventually("it is offered", || async { house.chat(chat).await.offered_to == Some(agent) }).await;
    running.end().await;
}
