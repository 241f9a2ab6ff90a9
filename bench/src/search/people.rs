//! Whoever looks for something: tokens of an issuer of our own, so that everybody is somebody else.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use docket_store::{Clock as _, SystemClock};
use serde_json::json;
use uuid::Uuid;

const KEY: &str = "bench-key-0123456789abcdef0123456789abcdef";
const ISSUER: &str = "https://bench.example";
const AUDIENCE: &str = "bench";

/// The settings by which a server takes these tokens.
pub(super) fn settings() -> Vec<(&'static str, String)> {
    vec![
        ("DOCKET_AUTH__JWT__ISSUER", ISSUER.to_owned()),
        ("DOCKET_AUTH__JWT__AUDIENCE", AUDIENCE.to_owned()),
        ("DOCKET_AUTH__JWT__ALGORITHM", "HS256".to_owned()),
        ("DOCKET_AUTH__JWT__KEY", KEY.to_owned()),
    ]
}

/// A token of a person of that role, good for a day.
pub(super) fn token(person: Uuid, role: &str) -> String {
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": person, "role": role, "exp": SystemClock.now().timestamp() + 86_400,
    });
    let parts = [json!({ "alg": "HS256", "typ": "JWT" }), claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let said = parts.join(".");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes()), said.as_bytes());
    format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
}
