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
        .then([CustomerDetailsChanged { name: Some("Ada L.".into()), email: None, phone: None, email_verified: None }])
        .when(customer(1), details("Ada L."))
        .then_nothing()
        .when(customer(1), details("a\rb"))
        .then_invalid(&[("name", "invalid")]);
    Scenario::<Customer>::new().when(agent(1), details("x")).then_refused("not_found");
}

#[test]
fn an_id_elsewhere_has_one_spelling() {
    let register = |external_id: &str| CustomerCommand::Register {
        kind: CustomerKind::Customer,
        name: None,
        email: None,
        phone: None,
        external_id: Some(external_id.to_owned()),
    };
    for id in ["crm\u{200b}-1", "crm\u{a0}1", "crm  1", "crm\u{202e}1", "crm\n1", "\u{feff}crm-1"] {
        Scenario::<Customer>::new().when(agent(1), register(id)).then_invalid(&[("external_id", "invalid")]);
    }
    let kept = |id: &str| Scenario::<Customer>::new().given(agent(1), register(id)).state.external_id;
    assert_eq!(kept("\u{a0}jose\u{301} 1 "), Some("jos\u{e9} 1".into()));
    assert_eq!(kept(" \u{200b}"), None, "what is blank is absent");
    // As it lies in the log from before.
    let of_old = CustomerRegistered {
        kind: CustomerKind::Customer,
        name: None,
        email: None,
        phone: None,
        external_id: Some("crm\u{200b}\u{a0}1".into()),
        email_verified: None,
    };
    let mut scenario = Scenario::<Customer>::new();
    scenario.happen(agent(1), [of_old.into()]);
    assert_eq!(scenario.state.identities(), [Identity::external_id("crm 1")]);
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

fn state(name: Option<&str>, email: Option<&str>) -> CustomerCommand {
    CustomerCommand::StateContact { name: name.map(str::to_owned), email: email.map(str::to_owned) }
}

#[test]
fn what_a_visitor_corrects_is_what_counts() {
    Scenario::<Customer>::new()
        .when(customer(1), register(CustomerKind::Visitor))
        .then_types(&["CustomerRegistered"])
        .and(|visitor| assert!(!visitor.email_verified && visitor.identities() == [Identity::external_id("crm-1")]))
        .when(customer(1), state(None, Some("ADA@example.org")))
        .then_types(&["CustomerDetailsChanged"])
        .when(customer(1), state(Some("Ada L."), Some("ada@correct.example")))
        .then([CustomerDetailsChanged {
            name: Some("Ada L.".into()),
            email: Some("ada@correct.example".into()),
            phone: None,
            email_verified: Some(false),
        }])
        .when(customer(1), state(None, None))
        .then_nothing()
        .when(customer(1), state(None, Some("no address")))
        .then_invalid(&[("email", "invalid")]);
}

#[test]
fn what_differs_from_what_the_desk_knows_is_kept_beside_it() {
    registered(CustomerKind::Customer)
        .and(|known| assert!(known.identities().contains(&Identity::email("ADA@example.org "))))
        .when(customer(1), state(Some("Eve"), Some("eve@example.org")))
        .then([ContactStated { name: Some("Eve".into()), email: Some("eve@example.org".into()) }])
        .and(|known| {
            assert_eq!(known.email, Some("ada@example.org".into()));
            assert!(known.identities().contains(&Identity::email("ada@example.org")));
        })
        .when(customer(1), state(Some("Ada"), None))
        .then([ContactStated { name: None, email: Some("eve@example.org".into()) }])
        .when(customer(1), state(Some("Ada"), Some("Ada@Example.org")))
        .then([ContactStated { name: None, email: None }])
        .when(customer(1), state(Some("Ada"), Some("Ada@Example.org")))
        .then_nothing();
}

#[test]
fn an_address_a_customer_sets_is_known_once_the_desk_has_set_it() {
    let set = |email: &str| CustomerCommand::ChangeDetails { name: None, email: Some(email.to_owned()), phone: None };
    registered(CustomerKind::Customer)
        .when(customer(1), set("Ada@example.org"))
        .then_types(&["CustomerDetailsChanged"])
        .and(|known| assert!(known.email_verified, "only its case changed"))
        .when(customer(1), set("new@example.org"))
        .then_types(&["CustomerDetailsChanged"])
        .and(|known| {
            assert!(!known.email_verified && known.identities().contains(&Identity::email("ada@example.org")), "kept")
        })
        .when(agent(1), set("new@example.org"))
        .then_types(&["CustomerDetailsChanged"])
        .and(|known| assert!(known.email_verified && known.identities().len() == 2))
        .when(agent(1), set("new@example.org"))
        .then_nothing();
}

#[test]
fn whoever_was_recognised_goes_on_speaking_for_themselves() {
    Scenario::<Customer>::new()
        .when(
            customer(1),
            CustomerCommand::Register {
                kind: CustomerKind::Visitor,
                name: Some("Vee".into()),
                email: None,
                phone: None,
                external_id: None,
            },
        )
        .then_types(&["CustomerRegistered"])
        .when(agent(1), details("Vera Real"))
        .then_types(&["CustomerDetailsChanged"])
        .when(customer(1), state(None, Some("vee@example.org")))
        .then_types(&["CustomerDetailsChanged"])
        .and(|visitor| {
            let said = (visitor.said.name.clone(), visitor.said.email.clone());
            assert_eq!(said, (Some("Vee".into()), Some("vee@example.org".into())), "not what the desk wrote");
        })
        .when(agent(1), CustomerCommand::MergeInto { customer: customer_id(2) })
        .then_types(&["VisitorMerged"])
        .when(customer(1), state(Some("Vera"), None))
        .then_types(&["CustomerDetailsChanged"])
        .and(|visitor| assert_eq!(visitor.said.name, Some("Vera".into())))
        .when(agent(1), CustomerCommand::Erase)
        .then_types(&["PersonalDataErased"])
        .and(|visitor| assert!(visitor.said.name.is_none() && visitor.said.email.is_none()))
        .when(customer(1), state(Some("Vera"), None))
        .then_refused("person_erased");
}
