//! Every row of the read models, as text: to compare what grew event by event with what was built anew.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// Tables that are not rows of read models: bookkeeping, migrations, what full-text search keeps for itself.
const NOT_ROWS: &[&str] = &["checkpoint", "lease", "model", "_sqlx", "sqlite_", "generation", "migration", "progress"];

/// The rows by table, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadModelRows(BTreeMap<String, Vec<String>>);

impl ReadModelRows {
    /// Reads `read.db`.
    pub async fn of_sqlite(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let mut connection = options.connect().await.expect("the read models' file");
        // Shadow tables of full-text search are named table_data, table_idx …; the search itself is asked through rows.
        let all: Vec<(String, String)> =
            sqlx::query_as("select name, sql from sqlite_master where type = 'table' and sql is not null")
                .fetch_all(&mut connection)
                .await
                .expect("the schema");
        let searches: Vec<String> = all
            .iter()
            .filter(|(_, sql)| sql.to_lowercase().starts_with("create virtual"))
            .map(|(name, _)| name.clone())
            .collect();
        let mut tables = BTreeMap::new();
        for (table, _) in all {
            let shadow =
                searches.iter().any(|name| table.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with('_')));
            // What is searched by keeps no text, so that it cannot be read row by row.
            if shadow || searches.contains(&table) || is_bookkeeping(&table) {
                continue;
            }
            let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&mut connection)
                .await
                .expect("columns");
            let line =
                columns.iter().map(|c| format!("'{c}=' || quote(\"{c}\")")).collect::<Vec<_>>().join(" || ' ' || ");
            let rows = sqlx::query_scalar(AssertSqlSafe(format!("select {line} from \"{table}\" order by 1")))
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            tables.insert(table, rows);
        }
        connection.close().await.expect("closed");
        Self(tables)
    }

    /// Reads the schema `docket_read`.
    pub async fn of_postgres(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("the database");
        let all: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.tables \
             where table_schema = 'docket_read' and table_type = 'BASE TABLE'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the schema");
        let mut tables = BTreeMap::new();
        for table in all.into_iter().filter(|table| !is_bookkeeping(table)) {
            let sql = format!("select row_to_json(t)::text from docket_read.\"{table}\" t order by 1");
            let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
            tables.insert(table, rows);
        }
        Self(tables)
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Whether any row contains the text.
    pub fn mention(&self, text: &str) -> bool {
        self.0.values().flatten().any(|row| row.contains(text))
    }

    /// Compares.
    ///
    /// # Panics
    /// If they differ, with the first rows that do.
    #[track_caller]
    pub fn assert_same(&self, other: &Self, what: &str) {
        let names = |rows: &Self| rows.0.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(other), "{what}: the tables");
        let mut differences = Vec::new();
        for (table, rows) in &self.0 {
            let others = &other.0[table];
            let missing = |from: &[String], of: &[String]| -> Vec<String> {
                from.iter().filter(|row| of.binary_search(row).is_err()).take(3).cloned().collect()
            };
            if rows != others {
                let mut sorted = (rows.clone(), others.clone());
                sorted.0.sort();
                sorted.1.sort();
                if sorted.0 == sorted.1 {
                    continue; // the database sorts by a locale
                }
                differences.push(format!(
                    "{table}: {} and {} rows\n  only before: {:#?}\n  only after: {:#?}",
                    rows.len(),
                    others.len(),
                    missing(&sorted.0, &sorted.1),
                    missing(&sorted.1, &sorted.0)
                ));
            }
        }
        assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
    }
}

fn is_bookkeeping(table: &str) -> bool {
    NOT_ROWS.iter().any(|part| table.starts_with(part) || table.trim_end_matches('s').ends_with(part))
}
