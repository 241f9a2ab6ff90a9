//! Sites vouch for their visitors: by a hash of the visitor's id there, or by a signed token.
//!
//! Each has a key of its own. With one for both, whoever has an id of their choice hashed could have a token signed: what a
//! token's signature covers is text like any other. Hashes keep the secret as it is; the key of tokens is derived from it.

use aws_lc_rs::{hkdf, hmac};
use docket_domain::{ExternalId, NoExternalId};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::http::problem::{Answer, Problem};

/// The longest id of a visitor on a site, in characters.
const MAX_USER_ID: usize = 200;

/// Who the visitor is on the site, by a hash.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedIdentity {
    /// Their id on the site: 1 to 200 characters, single spaces at most within it and none that cannot be seen.
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

/// What the key of tokens is derived for.
const TOKEN_KEY: &[u8] = b"docket widget identity token";

/// The key tokens are signed with, 64 hexadecimal characters used as they are: HKDF-SHA256 of the secret, without salt.
pub(super) fn token_key(secret: &str) -> Answer<String> {
    let mut key = [0_u8; 32];
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret.as_bytes());
    let derived = derived.expand(&[TOKEN_KEY], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
    derived.map_err(|_| Problem::internal("no key could be derived"))?;
    Ok(hex::encode(key))
}

/// Whoever the token names: HS256 with the [key of tokens](token_key), `typ` JWT, meant for the widget with the public `key`;
/// `sub` and `exp` required, `name` and `email` if they are there.
pub(super) fn by_token(secret: &str, key: &str, token: &str) -> Answer<Vouched> {
    let header = decode_header(token).map_err(|_| refused())?;
    // What must be understood is not: no extension is known here (RFC 7515, 4.1.11).
    if header.crit.is_some() || !header.typ.is_some_and(|kind| kind.eq_ignore_ascii_case("JWT")) {
        return Err(refused());
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "sub", "aud"]);
    validation.set_audience(&[key]);
    validation.validate_nbf = true;
    validation.leeway = 30;
    let vouched = decode::<Vouched>(token, &DecodingKey::from_secret(token_key(secret)?.as_bytes()), &validation)
        .map_err(|_| refused())?
        .claims;
    check_user_id("identity_token.sub", &vouched.user_id)?;
    Ok(vouched)
}

fn check_user_id(field: &str, id: &str) -> Answer<()> {
    // What is signed is the text as it is, so that nothing around it is left out here.
    let written = id.trim() == id && ExternalId::parse(id).is_ok();
    if written && id.chars().count() <= MAX_USER_ID {
        return Ok(());
    }
    let rule = format!("{field} must have 1 to {MAX_USER_ID} characters; it {NoExternalId}");
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
        for unseen in ["", " u1", "u1 ", "u\u{200b}1", "u\u{a0}1", "u\n1", "u\u{202e}1"] {
            assert_eq!(identity(unseen, hash(SECRET, unseen)).expect_err("is refused").status(), 422, "{unseen:?}");
        }
    }

    /// The example of `docs/widget.md`, worked out elsewhere.
    #[test]
    fn the_documented_example_holds() {
        let secret = "3f1c9a5be07d4286a1b3c5d7e9f00112233445566778899aabbccddeeff00123";
        let expected = "f3c7f06ecd836cc95f286a6cbaedfe7f07ccbc324a3ef0239caec57a07150d96";
        assert_eq!(hash(secret, "customer-42"), expected);
    }

    const KEY: &str = "acme.0198f000000070008000000000000001";
    const FAR: u64 = 4_102_444_800;

    fn sign(header: &Header, secret: &str, claims: &serde_json::Value) -> String {
        encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
    }

    #[test]
    fn only_tokens_of_that_secret_count() {
        let key = token_key(SECRET).expect("a key");
        let hs256 = Header::new(Algorithm::HS256);
        let good = sign(&hs256, &key, &json!({ "sub": "u1", "exp": FAR, "aud": KEY, "email": "u1@example.com" }));
        assert_eq!(by_token(SECRET, KEY, &good).expect("is taken").email.as_deref(), Some("u1@example.com"));
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", good.split('.').nth(1).expect("claims"));
        let claims = json!({ "sub": "u1", "exp": FAR, "aud": KEY });
        let (untyped, other) =
            (Header { typ: None, ..hs256.clone() }, Header { typ: Some("at+jwt".into()), ..hs256.clone() });
        for token in [
            sign(&hs256, &token_key("another").expect("a key"), &claims),
            // As they were signed before the keys were apart.
            sign(&hs256, SECRET, &claims),
            sign(&Header::new(Algorithm::HS512), &key, &claims),
            sign(&untyped, &key, &claims),
            sign(&other, &key, &claims),
            sign(&hs256, &key, &json!({ "sub": "u1", "exp": FAR })),
            sign(&hs256, &key, &json!({ "sub": "u1", "exp": FAR, "aud": "globex.0198f" })),
            sign(&hs256, &key, &json!({ "sub": "u1", "exp": 1_000_000, "aud": KEY })),
            sign(&hs256, &key, &json!({ "sub": "u1", "aud": KEY })),
            sign(&hs256, &key, &json!({ "exp": FAR, "aud": KEY })),
            unsigned,
            "a.b.c".into(),
        ] {
            assert_eq!(by_token(SECRET, KEY, &token).expect_err("is refused").status(), 401, "{token}");
        }
    }

    /// Somebody chooses an id on the site that reads like the head and body of a token, and is given its hash, as documented.
    #[test]
    fn no_hash_of_an_id_makes_a_token() {
        use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine as _};
        let claims = json!({ "sub": "a", "exp": FAR, "aud": KEY }).to_string();
        let id = format!("{}.{}", BASE64.encode(r#"{"alg":"HS256","typ":"JWT"}"#), BASE64.encode(claims));
        assert!(id.chars().count() <= MAX_USER_ID, "it is a good id");
        let hash = hash(SECRET, &id);
        let identity = SignedIdentity { user_id: id.clone(), hash: hash.clone() };
        assert_eq!(by_hash(SECRET, &identity).expect("is taken").user_id, id);
        let forged = format!("{id}.{}", BASE64.encode(hex::decode(hash).expect("a hash")));
        assert_eq!(by_token(SECRET, KEY, &forged).expect_err("is refused").status(), 401);
    }

    /// The example of `docs/widget.md`, worked out elsewhere.
    #[test]
    fn the_documented_key_of_tokens_holds() {
        let secret = "3f1c9a5be07d4286a1b3c5d7e9f00112233445566778899aabbccddeeff00123";
        assert_eq!(
            token_key(secret).expect("a key"),
            "61a2e1b42d59a7ac49a067fa5dc634a3c92e3988b33b479f15ff1f7f36f8c997"
        );
    }
}
