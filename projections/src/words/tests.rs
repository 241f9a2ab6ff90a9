//! What is found by what, in many scripts. The same table is asked of both databases in `tests/suite/words.rs`.

use proptest::prelude::*;

use super::{Query, Tag, terms};

/// Text, what finds it, what does not; both with `|` between them. Found anywhere it has to be found on every database.
const TABLE: &str = include_str!("../../tests/words.txt");

fn tag() -> Tag {
    Tag::of("acme")
}

/// What both databases do with terms and a query.
fn finds(query: &str, text: &str) -> bool {
    Query::of(&tag(), query).is_some_and(|query| query.finds(&terms(&tag(), None, [text])))
}

#[test]
fn texts_are_found_by_what_people_type() {
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let parts: Vec<&str> = line.split(" => ").collect();
        let [text, found, missed] = parts[..] else { panic!("three parts: {line}") };
        for query in found.split(" | ").map(str::trim).filter(|query| !query.is_empty()) {
            if !finds(query, text) {
                wrong.push(format!(
                    "{query:?} misses {:?}: {:?}",
                    terms(&tag(), None, [text]),
                    Query::of(&tag(), query)
                ));
            }
        }
        for query in missed.split(" | ").map(str::trim).filter(|query| !query.is_empty()) {
            if finds(query, text) {
                wrong.push(format!("{query:?} finds {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_query_of_nothing_searchable_finds_nothing() {
    for query in ["", "   ", "%", "_", "*", "\"", "'", "()", "…", "🙂", "\u{200b}", "&|!", "--", "ـ"] {
        assert_eq!(Query::of(&tag(), query), None, "{query:?}");
    }
}

#[test]
fn a_query_has_an_end() {
    let long = (0..1000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    assert!(Query::of(&tag(), &long).unwrap().clauses.len() <= 12);
    let signs = "订单无法付款怎么办".repeat(50);
    assert!(Query::of(&tag(), &signs).unwrap().clauses.len() <= 12);
    let word = "x".repeat(5000);
    assert!(Query::of(&tag(), &word).unwrap().clauses[0].any[0][0].chars().count() <= 43);
    assert!(finds(&word, &word), "by its beginning");
}

/// Terms are stored: when this changes, the versions of tickets, messages, chats and customers have to.
#[test]
fn terms_stay_what_they_are() {
    let made = terms(&tag(), None, ["Grüße an O'Neil: INV-2024-00117, +39 06 1234-567, 订单无法付款 주문을"]);
    insta::assert_snapshot!(made);
}

#[test]
fn what_is_about_a_person_is_found_as_theirs() {
    let (person, other) = (uuid::Uuid::from_u128(0xabc), uuid::Uuid::from_u128(0xdef));
    let made = terms(&tag(), Some(person), ["Lamp"]);
    assert!(made.split(' ').any(|term| term == tag().person(person)), "{made}");
    assert!(!made.contains(&tag().person(other)));
    assert_eq!(terms(&tag(), Some(person), ["…"]), "", "nothing to find");
}

#[test]
fn organisations_have_tags_of_their_own() {
    let tags: std::collections::BTreeSet<_> =
        (0..100).map(|n| Tag::of(&format!("shop-{n}")).as_str().to_owned()).collect();
    assert!(tags.len() > 95, "{tags:?}");
    assert!(tags.iter().all(|tag| tag.len() == 3 && tag.bytes().all(|b| b.is_ascii_alphanumeric())));
}

proptest! {
    /// Whatever the text: terms have no blank or sign that a database would read, and every word finds it.
    #[test]
    fn every_text_is_found_by_itself(text in "\\PC{0,60}") {
        let made = terms(&tag(), None, [text.as_str()]);
        for term in made.split(' ').filter(|term| !term.is_empty()) {
            prop_assert!(term.starts_with(tag().as_str()) && term.len() > 3, "{term}");
            prop_assert!(term.chars().all(|c| !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit()), "{term}");
        }
        if let Some(query) = Query::of(&tag(), &text) {
            prop_assert!(finds(&text, &text), "{query:?} in {made:?}");
        }
        for word in text.split_whitespace() {
            prop_assert!(Query::of(&tag(), word).is_none() || finds(word, &text), "{word:?} in {made:?}");
        }
    }
}
