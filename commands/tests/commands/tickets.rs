//! Opening, assigning, merging, linking.

use docket_domain::department::{Department, DepartmentCommand};
use docket_domain::organisation::{FieldDefinition, FieldType, OrganisationCommand};
use docket_domain::ticket::{Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, AgentId, CustomerId, DepartmentId, TicketId};
use docket_store::new_id;
use serde_json::json;

use crate::desk::{Desk, code, fields, request, types};

#[tokio::test]
async fn a_ticket_opens_with_number_policy_and_assignee() {
    let desk = Desk::new().await;
    let (customer, agent) = (desk.customer().await, desk.agent(1).await);
    let mut open = request(customer);
    open.assignee_id = Some(agent);
    let done = desk.commands.open_ticket(&desk.by_admin(), &open).await.unwrap();
    assert_eq!(done.note.as_deref(), Some("TKT-000001"));
    let events = desk.events(&done.stream).await;
    assert_eq!(types(&events), ["TicketOpened", "SlaPolicyApplied", "Assigned", "StatusChanged"]);
    assert!(events.iter().all(|event| event.meta.data_subject == Some(customer.into())));
    let ticket = desk.commands.load::<Ticket>(&desk.tenant, TicketId(done.stream.id)).await.unwrap();
    assert_eq!(ticket.sla.policy().unwrap().hours.time_zone, "Europe/Rome");
    assert_eq!(ticket.subject.known(), Some("My parcel is lost"));
}

#[tokio::test]
async fn every_unknown_reference_is_named_and_nothing_is_opened() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let settings = [
        OrganisationCommand::ChangeCategories { to: vec!["billing".into(), "other".into()] },
        OrganisationCommand::DefineCustomField {
            definition: FieldDefinition {
                name: "size".into(),
                label: "Size".into(),
                field_type: FieldType::Number,
                options: vec![],
                personal: None,
            },
        },
    ];
    for command in settings {
        desk.commands.change_organisation(&desk.by_admin(), command).await.unwrap();
    }
    let before = desk.log().await.len();
    let mut open = request(CustomerId(new_id()));
    open.subject = String::new();
    open.department_id = Some(DepartmentId(new_id()));
    open.assignee_id = Some(AgentId(new_id()));
    open.custom_fields = [("size".to_owned(), json!("large")), ("colour".to_owned(), json!("red"))].into();
    let mut named = fields(desk.commands.open_ticket(&desk.by_admin(), &open).await);
    named.sort();
    let all = [
        "assignee_id",
        "category",
        "custom_fields.colour",
        "custom_fields.size",
        "customer_id",
        "department_id",
        "subject",
    ];
    assert_eq!(named, all);

    let mut open = request(customer);
    open.category = "billing".into();
    open.custom_fields = [("size".to_owned(), json!(42))].into();
    assert_eq!(desk.log().await.len(), before);
    let id = TicketId(desk.commands.open_ticket(&desk.by_admin(), &open).await.unwrap().stream.id);
    let change = |command: TicketCommand| {
        let desk = &desk;
        async move { fields(desk.commands.change_ticket(&desk.by_admin(), id, &[command]).await) }
    };
    assert_eq!(change(TicketCommand::ChangeCategory { to: "delivery".into() }).await, ["category"]);
    let set = [("size".to_owned(), json!(true))].into();
    assert_eq!(
        change(TicketCommand::ChangeCustomFields { set, plain: Default::default() }).await,
        ["custom_fields.size"]
    );
    let to = Some(DepartmentId(new_id()));
    assert_eq!(change(TicketCommand::ChangeDepartment { to }).await, ["department_id"]);
    assert_eq!(change(TicketCommand::Assign { to: AgentId(new_id()) }).await, ["assignee_id"]);
}

#[tokio::test]
async fn an_archived_department_is_offered_no_longer() {
    let desk = Desk::new().await;
    let done = desk.commands.create_department(&desk.by_admin(), "Sales".into(), None).await.unwrap();
    let department = DepartmentId(done.stream.id);
    let mut open = request(desk.customer().await);
    open.department_id = Some(department);
    desk.commands.open_ticket(&desk.by_admin(), &open).await.unwrap();
    desk.commands.execute::<Department>(&desk.by_admin(), department.0, DepartmentCommand::Archive).await.unwrap();
    assert_eq!(fields(desk.commands.open_ticket(&desk.by_admin(), &open).await), ["department_id"]);
}

#[tokio::test]
async fn a_follow_up_is_linked_both_ways_and_only_to_ones_own() {
    let desk = Desk::new().await;
    let (customer, stranger) = (desk.customer().await, desk.customer().await);
    let first = desk.ticket(customer).await;
    let mut open = request(customer);
    open.follow_up_of = Some(first);
    let done = desk.commands.open_ticket(&desk.by(Actor::customer(customer)), &open).await.unwrap();
    let second = TicketId(done.stream.id);
    let load = |id: TicketId| desk.commands.load::<Ticket>(&desk.tenant, id);
    assert_eq!(load(first).await.unwrap().links, [second]);
    assert_eq!(load(second).await.unwrap().links, [first]);
    assert_eq!(load(second).await.unwrap().follow_up_of, Some(first));

    let mut open = request(stranger);
    open.follow_up_of = Some(first);
    assert_eq!(fields(desk.commands.open_ticket(&desk.by(Actor::customer(stranger)), &open).await), ["follow_up_of"]);
    assert_eq!(
        code(desk.commands.open_ticket(&desk.by(Actor::customer(stranger)), &request(customer)).await),
        "forbidden"
    );
}

#[tokio::test]
async fn merging_changes_both_tickets_or_none() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let (a, b, c) = (desk.ticket(customer).await, desk.ticket(customer).await, desk.ticket(customer).await);
    let merge = |source, target| {
        let desk = &desk;
        async move { code(desk.commands.merge_tickets(&desk.by_admin(), source, target, false).await) }
    };
    assert_eq!(merge(a, a).await, "merge_into_itself");
    assert_eq!(merge(a, TicketId(new_id())).await, "not_found");
    assert_eq!(merge(a, b).await, "done");
    let load = |id: TicketId| desk.commands.load::<Ticket>(&desk.tenant, id);
    assert_eq!((load(a).await.unwrap().merged_into, load(a).await.unwrap().status), (Some(b), TicketStatus::Closed));
    assert_eq!(load(b).await.unwrap().merged_from, [a]);
    // Neither can what ended take another in, nor can it end twice: no circles.
    assert_eq!(merge(b, a).await, "ticket_merged");
    assert_eq!(merge(a, c).await, "ticket_merged");
    assert_eq!(merge(b, c).await, "done");
    assert_eq!(merge(c, a).await, "ticket_merged");

    let closed = desk.ticket(customer).await;
    let close = TicketCommand::ChangeStatus { to: TicketStatus::Closed, reason: None };
    desk.commands.execute::<Ticket>(&desk.by_admin(), closed.0, close).await.unwrap();
    let version = load(c).await.unwrap().version;
    assert_eq!(merge(c, closed).await, "ticket_closed");
    assert_eq!(desk.commands.load_fresh::<Ticket>(&desk.tenant, c).await.unwrap().version, version);
}

#[tokio::test]
async fn links_are_on_both_sides() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let (a, b) = (desk.ticket(customer).await, desk.ticket(customer).await);
    let done = desk.commands.link_tickets(&desk.by_admin(), a, b).await.unwrap();
    assert_eq!(done.stream.id, a.0);
    assert!(!desk.commands.link_tickets(&desk.by_admin(), b, a).await.unwrap().changed);
    assert_eq!(code(desk.commands.link_tickets(&desk.by_admin(), a, a).await), "link_to_itself");
    desk.commands.unlink_tickets(&desk.by_admin(), b, a).await.unwrap();
    for id in [a, b] {
        assert!(desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().links.is_empty());
    }
}

#[tokio::test]
async fn several_commands_on_a_ticket_happen_together_or_not_at_all() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    let agent = desk.agent(1).await;
    let tags = |tag: &str| TicketCommand::ChangeTags { add: vec![tag.to_owned()], remove: vec![] };
    let good = [tags("vip"), TicketCommand::Assign { to: agent }, tags("parcel")];
    let done = desk.commands.change_ticket(&desk.by_admin(), id, &good).await.unwrap();
    let ticket = desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap();
    assert_eq!(ticket.tags, ["parcel", "vip"]);
    assert_eq!(ticket.version, done.version);
    let bad = [tags("late"), TicketCommand::Assign { to: AgentId(new_id()) }];
    assert_eq!(code(desk.commands.change_ticket(&desk.by_admin(), id, &bad).await), "invalid");
    assert_eq!(desk.commands.load_fresh::<Ticket>(&desk.tenant, id).await.unwrap().version, done.version);
}
