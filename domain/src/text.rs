//! What a text is to whoever reads it: which characters can be seen, and how a line is made of it.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_segmentation::UnicodeSegmentation as _;

/// Whether nobody would see anything of it: nothing but space, control characters and characters that only shape others.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// Where in a JSON value the character NUL is, as a path (`.note[2]`), in the name of a field or in its text. None if
/// nowhere. No text of the desk has it, since PostgreSQL cannot keep it in text or `jsonb`; a backslash followed by
/// `u0000` is text like any other.
pub fn nul_in(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| nul_in(item).map(|rest| format!("[{index}]{rest}")))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, item)| {
            if name.contains('\0') {
                return Some(format!(".{}", name.replace('\0', "\\u0000")));
            }
            nul_in(item).map(|rest| format!(".{name}{rest}"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The first line of a message as a subject: what cannot be seen or would break or turn the line is left out, runs of
/// space are one, and it has at most `max_chars` characters, cut between what readers take for one character. Empty if
/// the message is blank.
pub fn subject_from(message: &str, max_chars: usize) -> String {
    let line = message.lines().map(clean_line).find(|line| !is_blank(line)).unwrap_or_default();
    if line.chars().count() <= max_chars {
        return line;
    }
    let room = max_chars.saturating_sub(ELLIPSIS.chars().count());
    let mut subject = String::new();
    let mut chars = 0;
    for grapheme in line.graphemes(true) {
        chars += grapheme.chars().count();
        if chars > room {
            break;
        }
        subject.push_str(grapheme);
    }
    subject.truncate(subject.trim_end().len());
    subject.push_str(ELLIPSIS);
    subject
}

const ELLIPSIS: &str = "…";

/// The one form in which names are compared: what looks alike to whoever reads it is alike, whatever the case.
pub fn folded_name(name: &str) -> String {
    let composed = |text: &str| ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned();
    composed(&composed(&clean_line(name)).to_lowercase())
}

/// A text for a terminal, log or plain file: what would steer it, begin a line that is none, or turn the order in which it is read, stands there in words
/// (`\u{1b}`). Line breaks and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |c, printable| printable.extend(c.escape_unicode()))
}

/// JSON that says the same to a program, in which for a terminal or reader stand the same signs in words as in what is
/// [`printable`], as JSON writes them (`\u202e`).
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // JSON has such a character nowhere but within its strings, and none beyond the basic plane steers.
    escaped(json, |c, printable| printable.push_str(&format!("\\u{:04x}", u32::from(c))))
}

fn steers(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) { escape(c, &mut escaped) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// A line without what no line needs. Joiners and variation selectors stay where they shape what stands before them.
fn clean_line(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    for c in line.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if c.is_whitespace() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if !is_unseen(c) || (shapes(c) && !clean.is_empty() && !clean.ends_with(' ')) {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Whether it is drawn as a gap, whatever its width.
pub(crate) fn is_space(c: char) -> bool {
    // Braille's empty pattern is drawn as a space, but is none to Unicode.
    c.is_whitespace() || c == '\u{2800}'
}

/// Whether nobody would see it, at least not by itself.
pub(crate) fn is_unseen(c: char) -> bool {
    is_space(c) || c.is_control() || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Emoji and many scripts are written with these: ZWNJ, ZWJ, variation selectors, tags of flags.
fn shapes(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_blank() {
        for text in [
            "",
            " \t\n",
            "\u{200b}\u{2060}",
            "\u{3164}\u{2800}",
            "\u{202e}\u{2066}",
            "\u{fe0f}",
            "\u{e0001}",
            "\u{7}",
            "\u{115f}",
            "\u{34f}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", " . ", "\u{200b}x", "👍", "ﷺ", "क्"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_alike() {
        for other in ["billing", " BILLING ", "Bill\u{200b}ing", "\u{ff22}illing"] {
            assert_eq!(folded_name("Billing"), folded_name(other), "{other:?}");
        }
        assert_eq!(folded_name("Caf\u{e9}  Nord"), folded_name("CAFE\u{301} nord"));
        assert_ne!(folded_name("Billing"), folded_name("Billing 2"));
    }

    #[test]
    fn nul_is_found_wherever_it_is_and_only_where_it_is() {
        use serde_json::json;
        for (value, place) in [
            (json!({ "a": ["x", { "b": "\0" }] }), Some(".a[1].b")),
            (json!({ "a\0": 1 }), Some(".a\\u0000")),
            (json!("\0"), Some("")),
            (json!({ "a": "back\\u0000slash", "b": null, "c": [1, true] }), None),
        ] {
            assert_eq!(nul_in(&value).as_deref(), place, "{value}");
        }
    }

    #[test]
    fn nothing_printed_steers_a_terminal() {
        assert_eq!(printable("\u{1b}[2Jgone\u{7}\r\u{9b}31m"), "\\u{1b}[2Jgone\\u{7}\\u{d}\\u{9b}31m");
        assert_eq!(printable("invoice\u{202e}fdp.exe"), "invoice\\u{202e}fdp.exe");
        assert_eq!(printable("one\u{2028}line\u{2029}"), "one\\u{2028}line\\u{2029}");
        assert_eq!(printable("Grüße\n\tمرحبا 👋"), "Grüße\n\tمرحبا 👋");
    }

    #[test]
    fn nothing_printed_as_json_steers_a_terminal_and_all_of_it_is_the_same() {
        let mut all = String::from("Grüße\n\tمرحبا 👋 \\u202e \"");
        all.extend(('\0'..=char::MAX).filter(|c| steers(*c)));
        let value = serde_json::json!({ all.clone(): [all.clone()] });
        for json in [value.to_string(), format!("{value:#}")] {
            let printed = printable_json(&json);
            assert!(!printed.contains(steers), "{printed}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("JSON"), value);
        }
        assert!(matches!(printable_json("{\"a\": \"Grüße\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_subject_is_one_clean_line() {
        for (message, subject) in [
            ("Name:\tMaria\nOrder 7", "Name: Maria"),
            ("\u{200b}\n \u{2066}\nHello\u{202e} there\u{7}!", "Hello there !"),
            ("\u{feff}Hi\u{0}", "Hi"),
            ("family 👨‍👩‍👧 ❤️", "family 👨‍👩‍👧 ❤️"),
            ("می‌خواهم", "می‌خواهم"),
            ("line\u{2028}two", "line two"),
            ("\n\t\n", ""),
        ] {
            assert_eq!(subject_from(message, 80), subject, "{message:?}");
        }
    }

    #[test]
    fn a_subject_is_cut_between_what_readers_take_for_characters() {
        assert_eq!(subject_from("abcdef", 6), "abcdef");
        assert_eq!(subject_from("abcdefg", 6), "abcde…");
        assert_eq!(subject_from("ab cdef", 4), "ab…");
        // The family is five characters that are drawn as one.
        assert_eq!(subject_from("ab👨‍👩‍👧cdef", 7), "ab…");
        assert_eq!(subject_from("ab👨‍👩‍👧cdef", 8), "ab👨‍👩‍👧…");
        assert_eq!(subject_from("e\u{301}".repeat(10).as_str(), 6), "e\u{301}e\u{301}…");
    }
}
