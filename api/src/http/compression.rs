//! Answers are compressed for those who take it.
//!
//! A secret beside a stranger's text can be guessed by the length of both compressed together, by whoever makes the victim's
//! browser ask again and again. Here nobody else's page can: the session cookie is `SameSite=Strict`, and tokens are sent by
//! their holder alone.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::SizeAbove;
use tower_http::compression::{CompressionLayer, Predicate};

/// Smaller answers fit into one packet anyway.
const WORTH_IT: u64 = 1024;

/// The layer. Events are left alone: each must leave at once.
pub(super) fn compress() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
        SizeAbove::new(WORTH_IT).and(is_text as fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool),
    )
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.ends_with("json") || matches!(essence, "text/csv" | "text/plain" | "text/html")
}
