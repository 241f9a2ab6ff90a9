//! What is asked for: terms that all have to be there, each as the beginning of one.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::fold::fold;
use super::index::{CHAIN, Tag};
use super::runs::{Kind, Run, is_joined, runs};
use super::{LONGEST, LOOKED_AT};

/// Terms of a query; what is asked beyond them is not looked at.
const MOST: usize = 12;
/// Digits of a number that may have been written with or without what is dialled before it.
const DIALLED: usize = 7;
/// What programs put before an address.
const SCHEMES: [&str; 5] = ["mailto:", "tel:", "sms:", "https://", "http://"];

/// One thing that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Any of these will do; each is several beginnings of terms that have to be there together.
    pub(crate) any: Vec<Vec<String>>,
}

/// A query with at least one clause. All of them have to be there, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) clauses: Vec<Clause>,
}

impl Query {
    /// What is asked for; `None` if nothing of it can be searched for.
    pub(crate) fn of(tag: &Tag, text: &str) -> Option<Self> {
        let text: String = text.chars().take(LOOKED_AT).collect();
        let mut clauses: Vec<Clause> = Vec::new();
        let mut terms = 0;
        let words: Vec<String> = text.split_whitespace().map(|word| fold(&bare(word))).collect();
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            // Parts of one number, perhaps, or numbers.
            let mut parts = vec![word];
            while is_number(word) && words.peek().is_some_and(|next| is_number(next)) {
                parts.extend(words.next());
            }
            let found = if parts.len() > 1 { vec![number_of(&parts)] } else { clauses_of(word) };
            for mut clause in found {
                terms += clause.any.iter().map(Vec::len).sum::<usize>();
                if terms > MOST && !clauses.is_empty() {
                    return Some(Self { clauses });
                }
                for term in clause.any.iter_mut().flatten() {
                    *term = tag.as_str().chars().chain(term.chars().take(LONGEST)).collect();
                }
                if !clauses.contains(&clause) {
                    clauses.push(clause);
                }
            }
        }
        (!clauses.is_empty()).then_some(Self { clauses })
    }
}

impl Query {
    /// Whether terms, as [`terms`](super::terms) makes them, have all that is asked for: what a database does.
    pub(crate) fn finds(&self, terms: &str) -> bool {
        let is_there = |begin: &String| terms.split(' ').any(|term| term.starts_with(begin.as_str()));
        self.clauses.iter().all(|clause| clause.any.iter().any(|all| all.iter().all(is_there)))
    }
}

/// A word without what programs and people put around an address.
fn bare(word: &str) -> Cow<'_, str> {
    let word = word.trim_matches(|c: char| "<>()[]{}\"',;:".contains(c));
    let scheme = SCHEMES.iter().find(|scheme| word.get(..scheme.len()).is_some_and(|w| w.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else { return Cow::Borrowed(word) };
    let rest = &word[scheme.len()..];
    if scheme.ends_with('/') {
        return Cow::Borrowed(rest);
    }
    // What follows is for a program to fill in: a subject, an extension.
    let address = rest.split(['?', ';']).next().unwrap_or(rest);
    percent_decode_str(address).decode_utf8_lossy()
}

fn is_number(word: &str) -> bool {
    let mut digits = false;
    word.chars().all(|c| {
        digits |= c.is_ascii_digit();
        c.is_ascii_digit() || "+-./()".contains(c)
    }) && digits
}

fn digits_of(word: &str) -> String {
    word.chars().filter(char::is_ascii_digit).collect()
}

fn one(term: String) -> Clause {
    Clause { any: vec![vec![term]] }
}

/// Numbers that stand beside each other: one in parts, or each by itself.
fn number_of(parts: &[&str]) -> Clause {
    let digits: Vec<String> = parts.iter().map(|part| digits_of(part)).collect();
    let joined = digits.concat();
    let mut any: Vec<Vec<String>> = number(joined).any;
    any.push(digits.into_iter().take(MOST / 2).collect());
    Clause { any }
}

/// A number with and without what is dialled before it.
fn number(digits: String) -> Clause {
    let short = digits.trim_start_matches('0').to_owned();
    if digits.len() < DIALLED || short.len() < DIALLED - 2 || short.len() == digits.len() {
        return one(digits);
    }
    // Nobody's number begins with two zeroes but for whoever dials it from abroad.
    if digits.starts_with("00") {
        Clause { any: vec![vec![short], vec![digits]] }
    } else {
        Clause { any: vec![vec![digits], vec![short]] }
    }
}

/// What one word asks for.
fn clauses_of(word: &str) -> Vec<Clause> {
    let runs = runs(word);
    let mut clauses = Vec::new();
    let mut from = 0;
    for at in 1..=runs.len() {
        if at == runs.len() || !is_joined(&runs[at - 1], &runs[at]) {
            add_chain(&runs[from..at], &mut clauses);
            from = at;
        }
    }
    clauses
}

fn add_chain(chain: &[Run<'_>], clauses: &mut Vec<Clause>) {
    if let [Run { kind: Kind::Signs, text, .. }] = chain {
        let signs: Vec<char> = text.chars().collect();
        match signs[..] {
            [sign] => clauses.push(one(sign.into())),
            _ => clauses.extend(signs.windows(2).map(|pair| one(pair.iter().collect()))),
        }
        return;
    }
    // Words as they are written, digits and letters together.
    let mut words: Vec<String> = Vec::new();
    for (at, run) in chain.iter().enumerate() {
        match words.last_mut().filter(|_| at > 0 && run.gap.is_empty()) {
            Some(word) => word.push_str(run.text),
            None => words.push(run.text.to_owned()),
        }
    }
    if chain.len() > CHAIN {
        clauses.extend(chain.iter().map(|run| one(run.text.to_owned())));
        return;
    }
    let joined = words.concat();
    if joined.is_empty() {
        return;
    }
    if joined.bytes().all(|byte| byte.is_ascii_digit()) {
        clauses.push(number(joined));
    } else if chain.iter().skip(1).any(|run| run.gap == "@") || words.iter().any(|word| word.chars().count() < 2) {
        // An address is one thing, and a single letter says nothing by itself: `t-shirt`.
        clauses.push(one(joined));
    } else {
        clauses.extend(words.into_iter().map(one));
    }
}
