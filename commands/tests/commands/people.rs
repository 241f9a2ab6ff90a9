//! Joining, merging, erasing.

use docket_commands::{Commands, Settings, StartChat};
use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Ticket, TicketCommand};
use docket_domain::{Actor, AgentId, ChatId, CustomerId, DomainEvent, Limits, MessageId, PersonId, Role};
use docket_store::vault::NewAccount;
use docket_store::{Journal, KeyState, Keyring as _, new_id};
use futures::future::join_all;

use crate::desk::{Desk, code, request, types};

fn register() -> AgentCommand {
    AgentCommand::Register {
        name: "Grace".into(),
        email: Some("grace@example.org".into()),
        role: Role::Agent.into(),
        department_ids: vec![],
        skills: vec![],
        max_concurrent_chats: 3,
    }
}

#[tokio::test]
async fn a_tenant_has_no_more_agents_than_its_limit() {
    let desk = Desk::new().await;
    let settings = Settings { limits: Limits { agents: 2, ..Limits::default() }, ..Settings::default() };
    let node = || Commands::new(desk.journal.clone(), desk.vault.accounts(), settings.clone());
    let (one, other) = (node(), node());
    let join = |commands: Commands| {
        let by = desk.by_admin();
        async move { code(commands.register_agent(&by, AgentId(new_id()), &register()).await) }
    };
    assert_eq!(join(one.clone()).await, "done");
    assert_eq!(join(other.clone()).await, "done");
    assert_eq!(join(one).await, "too_many_agents");
    assert_eq!(join(other).await, "too_many_agents");
}

#[tokio::test]
async fn a_visitor_turns_out_to_be_a_customer() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let visitor = CustomerId(new_id());
    let kind = CustomerKind::Visitor;
    let command = CustomerCommand::Register { kind, name: None, email: None, phone: None, external_id: None };
    desk.commands.begin::<Customer>(&desk.by_admin(), visitor.0, command).await.unwrap();
    let by = desk.by_admin();
    assert_eq!(code(desk.commands.merge_visitor(&by, customer, visitor).await), "not_a_visitor");
    assert_eq!(code(desk.commands.merge_visitor(&by, visitor, visitor).await), "merge_into_itself");
    assert_eq!(code(desk.commands.merge_visitor(&by, visitor, CustomerId(new_id())).await), "not_found");
    desk.commands.merge_visitor(&by, visitor, customer).await.unwrap();
    assert!(!desk.commands.merge_visitor(&by, visitor, customer).await.unwrap().changed);
    assert_eq!(desk.commands.load::<Customer>(&desk.tenant, customer).await.unwrap().absorbed, [visitor]);
}

#[tokio::test]
async fn an_erased_person_is_gone_with_all_they_wrote() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let post = || TicketCommand::PostMessage { message_id: MessageId(new_id()), body: "My address is …".into() };
    let done = desk.commands.execute::<Ticket>(&desk.by(Actor::customer(customer)), id.0, post()).await.unwrap();
    assert!(desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().subject.known().is_some());

    desk.commands.erase_person(&desk.by_admin(), customer).await.unwrap();
    // Memory, keys and log agree.
    assert!(desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().subject.known().is_none());
    let keys = desk.vault.find(&desk.tenant, &[PersonId(customer.0)]).await.unwrap();
    assert!(matches!(keys[&PersonId(customer.0)], KeyState::Destroyed));
    for mut event in desk.events(&done.stream).await {
        event.body.visit_personal(&mut |text| assert!(text.known().is_none()));
    }
    let log = desk.log().await;
    assert_eq!(types(&log).last(), Some(&"PersonalDataErased"));

    // Nothing more is recorded of what they say; what says nothing personal still is.
    let by_customer = desk.by(Actor::customer(customer));
    assert_eq!(code(desk.commands.execute::<Ticket>(&by_customer, id.0, post()).await), "person_erased");
    assert_eq!(code(desk.commands.open_ticket(&desk.by_admin(), &request(customer)).await), "person_erased");
    let tag = TicketCommand::ChangeTags { add: vec!["erased".into()], remove: vec![] };
    desk.commands.change_ticket(&desk.by_admin(), id, &[tag]).await.unwrap();

    // Once more changes nothing, and is no error.
    assert!(!desk.commands.erase_person(&desk.by_admin(), customer).await.unwrap().changed);
    assert_eq!(code(desk.commands.erase_person(&desk.by_admin(), CustomerId(new_id())).await), "not_found");
}

#[tokio::test]
async fn another_node_forgets_an_erased_person_when_it_hears_of_it() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let other = desk.another_node().await;
    assert!(other.load::<Ticket>(&desk.tenant, id).await.unwrap().subject.known().is_some());
    desk.commands.erase_person(&desk.by_admin(), customer).await.unwrap();
    for event in desk.log().await {
        if matches!(event.body, DomainEvent::Customer(_)) {
            other.observe(&event);
        }
    }
    assert!(other.load::<Ticket>(&desk.tenant, id).await.unwrap().subject.known().is_none());
}

/// However many take each other away at once, on however many nodes, somebody is left to let others in.
async fn one_administrator_stays(desk: Desk) {
    let accounts = desk.vault.accounts();
    let mut admins = Vec::new();
    for _ in 0..8 {
        let id = desk.agent(3).await;
        desk.commands
            .change_agent(&desk.by_admin(), id, &AgentCommand::ChangeRole { to: Role::Admin.into() })
            .await
            .unwrap();
        let account = NewAccount { person: PersonId(id.0), role: Role::Admin.into(), login: None, password: None };
        accounts.open_account(&desk.tenant, account).await.unwrap();
        admins.push(id);
    }
    let nodes = [desk.commands.clone(), desk.another_node().await];
    let outcomes = join_all(admins.iter().enumerate().map(|(place, id)| {
        let (commands, by, id) = (nodes[place % 2].clone(), desk.by_admin(), *id);
        let command = match place % 3 {
            0 => AgentCommand::Deactivate,
            _ => AgentCommand::ChangeRole { to: Role::Agent.into() },
        };
        tokio::spawn(async move { commands.change_agent(&by, id, &command).await })
    }))
    .await;
    let refused: Vec<_> = outcomes.into_iter().map(Result::unwrap).filter(Result::is_err).map(code).collect();
    assert_eq!(refused, ["last_admin"]);
    let mut left = 0;
    for id in admins {
        let agent = desk.commands.load_fresh::<Agent>(&desk.tenant, id).await.unwrap();
        left += usize::from(agent.role.is_admin() && !agent.deactivated);
    }
    assert_eq!(left, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_administrator_stays_whoever_is_taken_away_at_once() {
    one_administrator_stays(Desk::new().await).await;
    one_administrator_stays(Desk::on_postgres().await).await;
}

/// Nor do more join than may.
async fn as_many_join_as_may(desk: Desk) {
    let limits = Limits { agents: 5, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    let node = |journal: &Journal| Commands::new(journal.clone(), desk.vault.accounts(), settings.clone());
    let nodes = [node(&desk.journal), node(&desk.journal)];
    let outcomes = join_all((0..12).map(|place| {
        let (commands, by) = (nodes[place % 2].clone(), desk.by_admin());
        let register = AgentCommand::Register {
            name: format!("Agent {place}"),
            email: None,
            role: Role::Agent.into(),
            department_ids: vec![],
            skills: vec![],
            max_concurrent_chats: 1,
        };
        tokio::spawn(async move { commands.register_agent(&by, AgentId(new_id()), &register).await })
    }))
    .await;
    let (joined, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!(joined.len(), 5);
    assert!(refused.into_iter().map(code).all(|code| code == "too_many_agents"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_join_as_may_however_many_ask_at_once() {
    as_many_join_as_may(Desk::new().await).await;
    as_many_join_as_may(Desk::on_postgres().await).await;
}

#[tokio::test]
async fn whose_role_allows_no_chats_is_neither_available_nor_given_any() {
    let desk = Desk::new().await;
    let id = desk.agent(3).await;
    let by = desk.by_admin();
    desk.commands.change_agent(&by, id, &AgentCommand::ChangeRole { to: Role::Auditor.into() }).await.unwrap();
    let agent = desk.commands.load::<Agent>(&desk.tenant, id).await.unwrap();
    assert_eq!(agent.availability, Availability::Offline);
    let available = AgentCommand::ChangeAvailability { to: Availability::Available };
    assert_eq!(code(desk.commands.change_agent(&by, id, &available).await), "cannot_take_chats");
    let visitor = CustomerId(new_id());
    let started = desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &StartChat::of(visitor)).await;
    let chat = ChatId(started.unwrap().stream.id);
    let offered = desk.commands.assign_chat(&desk.by(Actor::SYSTEM), chat, id).await;
    assert_eq!(code(offered), "cannot_take_chats");
}

#[tokio::test]
async fn a_visitor_is_erased_as_the_customer_they_turned_out_to_be() {
    use docket_commands::{ConvertChat, StartChat};
    let desk = Desk::new().await;
    let (customer, visitor) = (desk.customer().await, CustomerId(new_id()));
    let start = StartChat { message: Some("I live at Quince Lane".into()), ..StartChat::of(visitor) };
    let by_visitor = desk.by(Actor::customer(visitor));
    let chat = docket_domain::ChatId(desk.commands.start_chat(&by_visitor, &start).await.unwrap().stream.id);
    desk.commands.merge_visitor(&desk.by_admin(), visitor, customer).await.unwrap();
    let convert = ConvertChat {
        subject: "Quince Lane".into(),
        description: None,
        category: "other".into(),
        priority: docket_domain::ticket::Priority::Low,
        department_id: None,
        assignee_id: None,
    };
    let ticket = desk.commands.convert_chat(&desk.by_admin(), chat, &convert).await.unwrap().stream;
    let before = desk.log().await.len();
    // What the visitor said lies in the customer's ticket: half of a person cannot be erased.
    assert_eq!(code(desk.commands.erase_person(&desk.by_admin(), visitor).await), "visitor_merged");
    assert_eq!(desk.log().await.len(), before);
    desk.commands.erase_person(&desk.by_admin(), customer).await.unwrap();
    let chat = docket_domain::StreamId::new(desk.tenant.clone(), docket_domain::Category::Chat, chat.0);
    for stream in [chat, ticket] {
        for mut event in desk.events(&stream).await {
            event.body.visit_personal(&mut |text| assert!(text.known().is_none(), "{text:?}"));
        }
    }
}
