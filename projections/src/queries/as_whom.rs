//! As whom a viewer sees people: the one place that says so. Queries that name a person of the other side join them here.

use crate::database::Sql;
use crate::table::Cell;
use crate::viewer::{Said, Viewer};

/// Joins `c`, the person whose conversation a row is: of a visitor who turned out to be a customer, that customer. To a
/// visitor for whom nobody vouched they are who they said they were, and nobody else.
pub(super) fn join_person(sql: &mut Sql, viewer: &Viewer, tenant: &str, customer_column: &str) -> String {
    match &viewer.unverified {
        Some(said) => {
            format!("LEFT JOIN {} ON c.tenant = {tenant} AND c.id = {customer_column}", themselves(sql, said))
        }
        None => format!(
            "LEFT JOIN customers w ON w.tenant = {tenant} AND w.id = {customer_column} \
             LEFT JOIN customers c ON c.tenant = {tenant} \
             AND c.id = CASE WHEN w.merged_into IS NULL THEN {customer_column} ELSE w.merged_into END"
        ),
    }
}

/// Joins `c`, the customer who wrote the message `m`, in the same way. In an unverified visitor's conversations no other
/// customer has written.
pub(super) fn join_author(sql: &mut Sql, viewer: &Viewer, tenant: &str) -> String {
    match &viewer.unverified {
        Some(said) => {
            let person = sql.keep(Cell::Uuid(viewer.person_id));
            let themselves = themselves(sql, said);
            format!("LEFT JOIN {themselves} ON m.author_kind = 'customer' AND c.tenant = {tenant} AND c.id = {person}")
        }
        None => format!(
            "LEFT JOIN customers w ON m.author_kind = 'customer' AND w.tenant = {tenant} AND w.id = m.author_id \
             LEFT JOIN customers c ON m.author_kind = 'customer' AND c.tenant = {tenant} \
             AND c.id = CASE WHEN w.merged_into IS NULL THEN m.author_id ELSE w.merged_into END"
        ),
    }
}

/// The table of customers as an unverified visitor sees it: what they said in place of what the desk knows.
fn themselves(sql: &mut Sql, said: &Said) -> String {
    let mut text = |said: &Option<String>| match said {
        Some(text) => sql.keep(Cell::Text(text.clone())),
        None => "CAST(NULL AS text)".to_owned(),
    };
    let (name, email) = (text(&said.name), text(&said.email));
    format!(
        "(SELECT tenant, id, {name} AS name, {email} AS email, FALSE AS email_verified, CAST(NULL AS text) AS stated_name, \
         CAST(NULL AS text) AS stated_email, erased FROM customers) c"
    )
}
