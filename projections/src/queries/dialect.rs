//! The few places where the two databases say the same thing differently.

use docket_domain::Data;

use crate::database::{Database, Sql};
use crate::table::Cell;
use crate::viewer::Viewer;

/// Which of the two is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub(super) fn of(database: &Database) -> Self {
        if database.is_postgres() { Self::Postgres } else { Self::Sqlite }
    }

    /// An empty JSON array.
    pub(super) const fn empty_array(self) -> &'static str {
        match self {
            Self::Sqlite => "'[]'",
            Self::Postgres => "'[]'::jsonb",
        }
    }

    /// An empty JSON object.
    pub(super) const fn empty_object(self) -> &'static str {
        match self {
            Self::Sqlite => "'{}'",
            Self::Postgres => "'{}'::jsonb",
        }
    }

    /// The greater of two values.
    pub(super) const fn greatest(self) -> &'static str {
        match self {
            Self::Sqlite => "max",
            Self::Postgres => "greatest",
        }
    }

    /// Whether a JSON array of texts has this one.
    pub(super) fn has(self, array: &str, text: &str) -> String {
        match self {
            Self::Sqlite => format!("EXISTS (SELECT 1 FROM json_each({array}) j WHERE j.value = {text})"),
            Self::Postgres => format!("jsonb_exists({array}, {text})"),
        }
    }

    /// A join that reads what stands before it first. PostgreSQL finds the better order itself.
    pub(super) fn join_in_order(self) -> &'static str {
        match self {
            Self::Sqlite => "CROSS JOIN",
            Self::Postgres => "JOIN",
        }
    }
}

/// A condition, with ` AND ` before it, on a table of tickets: those the viewer may know of. Empty for whoever may know all.
pub(super) fn tickets_known(sql: &mut Sql, viewer: &Viewer, tickets: &str) -> String {
    if viewer.knows(Data::Tickets) { own(sql, viewer, &format!("{tickets}.customer_id")) } else { NOTHING.to_owned() }
}

/// The same on a table of chats. People of the desk who may not look into the past keep the chats they had.
pub(super) fn chats_known(sql: &mut Sql, viewer: &Viewer, chats: &str) -> String {
    match (viewer.knows(Data::Chats), viewer.knows(Data::EndedChats)) {
        (false, false) => NOTHING.to_owned(),
        _ if viewer.is_customer() => own(sql, viewer, &format!("{chats}.customer_id")),
        (true, true) => String::new(),
        (false, true) => format!(" AND {chats}.status = 'closed'"),
        (true, false) => {
            let person = sql.keep(Cell::Uuid(viewer.person_id));
            format!(" AND ({chats}.status <> 'closed' OR {chats}.agent_id = {person})")
        }
    }
}

/// What is true of no row.
const NOTHING: &str = " AND 1 = 0";

/// A condition, with ` AND ` before it, that limits a query to conversations that are the customer's own: theirs, and
/// those of visitors who turned out to be them. Empty for agents.
pub(super) fn own(sql: &mut Sql, viewer: &Viewer, customer_column: &str) -> String {
    if !viewer.is_customer() {
        return String::new();
    }
    let person = sql.keep(Cell::Uuid(viewer.person_id));
    let tenant = sql.keep(Cell::Text(viewer.tenant.as_str().to_owned()));
    format!(
        " AND {customer_column} IN (SELECT v.id FROM customers v WHERE v.tenant = {tenant} \
         AND v.merged_into = {person} UNION ALL SELECT {person})"
    )
}

/// A condition that limits a query to conversations of one person: theirs, and those of visitors who turned out to be
/// them, whichever of these `person` names.
pub(super) fn of_person(viewer: &Viewer, tenant: &str, customer_column: &str, person: &str) -> String {
    // Whether a visitor turned out to be somebody is not for them to try out.
    if viewer.unverified.is_some() {
        return format!("{customer_column} = {person}");
    }
    // Joins and a CASE: row-level security lets no index be used behind the value of a sub-select or of `coalesce`.
    let canonical = "CASE WHEN m.merged_into IS NULL THEN m.id ELSE m.merged_into END";
    let of = format!("WHERE m.tenant = {tenant} AND m.id = {person}");
    format!(
        "{customer_column} IN (SELECT v.id FROM customers m JOIN customers v ON v.tenant = {tenant} \
         AND v.merged_into = {canonical} {of} \
         UNION ALL SELECT {canonical} FROM customers m {of} UNION ALL SELECT {person})"
    )
}
