//! Joining, merging, erasing.

use docket_commands::{Commands, Settings};
use docket_domain::agent::AgentCommand;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Ticket, TicketCommand};
use docket_domain::{Actor, AgentId, CustomerId, DomainEvent, Limits, MessageId, PersonId, Role};
use docket_store::{KeyState, Keyring as _, new_id};

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
