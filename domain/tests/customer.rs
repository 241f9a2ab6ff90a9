//! The rules of a customer.

use docket_domain::customer::*;

use crate::scenario::*;

pub(crate) fn register(kind: CustomerKind) -> CustomerCommand {
    CustomerCommand::Register {
        kind,
        name: Some("Ada".to_owned()),
        email: Some("ada@example.org".to_owned()),
        phone: None,
        external_id: Some("crm-1".to_owned()),
    }
}

fn registered(kind: CustomerKind) -> Scenario<Customer> {
    Scenario::new().given(agent(1), register(kind))
}

fn details(name: &str) -> CustomerCommand {
    CustomerCommand::ChangeDetails { name: Some(name.to_owned()), email: None, phone: Some(" ".to_owned()) }
}

#[test]
fn details_are_told_as_they_are_now() {
    registered(CustomerKind::Customer)
        .when(agent(1), register(CustomerKind::Customer))
        .then_refused("already_exists")
        .when(customer(1), details("Ada L."))
        .then([CustomerDetailsChanged { name: Some("Ada L.".into()), email: None, phone: None }])
        .when(customer(1), details("Ada L."))
        .then_nothing()
        .when(customer(1), details("a\rb"))
        .then_invalid(&[("name", "invalid")]);
    Scenario::<Customer>::new().when(agent(1), details("x")).then_refused("not_found");
}

#[test]
fn erasing_happens_once_and_for_good() {
    registered(CustomerKind::Customer)
        .when(agent(1), CustomerCommand::Erase)
        .then([PersonalDataErased {}])
        .and(|customer| assert_eq!((&customer.name, &customer.email, &customer.external_id), (&None, &None, &None)))
        .when(agent(1), CustomerCommand::Erase)
        .then_nothing()
        .when(agent(1), details("Ada"))
        .then_refused("person_erased")
        .when(agent(1), CustomerCommand::Absorb { visitor: customer_id(2) })
        .then_refused("person_erased");
}

#[test]
fn a_visitor_turns_out_to_be_a_customer() {
    let merge = |into| CustomerCommand::MergeInto { customer: customer_id(into) };
    registered(CustomerKind::Visitor)
        .when(agent(1), merge(2))
        .then([VisitorMerged { into: customer_id(2) }])
        .when(agent(1), merge(2))
        .then_nothing()
        .when(agent(1), merge(3))
        .then_refused("customer_merged")
        .when(agent(1), details("Ada"))
        .then_refused("customer_merged")
        .when(agent(1), CustomerCommand::Erase)
        .then_types(&["PersonalDataErased"]);
    registered(CustomerKind::Customer)
        .when(agent(1), merge(2))
        .then_refused("not_a_visitor")
        .when(agent(1), CustomerCommand::Absorb { visitor: customer_id(2) })
        .then([VisitorAbsorbed { visitor: customer_id(2) }])
        .when(agent(1), CustomerCommand::Absorb { visitor: customer_id(2) })
        .then_nothing();
}
