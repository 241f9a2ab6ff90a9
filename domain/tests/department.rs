//! The rules of a department.

use docket_domain::department::*;

use crate::scenario::*;

#[test]
fn a_department_is_created_changed_archived_and_restored() {
    let create = || DepartmentCommand::Create { name: " Billing ".to_owned(), description: None };
    let change = |description: &str| DepartmentCommand::Change {
        name: "Billing".to_owned(),
        description: Some(description.to_owned()),
    };
    Scenario::<Department>::new()
        .when(agent(1), DepartmentCommand::Archive)
        .then_refused("not_found")
        .when(agent(1), create())
        .then([DepartmentCreated { name: "Billing".to_owned(), description: None }])
        .when(agent(1), create())
        .then_refused("already_exists")
        .when(agent(1), change(""))
        .then_nothing()
        .when(agent(1), change("money"))
        .then([DepartmentChanged { name: "Billing".to_owned(), description: Some("money".to_owned()) }])
        .when(agent(1), DepartmentCommand::Archive)
        .then([DepartmentArchived {}])
        .when(agent(1), DepartmentCommand::Archive)
        .then_nothing()
        .when(agent(1), DepartmentCommand::Restore)
        .then([DepartmentRestored {}])
        .when(agent(1), DepartmentCommand::Restore)
        .then_nothing()
        .when(customer(1), DepartmentCommand::Archive)
        .then_refused("forbidden")
        .when(agent(1), DepartmentCommand::Change { name: String::new(), description: None })
        .then_invalid(&[("name", "required")]);
}
