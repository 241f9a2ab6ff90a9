//! The table of who may know what, and the page that shows it to people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use docket_domain::{Category, Data, ForCustomers, Permission, PermissionSet, Role};

/// The table as people read it.
fn table() -> String {
    let mut text = String::from("| data | people of the desk with one of | customers and visitors |\n|---|---|---|\n");
    for data in Data::ALL {
        let readers = if data.readers().len() == Permission::ALL.len() {
            "any permission".to_owned()
        } else {
            data.readers().iter().map(|permission| format!("`{}`", permission.as_str())).collect::<Vec<_>>().join(", ")
        };
        let customers = match data.customers() {
            ForCustomers::Nothing => "nothing".to_owned(),
            ForCustomers::TheirOwn(permission) => {
                format!("the public part of their own, with `{}`", permission.as_str())
            }
            ForCustomers::Offered => "what is offered to all".to_owned(),
        };
        writeln!(text, "| {} | {readers} | {customers} |", data.describe()).expect("written");
    }
    text
}

#[test]
fn the_page_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/access.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once("<!-- table -->\n").expect("where the table begins");
    let (_, after) = rest.split_once("<!-- end of table -->").expect("where it ends");
    let expected = format!("{before}<!-- table -->\n{}<!-- end of table -->{after}", table());
    if page != expected && std::env::var_os("UPDATE_SCHEMAS").is_some_and(|value| value == "1") {
        std::fs::write(&path, expected).expect("written");
    } else {
        assert_eq!(page, expected, "docs/access.md; UPDATE_SCHEMAS=1 writes it anew");
    }
}

#[test]
fn every_category_is_some_data_and_every_name_is_its_own() {
    let names: BTreeSet<_> = Data::ALL.iter().map(|data| data.as_str()).collect();
    assert_eq!(names.len(), Data::ALL.len());
    for category in Category::ALL {
        assert!(!Data::of_category(category).is_empty(), "{category}");
    }
}

#[test]
fn who_may_do_nothing_knows_nothing() {
    for data in Data::ALL {
        assert!(!data.is_known_to(PermissionSet::default()), "{data:?}");
        assert!(data.is_known_to(Role::Admin.permissions()), "{data:?}");
    }
    let reporter = PermissionSet::of(&[Permission::ViewReports]);
    let known: Vec<_> = Data::ALL.into_iter().filter(|data| data.is_known_to(reporter)).collect();
    assert_eq!(known, [Data::Departments, Data::Organisation, Data::Reports]);
    assert!(!Data::Customers.is_known_to(PermissionSet::of(&[Permission::ManageSettings])));
}
