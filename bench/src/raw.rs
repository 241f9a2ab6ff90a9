//! Writing rows into SQLite with nothing in between: the limit for the log and for the read models.

use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::Failure;

/// Inserts `payloads` as events, `batch` to a transaction, each on disk before the next; returns events a second.
pub(crate) fn insert_events(path: &Path, payloads: &[String], batch: usize) -> Result<f64, Failure> {
    let mut connection = durable(path)?;
    connection.execute_batch(
        "create table events (position integer primary key, stream text not null, version integer not null, \
         event_id blob not null, type text not null, payload text not null, hash blob not null); \
         create unique index events_stream on events (stream, version)",
    )?;
    let begin = Instant::now();
    let mut position = 0_i64;
    for chunk in payloads.chunks(batch) {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("insert into events values (?, ?, ?, ?, ?, ?, ?)")?;
            for payload in chunk {
                position += 1;
                let stream = format!("bench/ticket-{position:032x}");
                let id = position.to_be_bytes().repeat(2);
                insert.execute((position, stream, 1, id, "MessagePosted", payload, [7_u8; 32]))?;
            }
        }
        transaction.commit()?;
    }
    Ok(payloads.len() as f64 / begin.elapsed().as_secs_f64())
}

/// A connection as durable as the log's.
fn durable(path: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 20_000)?;
    Ok(connection)
}

/// A table's rows, read into memory.
struct Table {
    create: Vec<String>,
    insert: String,
    rows: Vec<Vec<Value>>,
}

/// How long it takes to write all rows of a read-model file into an empty file with the same tables and indexes, in
/// bulk; and how many rows those are. Full-text tables are written as what they index.
pub(crate) fn copy_rows(from: &Path, to: &Path) -> Result<(f64, u64), Failure> {
    let tables = tables(&Connection::open(from)?)?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "wal")?;
    target.pragma_update(None, "synchronous", "NORMAL")?;
    for sql in tables.iter().flat_map(|table| &table.create) {
        target.execute_batch(sql)?;
    }
    let begin = Instant::now();
    let mut count = 0;
    for table in &tables {
        for chunk in table.rows.chunks(2000) {
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
        if kind != "table" || shadow(name) || name.starts_with("sqlite_") {
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
