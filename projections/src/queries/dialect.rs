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

    /// A full-text query for all of these words, each as the beginning of a word. `None` if there are none.
    pub(super) fn query_of(self, words: &str, viewer: &Viewer) -> Option<String> {
        let words: Vec<_> = words.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).take(8).collect();
        if words.is_empty() {
            return None;
        }
        Some(match self {
            Self::Sqlite => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{}\"*", word.replace('"', ""))).collect();
                let tenant = viewer.tenant.as_str();
                format!("tenant : \"{tenant}\" AND words : ({})", quoted.join(" AND "))
            }
            Self::Postgres => {
                let quoted = |word: &&str| format!("'{}':*", word.replace('\\', " ").replace('\'', "''"));
                words.iter().map(quoted).collect::<Vec<_>>().join(" & ")
            }
        })
    }

    /// A join that reads what stands before it first. PostgreSQL finds the better order itself.
    pub(super) fn join_in_order(self) -> &'static str {
        match self {
            Self::Sqlite => "CROSS JOIN",
            Self::Postgres => "JOIN",
        }
    }

    /// The ids of tickets with these words in subject, messages or customer's name and address, as a condition on
    /// `t`. Customers find neither notes nor other people's names.
    pub(super) fn tickets_with(self, sql: &mut Sql, viewer: &Viewer, query: String) -> String {
        let query = sql.keep(Cell::Text(query));
        let tenant = sql.keep(Cell::Text(viewer.tenant.as_str().to_owned()));
        let public = viewer.is_customer();
        match self {
            Self::Sqlite => {
                // CROSS JOIN: words first. Left to itself SQLite walks through every message of the tenant.
                let notes = if public { " AND NOT m.internal" } else { "" };
                let mut found = format!(
                    "(t.opened_position IN (SELECT rowid FROM tickets_fts WHERE tickets_fts MATCH {query}) \
                     OR t.id IN (SELECT m.conversation_id FROM messages_fts f CROSS JOIN messages m ON m.position = f.rowid \
                     WHERE messages_fts MATCH {query} AND m.tenant = {tenant}{notes})"
                );
                if !public {
                    let people = format!(
                        "SELECT c.id FROM customers_fts f CROSS JOIN customers c \
                         ON c.registered_position = f.rowid WHERE customers_fts MATCH {query} AND c.tenant = {tenant}"
                    );
                    found += &or_of_people(&tenant, &people);
                }
                found + ")"
            }
            Self::Postgres => {
                let mut found = format!(
                    "({tenant}::text IS NOT NULL AND (t.id IN (SELECT ticket_id FROM find_tickets({query})) \
                     OR t.id IN (SELECT conversation_id FROM find_messages({query}, {}, 100000))",
                    !public
                );
                if !public {
                    let people = format!("SELECT customer_id FROM find_customers({query})");
                    found += &or_of_people(&tenant, &people);
                }
                found + "))"
            }
        }
    }

    /// A condition, with ` AND ` before it, on `c`: customers with these words in name or address.
    pub(super) fn customers_with(self, sql: &mut Sql, viewer: &Viewer, words: &str) -> String {
        let Some(query) = self.query_of(words, viewer) else { return " AND 1 = 0".into() };
        let query = sql.keep(Cell::Text(query));
        let tenant = sql.keep(Cell::Text(viewer.tenant.as_str().to_owned()));
        // What a visitor was called is found under whom they turned out to be.
        match self {
            Self::Sqlite => format!(
                " AND c.id IN (SELECT coalesce(m.merged_into, m.id) FROM customers_fts f CROSS JOIN customers m \
                 ON m.registered_position = f.rowid WHERE customers_fts MATCH {query} AND m.tenant = {tenant})"
            ),
            Self::Postgres => format!(
                " AND c.id IN (SELECT customer_id FROM find_customers({query}) \
                 UNION SELECT m.merged_into FROM find_customers({query}) f \
                 JOIN customers m ON m.tenant = {tenant} AND m.id = f.customer_id)"
            ),
        }
    }

    /// The places of messages with these words, latest first, as a subquery of `conversation_id, position`.
    pub(super) fn messages_with(self, sql: &mut Sql, viewer: &Viewer, query: String, limit: u32) -> String {
        let query = sql.keep(Cell::Text(query));
        let tenant = sql.keep(Cell::Text(viewer.tenant.as_str().to_owned()));
        match self {
            Self::Sqlite => {
                let notes = if viewer.is_customer() { " AND NOT m.internal" } else { "" };
                format!(
                    "(SELECT m.conversation_id, m.position AS message_position FROM messages_fts f \
                     CROSS JOIN messages m ON m.position = f.rowid WHERE messages_fts MATCH {query} AND m.tenant = {tenant}\
                     {notes} ORDER BY f.rowid DESC LIMIT {limit})"
                )
            }
            Self::Postgres => format!(
                "(SELECT conversation_id, message_position FROM find_messages({query}, {}, {limit}) \
                 WHERE {tenant}::text IS NOT NULL)",
                !viewer.is_customer()
            ),
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

/// Conversations of these people, and of the visitors who turned out to be them.
fn or_of_people(tenant: &str, people: &str) -> String {
    format!(
        " OR t.customer_id IN ({people} UNION ALL SELECT v.id FROM customers v WHERE v.tenant = {tenant} \
         AND v.merged_into IN ({people}))"
    )
}

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
