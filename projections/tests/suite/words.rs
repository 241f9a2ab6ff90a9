//! Search: the same words find the same things on both databases, in every list.

use docket_domain::customer::{Customer, CustomerCommand};
use docket_domain::{Actor, CustomerId};
use docket_projections::views::*;
use docket_projections::{Said, Viewer};
use uuid::Uuid;

use super::desk::{Desk, Engine};
use super::on_both;

on_both!(
    words_find_the_same_everywhere,
    each_list_is_searched_by_its_own_words,
    what_is_named_outright_is_found_whatever_it_was_pasted_with,
    what_is_written_is_found_as_it_is_now,
    customers_find_their_own_however_much_others_wrote,
    operators_of_the_databases_are_nothing_but_words,
    the_newest_are_found_however_far_back_they_are,
    long_beginnings_of_common_and_rare_words_are_found,
);

/// Text, what finds it, what does not.
fn table() -> Vec<(&'static str, Vec<&'static str>, Vec<&'static str>)> {
    let lines = include_str!("../words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    let queries = |part: &'static str| part.split(" | ").map(str::trim).filter(|query| !query.is_empty()).collect();
    lines
        .map(|line| match line.split(" => ").collect::<Vec<_>>()[..] {
            [text, found, missed] => (text, queries(found), queries(missed)),
            _ => panic!("three parts: {line}"),
        })
        .collect()
}

fn everything() -> PageRequest {
    PageRequest { limit: 100, cursor: None }
}

async fn tickets(desk: &Desk, viewer: &Viewer, words: &str) -> Vec<Uuid> {
    let filter = TicketFilter { search: Some(words.into()), ..TicketFilter::default() };
    let found = desk.queries().tickets(viewer, &filter, &everything()).await.unwrap();
    found.items.iter().map(|ticket| ticket.id).collect()
}

async fn chats(desk: &Desk, viewer: &Viewer, words: &str) -> Vec<Uuid> {
    let filter = ChatFilter { search: Some(words.into()), ..ChatFilter::default() };
    let found = desk.queries().chats(viewer, &filter, &everything()).await.unwrap();
    found.items.iter().map(|chat| chat.id).collect()
}

async fn customers(desk: &Desk, viewer: &Viewer, words: &str) -> Vec<Uuid> {
    let filter = CustomerFilter { search: Some(words.into()), ..CustomerFilter::default() };
    let found = desk.queries().customers(viewer, &filter, &everything()).await.unwrap();
    found.items.iter().map(|customer| customer.id).collect()
}

async fn words_find_the_same_everywhere(engine: Engine) {
    let desk = Desk::open(engine).await;
    let nobody = desk.register_customer("Nobody").await;
    let bob = desk.register_agent("bob").await;
    let mut made = Vec::new();
    for (number, (text, found, missed)) in (1..).zip(table()) {
        let ticket = desk.open_ticket(5000 + number, nobody, text, "-").await;
        let replied = desk.open_ticket(6000 + number, nobody, "-", text).await;
        let chat = desk.start_chat(nobody, text).await;
        made.push((text, found, missed, ticket, replied, chat));
    }
    desk.settle().await;
    let bob = desk.agent(bob);
    let mut wrong = Vec::new();
    for (text, found, missed, ticket, replied, chat) in &made {
        for (query, expected) in found.iter().map(|q| (q, true)).chain(missed.iter().map(|q| (q, false))) {
            let (listed, begun) = (tickets(&desk, &bob, query).await, chats(&desk, &bob, query).await);
            for (what, is_found) in [
                ("subject", listed.contains(ticket)),
                ("message", listed.contains(replied)),
                ("question", begun.contains(chat)),
            ] {
                if is_found != expected {
                    wrong.push(format!("{query:?} finds {text:?} by its {what}: {is_found}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn each_list_is_searched_by_its_own_words(engine: Engine) {
    let desk = Desk::open(engine).await;
    let maria = desk.register_customer("Maria Rossi").await;
    let yuliya = desk.register_customer("Юлия Özgür").await;
    let jorg = desk.register_agent("Jörg").await;
    let ticket = desk.open_ticket(7, maria, "Lamp", "It hums").await;
    desk.note(ticket, jorg, "confidential").await;
    let chat = desk.start_chat(yuliya, "Wie bezahle ich?").await;
    desk.say(chat, Actor::customer(yuliya), "Kreditkarte abgelehnt").await;
    let visitor = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
    let visit = CustomerCommand::Register {
        kind: docket_domain::customer::CustomerKind::Visitor,
        name: Some("Zacharias".into()),
        email: None,
        phone: Some("+39 06 1234-567".into()),
        external_id: None,
    };
    desk.act::<Customer>(visitor, Actor::SYSTEM, visit).await;
    let asked = desk.start_chat(visitor, "Öffnungszeiten?").await;
    desk.act::<Customer>(visitor, Actor::SYSTEM, CustomerCommand::MergeInto { customer: CustomerId(maria) }).await;
    desk.settle().await;

    let agent = desk.agent(jorg);
    for words in
        ["rossi", "rossi mar", "maria.rossi@example.com", "lamp", "hums", "confidential", "7", "tkt 7", "ord-7"]
    {
        assert_eq!(tickets(&desk, &agent, words).await, [ticket], "{words}");
    }
    for words in ["юлия", "OZGUR", "kreditkarte", "bezahle wie", "vera visitor", "Özgür юл"] {
        assert!(chats(&desk, &agent, words).await.contains(&chat), "{words}");
    }
    // A visitor's things are found under whom they became, and the person by what they were called.
    for words in ["zacharias", "maria", "offnungszeiten", "06 1234567"] {
        assert!(chats(&desk, &agent, words).await.contains(&asked), "{words}");
    }
    for words in ["maria", "rossi maria", "Zacharias", "0039061234567", "ext-maria", "@example.com maria"] {
        assert_eq!(customers(&desk, &agent, words).await, [maria], "{words}");
    }
    assert!(tickets(&desk, &agent, "zacharias").await.contains(&ticket), "of whom the visitor became");
    for (words, count) in [("jorg", 1), ("JÖRG desk.example", 1), ("jörg@desk.example", 1), ("org", 0), ("%", 0)] {
        let found = desk.queries().agents(&agent, None, Some(words)).await.unwrap();
        assert_eq!(found.len(), count, "{words}");
    }

    let hits = desk.queries().search(&agent, "maria", 10).await.unwrap();
    let kinds: Vec<_> = hits.iter().map(|hit| (hit.kind, hit.id)).collect();
    assert_eq!(kinds[0], (SearchHitKind::Ticket, ticket), "{hits:?}");
    assert_eq!(kinds.last(), Some(&(SearchHitKind::Customer, maria)), "{hits:?}");
    assert!(kinds.contains(&(SearchHitKind::Chat, asked)), "{hits:?}");
    assert_eq!(hits.last().unwrap().email.as_deref(), Some("maria.rossi@example.com"));

    // Notes and other people's names are the desk's.
    let maria = desk.customer(maria);
    assert_eq!(tickets(&desk, &maria, "hums").await, [ticket]);
    for words in ["confidential", "rossi", "юлия", "kreditkarte", "jörg"] {
        assert!(tickets(&desk, &maria, words).await.is_empty(), "{words}");
        assert!(!chats(&desk, &maria, words).await.contains(&chat), "{words}");
        let hits = desk.queries().search(&maria, words, 10).await.unwrap();
        assert!(hits.iter().all(|hit| hit.kind != SearchHitKind::Customer && hit.id != chat), "{words}: {hits:?}");
    }
    assert_eq!(chats(&desk, &maria, "öffnungszeiten").await, [asked], "as whoever they were");

    // Nor does a visitor for whom nobody vouched find out what the desk calls them.
    let stranger = Viewer::visitor(desk.tenant.clone(), yuliya, Said::default());
    assert_eq!(chats(&desk, &stranger, "kreditkarte").await, [chat]);
    for words in ["vera", "юлия", "özgür", "example.com"] {
        assert!(chats(&desk, &stranger, words).await.is_empty(), "{words}");
        assert!(customers(&desk, &stranger, words).await.is_empty(), "{words}");
        assert!(desk.queries().search(&stranger, words, 10).await.unwrap().is_empty(), "{words}");
    }
}

async fn what_is_named_outright_is_found_whatever_it_was_pasted_with(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (maria, ben) = (desk.register_customer("Maria Rossi").await, desk.register_customer("Ben").await);
    let bob = desk.register_agent("bob").await;
    let ticket = desk.open_ticket(58, maria, "Lamp", "It hums").await;
    let other = desk.open_ticket(59, ben, "Shelf", "It leans").await;
    let chat = desk.start_chat(maria, "Wie bezahle ich?").await;
    desk.settle().await;
    let bob = desk.agent(bob);
    for text in [
        "[TKT-000058]",
        "(58)",
        "#58.",
        "Re: [TKT-000058] hello",
        "Ticket #58",
        "TKT\u{2011}000058",
        "ＴＫＴ－５８",
        "TKT-58 shelf?",
    ] {
        assert_eq!(tickets(&desk, &bob, text).await, [ticket], "{text}");
        let hits = desk.queries().search(&bob, text, 10).await.unwrap();
        assert_eq!(hits.first().map(|hit| hit.id), Some(ticket), "{text}");
    }
    let both = tickets(&desk, &bob, "TKT-58, TKT-59").await;
    assert!(both.len() == 2 && both.contains(&ticket) && both.contains(&other), "{both:?}");
    let link = |id: Uuid| format!("https://desk.example.com/desk/tickets/{id}?tab=history");
    assert_eq!(tickets(&desk, &bob, &link(ticket)).await, [ticket]);
    assert_eq!(chats(&desk, &bob, &link(chat)).await, [chat]);
    assert_eq!(customers(&desk, &bob, &maria.to_string()).await, [maria]);
    assert_eq!(tickets(&desk, &bob, &maria.to_string()).await, [ticket], "by whose it is");

    // A number or an id is no way to what is somebody else's.
    let ben = desk.customer(ben);
    for text in ["TKT-58".to_owned(), link(ticket), link(chat), maria.to_string()] {
        assert!(tickets(&desk, &ben, &text).await.is_empty(), "{text}");
        assert!(chats(&desk, &ben, &text).await.is_empty(), "{text}");
        assert!(desk.queries().search(&ben, &text, 10).await.unwrap().is_empty(), "{text}");
    }
    let stranger = Viewer::visitor(desk.tenant.clone(), maria, Said::default());
    assert!(customers(&desk, &stranger, &maria.to_string()).await.is_empty());
}

async fn what_is_written_is_found_as_it_is_now(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let id = desk.open_ticket(1, anna, "Zweckformlampe", "-").await;
    desk.settle().await;
    let bob_ = desk.agent(bob);
    desk.link_order(id, bob, "PX-2024/77").await;
    let details = CustomerCommand::ChangeDetails {
        name: Some("Annette".into()),
        email: Some("annette@example.net".into()),
        phone: None,
    };
    desk.act::<Customer>(anna, Actor::SYSTEM, details).await;
    let changed = docket_domain::ticket::TicketCommand::ChangeSubject { to: "Stehleuchte".into() };
    desk.act::<docket_domain::ticket::Ticket>(id, Actor::agent(bob), changed).await;
    desk.settle().await;
    let now = async |desk: &Desk| {
        for words in ["stehleuchte", "px-2024/77", "px202477", "annette@example.net"] {
            assert_eq!(tickets(desk, &bob_, words).await, [id], "{words}");
        }
        for words in ["zweckformlampe", "ord-1", "anna@example.com"] {
            assert!(tickets(desk, &bob_, words).await.is_empty(), "{words}");
        }
        assert!(customers(desk, &bob_, "anna@example.com").await.is_empty());
        assert_eq!(customers(desk, &bob_, "annette").await, [anna]);
    };
    now(&desk).await;
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    now(&desk).await;
    desk.erase(anna).await;
    desk.settle().await;
    for words in ["stehleuchte", "px202477", "annette"] {
        assert!(tickets(&desk, &bob_, words).await.is_empty(), "{words}");
        assert!(customers(&desk, &bob_, words).await.is_empty(), "{words}");
    }
    desk.stop().await;
}

async fn customers_find_their_own_however_much_others_wrote(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, ben) = (desk.register_customer("Anna").await, desk.register_customer("Ben").await);
    let own = desk.open_ticket(1, anna, "Common", "common words").await;
    // More than a list looks at, and all of it newer.
    for number in 2..44 {
        let crowded = desk.open_ticket(number, ben, "Common", "common words").await;
        for _ in 0..25 {
            desk.reply(crowded, Actor::customer(ben), "common words").await;
        }
    }
    desk.settle().await;
    assert_eq!(tickets(&desk, &desk.customer(anna), "common").await, [own]);
    let hits = desk.queries().search(&desk.customer(anna), "comm", 10).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [own, own], "{hits:?}");
}

async fn operators_of_the_databases_are_nothing_but_words(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    desk.open_ticket(1, anna, "Lamp", "It hums").await;
    desk.settle().await;
    let bob = desk.agent(bob);
    for odd in [
        "\"",
        "'",
        "''",
        "\\",
        "*",
        "%",
        "_",
        ":",
        "&",
        "|",
        "!",
        "^",
        "(",
        ")",
        "{}",
        "<->",
        "\\'",
        "--",
        ";",
        "\"lamp\" OR \"x\"",
        "lamp OR x",
        "lamp AND NOT hums",
        "NEAR(lamp hums, 5)",
        "words : lamp x",
        "tickets_fts",
        "lamp'; DROP TABLE tickets; --",
        "x' OR '1'='2",
        "lamp:*|x:A",
        "l%p",
        "-lamp -x",
        "^lamp x",
        "💡",
        "\u{0}lamp x",
        "\u{202e}",
        "jjz lampx",
        "¤",
        "lamp ¤ x",
    ] {
        assert!(tickets(&desk, &bob, odd).await.is_empty(), "{odd:?} finds a ticket");
        assert!(chats(&desk, &bob, odd).await.is_empty() && customers(&desk, &bob, odd).await.is_empty(), "{odd:?}");
        desk.queries().search(&bob, odd, 10).await.unwrap();
    }
    let long = "lamp ".repeat(10_000);
    assert_eq!(tickets(&desk, &bob, &long).await.len(), 1);
}

/// Messages of a long log: the database's own, at positions far apart.
async fn the_newest_are_found_however_far_back_they_are(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    let bob = desk.register_agent("bob").await;
    let ticket = desk.open_ticket(1, anna, "Lamp", "Glimmer").await;
    desk.settle().await;
    desk.stop().await;
    // Every third of 300 eras has one more, and the oldest has many.
    const ERA: u64 = 1 << 14;
    let more: Vec<u64> = (1..300).step_by(3).map(|era| era * ERA + 5).chain((10..700).map(|n| n * 3 + 1000)).collect();
    let columns =
        "tenant, conversation_id, kind, message_id, author_kind, author_id, internal, posted_at, data_subject, body";
    let insert = |position: &u64| {
        let word = if *position < ERA { "dusk" } else { "glimmer" };
        match engine {
            Engine::Sqlite => format!(
                "INSERT INTO messages ({columns}, position) SELECT {columns}, {position} FROM messages ORDER BY position LIMIT 1; \
                 INSERT INTO messages_fts (rowid, words) SELECT {position}, substr(term, 1, 3) || '{word}' FROM messages_terms \
                 WHERE substr(term, 4) = 'glimmer' LIMIT 1"
            ),
            Engine::Postgres => {
                let digits: Vec<char> = "0123456789abcdefghijklmnopqrstuvwxyz".chars().collect();
                let era = (position / ERA) as usize;
                let era = String::from_iter([digits[era % 36], digits[era / 36 % 36]]);
                format!(
                    "INSERT INTO messages ({columns}, position, words) SELECT {columns}, {position}, \
                     array_to_tsvector(array['{era}' || substr(term, 3, 3) || '{word}']) FROM messages m, \
                     unnest(tsvector_to_array(m.words)) term WHERE substr(term, 6) = 'glimmer' ORDER BY position LIMIT 1"
                )
            }
        }
    };
    for lot in more.chunks(100) {
        desk.write(&lot.iter().map(insert).collect::<Vec<_>>().join(";\n"));
    }
    let found = async |words: &str, limit: u32| -> Vec<u64> {
        let hits = desk.queries().search(&desk.agent(bob), words, limit).await.unwrap();
        hits.into_iter().filter(|hit| hit.kind == SearchHitKind::Message).map(|hit| hit.position).collect()
    };
    let newest: Vec<u64> = (0..100).rev().map(|n| (1 + 3 * n) * ERA + 5).collect();
    assert_eq!(found("glimmer", 8).await, newest[..8]);
    assert_eq!(found("gli", 100).await, newest[..100]);
    let old: Vec<u64> = (10..700).rev().map(|n| n * 3 + 1000).collect();
    assert_eq!(found("dusk", 100).await, old[..100]);
    assert_eq!(tickets(&desk, &desk.agent(bob), "dusk glimmer").await, [] as [Uuid; 0]);
    assert_eq!(tickets(&desk, &desk.agent(bob), "dusk").await, [ticket]);
}

async fn long_beginnings_of_common_and_rare_words_are_found(engine: Engine) {
    let desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    let bob = desk.register_agent("bob").await;
    // More words that begin alike than are written out one by one, and others of which there are few.
    let mut made = Vec::new();
    for n in 0..40 {
        let word = format!("donaudampf{}schiff", char::from(b'a' + n % 26).to_string().repeat(1 + usize::from(n / 26)));
        let ticket = desk.open_ticket(100 + u64::from(n), anna, "-", &format!("{word} regards regardless")).await;
        made.push((word, ticket));
    }
    desk.settle().await;
    let bob = desk.agent(bob);
    for (word, ticket) in &made {
        assert_eq!(tickets(&desk, &bob, word).await, [*ticket], "{word}");
        assert_eq!(tickets(&desk, &bob, &format!("regardl {word}")).await, [*ticket], "{word}");
    }
    for words in ["donaudampf", "regard", "regards", "regardless donaud"] {
        assert_eq!(tickets(&desk, &bob, words).await.len(), made.len(), "{words}");
    }
    assert_eq!(tickets(&desk, &bob, "donaudampfx").await.len(), 1);
    assert_eq!(tickets(&desk, &bob, "regardx").await, [] as [Uuid; 0]);
}
