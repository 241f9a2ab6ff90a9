//! The real help desk: imported, folded independently, exported, and imported elsewhere.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use docket_tests::{Database, Docket, DocketOptions, convert_chats, convert_helpdesk, real_data, repository, run_tool};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};

fn import(desk: &Docket, file: &Path) -> Value {
    let file = file.display().to_string();
    serde_json::from_str(&desk.run("import", &[&file, "--json"])).expect("a report")
}

async fn read_models(desk: &Docket) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(desk.data().join("read.db")).read_only(true);
    options.connect().await.expect("the read models")
}

async fn counts(connection: &mut SqliteConnection, sql: &'static str) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(connection).await.expect("counts");
    rows.into_iter().collect()
}

async fn number(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.expect("a number")
}

#[tokio::test]
async fn the_read_models_equal_an_independent_fold() {
    let Some(folder) = real_data() else { return };
    let (csv, tsv) = (folder.join("helpdesk-event-log.csv.gz"), folder.join("customer-turns.tsv.gz"));
    let desk = Docket::prepare(DocketOptions::default());
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("history.jsonl");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).expect("a file"));
    convert_helpdesk(&csv, &mut out).and_then(|_| convert_chats(&tsv, &mut out)).expect("converted");
    out.flush().expect("written");
    drop(out);

    let fold = run_tool(Command::new("python3").arg(repository().join("scripts/fold-helpdesk.py")).arg(&csv).arg(&tsv));
    let fold: Value = serde_json::from_str(&fold).expect("what the script says");
    let report = import(&desk, &file);
    assert_eq!((&report["tickets"], &report["chats"]), (&fold["tickets"], &fold["chats"]));
    assert_eq!((&report["refused_count"], &report["unchanged"]), (&json!(0), &json!(0)));

    let mut db = read_models(&desk).await;
    let by_status = counts(&mut db, "SELECT status, count(*) FROM tickets GROUP BY 1").await;
    assert_eq!(json!(by_status), fold["by_status"]);
    let by_priority = counts(&mut db, "SELECT priority, count(*) FROM tickets GROUP BY 1").await;
    assert_eq!(json!(by_priority), fold["by_priority"]);
    let by_assignee = counts(
        &mut db,
        "SELECT coalesce(a.name, ''), count(*) FROM tickets t LEFT JOIN agents a ON a.id = t.assignee_id GROUP BY 1",
    )
    .await;
    assert_eq!(json!(by_assignee), fold["by_assignee"]);
    for (name, sql) in [
        ("resolutions", "SELECT sum(resolution_count) FROM tickets"),
        ("reopenings", "SELECT sum(reopen_count) FROM tickets"),
        ("assignments", "SELECT sum(assignment_count) FROM tickets"),
        ("reassignments", "SELECT sum(reassignment_count) FROM tickets"),
        ("notes", "SELECT sum(note_count) FROM tickets"),
        ("reopened_tickets", "SELECT count(*) FROM tickets WHERE reopen_count > 0"),
        ("resolved_tickets", "SELECT count(*) FROM tickets WHERE resolution_count > 0"),
        ("chats", "SELECT count(*) FROM chats"),
        ("chat_messages", "SELECT sum(customer_messages) FROM chats"),
    ] {
        assert_eq!(json!(number(&mut db, sql).await), fold[name], "{name}");
    }
    desk.run("verify", &[]);
    let again = import(&desk, &file);
    assert_eq!((&again["events"], &again["unchanged"]), (&json!(0), &json!(4580 + 11_913)));
}

#[tokio::test]
async fn an_export_gives_an_empty_desk_the_same_read_models() {
    let Some(folder) = real_data() else { return };
    let (one, two) = (Docket::prepare(DocketOptions::default()), Docket::prepare(DocketOptions::default()));
    let work = tempfile::tempdir().expect("a folder");
    let (file, export) = (work.path().join("history.jsonl"), work.path().join("export.jsonl.gz"));
    let (mut tickets, mut chats) = (Vec::new(), Vec::new());
    convert_helpdesk(&folder.join("helpdesk-event-log.csv.gz"), &mut tickets).expect("converted");
    convert_chats(&folder.join("customer-turns.tsv.gz"), &mut chats).expect("converted");
    let part = [first_lines(&tickets, 800), first_lines(&chats, 800)].concat();
    std::fs::write(&file, part).expect("written");

    import(&one, &file);
    one.run("export", &["--out", &export.display().to_string()]);
    let report = import(&two, &export);
    assert_eq!((&report["tickets"], &report["chats"]), (&json!(800), &json!(800)), "{report}");
    assert_eq!(
        (&report["refused_count"], &report["unchanged"], &report["renumbered"]),
        (&json!(0), &json!(0), &json!(0))
    );
    let (rows, same) = (rows(&one).await, rows(&two).await);
    assert_eq!(rows.keys().collect::<Vec<_>>(), same.keys().collect::<Vec<_>>());
    for (table, rows) in rows {
        assert!(
            !rows.is_empty()
                || matches!(
                    table.as_str(),
                    "reads" | "ratings" | "organisations" | "sla" | "calendars" | "sla_policies" | "views" | "roles"
                ),
            "{table} is empty"
        );
        assert_eq!(same[&table], rows, "{table}");
    }
    two.run("verify", &[]);

    // Exported again from there, on either database, it is the same to the byte.
    let database = Database::create().await;
    let url = Some(database.url());
    let three = Docket::prepare(DocketOptions { store: url.clone(), read_models: url, ..DocketOptions::default() });
    let report = import(&three, &export);
    assert_eq!((&report["tickets"], &report["refused_count"]), (&json!(800), &json!(0)), "{report}");
    for (name, desk) in [("sqlite", &two), ("postgres", &three)] {
        let again = work.path().join(format!("{name}.jsonl.gz"));
        desk.run("export", &["--out", &again.display().to_string()]);
        assert!(unpacked(&again) == unpacked(&export), "{name}: the same lines in the same order");
    }

    // The raw log goes out too, and is verified without the log.
    let raw: PathBuf = work.path().join("raw.jsonl");
    one.run("export", &["--format", "raw", "--out", &raw.display().to_string()]);
    one.run("verify", &["--export", &raw.display().to_string()]);
    let again = import(&one, &export);
    assert_eq!(again["events"], 0, "back where it comes from it changes nothing: {again}");
}

fn unpacked(file: &Path) -> String {
    let file = std::fs::File::open(file).expect("an export");
    std::io::read_to_string(flate2::read::MultiGzDecoder::new(file)).expect("gzip")
}

fn first_lines(text: &[u8], count: usize) -> Vec<u8> {
    text.split_inclusive(|byte| *byte == b'\n').take(count).flatten().copied().collect()
}

/// The rows of all read models but the audit trail, without positions: those are the log's own.
async fn rows(desk: &Docket) -> BTreeMap<String, Vec<String>> {
    let mut db = read_models(desk).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%' \
         AND name NOT IN ('audit', 'checkpoints', 'models')",
    )
    .fetch_all(&mut db)
    .await
    .expect("tables");
    let mut all = BTreeMap::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar(
            "SELECT 'quote(' || name || ')' FROM pragma_table_info(?) WHERE name NOT LIKE '%position'",
        )
        .bind(&table)
        .fetch_all(&mut db)
        .await
        .expect("columns");
        let sql = format!("SELECT {} FROM {table} ORDER BY 1", columns.join(" || ' ' || "));
        all.insert(table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows"));
    }
    all
}
