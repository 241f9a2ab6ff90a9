//! A page of another site must not be able to use somebody's session.
//!
//! Two walls: the browser's own word on where the request comes from (`Sec-Fetch-Site`, else `Origin`), and a token
//! that only a page of ours can have read. The session cookie is `SameSite=Strict` besides.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use subtle::ConstantTimeEq as _;

use crate::http::problem::Problem;

/// The header that carries the token.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";

/// The token that belongs to a session: told at sign-in and by `GET /v1/me`.
pub fn csrf_token(session_secret: &str) -> String {
    hex::encode(&digest(&SHA256, format!("docket csrf {session_secret}").as_bytes()).as_ref()[..16])
}

/// Whether a method changes nothing.
pub(super) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a request from elsewhere.
pub(super) fn check_origin(headers: &HeaderMap, public_url: &str, trusted: &[String]) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(ORIGIN.as_str()) {
        let host = origin.split_once("://").map(|(_, host)| host);
        let own = host.is_some() && (host == text(HOST.as_str()) || origin == public_url.trim_end_matches('/'));
        if own || trusted.iter().any(|trusted| trusted.trim_end_matches('/') == origin) {
            return Ok(());
        }
        return Err(foreign());
    }
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(foreign()),
    }
}

/// Refuses a changing request without the session's token.
pub(super) fn check_token(headers: &HeaderMap, session_secret: &str) -> Result<(), Problem> {
    let shown = headers.get(CSRF_HEADER).map_or(&b""[..], |value| value.as_bytes());
    if bool::from(shown.ct_eq(csrf_token(session_secret).as_bytes())) {
        return Ok(());
    }
    Err(Problem::forbidden("send the session's token (csrf_token of sign-in or /v1/me) as X-CSRF-Token")
        .with("reason", "csrf"))
}

fn foreign() -> Problem {
    Problem::forbidden("this session may not be used by pages of another origin").with("reason", "csrf")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).try_into().expect("a name"), value.parse().expect("a value")))
            .collect()
    }

    #[test]
    fn only_our_own_pages_pass() {
        let public = "https://desk.example.com";
        let trusted = ["https://help.example.com".to_owned()];
        for (pairs, passes) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "cross-site")][..], false),
            (&[("origin", "https://desk.example.com")][..], true),
            (&[("origin", "http://localhost:1"), ("host", "localhost:1")][..], true),
            (&[("origin", "https://help.example.com"), ("sec-fetch-site", "same-site")][..], true),
            (&[("origin", "https://evil.example.com"), ("host", "desk.example.com")][..], false),
            (&[("origin", "null"), ("host", "desk.example.com")][..], false),
        ] {
            assert_eq!(check_origin(&headers(pairs), public, &trusted).is_ok(), passes, "{pairs:?}");
        }
    }

    #[test]
    fn the_token_belongs_to_one_session() {
        let mut map = HeaderMap::new();
        assert!(check_token(&map, "ds_a").is_err());
        map.insert(CSRF_HEADER, csrf_token("ds_a").parse().expect("a value"));
        assert!(check_token(&map, "ds_a").is_ok());
        assert!(check_token(&map, "ds_b").is_err());
    }
}
