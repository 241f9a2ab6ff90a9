//! Answers are compressed for those who take it.
//!
//! A secret beside a stranger's text can be guessed by the length of both compressed together, by whoever makes the victim's
//! browser ask again and again. Here nobody else's page can: the session cookie is `SameSite=Strict`, and tokens are sent by
//! their holder alone.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use futures::future::ready;
use tower::{ServiceExt as _, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::SizeAbove;
use tower_http::compression::{Compression, Predicate};

/// Smaller answers fit into one packet anyway.
const WORTH_IT: u64 = 1024;

/// Answers, compressed if it is worth it. Events are left alone: each must leave at once.
pub(super) async fn compressed(request: Request, next: Next) -> Response {
    let mut asks = HeaderMap::new();
    for line in request.headers().get_all(ACCEPT_ENCODING) {
        asks.append(ACCEPT_ENCODING, line.clone());
    }
    let response = next.run(request).await;
    let worth_it = SizeAbove::new(WORTH_IT).and(is_text as fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool);
    // Most answers are not, and go as they are.
    if !worth_it.should_compress(&response) {
        return response;
    }
    let mut request = Request::new(Body::empty());
    *request.headers_mut() = asks;
    // It is asked once.
    let mut response = Some(response);
    let answer = service_fn(move |_: Request| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    let compression = Compression::new(answer).quality(CompressionLevel::Fastest).compress_when(worth_it);
    match compression.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.ends_with("json") || matches!(essence, "text/csv" | "text/plain" | "text/html")
}
