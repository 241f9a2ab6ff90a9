//! What stands in the address of a request. A part that cannot be read, and a parameter that the route does not take, is
//! refused by its name: read somehow, or left out, it would be answered as if the caller had asked for something else.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::Uri;
use chrono::DateTime;
use docket_domain::FieldViolation;
use percent_encoding::percent_decode_str;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn};

use super::extract::{bad_path, in_our_times};
use super::problem::Problem;

/// Routes that take whatever stands in their query: pages, which are for their scripts to read, with what belongs to them, and what
/// is asked by programs that watch a process and add parameters of their own. So do the files of the web build and
/// `/docs`, which are no operations. Every other route takes what its description says and nothing else.
pub const ANY_QUERY: [&str; 7] = ["/", "/healthz", "/metrics", "/readyz", "/sign-in", "/sign-in.css", "/sign-in.js"];

/// The parameters a route takes in its query. None: any.
#[derive(Debug, Clone)]
pub(super) struct QueryNames(Option<Arc<[String]>>);

impl QueryNames {
    /// What the description of the operation says.
    pub(super) fn of(path: &str, operation: &Operation) -> Self {
        if ANY_QUERY.contains(&path) {
            return Self(None);
        }
        let described = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
            _ => None,
        });
        Self(Some(described.collect()))
    }

    /// Refuses a query that cannot be read, says what no database of ours can compare with, or has a parameter that is not taken.
    pub(super) fn check(&self, uri: &Uri) -> Result<(), Problem> {
        let (Some(taken), Some(query)) = (&self.0, uri.query()) else { return Ok(()) };
        let mut errors = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (form_text(name), form_text(value)) {
                (Err(rule), _) => errors.push(violation("query", "invalid", format!("the name of a parameter {rule}"))),
                (Ok(name), _) if !taken.iter().any(|taken| **taken == *name) => {
                    let field = if name.is_empty() { "query" } else { &*name };
                    errors.push(violation(field, "unknown", unknown(&name, taken)));
                }
                (Ok(name), Err(rule)) => errors.push(violation(&name, "invalid", format!("{name} {rule}"))),
                (Ok(name), Ok(value)) if is_far_off(&value) => {
                    let message = format!("{name} must be a time of the years 1 to 9999");
                    errors.push(violation(&name, "out_of_range", message));
                }
                (Ok(_), Ok(_)) => {}
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }
}

fn violation(field: &str, code: &'static str, message: String) -> FieldViolation {
    FieldViolation { field: field.to_owned(), code, message }
}

fn unknown(name: &str, taken: &[String]) -> String {
    let taken = match taken {
        [] => "this takes none".to_owned(),
        names => format!("there are `{}`", names.join("`, `")),
    };
    format!("unknown parameter `{name}`; {taken}")
}

/// A time that is none of ours.
fn is_far_off(value: &str) -> bool {
    let at = DateTime::parse_from_rfc3339(value).or_else(|_| value.parse());
    at.is_ok_and(|at| !in_our_times(at.to_utc()))
}

/// Routes of pages, whose scripts read the rest of the path: to somebody before a browser a place that is none is said in words.
pub(super) const PAGES: [&str; 2] = ["/desk/{*path}", "/help/{*path}"];

/// Refuses a path with a part that cannot be read. `route` is the one it leads to, whose names of its parts are told.
pub(super) fn check_path(path: &str, route: Option<&str>) -> Result<(), Problem> {
    // Almost every path is plain.
    if !path.contains('%') || route.is_some_and(|route| PAGES.contains(&route)) {
        return Ok(());
    }
    for (place, part) in path.split('/').enumerate() {
        if let Err(rule) = text(part) {
            let name = route.and_then(|route| route.split('/').nth(place)?.strip_prefix('{')?.strip_suffix('}'));
            // All of the rest has no name that a caller would know.
            let name = name.filter(|name| !name.starts_with('*')).unwrap_or("path");
            return Err(bad_path(name.to_owned(), rule));
        }
    }
    Ok(())
}

/// Text as forms and queries write it, where a plus is a space.
fn form_text(written: &str) -> Result<Cow<'_, str>, &'static str> {
    if written.contains('+') {
        let spaced = written.replace('+', " ");
        return text(&spaced).map(|text| Cow::Owned(text.into_owned()));
    }
    text(written)
}

/// Percent-encoded text, or what it must be and is not. A decoder would leave what is no encoding as it is, and put
/// another character for what is not UTF-8.
fn text(written: &str) -> Result<Cow<'_, str>, &'static str> {
    let bytes = written.as_bytes();
    let encoded = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let hexadecimal = |at: usize| bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if !encoded.into_iter().all(|(at, _)| hexadecimal(at)) {
        return Err("must have % only before two hexadecimal digits");
    }
    let text = percent_decode_str(written).decode_utf8().map_err(|_| "must be UTF-8")?;
    if text.contains('\0') { Err("must not contain the character NUL") } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> Vec<(String, String)> {
        let names = QueryNames(Some(["search".to_owned(), "from".to_owned()].into()));
        let uri: Uri = format!("/v1/things?{query}").parse().expect("an address");
        let Err(problem) = names.check(&uri) else { return Vec::new() };
        let document = problem.document();
        let errors = document["errors"].as_array().expect("errors");
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, field, code) in [
            ("search=%FF", "search", "invalid"),
            ("search=a%C3", "search", "invalid"),
            // A surrogate and a long form are no UTF-8.
            ("search=%ED%A0%80", "search", "invalid"),
            ("search=%C0%80", "search", "invalid"),
            ("search=%00", "search", "invalid"),
            ("search=%", "search", "invalid"),
            ("search=100%", "search", "invalid"),
            ("search=%2", "search", "invalid"),
            ("search=%G1", "search", "invalid"),
            ("search=%2+", "search", "invalid"),
            ("%FF=x", "query", "invalid"),
            ("nonsense", "nonsense", "unknown"),
            ("se%61rch2=x", "search2", "unknown"),
            ("=x", "query", "unknown"),
            ("Search=x", "Search", "unknown"),
            ("from=-262000-01-01T00:00:00Z", "from", "out_of_range"),
        ] {
            assert_eq!(refused(query), [(field.to_owned(), code.to_owned())], "{query}");
        }
        let both = [("a", "unknown"), ("search", "invalid")].map(|(field, code)| (field.to_owned(), code.to_owned()));
        assert_eq!(refused("a=1&search=%FF"), both);
        for query in ["", "&&", "search", "search=", "se%61rch=Gr%C3%BC%C3%9Fe+100%25", "from=2026-01-01T00:00:00Z"] {
            assert!(refused(query).is_empty(), "{query}");
        }
    }

    #[test]
    fn a_part_of_the_path_is_named_as_its_route_does() {
        let field = |path: &str, route| {
            let problem = check_path(path, route).expect_err("is refused");
            assert_eq!(problem.status(), 400);
            problem.document()["errors"][0]["field"].as_str().expect("a field").to_owned()
        };
        let route = Some("/v1/tickets/{id}/links/{other}");
        assert_eq!(field("/v1/tickets/%FF/links/x", route), "id");
        assert_eq!(field("/v1/tickets/x/links/%zz", route), "other");
        assert_eq!(field("/v1/tickets/%00", None), "path");
        assert_eq!(field("/assets/a/%C3", Some("/assets/{*path}")), "path");
        assert!(PAGES.iter().all(|page| check_path("/desk/tickets/%E0%A4%A", Some(page)).is_ok()));
        assert!(check_path("/v1/custom-fields/Gr%C3%B6%C3%9Fe%2F", Some("/v1/custom-fields/{name}")).is_ok());
    }
}
