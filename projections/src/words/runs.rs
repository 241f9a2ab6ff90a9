//! Cutting a folded text into runs of letters, of digits, and of signs of scripts that put no space between words.

use super::fold::is_mark;

/// What a run is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters of scripts that put space between words.
    Letters,
    /// `0` to `9`.
    Digits,
    /// Signs of scripts that do not, and of Korean, which glues particles to its words.
    Signs,
}

/// A run, and what stands between it and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) gap: &'a str,
}

/// The runs of a folded text, in order.
pub(super) fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let (mut end, mut open): (usize, Option<(Kind, usize)>) = (0, None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let kind = kind_of(c, open.map(|(kind, _)| kind));
        if let Some((of, from)) = open.filter(|(of, _)| Some(*of) != kind) {
            runs.push(Run { kind: of, text: &text[from..at], gap: &text[end..from] });
            end = at;
            open = None;
        }
        if let (None, Some(kind)) = (open, kind) {
            open = Some((kind, at));
        }
    }
    runs
}

fn kind_of(c: char, before: Option<Kind>) -> Option<Kind> {
    if c.is_ascii() {
        return match c {
            '0'..='9' => Some(Kind::Digits),
            'a'..='z' => Some(Kind::Letters),
            _ => None,
        };
    }
    if is_sign(c) && (c.is_alphanumeric() || is_mark(c)) {
        return Some(Kind::Signs);
    }
    if c.is_alphanumeric() {
        return Some(Kind::Letters);
    }
    // A mark belongs to what it stands on.
    before.filter(|_| is_mark(c))
}

/// Whether it is of a script written without spaces between words.
fn is_sign(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' // Myanmar
        | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}' // signs beside Han
        | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' // Kana
        | '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' // Bopomofo
        | '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' // Han
    )
}

/// Whether what stands between two runs holds them together: an address, a number, a compound.
pub(super) fn is_joined(before: &Run<'_>, run: &Run<'_>) -> bool {
    if before.kind == Kind::Signs || run.kind == Kind::Signs {
        return false;
    }
    let digits = before.kind == Kind::Digits && run.kind == Kind::Digits;
    let mut gap = run.gap.chars();
    match (gap.next(), gap.next()) {
        (None, _) => true,
        (Some(c), None) => {
            matches!(c, '.' | '-' | '_' | '@' | '+' | '/' | '\'' | '’' | '&' | '#' | '=' | '~' | '‐' | '‑')
                || (digits && matches!(c, ' ' | '\u{a0}' | ',' | ':' | '(' | ')'))
        }
        // `(06) 1234`, `06 - 1234`
        _ => digits && run.gap.chars().count() <= 3 && run.gap.chars().all(|c| " -./()\u{a0}".contains(c)),
    }
}
