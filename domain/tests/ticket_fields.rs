//! The fields of a ticket that staff may change.

use std::collections::BTreeMap;

use docket_domain::ticket::*;
use serde_json::{Value, json};

use crate::scenario::*;
use crate::ticket_status::{in_status, opened};

fn tags(add: &[&str], remove: &[&str]) -> TicketCommand {
    let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    TicketCommand::ChangeTags { add: list(add), remove: list(remove) }
}

fn fields(set: &[(&str, Value)], plain: &[&str]) -> TicketCommand {
    TicketCommand::ChangeCustomFields {
        set: set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        plain: plain.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn changes_say_before_and_after_and_setting_the_same_is_nothing() {
    opened()
        .when(agent(1), TicketCommand::ChangePriority { to: Priority::Urgent })
        .then([PriorityChanged { from: Priority::Medium, to: Priority::Urgent }])
        .when(agent(1), TicketCommand::ChangePriority { to: Priority::Urgent })
        .then_nothing()
        .when(agent(1), TicketCommand::ChangeCategory { to: " network ".to_owned() })
        .then([CategoryChanged { from: "hardware".to_owned(), to: "network".to_owned() }])
        .when(agent(1), TicketCommand::ChangeCategory { to: "network".to_owned() })
        .then_nothing()
        .when(agent(1), TicketCommand::ChangeDepartment { to: Some(department_id(1)) })
        .then([DepartmentChanged { from: None, to: Some(department_id(1)) }])
        .when(agent(1), TicketCommand::ChangeDepartment { to: None })
        .then([DepartmentChanged { from: Some(department_id(1)), to: None }])
        .when(agent(1), TicketCommand::ChangeDepartment { to: None })
        .then_nothing()
        .when(agent(1), TicketCommand::ChangeSubject { to: "It burns".to_owned() })
        .then([SubjectChanged { from: "The printer smokes".into(), to: "It burns".into() }])
        .when(agent(1), TicketCommand::ChangeSubject { to: "It burns".to_owned() })
        .then_nothing()
        .when(agent(1), TicketCommand::LinkOrder { to: Some("A-17".to_owned()) })
        .then([OrderLinked { from: None, to: Some("A-17".into()) }])
        .when(agent(1), TicketCommand::LinkOrder { to: Some(" ".to_owned()) })
        .then([OrderLinked { from: Some("A-17".into()), to: None }])
        .when(agent(1), TicketCommand::LinkOrder { to: None })
        .then_nothing();
}

#[test]
fn only_what_really_changes_of_the_tags_is_told() {
    let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    opened()
        .when(agent(1), tags(&["vip", "fire"], &["smoke", "unknown"]))
        .then([TagsChanged { added: list(&["vip"]), removed: list(&["smoke"]), tags: list(&["fire", "vip"]) }])
        .when(agent(1), tags(&["vip"], &["smoke"]))
        .then_nothing()
        .when(agent(1), tags(&["a"], &["a"]))
        .then_invalid(&[("remove", "invalid")])
        .when(agent(1), tags(&["line\nbreak"], &[]))
        .then_invalid(&[("add.0", "invalid")]);
}

#[test]
fn there_is_a_most_of_tags() {
    let many: Vec<String> = (0..49).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    opened().when(agent(1), tags(&many, &[])).then_invalid(&[("tags", "too_many")]);
    opened().when(agent(1), tags(&many, &["fire"])).then_types(&["TagsChanged"]);
}

fn plain(name: &str, from: Option<Value>, to: Option<Value>) -> BTreeMap<String, FieldChange> {
    BTreeMap::from([(name.to_owned(), FieldChange { from, to })])
}

fn personal(name: &str, from: Option<&str>, to: Option<&str>) -> BTreeMap<String, PersonalFieldChange> {
    let change = PersonalFieldChange { from: from.map(Into::into), to: to.map(Into::into) };
    BTreeMap::from([(name.to_owned(), change)])
}

#[test]
fn null_clears_a_custom_field() {
    let none = BTreeMap::new;
    opened()
        .when(agent(1), fields(&[("floor", json!(3)), ("size", json!("b")), ("none", json!(null))], &["size"]))
        .then([CustomFieldsChanged {
            changes: plain("floor", None, Some(json!(3)))
                .into_iter()
                .chain(plain("size", None, Some(json!("b"))))
                .collect(),
            personal_changes: none(),
        }])
        .when(agent(1), fields(&[("floor", json!(null)), ("size", json!("b"))], &["size"]))
        .then([CustomFieldsChanged { changes: plain("floor", Some(json!(3)), None), ..Default::default() }])
        .when(agent(1), fields(&[("floor", json!([1]))], &[]))
        .then_invalid(&[("custom_fields.floor", "invalid")]);
}

#[test]
fn text_of_a_field_is_personal_unless_the_field_is_plain() {
    opened()
        .when(agent(1), fields(&[("room", json!("Ada's")), ("floor", json!(3))], &[]))
        .then([CustomFieldsChanged {
            changes: plain("floor", None, Some(json!(3))),
            personal_changes: personal("room", None, Some("Ada's")),
        }])
        .and(|ticket| {
            let all = CustomFields::from([("floor".to_owned(), json!(3)), ("room".to_owned(), json!("Ada's"))]);
            assert_eq!(ticket.readable_fields(), all);
        })
        .when(agent(1), fields(&[("room", json!("Ada's"))], &[]))
        .then_nothing()
        // The tenant changed its mind: what is set from now on goes to the other place.
        .when(agent(1), fields(&[("room", json!("Ada's"))], &["room"]))
        .then([CustomFieldsChanged {
            changes: plain("room", None, Some(json!("Ada's"))),
            personal_changes: personal("room", Some("Ada's"), None),
        }])
        .when(agent(1), fields(&[("room", json!("Bob's"))], &[]))
        .then([CustomFieldsChanged {
            changes: plain("room", Some(json!("Ada's")), None),
            personal_changes: personal("room", None, Some("Bob's")),
        }])
        .when(agent(1), fields(&[("room", json!(null))], &["room"]))
        .then([CustomFieldsChanged { personal_changes: personal("room", Some("Bob's"), None), ..Default::default() }])
        .and(|ticket| {
            assert_eq!(ticket.readable_fields(), CustomFields::from([("floor".to_owned(), json!(3))]));
        });
}

#[test]
fn a_ticket_opens_with_its_personal_fields_apart() {
    let mut command = crate::ticket_status::open();
    if let TicketCommand::Open { custom_fields, plain_fields, order_ref, .. } = &mut command {
        let set = [("room", json!("Ada's")), ("size", json!("b")), ("floor", json!(3)), ("none", json!(null))];
        custom_fields.extend(set.map(|(name, value)| (name.to_owned(), value)));
        plain_fields.insert("size".to_owned());
        *order_ref = Some("A-17".to_owned());
    }
    Scenario::<Ticket>::new().when(customer(1), command).then_types(&["TicketOpened"]).and(|ticket| {
        let plain = CustomFields::from([("floor".to_owned(), json!(3)), ("size".to_owned(), json!("b"))]);
        assert_eq!(ticket.custom_fields, plain);
        assert_eq!(ticket.personal_fields, BTreeMap::from([("room".to_owned(), "Ada's".into())]));
        assert_eq!(ticket.order_ref, Some("A-17".into()));
    });
}

#[test]
fn there_is_a_most_of_custom_fields_wherever_they_are() {
    let set: Vec<_> =
        (0..50).map(|number| (format!("f{number}"), if number < 25 { json!("x") } else { json!(1) })).collect();
    let set: Vec<_> = set.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    opened()
        .given(agent(1), fields(&set, &[]))
        .when(agent(1), fields(&[("more", json!(1))], &[]))
        .then_invalid(&[("custom_fields", "too_many")])
        .when(agent(1), fields(&[("more", json!(1)), ("f0", json!(null))], &[]))
        .then_types(&["CustomFieldsChanged"])
        .when(agent(1), fields(&[("f1", json!("x"))], &["f1"]))
        .then_types(&["CustomFieldsChanged"]);
}

#[test]
fn a_closed_ticket_keeps_its_priority_but_can_be_filed() {
    let closed = || in_status(TicketStatus::Closed);
    closed().when(agent(1), TicketCommand::ChangePriority { to: Priority::Low }).then_refused("ticket_closed");
    closed().when(agent(1), tags(&["seen"], &[])).then_types(&["TagsChanged"]);
    closed().when(agent(1), TicketCommand::ChangeCategory { to: "other".to_owned() }).then_types(&["CategoryChanged"]);
}
