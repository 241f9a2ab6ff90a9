//! Writing rows into SQLite with nothing in between: the limit for the log and for the read models.

use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::Failure;

/// How rows are committed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Commit {
    /// Rows to a transaction.
    pub(crate) rows: usize,
    /// Whether each transaction is on disk before the next begins.
    pub(crate) durable: bool,
}

/// A table's rows, read into memory.
struct Table {
    create: Vec<String>,
    insert: String,
    rows: Vec<Vec<Value>>,
}

/// How many seconds it takes to write all rows of a file into an empty one with the same tables and indexes, and how
/// many rows those are. They are in memory before the clock starts. Full-text tables are left out: they cannot
/// be read, as they keep terms and no text.
pub(crate) fn copy_rows(from: &Path, to: &Path, commit: Commit) -> Result<(f64, u64), Failure> {
    let tables = tables(&Connection::open(from)?)?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "wal")?;
    target.pragma_update(None, "synchronous", if commit.durable { "FULL" } else { "NORMAL" })?;
    target.pragma_update(None, "wal_autocheckpoint", 20_000)?;
    target.set_prepared_statement_cache_capacity(128);
    for sql in tables.iter().flat_map(|table| &table.create) {
        target.execute_batch(sql)?;
    }
    let begin = Instant::now();
    let mut count = 0;
    for table in &tables {
        for chunk in table.rows.chunks(commit.rows) {
            let transaction = target.transaction()?;
            {
                let mut insert = transaction.prepare_cached(&table.insert)?;
                for row in chunk {
                    insert.execute(params_from_iter(row))?;
                }
            }
            transaction.commit()?;
            count += chunk.len() as u64;
        }
    }
    Ok((begin.elapsed().as_secs_f64(), count))
}

fn tables(connection: &Connection) -> Result<Vec<Table>, Failure> {
    let mut schema = connection
        .prepare("select type, name, tbl_name, sql from sqlite_master where sql is not null order by rowid")?;
    let entries: Vec<(String, String, String, String)> = schema
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let virtual_tables: Vec<&str> = entries
        .iter()
        .filter(|(.., sql)| sql.to_lowercase().starts_with("create virtual"))
        .map(|(_, name, ..)| name.as_str())
        .collect();
    let shadow = |name: &str| virtual_tables.iter().any(|v| name.strip_prefix(v).is_some_and(|r| r.starts_with('_')));
    let mut tables = Vec::new();
    for (kind, name, ..) in &entries {
        let left_out = shadow(name) || virtual_tables.contains(&name.as_str()) || name.starts_with("sqlite_");
        if kind != "table" || left_out {
            continue;
        }
        let create = entries
            .iter()
            .filter(|(kind, _, of, _)| of == name && kind != "trigger")
            .map(|(.., sql)| sql.clone())
            .collect();
        let mut select = connection.prepare(&format!("select * from \"{name}\""))?;
        let width = select.column_count();
        let columns: Vec<String> = select.column_names().iter().map(|column| format!("\"{column}\"")).collect();
        let marks = vec!["?"; width].join(", ");
        let insert = format!("insert into \"{name}\" ({}) values ({marks})", columns.join(", "));
        let rows = select
            .query_map([], |row| (0..width).map(|at| row.get::<_, Value>(at)).collect())?
            .collect::<Result<_, _>>()?;
        tables.push(Table { create, insert, rows });
    }
    Ok(tables)
}
