//! What a read model is: a row, the keys an event touches, and a pure fold.

use docket_domain::Event;

use crate::table::TableRow;

/// A read model.
pub(crate) trait Model: Send + Sync + 'static {
    /// Its row; the table is the row's.
    type Row: TableRow;
    /// Changes whenever row, fold or DDL change: the table is then rebuilt by itself.
    const VERSION: i64;
    /// The table's DDL, with `{table}` for its name.
    const SQLITE: &'static str;
    /// The same for PostgreSQL.
    const POSTGRES: &'static str;
    /// Whether each row is the work of one event alone, so that nothing is loaded or kept in memory.
    const FRESH: bool = false;

    /// Appends the keys of the rows an event touches.
    fn keys(event: &Event, keys: &mut Vec<<Self::Row as TableRow>::Key>);

    /// The row with `key` after `event`; `None` if there is none. Pure, and total.
    fn fold(key: &<Self::Row as TableRow>::Key, row: Option<Self::Row>, event: &Event) -> Option<Self::Row>;

    /// Whether the row cannot be there yet, as far as the event tells: saves loading it.
    fn is_new(_key: &<Self::Row as TableRow>::Key, _event: &Event) -> bool {
        false
    }
}

/// Names the DDL files of a model.
macro_rules! ddl {
    ($name:literal) => {
        const SQLITE: &'static str = include_str!(concat!("../../../migrations/sqlite/read/", $name, ".sql"));
        const POSTGRES: &'static str = include_str!(concat!("../../../migrations/postgres/read/", $name, ".sql"));
    };
}
pub(crate) use ddl;
