//! `If-None-Match`: who has what would be answered is told only that. Here for whatever is answered with an `ETag`.
//!
//! The answer is made all the same, for this caller as they stand now, and compared by what its tag says: it is made of the
//! bytes. So what one caller was shown is never taken for what another would see, nor for what has changed beside the version,
//! like a name it speaks of.

use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::compression::compressed;
use super::tags::Tags;

/// Answers, with no more than that where it is known.
pub(super) async fn unchanged(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let mut known = HeaderMap::new();
    if reads {
        for line in request.headers().get_all(IF_NONE_MATCH) {
            known.append(IF_NONE_MATCH, line.clone());
        }
    }
    let response = compressed(request, next).await;
    let is_known =
        response.status() == StatusCode::OK && response.headers().get(ETAG).is_some_and(|tag| names(&known, tag));
    if is_known { without_body(response) } else { response }
}

/// Whether a list of tags names this one. How strong they are is no matter here; `*` names any.
fn names(known: &HeaderMap, tag: &HeaderValue) -> bool {
    match Tags::read(known.get_all(IF_NONE_MATCH)) {
        Some(Tags::Any) => true,
        Some(Tags::OneOf(tags)) => tags.iter().any(|known| tag.as_bytes() == [b"\"", known.opaque, b"\""].concat()),
        None => false,
    }
}

/// The same, but for the body and what describes it.
fn without_body(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    let mut answer = StatusCode::NOT_MODIFIED.into_response();
    *answer.headers_mut() = parts.headers;
    *answer.extensions_mut() = parts.extensions;
    for of_body in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
        answer.headers_mut().remove(of_body);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        let names = |list: &'static str| {
            let known = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(list))]);
            names(&known, &HeaderValue::from_static("\"7-a\""))
        };
        for list in ["\"7-a\"", "W/\"7-a\"", "\"6-b\", \"7-a\"", "*"] {
            assert!(names(list), "{list}");
        }
        for list in ["\"7\"", "7-a", "", "\"7-ab\""] {
            assert!(!names(list), "{list}");
        }
    }
}
