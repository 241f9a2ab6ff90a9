//! Which rows have the words somebody asks for: one way for every list and for the search over all of them.
//!
//! Of words that are in very many rows only the newest are looked at ([`HITS`] of each kind), so that a letter somebody
//! types costs as little as a whole word. A customer's query asks for what is about them besides, so that what they find
//! does not depend on how much others wrote.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Queries;
use super::dialect::Dialect;
use super::reader::all;
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::{Cell, Column};
use crate::viewer::Viewer;
use crate::words::{ANY_ERA, Clause, Named, Query, Tag};

/// Hits of one kind that a list looks at, the newest first.
pub(super) const HITS: u32 = 500;
/// People whose conversations a list looks at, of those it finds.
const PEOPLE: u32 = 200;
/// Visitors a customer turned out to have been whose conversations are searched with theirs.
const VISITORS: u32 = 100;
/// Characters of a beginning, with the organisation's tag, of which SQLite has an index.
const INDEXED: usize = 11;
/// Terms that a longer one may be the beginning of and still be asked for one by one.
const SPELT: usize = 24;

/// The terms that beginnings stand for.
type Spelt = BTreeMap<String, Vec<String>>;

/// What is asked for, as the database takes it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    words: Option<String>,
    /// The same of messages, in which common words are written out.
    said: Option<String>,
    named: Named,
}

/// The pieces of SQL that find what is asked for, with the parameters they share.
pub(super) struct Finder {
    dialect: Dialect,
    public: bool,
    unverified: bool,
    words: Option<String>,
    said: Option<String>,
    named: Named,
    tenant: String,
}

impl Queries {
    /// Makes a query of what somebody asks for.
    pub(super) async fn asked(&self, viewer: &Viewer, text: &str) -> Result<Asked, ReadError> {
        let tag = Tag::of(viewer.tenant.as_str());
        let Some(query) = Query::of(&tag, text) else {
            return Ok(Asked { words: None, said: None, named: Named::by(text) });
        };
        let dialect = self.dialect();
        let mut words = dialect.words(&query, &Spelt::new());
        let spelt = self.spelt(viewer, &query).await?;
        let mut said = (!spelt.is_empty()).then(|| dialect.words(&query, &spelt));
        if viewer.is_customer() {
            let people: Vec<String> = self.who_they_are(viewer).await?.into_iter().map(|id| tag.person(id)).collect();
            words = dialect.about(&words, &people);
            said = said.map(|said| dialect.about(&said, &people));
        }
        Ok(Asked { words: Some(words), said, named: Named::by(text) })
    }

    /// The terms of messages that long beginnings stand for, where they are few. SQLite puts together every row of a beginning it
    /// has no index of before it gives the first, and a word most messages end with is in all of them; the rows of whole terms it
    /// gives one by one.
    async fn spelt(&self, viewer: &Viewer, query: &Query) -> Result<Spelt, ReadError> {
        let mut spelt = Spelt::new();
        if self.dialect() == Dialect::Postgres {
            return Ok(spelt);
        }
        let begins = query.clauses.iter().flat_map(|clause| clause.any.iter().flatten());
        for begin in begins.filter(|term| term.chars().count() > INDEXED) {
            let mut sql = Sql::default();
            let (first, most) = (sql.keep(Cell::Text(begin.clone())), sql.keep(Cell::Int(SPELT as i64)));
            // From each to the next one: `term > x` would go through all rows of x. No term has a sign as small as the first.
            sql.push(&format!(
                "WITH RECURSIVE spelt(term, n) AS (\
                 SELECT (SELECT v.term FROM messages_terms v WHERE v.term >= {first} LIMIT 1), 1 UNION ALL \
                 SELECT (SELECT v.term FROM messages_terms v WHERE v.term >= s.term || char(1) LIMIT 1), s.n + 1 FROM spelt s \
                 WHERE s.n < {most} AND substr(s.term, 1, length({first})) = {first}) \
                 SELECT term FROM spelt WHERE substr(term, 1, length({first})) = {first}"
            ));
            let terms: Vec<String> = all(self.fetch(viewer, sql).await?, |row| row.get())?;
            if (1..SPELT).contains(&terms.len()) {
                spelt.insert(begin.clone(), terms);
            }
        }
        Ok(spelt)
    }

    /// A customer, and the visitors who turned out to be them.
    async fn who_they_are(&self, viewer: &Viewer) -> Result<Vec<Uuid>, ReadError> {
        let mut sql = Sql::new("SELECT v.id FROM customers v WHERE v.tenant = ");
        sql.value(&viewer.tenant).push(" AND v.merged_into = ").value(&viewer.person_id);
        sql.push(&format!(" LIMIT {VISITORS}"));
        let mut people: Vec<Uuid> = all(self.fetch(viewer, sql).await?, |row| row.get())?;
        people.push(viewer.person_id);
        Ok(people)
    }
}

impl Dialect {
    /// A full-text query. Terms are letters, digits and marks alone: there is nothing in them for a database to read.
    fn words(self, query: &Query, spelt: &Spelt) -> String {
        let and = self.and();
        query.clauses.iter().map(|clause| self.clause(clause, spelt)).collect::<Vec<_>>().join(and)
    }

    const fn and(self) -> &'static str {
        match self {
            Self::Sqlite => " AND ",
            Self::Postgres => " & ",
        }
    }

    const fn or(self) -> &'static str {
        match self {
            Self::Sqlite => " OR ",
            Self::Postgres => " | ",
        }
    }

    fn clause(self, clause: &Clause, spelt: &Spelt) -> String {
        let begins = |term: &String| match (spelt.get(term), self) {
            (Some(terms), _) => self.any(terms),
            (None, Self::Sqlite) => format!("\"{term}\"*"),
            (None, Self::Postgres) => format!("'{ANY_ERA}{term}':*"),
        };
        let together = |terms: &Vec<String>| terms.iter().map(begins).collect::<Vec<_>>().join(self.and());
        match &clause.any[..] {
            [terms] => together(terms),
            several => {
                let several: Vec<_> = several.iter().map(|terms| format!("({})", together(terms))).collect();
                format!("({})", several.join(self.or()))
            }
        }
    }

    /// Any of some whole terms.
    fn any(self, terms: &[String]) -> String {
        let whole = |term: &String| match self {
            Self::Sqlite => format!("\"{term}\""),
            Self::Postgres => format!("'{ANY_ERA}{term}'"),
        };
        format!("({})", terms.iter().map(whole).collect::<Vec<_>>().join(self.or()))
    }

    /// The same, only of what is about these people.
    fn about(self, words: &str, people: &[String]) -> String {
        format!("{}{}{words}", self.any(people), self.and())
    }
}

impl Finder {
    /// Takes the parameters into `sql`.
    pub(super) fn new(sql: &mut Sql, dialect: Dialect, viewer: &Viewer, asked: &Asked) -> Self {
        let mut keep = |words: &String| sql.keep(Cell::Text(words.clone()));
        let (words, said) = (asked.words.as_ref().map(&mut keep), asked.said.as_ref().map(&mut keep));
        Self {
            dialect,
            public: viewer.is_customer(),
            unverified: viewer.unverified.is_some(),
            said: said.or_else(|| words.clone()),
            words,
            named: asked.named.clone(),
            tenant: sql.keep(viewer.tenant.cell()),
        }
    }

    /// Rowids of a table's newest hits.
    fn rowids(table: &str, words: &str, limit: u32) -> String {
        format!(
            "(SELECT rowid AS hit FROM {table}_fts WHERE {table}_fts MATCH {words} ORDER BY rowid DESC LIMIT {limit})"
        )
    }

    /// Places of messages, latest first: `conversation_id, message_position`.
    pub(super) fn messages(&self, limit: u32) -> Option<String> {
        let (words, tenant) = (self.said.as_ref()?, &self.tenant);
        Some(match self.dialect {
            Dialect::Sqlite => {
                let notes = if self.public { " AND NOT m.internal" } else { "" };
                format!(
                    "(SELECT m.conversation_id, m.position AS message_position FROM {} f CROSS JOIN messages m \
                     ON m.position = f.hit WHERE m.tenant = {tenant}{notes})",
                    Self::rowids("messages", words, limit)
                )
            }
            Dialect::Postgres => format!(
                "(SELECT id AS conversation_id, place AS message_position FROM newest_messages({words}, {}, {limit}) \
                 WHERE {tenant}::text IS NOT NULL)",
                !self.public
            ),
        })
    }

    /// Rows of `table` that have the words themselves: a query of `id`.
    fn rows(&self, table: &str, rowid: &str, limit: u32) -> Option<String> {
        let (words, tenant) = (self.words.as_ref()?, &self.tenant);
        Some(match self.dialect {
            Dialect::Sqlite => format!(
                "SELECT x.id FROM {} f CROSS JOIN {table} x ON x.{rowid} = f.hit WHERE x.tenant = {tenant}",
                Self::rowids(table, words, limit)
            ),
            Dialect::Postgres => {
                format!("SELECT f.id FROM newest_{table}({words}, TRUE, {limit}) f WHERE {tenant}::text IS NOT NULL")
            }
        })
    }

    /// Rows of `table` that are named outright: a query of `id`.
    fn named(&self, sql: &mut Sql, table: &str, column: &str, cells: Vec<Cell>) -> Option<String> {
        // Only who names some has the parameters: PostgreSQL refuses one that nothing is compared with.
        let list: Vec<String> = cells.into_iter().map(|cell| sql.keep(cell)).collect();
        let tenant = &self.tenant;
        (!list.is_empty()).then(|| {
            format!("SELECT x.id FROM {table} x WHERE x.tenant = {tenant} AND x.{column} IN ({})", list.join(", "))
        })
    }

    fn by_id(&self, sql: &mut Sql, table: &str) -> Option<String> {
        self.named(sql, table, "id", self.named.ids.iter().map(Column::cell).collect())
    }

    /// People by what they are or were called, or by their id: a query of `id`. Of visitors who turned out to be a customer, that
    /// customer.
    pub(super) fn people(&self, sql: &mut Sql, limit: u32) -> Option<String> {
        // What the desk calls a visitor for whom nobody vouched is not for them to try out.
        if self.unverified {
            return None;
        }
        let found = union([self.by_id(sql, "customers"), self.rows("customers", "registered_position", limit)])?;
        let (tenant, join) = (&self.tenant, self.dialect.join_in_order());
        Some(format!(
            "SELECT CASE WHEN c.merged_into IS NULL THEN c.id ELSE c.merged_into END AS id FROM ({found}) k {join} \
             customers c ON c.tenant = {tenant} AND c.id = k.id"
        ))
    }

    /// Conversations of people who are found, under whatever name they were in them: for people of the desk.
    fn of_people(&self, sql: &mut Sql, table: &str, position: &str) -> Option<String> {
        if self.public {
            return None;
        }
        let people = self.people(sql, PEOPLE)?;
        let (tenant, join) = (&self.tenant, self.dialect.join_in_order());
        let newest = |column: &str| {
            format!(
                "(WITH p AS MATERIALIZED ({people}) SELECT x.{column} FROM (SELECT p.id FROM p UNION SELECT v.id FROM p \
                 {join} customers v ON v.tenant = {tenant} AND v.merged_into = p.id) y {join} {table} x \
                 ON x.tenant = {tenant} AND x.data_subject = y.id ORDER BY x.{position} + 0 DESC LIMIT {HITS}) n"
            )
        };
        Some(match self.dialect {
            // Where rows are is in the index of whose they are: only the newest are read.
            Dialect::Sqlite => format!(
                "SELECT o.id FROM {} CROSS JOIN {table} o ON o.tenant = {tenant} AND o.{position} = n.{position}",
                newest(position)
            ),
            Dialect::Postgres => format!("SELECT n.id FROM {}", newest("id")),
        })
    }

    /// Tickets by number, id, subject, order, messages, and for people of the desk by whose they are: a query of `id`.
    pub(super) fn tickets(&self, sql: &mut Sql) -> Option<String> {
        let numbers = self.named.numbers.iter().copied().map(Cell::Int).collect();
        union([
            self.named(sql, "tickets", "number", numbers),
            self.by_id(sql, "tickets"),
            self.rows("tickets", "opened_position", HITS),
            self.messages(HITS).map(|found| format!("SELECT f.conversation_id AS id FROM {found} f")),
            self.of_people(sql, "tickets", "opened_position"),
        ])
    }

    /// Chats by id, the name and address stated, the opening question, and for people of the desk by whose they are.
    pub(super) fn chats_by_whose(&self, sql: &mut Sql) -> Option<String> {
        // As with people: a name may have been given to the chat by the desk.
        let own = self.rows("chats", "started_position", HITS).filter(|_| !self.unverified);
        union([self.by_id(sql, "chats"), own, self.of_people(sql, "chats", "started_position")])
    }

    /// The same, and by their messages.
    pub(super) fn chats(&self, sql: &mut Sql) -> Option<String> {
        let said = self.messages(HITS).map(|found| format!("SELECT f.conversation_id AS id FROM {found} f"));
        union([self.chats_by_whose(sql), said])
    }

    /// `FROM` of a list that is held to what is found: nothing if nothing can be asked for.
    pub(super) fn from(&self, found: Option<String>, table: &str, alias: &str) -> String {
        match found {
            Some(found) => {
                let (tenant, join) = (&self.tenant, self.dialect.join_in_order());
                format!("({found}) found {join} {table} {alias} ON {alias}.tenant = {tenant} AND {alias}.id = found.id")
            }
            None => {
                // PostgreSQL refuses a parameter of which nothing is said.
                let words = self.words.as_ref().map(|words| format!(" AND CAST({words} AS text) IS NOT NULL"));
                let words = words.unwrap_or_default();
                format!("(SELECT * FROM {table} WHERE 1 = 0 AND tenant = {}{words}) {alias}", self.tenant)
            }
        }
    }
}

fn union<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("SELECT u.id FROM ({}) u", parts.join(" UNION ")))
}
