//! Reads an answer's columns one after another.

use crate::error::ReadError;
use crate::table::{Column, DbRow};

/// A row whose columns are read from left to right.
pub(super) struct RowReader<'a> {
    row: &'a mut DbRow,
    next: usize,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(row: &'a mut DbRow) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn get<T: Column>(&mut self) -> Result<T, ReadError> {
        let i = self.next;
        self.next += 1;
        Ok(T::read(self.row, i)?)
    }
}

/// Reads every row with `read`.
pub(super) fn all<T>(
    rows: Vec<DbRow>,
    read: impl Fn(&mut RowReader<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    rows.into_iter().map(|mut row| read(&mut RowReader::new(&mut row))).collect()
}

/// Reads the first row, if there is one.
pub(super) fn one<T>(
    rows: Vec<DbRow>,
    read: impl Fn(&mut RowReader<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    rows.into_iter().next().map(|mut row| read(&mut RowReader::new(&mut row))).transpose()
}
