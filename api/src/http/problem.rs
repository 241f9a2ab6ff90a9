//! How a request is refused: RFC 9457 `application/problem+json`, with a stable `code`.
//!
//! Whatever goes wrong inside, a caller reads only what is written here: no SQL, path or stack ever leaves.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use docket_domain::{FieldViolation, Rejection};
use serde_json::{Map, Value, json};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Fields a refusal names. It says how many more there are: what it costs must not grow with what was sent.
const MOST_ERRORS: usize = 20;
/// Bytes of a field's name in a refusal, of what is said of it, and of the whole in words: callers choose names, and are
/// told them again.
const MOST_OF_FIELD: usize = 200;
const MOST_OF_MESSAGE: usize = 600;
const MOST_OF_DETAIL: usize = 4_000;

/// Cuts a text that is longer than `most` bytes, between characters.
fn clip(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
}

/// What a handler answers.
pub type Answer<T> = Result<T, Problem>;

/// A refusal. Made by one of the constructors, so that every `code` is found in this file.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    title: &'static str,
    detail: String,
    errors: Vec<FieldViolation>,
    members: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem with a code of its own.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        clip(&mut detail, MOST_OF_DETAIL);
        Self(Box::new(Inner {
            status,
            code: Cow::Borrowed(code),
            title,
            detail,
            errors: Vec::new(),
            members: Map::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// Adds a member of its own to the document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Names the fields that are wrong: the first of them, and how many more there are.
    #[must_use]
    pub fn errors(mut self, mut errors: Vec<FieldViolation>) -> Self {
        let more = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        for error in &mut errors {
            clip(&mut error.field, MOST_OF_FIELD);
            clip(&mut error.message, MOST_OF_MESSAGE);
        }
        self.0.errors = errors;
        if more > 0 { self.with("more_errors", more) } else { self }
    }

    /// Says in the detail what is wrong with each field that is named.
    fn summed_up(mut self) -> Self {
        let mut detail = self.0.errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
        clip(&mut detail, MOST_OF_DETAIL);
        if let Some(more) = self.0.members.get("more_errors") {
            detail.push_str(&format!("; and {more} more"));
        }
        self.0.detail = detail;
        self
    }

    /// Names invalid fields, and what is within them, as the caller does, where a command calls them otherwise: `(command's,
    /// caller's)`.
    #[must_use]
    pub fn fields_as(mut self, names: &[(&str, &str)]) -> Self {
        for error in &mut self.0.errors {
            let within = |from: &str| {
                error
                    .field
                    .strip_prefix(from)
                    .filter(|rest| rest.is_empty() || rest.starts_with('.'))
                    .map(str::to_owned)
            };
            if let Some((from, to, rest)) = names.iter().find_map(|(from, to)| Some((from, to, within(from)?))) {
                error.message = error.message.replacen(from, to, 1);
                error.field = format!("{to}{rest}");
            }
        }
        if self.0.errors.is_empty() { self } else { self.summed_up() }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The invalid fields and what is wrong, in words.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// 400: the request cannot be understood at all.
    pub fn malformed(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "The request is malformed", detail)
    }

    /// 422: understood, but fields are not as they must be.
    pub fn invalid(errors: Vec<FieldViolation>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Some fields are not valid", "")
            .errors(errors)
            .summed_up()
    }

    /// 422 for one field.
    pub fn invalid_field(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldViolation { field: field.to_owned(), code, message: message.into() }])
    }

    /// 404: there is none, or none the caller may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", format!("there is no such {what}"))
    }

    /// 401: who are you?
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in first", detail)
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"docket\""))
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 409 with a code of the rule that stands in the way.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, "Not possible now", detail)
    }

    /// 409: somebody else is known by what a field says.
    pub fn taken(code: &'static str, field: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let violation =
            FieldViolation { field: field.to_owned(), code: "taken", message: format!("{field}: {detail}") };
        Self::conflict(code, detail).errors(vec![violation])
    }

    /// 429: too often. `seconds` says when to come back.
    pub fn too_many(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests", detail)
            .header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// 429: what one caller may spend is spent. `limit` is how much that is, `seconds` says when to come back.
    pub fn over_budget(code: &'static str, detail: impl Into<String>, limit: u64, seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, "Too much at once", detail)
            .with("limit", limit)
            .header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// 503: not now, try again.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available right now", detail)
            .header(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// 503: a query was given up after `seconds`.
    pub fn took_too_long(seconds: u64) -> Self {
        let detail = format!("the answer was not found within {seconds} s; ask for less at once");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "query_took_too_long", "The answer took too long to find", detail)
            .with("limit_seconds", seconds)
            .header(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// 500. `error` goes to the log, and nowhere else.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, request = ?super::conventions::current_request(), "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
            "the error is in the server's log under this request's id",
        )
    }

    /// The document as JSON, for callers that carry it inside another answer (bulk results).
    pub fn document(&self) -> Value {
        let inner = &*self.0;
        let mut document = Map::new();
        document.insert("type".into(), json!(format!("urn:docket:problem:{}", inner.code)));
        document.insert("title".into(), json!(inner.title));
        document.insert("status".into(), json!(inner.status.as_u16()));
        document.insert("code".into(), json!(inner.code));
        document.insert("detail".into(), json!(inner.detail));
        if !inner.errors.is_empty() {
            document.insert("errors".into(), json!(inner.errors));
        }
        for (name, value) in &inner.members {
            document.insert(name.clone(), value.clone());
        }
        Value::Object(document)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.document().to_string();
        let mut response = (self.0.status, body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.headers_mut().extend(self.0.headers);
        response
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound(what) => Self::not_found(what),
            Rejection::AlreadyExists(what) => Self::conflict("already_exists", format!("this {what} exists already")),
            Rejection::Invalid(errors) => Self::invalid(errors),
            Rejection::InvalidTransition { resource, from, to, allowed } => Self::conflict(
                "invalid_transition",
                format!("{resource} cannot go from {from} to {to}; from here it may go to: {}", allowed.join(", ")),
            )
            .with("current_status", from)
            .with("requested", to)
            .with("allowed", allowed),
            Rejection::Refused { code, message } => Self::conflict(code, message),
            Rejection::Taken { field, by } => {
                Self::taken("identity_taken", field, "somebody else is known by this").with("id", by.to_string())
            }
            Rejection::ChatOpen { chat, most } => Self::conflict("chat_open", rejection.to_string())
                .with("chat_id", chat.0.to_string())
                .with("limit", most),
            Rejection::Forbidden(why) => Self::forbidden(why),
        }
    }
}

impl From<docket_domain::InvalidName> for Problem {
    fn from(error: docket_domain::InvalidName) -> Self {
        Self::invalid_field(error.what, "invalid", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transition_names_where_it_stands_and_where_it_may_go() {
        let problem: Problem =
            Rejection::InvalidTransition { resource: "ticket", from: "closed", to: "resolved", allowed: vec!["open"] }
                .into();
        insta::assert_json_snapshot!(problem.document());
    }

    #[test]
    fn every_invalid_field_is_listed() {
        let problem = Problem::invalid(vec![
            FieldViolation { field: "subject".into(), code: "required", message: "subject is required".into() },
            FieldViolation { field: "tags".into(), code: "too_many", message: "at most 50 tags".into() },
        ]);
        insta::assert_json_snapshot!(problem.document());
    }

    #[test]
    fn what_failed_inside_stays_inside() {
        let problem = Problem::internal("SELECT * FROM secrets at /var/lib");
        assert!(!problem.document().to_string().contains("SELECT"));
    }
}
