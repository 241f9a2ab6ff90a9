//! An erased person is in no table, no index and no file.

use docket_domain::Actor;
use docket_projections::views::*;
use serde_json::{Value, json};

use super::desk::{Desk, Engine, assert_same};
use super::on_both;

on_both!(an_erased_person_is_nowhere, what_others_wrote_stays, what_a_dead_rebuild_left_is_erased_too);

async fn an_erased_person_is_nowhere(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Annabella").await, desk.register_agent("bob").await);
    let id = desk.open_ticket(1, anna, "Zweckformlampe", "Mein Quietschbogen").await;
    desk.note(id, bob, "grummelig").await;
    desk.link_order(id, bob, "Bestellschein").await;
    desk.set_fields(id, bob, &[("room", "Kellerverlies"), ("size", "Übergröße")], &["size"]).await;
    let chat = desk.start_chat(anna, "Fragezeichen").await;
    desk.say(chat, Actor::customer(anna), "Plauderton").await;
    desk.settle().await;
    let agent = desk.agent(bob);
    let words = [
        "Annabella",
        "Zweckformlampe",
        "Quietschbogen",
        "grummelig",
        "Plauderton",
        "Fragezeichen",
        "Vera",
        "Bestellschein",
        "Kellerverlies",
        "ORD-1",
    ];
    let queries = desk.queries();
    assert!(!queries.search(&agent, "Quietschbogen", 10).await.unwrap().is_empty());
    let of_order = TicketFilter { order_ref: Some("Bestellschein".into()), ..TicketFilter::default() };
    let found = async || queries.tickets(&agent, &of_order, &PageRequest::default()).await.unwrap().items;
    let fields = json!({ "room": "Kellerverlies", "score": 7, "size": "Übergröße" });
    assert_eq!(Value::Object(found().await[0].custom_fields.clone()), fields);
    let customers = queries.tickets(&desk.customer(anna), &of_order, &PageRequest::default()).await.unwrap().items;
    assert!(customers[0].custom_fields.is_empty(), "how the desk files is its own affair");

    desk.erase(anna).await;
    desk.settle().await;
    for word in words {
        assert!(queries.search(&agent, word, 10).await.unwrap().is_empty(), "{word} is found");
    }
    assert!(found().await.is_empty());
    let ticket = queries.ticket(&agent, id).await.unwrap().unwrap();
    assert_eq!(ticket.ticket.order_ref, None);
    assert_eq!((&ticket.ticket.last_message_by.name, ticket.ticket.last_message_by.erased), (&None, true));
    assert_eq!(Value::Object(ticket.ticket.custom_fields.clone()), json!({ "score": 7, "size": "Übergröße" }));
    assert_eq!((ticket.ticket.subject, ticket.ticket.last_message, ticket.customer_email), (None, None, None));
    assert_eq!((ticket.ticket.message_count, ticket.ticket.note_count), (1, Some(1)));
    let seen = queries.messages(&agent, ConversationKind::Ticket, id, &MessagePage::default()).await.unwrap().unwrap();
    assert!(seen.items.iter().all(|message| message.body.is_none()));
    let chat = queries.chat(&agent, chat).await.unwrap().unwrap();
    assert_eq!((chat.visitor.name, chat.visitor.ip, chat.question, chat.last_message), (None, None, None, None));
    assert!(queries.customer(&agent, anna).await.unwrap().unwrap().erased);

    let built = desk.dump();
    for (table, rows) in &built {
        for word in words {
            assert!(!rows.contains(word), "{table} has {word}");
        }
    }
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&built, &desk.dump());

    if engine == Engine::Sqlite {
        desk.stop().await;
        desk.models.close().await;
        for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("read.db") {
                let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
                for word in words {
                    let word = word.to_ascii_lowercase();
                    let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                    assert!(!found, "{word} is in {}", path.display());
                }
            }
        }
    }
}

async fn what_others_wrote_stays(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, ben) = (desk.register_customer("Anna").await, desk.register_customer("Ben").await);
    let id = desk.open_ticket(1, ben, "Lampe", "Kaputt").await;
    desk.open_ticket(2, anna, "Tisch", "Wackelt").await;
    desk.erase(anna).await;
    desk.settle().await;
    let seen = desk.queries().ticket(&desk.customer(ben), id).await.unwrap().unwrap();
    assert_eq!(seen.ticket.subject.as_deref(), Some("Lampe"));
    assert_eq!(desk.queries().search(&desk.customer(ben), "kaputt", 5).await.unwrap().len(), 2);
}

async fn what_a_dead_rebuild_left_is_erased_too(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, ben) = (desk.register_customer("Anna").await, desk.register_customer("Ben").await);
    desk.open_ticket(1, anna, "Lampe", "Quietschbogen").await;
    desk.open_ticket(2, ben, "Tisch", "Wackelkontakt").await;
    desk.settle().await;
    // One of this version, and one of a version that knew no bodies.
    desk.write("CREATE TABLE messages__900001 AS SELECT * FROM messages");
    desk.write("CREATE TABLE tickets__900002 AS SELECT id, 'Quietschbogen' AS old FROM tickets");
    desk.erase(anna).await;
    desk.settle().await;
    let left = desk.dump_table("messages__900001");
    assert!(!left.contains("Quietschbogen") && left.contains("Wackelkontakt"), "{left}");
    let tables = match &desk.scratch {
        None => super::desk::sqlite(desk.folder.path(), "SELECT name FROM sqlite_schema"),
        Some(scratch) => super::desk::psql(scratch, "SELECT tablename FROM pg_tables"),
    };
    assert!(!tables.contains("tickets__900002"), "{tables}");
}
