//! Tables: what a row is, described once for reading, writing and scrubbing on either database.

mod cell;
mod macros;

use docket_domain::TenantId;
use uuid::Uuid;

use crate::words::{Tag, terms};

pub(crate) use cell::ColumnType;
pub(crate) use cell::{Cell, Column, DbRow, Json, time_text};
pub(crate) use macros::table;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnSpec {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its type.
    pub(crate) kind: ColumnType,
    /// Whether it says something about a person: emptied when they are erased.
    pub(crate) personal: bool,
}

/// A table as the generic writers see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableSpec {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns, the key's first.
    pub(crate) columns: &'static [ColumnSpec],
    /// How many of the columns are the key. The first is the tenant.
    pub(crate) key: usize,
    /// The column that says whose personal data the row holds.
    pub(crate) data_subject: Option<&'static str>,
    /// What its rows are found by, if they are searched.
    pub(crate) words: Option<WordsSpec>,
}

/// What the rows of a table are found by. All of it is personal: an erasure leaves none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordsSpec {
    /// Columns with text.
    pub(crate) columns: &'static [&'static str],
    /// The column that is the row's number on SQLite, and by which PostgreSQL knows new ones from old ones.
    pub(crate) rowid: &'static str,
}

impl TableSpec {
    /// Names of the columns, with commas.
    pub(crate) fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// Names of the key's columns, with commas.
    pub(crate) fn key_list(&self) -> String {
        self.columns[..self.key].iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// `a = excluded.a, …` for every column that is not of the key.
    pub(crate) fn assignments(&self) -> String {
        let assign = |column: &ColumnSpec| format!("{0} = excluded.{0}", column.name);
        self.columns[self.key..].iter().map(assign).collect::<Vec<_>>().join(", ")
    }

    /// `a = ?, …` for the columns in `changed`, by place.
    pub(crate) fn assignments_of(&self, changed: u64) -> String {
        let assign = |column: &ColumnSpec| format!("{} = ?", column.name);
        self.chosen(changed).map(assign).collect::<Vec<_>>().join(", ")
    }

    fn chosen(&self, changed: u64) -> impl Iterator<Item = &ColumnSpec> {
        self.columns.iter().enumerate().filter(move |(at, _)| changed & (1 << at) != 0).map(|(_, column)| column)
    }

    /// The place of a column.
    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns its rows are found by, by place.
    pub(crate) fn words_changed(&self) -> u64 {
        let columns = self.words.map_or(&[][..], |words| words.columns);
        columns.iter().filter_map(|name| self.place(name)).fold(0, |changed, at| changed | 1 << at)
    }

    /// The terms a row is found by, from its cells; empty if there are none.
    pub(crate) fn terms(&self, row: &[Cell]) -> String {
        let text = |name: &str| match row.get(self.place(name)?)? {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let person = self.data_subject.and_then(|name| match row.get(self.place(name)?)? {
            Cell::Uuid(person) => Some(*person),
            _ => None,
        });
        let (Some(words), Some(tenant)) = (self.words, text("tenant")) else { return String::new() };
        terms(&Tag::of(tenant), person, words.columns.iter().filter_map(|name| text(name)))
    }

    /// The row's number, from its cells.
    pub(crate) fn rowid<'a>(&self, row: &'a [Cell]) -> Option<&'a Cell> {
        row.get(self.place(self.words?.rowid)?)
    }

    /// `a = NULL, …` for every personal column; `None` if the table has none.
    pub(crate) fn scrubbing(&self) -> Option<String> {
        let scrub: Vec<_> =
            self.columns.iter().filter(|c| c.personal).map(|column| format!("{} = NULL", column.name)).collect();
        if scrub.is_empty() { None } else { Some(scrub.join(", ")) }
    }
}

/// A row of a table. Made by [`table!`].
pub(crate) trait TableRow: Clone + PartialEq + Send + std::fmt::Debug + 'static {
    /// What tells rows apart.
    type Key: Clone + Eq + std::hash::Hash + Send + std::fmt::Debug + 'static;
    /// The table.
    const SPEC: TableSpec;
    /// The row's key.
    fn key(&self) -> Self::Key;
    /// Appends the key's cells.
    fn key_cells(key: &Self::Key, out: &mut Vec<Cell>);
    /// Appends the row's cells, in the order of the columns.
    fn cells(&self, out: &mut Vec<Cell>);
    /// Reads the row's columns from a query that selects exactly them.
    fn read(row: &mut DbRow) -> Result<Self, sqlx::Error>;
    /// The columns in which it differs from the row it was, by place: bit 0 is the first. Columns of the key never do.
    fn changed(&self, before: &Self) -> u64;
    /// Whose personal data it holds.
    fn data_subject(&self) -> Option<(&TenantId, Uuid)>;
    /// Empties what is personal.
    fn scrub(&mut self);
}
