//! Entity tags in `If-Match` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1): `*`, or a list of tags, over as many lines as it likes.

use axum::http::HeaderValue;
use axum::http::header::GetAll;

/// What such a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tags<'a> {
    /// `*`: whatever there is.
    Any,
    /// One of these.
    OneOf(Vec<Tag<'a>>),
}

/// A tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// `W/` stands before it: what it names may differ in its bytes.
    pub(super) weak: bool,
    /// What stands between the quotes.
    pub(super) opaque: &'a [u8],
}

impl<'a> Tags<'a> {
    /// Reads the lines of a header; None if they are not as they must be.
    pub(super) fn read(lines: GetAll<'a, HeaderValue>) -> Option<Self> {
        let (mut any, mut tags) = (false, Vec::new());
        for line in lines {
            match line.as_bytes().trim_ascii() {
                b"*" => any = true,
                list => read_list(list, &mut tags)?,
            }
        }
        match (any, tags.is_empty()) {
            (true, true) => Some(Self::Any),
            (false, false) => Some(Self::OneOf(tags)),
            // Something beside `*`, or nothing at all.
            _ => None,
        }
    }
}

/// Tags between commas; an element may be empty.
fn read_list<'a>(mut rest: &'a [u8], tags: &mut Vec<Tag<'a>>) -> Option<()> {
    loop {
        rest = rest.trim_ascii_start();
        if let Some(next) = rest.strip_prefix(b",") {
            rest = next;
            continue;
        }
        if rest.is_empty() {
            return Some(());
        }
        let marked = rest.strip_prefix(b"W/");
        let opened = marked.unwrap_or(rest).strip_prefix(b"\"")?;
        let end = opened.iter().position(|byte| *byte == b'"')?;
        let (opaque, behind) = opened.split_at(end);
        if !opaque.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return None;
        }
        tags.push(Tag { weak: marked.is_some(), opaque });
        rest = behind[1..].trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::IF_MATCH;

    use super::*;

    #[test]
    fn lists_are_read_as_the_standard_writes_them() {
        let strong = |opaque: &'static [u8]| Tag { weak: false, opaque };
        let weak = |opaque: &'static [u8]| Tag { weak: true, opaque };
        let cases: [(&[&[u8]], Option<Tags<'_>>); 19] = [
            (&[b"\"7\""], Some(Tags::OneOf(vec![strong(b"7")]))),
            (&[b"W/\"7\""], Some(Tags::OneOf(vec![weak(b"7")]))),
            (&[b"\"1\",  \"2\""], Some(Tags::OneOf(vec![strong(b"1"), strong(b"2")]))),
            (&[b",\"1\",, W/\"2\" ,"], Some(Tags::OneOf(vec![strong(b"1"), weak(b"2")]))),
            (&[b"\"1\"", b"\"2\""], Some(Tags::OneOf(vec![strong(b"1"), strong(b"2")]))),
            (&[b"\"a,b\""], Some(Tags::OneOf(vec![strong(b"a,b")]))),
            (&[b"\"\""], Some(Tags::OneOf(vec![strong(b"")]))),
            (&[b"\"\xff\""], Some(Tags::OneOf(vec![strong(b"\xff")]))),
            (&[b" * "], Some(Tags::Any)),
            (&[b"7"], None),
            (&[b"\"7"], None),
            (&[b"7\""], None),
            (&[b"w/\"7\""], None),
            (&[b"\"a b\""], None),
            (&[b"\"1\" \"2\""], None),
            (&[b"\"1\", *"], None),
            (&[b"*", b"\"1\""], None),
            (&[b""], None),
            (&[b","], None),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(IF_MATCH, HeaderValue::from_bytes(line).expect("a value"));
            }
            assert_eq!(Tags::read(headers.get_all(IF_MATCH)), expected, "{headers:?}");
        }
    }
}
