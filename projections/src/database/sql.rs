//! Puts queries together: text from this room, values always as parameters. Both databases take `$1 …`.

use std::fmt::Write as _;

use crate::table::{Cell, Column};

/// A query under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sql {
    text: String,
    binds: Vec<Cell>,
}

impl Sql {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), binds: Vec::new() }
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a parameter.
    pub(crate) fn bind(&mut self, cell: Cell) -> &mut Self {
        let number = self.keep(cell);
        self.push(&number)
    }

    /// Appends a parameter.
    pub(crate) fn value(&mut self, value: &impl Column) -> &mut Self {
        self.bind(value.cell())
    }

    /// Adds a parameter without appending it, and says how to refer to it.
    pub(crate) fn keep(&mut self, cell: Cell) -> String {
        self.binds.push(cell);
        format!("${}", self.binds.len())
    }

    /// Appends parameters in parentheses.
    pub(crate) fn list(&mut self, cells: impl IntoIterator<Item = Cell>) -> &mut Self {
        let mut separator = '(';
        for cell in cells {
            let number = self.keep(cell);
            let _ = write!(self.text, "{separator}{number}");
            separator = ',';
        }
        if separator == '(' {
            // No value is in an empty list; `IN ()` is not SQL everywhere.
            self.push("(NULL");
        }
        self.push(")")
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Cell>) {
        (self.text, self.binds)
    }
}
