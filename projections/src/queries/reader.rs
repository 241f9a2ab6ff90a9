//! Reads an answer's columns one after another.

use crate::error::ReadError;
use crate::table::{Column, DbRow};

/// A row whose columns are read from left to right.
pub(super) struct RowReader<'a> {
    row: &'a DbRow,
    next: usize,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(row: &'a DbRow) -> Self {
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
    rows: &[DbRow],
    read: impl Fn(&mut RowReader<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    rows.iter().map(|row| read(&mut RowReader::new(row))).collect()
}

/// Reads the first row, if there is one.
pub(super) fn one<T>(
    rows: &[DbRow],
    read: impl Fn(&mut RowReader<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    rows.first().map(|row| read(&mut RowReader::new(row))).transpose()
}
