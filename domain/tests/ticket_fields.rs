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

fn fields(set: &[(&str, Value)]) -> TicketCommand {
    TicketCommand::ChangeCustomFields {
        set: set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
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
        .then([OrderLinked { from: None, to: Some("A-17".to_owned()) }])
        .when(agent(1), TicketCommand::LinkOrder { to: Some(" ".to_owned()) })
        .then([OrderLinked { from: Some("A-17".to_owned()), to: None }])
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

#[test]
fn null_clears_a_custom_field() {
    let change = |from: Option<Value>, to: Option<Value>| FieldChange { from, to };
    opened()
        .when(agent(1), fields(&[("floor", json!(3)), ("room", json!("b")), ("none", json!(null))]))
        .then([CustomFieldsChanged {
            changes: BTreeMap::from([
                ("floor".to_owned(), change(None, Some(json!(3)))),
                ("room".to_owned(), change(None, Some(json!("b")))),
            ]),
        }])
        .when(agent(1), fields(&[("floor", json!(null)), ("room", json!("b"))]))
        .then([CustomFieldsChanged { changes: BTreeMap::from([("floor".to_owned(), change(Some(json!(3)), None))]) }])
        .when(agent(1), fields(&[("floor", json!([1]))]))
        .then_invalid(&[("custom_fields.floor", "invalid")]);
}

#[test]
fn a_closed_ticket_keeps_its_priority_but_can_be_filed() {
    let closed = || in_status(TicketStatus::Closed);
    closed().when(agent(1), TicketCommand::ChangePriority { to: Priority::Low }).then_refused("ticket_closed");
    closed().when(agent(1), tags(&["seen"], &[])).then_types(&["TagsChanged"]);
    closed().when(agent(1), TicketCommand::ChangeCategory { to: "other".to_owned() }).then_types(&["CategoryChanged"]);
}
