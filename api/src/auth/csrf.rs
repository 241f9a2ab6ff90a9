//! A page of another site must not be able to use somebody's session.
//!
//! Two walls: the browser's own word on where the request comes from (`Sec-Fetch-Site`, else `Origin`), and a token
//! that only a page of ours can have read. The session cookie is `SameSite=Strict` besides.

use std::net::{Ipv4Addr, Ipv6Addr};

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

/// Refuses a request from elsewhere. The desk's own origin is `public_url`; where that is not set, whatever address it is
/// reached at: a number that the browser itself went to, which no name can be made to stand for.
pub(super) fn check_origin(headers: &HeaderMap, public_url: &str, trusted: &[String]) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(ORIGIN.as_str()) {
        let is = |allowed: &str| origin == allowed.trim_end_matches('/');
        let own = if public_url.is_empty() {
            let host = origin.strip_prefix("http://").filter(|host| is_number(host));
            host.is_some() && host == text(HOST.as_str())
        } else {
            is(public_url)
        };
        if own || trusted.iter().any(|trusted| is(trusted)) {
            return Ok(());
        }
        return Err(foreign());
    }
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(foreign()),
    }
}

/// Whether a host, with or without a port, is an address or this very machine rather than a name somebody may own.
fn is_number(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let plain = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok()
        || plain.is_some_and(|plain| plain.parse::<Ipv6Addr>().is_ok())
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
    Problem::forbidden("this may not be used by pages of another origin than the desk's (http.public_url)")
        .with("reason", "csrf")
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
            (&[("origin", "https://help.example.com"), ("sec-fetch-site", "same-site")][..], true),
            (&[("origin", "https://evil.example.com"), ("host", "desk.example.com")][..], false),
            (&[("origin", "null"), ("host", "desk.example.com")][..], false),
            // Whose name resolves to the desk's address is still somebody else.
            (&[("origin", "https://evil.example.com"), ("host", "evil.example.com")][..], false),
            (&[("origin", "http://localhost:1"), ("host", "localhost:1")][..], false),
        ] {
            assert_eq!(check_origin(&headers(pairs), public, &trusted).is_ok(), passes, "{pairs:?}");
        }
    }

    #[test]
    fn without_a_configured_address_numbers_are_believed_and_names_are_not() {
        for (origin, host, passes) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("http://localhost:8080", "localhost:8080", true),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://192.168.1.5", "192.168.1.5", true),
            ("http://192.168.1.5:81", "192.168.1.5", false),
            ("http://evil.example.com:8080", "evil.example.com:8080", false),
            ("http://127.0.0.1.evil.example.com", "127.0.0.1.evil.example.com", false),
            ("http://1.2.3.4:x", "1.2.3.4:x", false),
        ] {
            let sent = HeaderMap::from_iter([
                (ORIGIN, origin.parse().expect("a value")),
                (HOST, host.parse().expect("a value")),
            ]);
            assert_eq!(check_origin(&sent, "", &[]).is_ok(), passes, "{origin} at {host}");
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
