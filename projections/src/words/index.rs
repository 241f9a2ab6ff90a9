//! The terms a text is indexed under.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::LONGEST;
use super::fold::fold;
use super::runs::{Kind, Run, is_joined, runs};

/// Runs that are found joined.
pub(super) const CHAIN: usize = 8;
/// Digits of a number that may be dialled.
const DIALLED: usize = 8;

/// What an organisation's terms begin with, so that each has a range of the index of its own. Two may share one: what is
/// found is held to the organisation all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// The tag of an organisation: three characters of a hash (FNV-1a).
    pub(crate) fn of(tenant: &str) -> Self {
        let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let mut rest = tenant.bytes().fold(0x811c_9dc5, hash);
        let mut tag = String::with_capacity(3);
        for _ in 0..3 {
            tag.extend(char::from_digit(rest % 36, 36));
            rest /= 36;
        }
        Self(tag)
    }

    /// As text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The term of everything about a person. What is made of text never has its sign.
    pub(crate) fn person(&self, person: Uuid) -> String {
        // The end of an id is random; two people may share it, as organisations a tag.
        format!("{}¤{:012x}", self.0, person.as_u128() & 0xffff_ffff_ffff)
    }
}

/// The terms of some texts about a person, each once, with blanks between them; none if there is no text. No term has a
/// character that is not a letter, a digit or a mark, but for that of the person.
pub(crate) fn terms<'a>(tag: &Tag, person: Option<Uuid>, texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut terms = BTreeSet::new();
    for text in texts {
        let folded = fold(text);
        add(&folded, &mut terms);
    }
    if terms.is_empty() {
        return String::new();
    }
    let mut joined = String::with_capacity(terms.iter().map(|term| term.len() + tag.0.len() + 1).sum::<usize>() + 24);
    joined.extend(person.map(|person| tag.person(person)));
    for term in terms {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&tag.0);
        joined.push_str(&term);
    }
    joined
}

fn add(folded: &str, terms: &mut BTreeSet<String>) {
    let runs = runs(folded);
    let mut chain: &[Run<'_>] = &[];
    let mut from = 0;
    for (at, run) in runs.iter().enumerate() {
        if !chain.is_empty() && is_joined(&runs[at - 1], run) {
            chain = &runs[from..=at];
            continue;
        }
        add_chain(chain, terms);
        (from, chain) = (at, &runs[at..=at]);
        if run.kind == Kind::Signs {
            add_signs(run.text, terms);
            chain = &[];
        }
    }
    add_chain(chain, terms);
}

/// Every sign with the one after it, and the last alone.
fn add_signs(text: &str, terms: &mut BTreeSet<String>) {
    let mut before = None;
    for c in text.chars() {
        terms.extend(before.map(|before: char| String::from_iter([before, c])));
        before = Some(c);
    }
    terms.extend(before.map(String::from));
}

/// What begins with each run of the chain, joined to what follows, so that every part and every joined part is the beginning of
/// a term; numbers without the zeroes they begin with as well.
fn add_chain(chain: &[Run<'_>], terms: &mut BTreeSet<String>) {
    for (at, run) in chain.iter().enumerate() {
        let rest = &chain[at..chain.len().min(at + CHAIN)];
        let joined = cut(rest.iter().flat_map(|run| run.text.chars()));
        if run.kind == Kind::Digits {
            let short = joined.trim_start_matches('0');
            if short.len() < joined.len() && short.starts_with(|c: char| c.is_ascii_digit()) {
                terms.insert(short.to_owned());
            }
        } else if rest[1..].iter().any(|run| run.text.starts_with('0')) {
            terms.insert(cut(rest.iter().flat_map(|run| run.text.trim_start_matches('0').chars())));
        }
        terms.insert(joined);
    }
    // An international number, by what is dialled within the country: its code has one to three digits.
    let number = cut(chain.iter().flat_map(|run| run.text.chars()));
    let is_international = chain.first().is_some_and(|run| run.gap.ends_with('+')) || number.starts_with("00");
    if is_international && number.len() >= DIALLED && number.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = number.trim_start_matches('0');
        terms.extend((1..=3).filter_map(|code| number.get(code..)).filter(|rest| rest.len() > 4).map(str::to_owned));
    }
}

fn cut(chars: impl Iterator<Item = char>) -> String {
    chars.take(LONGEST).collect()
}
