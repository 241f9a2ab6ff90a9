//! The session cookie.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

const PLAIN: &str = "docket_session";
/// Over TLS the browser itself sees to it that no other host or path set it.
const HOST: &str = "__Host-docket_session";

/// The session secret a request carries.
pub(super) fn session_secret(headers: &HeaderMap, https: bool) -> Option<&str> {
    let wanted = if https { HOST } else { PLAIN };
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted && value.starts_with("ds_")).then_some(value))
}

const BROWSER: &str = "docket_browser";
/// How long a browser is known, in seconds: 180 days.
const KNOWN_FOR: u32 = 180 * 86_400;

/// By what a browser shows that somebody signed in with it before.
pub fn known_browser(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == BROWSER).then_some(value))
}

/// The cookie by which it will: only signing in and one's password have use for it.
pub fn known_browser_cookie(value: &str, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{BROWSER}={value}; Path=/v1; HttpOnly; SameSite=Strict; Max-Age={KNOWN_FOR}{secure}"
    ))
    .ok()
}

/// The cookie that begins a session lasting `seconds`.
pub fn session_cookie(secret: &str, seconds: i64, https: bool) -> Option<HeaderValue> {
    let (name, secure) = if https { (HOST, "; Secure") } else { (PLAIN, "") };
    HeaderValue::from_str(&format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"))
        .ok()
}

/// The cookie that ends it.
pub fn clear_cookie(https: bool) -> Option<HeaderValue> {
    session_cookie("", 0, https)
}
