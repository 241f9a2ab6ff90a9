//! Rows and checkpoint change together or not at all: a write that the database refuses in the middle of a batch leaves
//! neither, whichever of the two it refuses.

use std::time::Duration;

use docket_domain::Position;

use super::desk::{Desk, Engine, assert_same};
use super::on_both;

on_both!(no_checkpoint_without_its_rows, no_rows_without_their_checkpoint);

/// Makes the database refuse to change rows of a table.
fn refuse(desk: &Desk, table: &str, operation: &str) {
    desk.write(&match desk.scratch {
        None => format!(
            "CREATE TRIGGER refused BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        ),
        Some(_) => format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$; \
             CREATE TRIGGER refused BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        ),
    });
}

fn allow(desk: &Desk, table: &str) {
    desk.write(&match desk.scratch {
        None => "DROP TRIGGER refused".to_owned(),
        Some(_) => format!("DROP TRIGGER refused ON {table}; DROP FUNCTION refuse()"),
    });
}

fn checkpoint(desk: &Desk) -> String {
    desk.dump_table("checkpoints")
}

/// Lets the projections fail on a ticket's events for a while, and looks at what they leave behind.
async fn fails_whole(engine: Engine, table: &str, operation: &str) {
    let mut desk = Desk::open(engine).await;
    let customer = desk.register_customer("Anna").await;
    desk.settle().await;
    desk.stop().await;
    let (rows, at) = (desk.dump(), checkpoint(&desk));

    refuse(&desk, table, operation);
    let ticket = desk.open_ticket(1, customer, "Lamp", "It is dark").await;
    desk.reply(ticket, docket_domain::Actor::customer(customer), "Still dark").await;
    let head: Position = desk.journal.store().head().await.unwrap();
    desk.run();
    let reached = desk.models.wait_for(head, Duration::from_millis(700)).await.unwrap();
    assert!(!reached, "the refused batch counts as taken in");
    desk.stop().await;
    assert_same(&rows, &desk.dump());
    assert_eq!(at, checkpoint(&desk), "the checkpoint moved without its rows");

    allow(&desk, table);
    desk.run();
    desk.settle().await;
    let grown = desk.dump();
    assert!(grown.iter().any(|(table, rows)| table == "tickets" && !rows.is_empty()));
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&grown, &desk.dump());
}

async fn no_checkpoint_without_its_rows(engine: Engine) {
    // The last table of a batch: by then the checkpoint and all other rows are written.
    fails_whole(engine, "audit", "INSERT").await;
}

async fn no_rows_without_their_checkpoint(engine: Engine) {
    fails_whole(engine, "checkpoints", "UPDATE").await;
}
