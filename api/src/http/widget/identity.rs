//! Sites vouch for their visitors: by a hash of the visitor's id there, or by a signed token.

use aws_lc_rs::hmac;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::http::problem::{Answer, Problem};

/// The longest id of a visitor on a site, in characters.
const MAX_USER_ID: usize = 200;

/// Who the visitor is on the site, by a hash.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedIdentity {
    /// Their id on the site: 1 to 200 characters.
    pub(super) user_id: String,
    /// HMAC-SHA256 of `user_id` with the widget's identity secret, in hexadecimal.
    pub(super) hash: String,
}

/// What a site has vouched for.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct Vouched {
    /// The visitor's id on the site.
    #[serde(rename = "sub")]
    pub(super) user_id: String,
    /// Their name.
    pub(super) name: Option<String>,
    /// Their address.
    pub(super) email: Option<String>,
}

fn refused() -> Problem {
    Problem::unauthenticated("the identity is not signed with this widget's secret, or no longer")
}

/// Whoever `identity` names, if the hash is right.
pub(super) fn by_hash(secret: &str, identity: &SignedIdentity) -> Answer<Vouched> {
    check_user_id("identity.user_id", &identity.user_id)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let shown = hex::decode(identity.hash.trim()).map_err(|_| refused())?;
    hmac::verify(&key, identity.user_id.as_bytes(), &shown).map_err(|_| refused())?;
    Ok(Vouched { user_id: identity.user_id.clone(), ..Vouched::default() })
}

/// Whoever the token names: HS256 with the secret, `sub` and `exp` required, `name` and `email` if they are there.
pub(super) fn by_token(secret: &str, token: &str) -> Answer<Vouched> {
    // What must be understood is not: no extension is known here (RFC 7515, 4.1.11).
    if decode_header(token).is_ok_and(|header| header.crit.is_some()) {
        return Err(refused());
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "sub"]);
    validation.validate_aud = false;
    validation.validate_nbf = true;
    validation.leeway = 30;
    let vouched = decode::<Vouched>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation)
        .map_err(|_| refused())?
        .claims;
    check_user_id("identity_token.sub", &vouched.user_id)?;
    Ok(vouched)
}

fn check_user_id(field: &str, id: &str) -> Answer<()> {
    let fits = (1..=MAX_USER_ID).contains(&id.chars().count()) && id.trim() == id && !id.contains(char::is_control);
    if fits {
        return Ok(());
    }
    let rule = format!("{field} must have 1 to {MAX_USER_ID} characters, none of them a control character");
    Err(Problem::invalid_field(field, "invalid", rule))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn hash(secret: &str, user_id: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hex::encode(hmac::sign(&key, user_id.as_bytes()).as_ref())
    }

    #[test]
    fn only_the_right_hash_of_that_id_counts() {
        let identity = |user_id: &str, hash: String| by_hash(SECRET, &SignedIdentity { user_id: user_id.into(), hash });
        assert_eq!(identity("u1", hash(SECRET, "u1")).expect("is taken").user_id, "u1");
        for hash in
            [hash(SECRET, "u2"), hash("another", "u1"), String::new(), "zz".into(), hash(SECRET, "u1")[..32].into()]
        {
            assert_eq!(identity("u1", hash).expect_err("is refused").status(), 401);
        }
        assert_eq!(identity("", hash(SECRET, "")).expect_err("is refused").status(), 422);
    }

    /// The example of `docs/widget.md`, worked out elsewhere.
    #[test]
    fn the_documented_example_holds() {
        let secret = "3f1c9a5be07d4286a1b3c5d7e9f00112233445566778899aabbccddeeff00123";
        let expected = "f3c7f06ecd836cc95f286a6cbaedfe7f07ccbc324a3ef0239caec57a07150d96";
        assert_eq!(hash(secret, "customer-42"), expected);
    }

    #[test]
    fn only_tokens_of_that_secret_count() {
        let far = 4_102_444_800_u64;
        let make = |algorithm, secret: &str, claims: serde_json::Value| {
            encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
        };
        let good = make(Algorithm::HS256, SECRET, json!({ "sub": "u1", "exp": far, "email": "u1@example.com" }));
        assert_eq!(by_token(SECRET, &good).expect("is taken").email.as_deref(), Some("u1@example.com"));
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).expect("claims"));
        for token in [
            make(Algorithm::HS256, "another", json!({ "sub": "u1", "exp": far })),
            make(Algorithm::HS512, SECRET, json!({ "sub": "u1", "exp": far })),
            make(Algorithm::HS256, SECRET, json!({ "sub": "u1", "exp": 1_000_000 })),
            make(Algorithm::HS256, SECRET, json!({ "sub": "u1" })),
            make(Algorithm::HS256, SECRET, json!({ "exp": far })),
            unsigned,
            "a.b.c".into(),
        ] {
            assert_eq!(by_token(SECRET, &token).expect_err("is refused").status(), 401, "{token}");
        }
    }
}
