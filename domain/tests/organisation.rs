//! The rules of an organisation, and what its settings ask of a ticket.

use docket_domain::Violations;
use docket_domain::organisation::*;
use docket_domain::ticket::CustomFields;
use serde_json::json;

use crate::scenario::*;

fn created() -> Scenario<Organisation> {
    let create = OrganisationCommand::Create { name: "Acme".to_owned(), time_zone: "Europe/Rome".to_owned() };
    Scenario::new().given(SYSTEM, create)
}

fn define(name: &str, field_type: FieldType, options: &[&str]) -> OrganisationCommand {
    OrganisationCommand::DefineCustomField {
        definition: FieldDefinition {
            name: name.to_owned(),
            label: name.to_uppercase(),
            field_type,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            personal: None,
        },
    }
}

#[test]
fn an_organisation_has_a_known_time_zone() {
    let change = |zone: &str| OrganisationCommand::Change { name: "Acme".to_owned(), time_zone: zone.to_owned() };
    created()
        .when(agent(1), change("Mars/Olympus"))
        .then_invalid(&[("time_zone", "unknown")])
        .when(agent(1), change("Europe/Rome"))
        .then_nothing()
        .when(agent(1), change("Asia/Jakarta"))
        .then([OrganisationChanged { name: "Acme".to_owned(), time_zone: "Asia/Jakarta".to_owned() }])
        .and(|organisation| assert_eq!(organisation.zone(), chrono_tz::Tz::Asia__Jakarta))
        .when(customer(1), change("UTC"))
        .then_refused("forbidden");
    Scenario::<Organisation>::new().when(agent(1), change("UTC")).then_refused("not_found");
}

#[test]
fn categories_are_a_list_without_doubles() {
    let to = |list: &[&str]| OrganisationCommand::ChangeCategories {
        to: list.iter().map(|name| (*name).to_owned()).collect(),
    };
    created()
        .when(agent(1), to(&["b", "a", "b"]))
        .then_invalid(&[("categories.2", "invalid")])
        .when(agent(1), to(&["b", "a"]))
        .then([CategoriesChanged { from: Vec::new(), to: vec!["b".to_owned(), "a".to_owned()] }])
        .when(agent(1), to(&["b", "a"]))
        .then_nothing()
        .and(|organisation| {
            let mut violations = Violations::default();
            organisation.check_category("a", &mut violations);
            assert_eq!(violations.into_result(), Ok(()));
            let mut violations = Violations::default();
            organisation.check_category("c", &mut violations);
            assert!(violations.into_result().is_err());
        });
}

#[test]
fn a_field_keeps_its_type_and_values_must_fit() {
    let organisation = created()
        .when(agent(1), define("Floor", FieldType::Number, &[]))
        .then_invalid(&[("name", "invalid")])
        .when(agent(1), define("size", FieldType::Choice, &[]))
        .then_invalid(&[("options", "required")])
        .when(agent(1), define("floor", FieldType::Number, &["1"]))
        .then_invalid(&[("options", "invalid")])
        .given(agent(1), define("floor", FieldType::Number, &[]))
        .given(agent(1), define("size", FieldType::Choice, &["s", "m"]))
        .given(agent(1), define("since", FieldType::Date, &[]))
        .given(agent(1), define("vip", FieldType::Boolean, &[]))
        .given(agent(1), define("note", FieldType::Text, &[]))
        .when(agent(1), define("floor", FieldType::Number, &[]))
        .then_nothing()
        .when(agent(1), define("floor", FieldType::Text, &[]))
        .then_refused("field_type_fixed")
        .given(agent(1), define("gone", FieldType::Text, &[]))
        .when(agent(1), OrganisationCommand::RemoveCustomField { name: "gone".to_owned() })
        .then([CustomFieldRemoved { name: "gone".to_owned() }])
        .when(agent(1), OrganisationCommand::RemoveCustomField { name: "gone".to_owned() })
        .then_nothing()
        .state;

    let check = |name: &str, value: serde_json::Value| {
        let mut violations = Violations::default();
        organisation.check_custom_fields(&CustomFields::from([(name.to_owned(), value)]), 10, &mut violations);
        violations.into_result().is_ok()
    };
    for (name, good, bad) in [
        ("floor", json!(3.5), json!("3")),
        ("size", json!("m"), json!("xl")),
        ("since", json!("2024-02-29"), json!("2023-02-29")),
        ("vip", json!(true), json!("true")),
        ("note", json!("x"), json!(1)),
    ] {
        assert!(check(name, good), "{name}");
        assert!(!check(name, bad), "{name}");
        assert!(check(name, json!(null)), "{name}");
    }
    assert!(!check("gone", json!("x")));
    assert!(!check("since", json!("2024-2-9")));
}

#[test]
fn what_can_be_typed_is_personal_unless_said_otherwise() {
    let say = |name: &str, field_type: FieldType, personal: Option<bool>| {
        let options = if field_type == FieldType::Choice { vec!["s".to_owned()] } else { Vec::new() };
        let definition =
            FieldDefinition { name: name.to_owned(), label: name.to_uppercase(), field_type, options, personal };
        OrganisationCommand::DefineCustomField { definition }
    };
    let mut organisation = created();
    for field_type in [FieldType::Number, FieldType::Boolean, FieldType::Choice] {
        organisation = organisation
            .when(agent(1), say("figure", field_type, Some(true)))
            .then_invalid(&[("personal", "invalid")])
            .when(agent(1), say(field_type.as_str(), field_type, Some(false)))
            .then_types(&["CustomFieldDefined"]);
    }
    organisation
        .given(agent(1), say("room", FieldType::Text, None))
        .given(agent(1), say("model", FieldType::Text, Some(false)))
        .given(agent(1), say("since", FieldType::Date, None))
        .given(agent(1), say("born", FieldType::Date, Some(true)))
        .and(|organisation| {
            let plain = ["boolean", "choice", "model", "number", "since"].map(str::to_owned);
            assert_eq!(organisation.plain_fields(), plain.into());
        })
        .when(agent(1), say("room", FieldType::Text, Some(true)))
        .then_nothing()
        .when(agent(1), say("room", FieldType::Text, Some(false)))
        .then_types(&["CustomFieldDefined"])
        .and(|organisation| assert!(organisation.plain_fields().contains("room")));
}
