//! What a text names outright: tickets by their number, anything by its id, whatever it was pasted with.

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use uuid::Uuid;

use super::fold::fold;

/// What stands before a ticket's number. What begins as another one comes before it.
const LABELS: [&str; 4] = ["tkt", "tickets", "ticket", "#"];
/// Characters between a label and its number: `TKT - 58`, `Ticket #58`, `tickets/58`.
const GAP: usize = 3;
/// Digits of a number; ids of the databases have no more.
const DIGITS: usize = 18;
/// Numbers, and ids, that one text names.
const MOST: usize = 10;
/// Characters of an id, with its dashes.
const ID: usize = 36;

/// What is named, in the order it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) numbers: Vec<i64>,
    pub(crate) ids: Vec<Uuid>,
}

impl Named {
    /// Reads the first 400 characters. A number without a label is a ticket's if there is nothing beside it: a year, a house or a
    /// quantity among words is not.
    pub(crate) fn by(text: &str) -> Self {
        let text: String = text.chars().take(super::LOOKED_AT).collect();
        let signs: Vec<char> = fold(&text).chars().map(plain_dash).collect();
        let ids = ids(&signs);
        let mut numbers = labelled(&signs);
        if numbers.is_empty() && ids.is_empty() {
            numbers.extend(alone(&signs));
        }
        Self { numbers, ids }
    }
}

/// `-` for whatever a program made of it.
fn plain_dash(c: char) -> char {
    let is_dash = |c| CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::DashPunctuation;
    if c == '\u{2212}' || is_dash(c) { '-' } else { c }
}

fn labelled(signs: &[char]) -> Vec<i64> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < signs.len() && numbers.len() < MOST {
        match number_after_label(signs, at) {
            Some((number, end)) => {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
                at = end;
            }
            None => at += 1,
        }
    }
    numbers
}

/// The number whose label begins `at`, and where it ends.
fn number_after_label(signs: &[char], at: usize) -> Option<(i64, usize)> {
    let rest = &signs[at..];
    let label = LABELS.iter().find(|label| label.chars().eq(rest.iter().copied().take(label.chars().count())))?;
    let begins_word = at == 0 || !signs[at - 1].is_alphanumeric();
    if !begins_word {
        return None;
    }
    let after = at + label.chars().count();
    let gap = signs[after..].iter().take_while(|c| !c.is_alphanumeric()).count();
    if gap > GAP {
        return None;
    }
    let from = after + gap;
    let end = from + signs[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let ends_word = signs.get(end).is_none_or(|c| !c.is_alphanumeric());
    ends_word.then(|| number(&signs[from..end])).flatten().map(|number| (number, end))
}

/// The number that is all there is but for punctuation.
fn alone(signs: &[char]) -> Option<i64> {
    let mut words = signs.split(|c| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some(word), None) => number(word),
        _ => None,
    }
}

fn number(digits: &[char]) -> Option<i64> {
    let digits: String = digits.iter().collect();
    let digits = digits.trim_start_matches('0');
    (digits.len() <= DIGITS).then(|| digits.parse().ok()).flatten()
}

fn ids(signs: &[char]) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let words = signs.split(|c| !c.is_alphanumeric() && *c != '-').filter(|word| word.len() >= ID);
    for word in words {
        let word: String = word.iter().collect();
        ids.extend(Uuid::try_parse(word.trim_matches('-')).ok().filter(|id| ids.len() < MOST && !ids.contains(id)));
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_whatever_it_was_pasted_with() {
        for text in [
            "TKT-000058",
            "tkt 58",
            "tkt58",
            "#58",
            "58",
            "[TKT-000058]",
            "(58)",
            "#58.",
            "TKT-000058.",
            "Ticket #58",
            "ticket 58",
            "Re: [TKT-000058] hello",
            "TKT-000058 printer",
            "the printer of TKT-58, please",
            "TKT\u{2011}000058",
            "TKT\u{2013}000058",
            "TKT\u{2212}58",
            "TKT\u{2014}58",
            "ＴＫＴ－０００５８",
            "＃５８",
            "TKT-\u{200b}000058",
            "\u{feff}TKT-58\u{200f}",
            "TKT-٠٠٠٠٥٨",
            "#۵۸",
            "https://desk.example.com/desk/tickets/TKT-000058?tab=history",
            "…/tickets/58",
            "<TKT-58>",
            "“TKT-58”",
            "«58»",
            " 58 ",
            "58!",
            "_TKT-58_",
            "TKT-58/TKT-58",
            "TKT - 58",
            "tkt_58",
            "tkt:58",
            "0000000000000000000000058",
        ] {
            assert_eq!(Named::by(text).numbers, [58], "{text:?}");
        }
    }

    #[test]
    fn other_numbers_are_no_tickets() {
        for text in [
            "",
            "0",
            "#0",
            "TKT",
            "TKT-",
            "INV-2024-00058",
            "+39 06 58",
            "58 Main Street",
            "4711/2",
            "12.05.2024",
            "58a",
            "a58",
            "xTKT-58",
            "TKT-58a",
            "TKT .... 58",
            "9999999999999999999",
            "58 59",
            "58%20",
            "meeting at 5:58",
        ] {
            assert_eq!(Named::by(text), Named::default(), "{text:?}");
        }
    }

    #[test]
    fn several_are_named_in_order_and_once() {
        assert_eq!(Named::by("TKT-3, TKT-1 and #3").numbers, [3, 1]);
        let many: String = (1..50).map(|number| format!("#{number} ")).collect();
        assert_eq!(Named::by(&many).numbers.len(), MOST);
    }

    #[test]
    fn an_id_is_read_from_what_it_stands_in() {
        let id = Uuid::from_u128(0x0193_7a5e_1111_7222_8333_4444_5555_6666);
        for text in [
            id.to_string(),
            id.to_string().to_uppercase(),
            format!("https://desk.example.com/desk/tickets/{id}?a=b"),
            format!("[{id}],"),
            format!("ticket:{id}"),
            id.to_string().replace('-', "\u{2011}"),
        ] {
            assert_eq!(Named::by(&text), Named { numbers: Vec::new(), ids: vec![id] }, "{text:?}");
        }
    }
}
