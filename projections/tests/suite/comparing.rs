//! Read models held against what the log makes.

use docket_projections::ReadModels;

use super::desk::{Desk, Engine, assert_same};
use super::history::{Cast, choices};
use super::on_both;

on_both!(
    sound_read_models_are_what_the_log_makes,
    a_changed_missing_or_invented_row_is_named,
    words_that_are_not_those_of_the_text_are_found
);

async fn played(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    let mut cast = Cast::gather(&desk).await;
    for choice in choices(11, 200) {
        cast.step(&desk, choice).await;
    }
    desk.settle().await;
    desk
}

async fn sound_read_models_are_what_the_log_makes(engine: Engine) {
    let mut desk = played(engine).await;
    let before = desk.dump();
    let mut told = 0;
    let compared = desk.models.compare(&desk.journal, |progress| told = progress.events).await.unwrap();
    assert_eq!(compared.differences, []);
    assert_eq!(compared.position, desk.models.look().await.unwrap());
    assert!(compared.rows > 100 && told > 100, "{compared:?} {told}");
    assert_same(&before, &desk.dump());
    // The live ones go on as before.
    let dora = desk.register_customer("Dora").await;
    desk.open_ticket(9999, dora, "After", "the comparison").await;
    desk.settle().await;
    assert!(desk.dump_table("tickets").contains("9999"));
    desk.stop().await;
}

async fn a_changed_missing_or_invented_row_is_named(engine: Engine) {
    let mut desk = played(engine).await;
    let anna = desk.register_customer("Annaliese").await;
    let ticket = desk.open_ticket(9998, anna, "Secret", "words").await;
    desk.settle().await;
    desk.stop().await;
    let id = ticket.simple().to_string();
    let is_ticket = match engine {
        Engine::Sqlite => format!("id = x'{id}'"),
        Engine::Postgres => format!("id = '{id}'"),
    };
    desk.write(&format!("UPDATE tickets SET reopen_count = reopen_count + 7 WHERE {is_ticket}"));
    desk.write("DELETE FROM departments");
    desk.write("INSERT INTO counters (tenant, metric, day, dimension, count, sum) SELECT tenant, metric, day, 'invented', count, sum FROM counters LIMIT 1");
    let compared = desk.models.compare(&desk.journal, |_| ()).await.unwrap();
    let different: Vec<&str> = compared.differences.iter().map(|difference| difference.model).collect();
    assert_eq!(different, ["tickets", "departments", "counters"]);
    let [tickets, departments, counters] = &compared.differences[..] else { unreachable!() };
    assert_eq!(tickets.rows, 1);
    let first = tickets.first.replace('-', "");
    assert!(first.contains(&format!("id {id}")), "{first}");
    assert!(departments.rows > 0, "{departments:?}");
    assert!(counters.first.contains("dimension invented"), "{counters:?}");
    assert!(!format!("{compared:?}").contains("Secret"));
    // Nothing of the comparison is left.
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_eq!(desk.models.compare(&desk.journal, |_| ()).await.unwrap().differences, []);
    assert!(ReadModels::names().contains(&"tickets"));
}

async fn words_that_are_not_those_of_the_text_are_found(engine: Engine) {
    let mut desk = played(engine).await;
    let anna = desk.register_customer("Annaliese").await;
    desk.open_ticket(9998, anna, "Lamp", "It hums").await;
    desk.settle().await;
    desk.stop().await;
    assert_eq!(desk.models.compare(&desk.journal, |_| ()).await.unwrap().differences, []);
    desk.write(match engine {
        Engine::Sqlite => "INSERT INTO messages_fts (rowid, words) SELECT max(position), 'abcforged' FROM messages",
        Engine::Postgres => {
            "UPDATE messages SET words = array_to_tsvector(array['abcforged']) \
             WHERE position = (SELECT max(position) FROM messages)"
        }
    });
    let compared = desk.models.compare(&desk.journal, |_| ()).await.unwrap();
    let [messages] = &compared.differences[..] else { panic!("{compared:?}") };
    assert_eq!((messages.model, messages.rows), ("messages", 1));
    // Words of a row that is not there.
    if engine == Engine::Sqlite {
        desk.write("INSERT INTO customers_fts (rowid, words) VALUES (4711000, 'abcforged')");
        let compared = desk.models.compare(&desk.journal, |_| ()).await.unwrap();
        let models: Vec<_> = compared.differences.iter().map(|difference| difference.model).collect();
        assert_eq!(models, ["messages", "customers"], "{compared:?}");
    }
}
