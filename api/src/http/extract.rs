//! What a request carries, or a [`Problem`] that names what is wrong with it.

use std::time::Duration;

use axum::RequestPartsExt;
use axum::body::{Body, Bytes};
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, Datelike as _, Utc};
use docket_domain::FieldViolation;
use docket_projections::views::TOO_MANY;
use http_body::Body as _;
use serde::de::DeserializeOwned;

use super::budgets::Payer;
use super::encoding::unpacked_only;
use super::problem::Problem;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body accepted, in bytes; set on each request by the outermost layer.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// A body that is here whole: its guard waited for it.
#[derive(Debug, Clone)]
struct Arrived(Bytes);

/// A JSON body. An empty one counts as `{}`, so that what is missing is named.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// Parts of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// Query parameters, of which the guard knows that they can be read and are taken.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Problem> {
        check_encoding(request.headers())?;
        let content_type_ok = is_json(request.headers());
        let body = read_body(&mut request).await?;
        if body.is_empty() {
            return parse_json(b"{}").map(Self);
        }
        if !content_type_ok {
            return Err(unsupported_media_type());
        }
        parse_json(&body).map(Self)
    }
}

/// 415.
pub fn unsupported_media_type() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Unsupported media type",
        "send the body as application/json",
    )
}

/// Refuses a packed body, and one in another encoding than UTF-8: read as it is it would be taken for what it is not.
///
/// # Errors
/// 415.
pub fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    unpacked_only(headers)?;
    let types =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let charset = types.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(_) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Unsupported media type",
            "send the body in UTF-8",
        )),
    }
}

/// Whether the body says it is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// Waits until the body is here whole, for whoever reads it then. Whether there was anything to wait for.
///
/// # Errors
/// As reading it has.
pub async fn await_body(request: &mut Request) -> Result<bool, Problem> {
    if request.body().is_end_stream() {
        return Ok(false);
    }
    let bytes = read_body(request).await?;
    request.extensions_mut().insert(Arrived(bytes));
    Ok(true)
}

/// Reads a body up to the limit; of those who are held to a budget it is taken from theirs.
///
/// # Errors
/// 415 if it is packed, 413 beyond the limit, 408 if it takes too long, 400 if it breaks off; 429 beyond their budget.
pub async fn read_body(request: &mut Request) -> Result<Bytes, Problem> {
    if let Some(Arrived(bytes)) = request.extensions().get() {
        return Ok(bytes.clone());
    }
    unpacked_only(request.headers())?;
    let limit = request.extensions().get::<BodyLimit>().map_or(1 << 20, |limit| limit.0);
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let body = std::mem::replace(request.body_mut(), Body::empty());
    match tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => {
            if let Some(payer) = request.extensions().get::<Payer>() {
                payer.bytes(bytes.len())?;
            }
            Ok(bytes)
        }
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large(limit)),
        Ok(Err(_)) => Err(Problem::malformed("incomplete_body", "the body did not arrive whole")),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            "The request took too long",
            "the body did not arrive in time",
        )),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.to_string().contains("length limit"))
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is too large",
        format!("a body may have at most {limit} bytes"),
    )
    .with("limit", limit)
}

/// Parses JSON: 400 if it is none, 422 naming the field if it is not what is wanted.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take an array for an object's fields in order, which is no promise of the API.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid_field("body", "invalid", "body: a JSON object is wanted, this is an array"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| json_problem(&error, bytes))?;
    deserializer.end().map_err(|error| {
        Problem::malformed("malformed_json", format!("after the JSON value, at line {}, more follows", error.line()))
    })?;
    Ok(value)
}

fn json_problem(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Problem {
    let inner = error.inner();
    // A number where a name was wanted counts as a syntax error with serde_json, though the JSON is fine.
    let is_json =
        || std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    if inner.classify() == serde_json::error::Category::Data || is_json() {
        let message = strip_place(&inner.to_string());
        return Problem::invalid(vec![violation(&error.path().to_string(), &message)]);
    }
    let message = format!("the body is not JSON: {} (line {}, column {})", what(inner), inner.line(), inner.column());
    let problem = Problem::malformed("malformed_json", message.clone());
    match error.path().to_string() {
        path if path == "." => problem,
        // As far as it could be read it is known in which field it breaks off.
        field => {
            problem.errors(vec![FieldViolation { message: format!("{field}: {message}"), field, code: "invalid" }])
        }
    }
}

/// serde_json appends where it was: ` at line 1 column 2`.
fn strip_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(start, _)| start).to_owned()
}

fn what(error: &serde_json::Error) -> String {
    strip_place(&error.to_string())
}

/// What is said of a text that is no time: it does not tell what one looks like.
const TIMES: [&str; 5] = [
    "premature end of input",
    "input contains invalid characters",
    "input is not enough for unique date and time",
    "trailing input",
    "input is out of range",
];

/// Makes serde's words a field, a code and a message.
pub fn violation(path: &str, message: &str) -> FieldViolation {
    let parent = if path == "." { "" } else { path };
    let join = |name: &str| if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        // The path may already end with the unknown key.
        let name = quoted();
        let field =
            if parent == name || parent.ends_with(&format!(".{name}")) { parent.to_owned() } else { join(name) };
        return FieldViolation { field, code: "unknown", message: message.to_owned() };
    }
    if message.starts_with("missing field") {
        let field = join(quoted());
        return FieldViolation { message: format!("{field} is required"), field, code: "required" };
    }
    if message.starts_with("duplicate field") {
        let field = if parent.ends_with(quoted()) { parent.to_owned() } else { join(quoted()) };
        return FieldViolation { message: format!("{field} may be given once"), field, code: "repeated" };
    }
    if TIMES.iter().any(|words| message.starts_with(words)) {
        let message = format!(
            "{parent}: a time is written as in RFC 3339, with its zone, e.g. 2026-11-30T09:00:00Z; a day as 2026-11-30"
        );
        return FieldViolation { message, field: parent.to_owned(), code: "invalid" };
    }
    let field = if parent.is_empty() { "body".to_owned() } else { parent.to_owned() };
    if message.starts_with(TOO_MANY) {
        return FieldViolation { message: format!("{field}: {message}"), field, code: "too_many" };
    }
    FieldViolation { message: format!("{field}: {message}"), field, code: "invalid" }
}

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extract::<axum::extract::Path<T>>().await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                let (field, message) = match error.kind() {
                    ErrorKind::ParseErrorAtKey { key, .. } => (key.clone(), "this part of the path is not valid"),
                    ErrorKind::InvalidUtf8InPathParam { key } => (key.clone(), "this part of the path is not UTF-8"),
                    _ => ("id".to_owned(), "an id in the path is not a UUID"),
                };
                Err(bad_path(field, message))
            }
            Err(_) => Err(bad_path("path".to_owned(), "the path is not valid")),
        }
    }
}

pub(super) fn bad_path(field: String, message: &str) -> Problem {
    let errors = vec![FieldViolation { message: format!("{field}: {message}"), field, code: "invalid" }];
    Problem::malformed("invalid_path", message).errors(errors)
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(query_problem(&rejection)),
        }
    }
}

/// Whether the log and every database can keep this time.
pub fn in_our_times(at: DateTime<Utc>) -> bool {
    (1..=9999).contains(&at.year())
}

fn query_problem(rejection: &QueryRejection) -> Problem {
    let text = rejection.body_text();
    let text = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, rest)| rest);
    let (path, message) = match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => (path, message),
        _ => (".", text),
    };
    Problem::invalid(vec![violation(path, message)])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Order {
        name: String,
        colour: Option<Colour>,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Line {
        count: u32,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its shape matters")]
    enum Colour {
        Red,
    }

    fn problem(json: &str) -> serde_json::Value {
        parse_json::<Order>(json.as_bytes()).expect_err("is refused").document()
    }

    #[test]
    fn the_wrong_field_is_named() {
        for (json, field, code) in [
            ("{}", "name", "required"),
            (r#"{"name":1}"#, "name", "invalid"),
            (r#"{"name":"x","nmae":1}"#, "nmae", "unknown"),
            (r#"{"name":"x","colour":7}"#, "colour", "invalid"),
            (r#"{"name":"x","lines":[{"count":-1}]}"#, "lines[0].count", "invalid"),
            (r#"{"name":"x","lines":[{"cuont":1}]}"#, "lines[0].cuont", "unknown"),
            (r#"{"name":"x","lines":[{}]}"#, "lines[0].count", "required"),
            ("[]", "body", "invalid"),
        ] {
            let problem = problem(json);
            assert_eq!(problem["errors"][0]["field"], field, "{json}: {problem}");
            assert_eq!(problem["errors"][0]["code"], code, "{json}: {problem}");
            assert_eq!(problem["status"], 422, "{json}");
        }
    }

    #[test]
    fn what_is_not_json_is_400() {
        for json in ["{", "nope", r#"{"name":"x"} x"#] {
            assert_eq!(problem(json)["status"], 400);
        }
        let deep = "{\"a\":".repeat(100_000);
        assert_eq!(parse_json::<serde_json::Value>(deep.as_bytes()).expect_err("is refused").status(), 400);
        let error = parse_json::<Order>(b"{\"name\":\"\xff\"}").expect_err("is refused");
        assert_eq!(error.status(), 400);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let cases: [(&[u8], u16, &str); 7] = [
            (b"{\"name\":\"\xff\"}", 400, "name"),
            (b"{\"name\":\"\xed\xa0\x80\"}", 400, "name"),
            (b"{\"name\":\"x\ny\"}", 400, "name"),
            (b"{\"name\":\"x\",\"lines\":[{\"count\":01}]}", 400, "lines[0].count"),
            (br#"{"name":"\ud800"}"#, 422, "name"),
            (br#"{"name":"\udc00\ud800"}"#, 422, "name"),
            (br#"{"name":"\uZZZZ"}"#, 400, "name"),
        ];
        for (body, status, field) in cases {
            let problem = parse_json::<Order>(body).expect_err("is refused").document();
            assert_eq!(
                (&problem["status"], &problem["errors"][0]["field"]),
                (&status.into(), &field.into()),
                "{problem}"
            );
        }
    }

    #[test]
    fn an_array_is_no_object_without_names() {
        assert_eq!(problem(r#" ["lamp"]"#)["errors"][0]["field"], "body");
        assert_eq!(problem("[]")["status"], 422);
    }
}
