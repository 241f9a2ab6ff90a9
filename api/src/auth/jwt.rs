//! Tokens of a configured issuer: whoever runs the identity provider says who people are.

use chrono::{DateTime, Utc};
use docket_domain::{PersonId, Role, TenantId};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::principal::{Credential, Principal};
use crate::config::{ConfigError, JwtSettings};

/// Checks tokens of one issuer.
pub(super) struct JwtVerifier {
    key: DecodingKey,
    validation: Validation,
    issuer: String,
    tenant_claim: String,
    role_claim: String,
    default_tenant: TenantId,
}

/// What a good token says.
pub(super) struct Identity {
    pub(super) principal: Principal,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

/// Why a token is not taken, in words the caller may read.
pub(super) struct NotTaken(pub(super) &'static str);

impl JwtVerifier {
    /// A verifier, if an issuer is configured.
    pub(super) fn new(settings: &JwtSettings, default_tenant: TenantId) -> Result<Option<Self>, ConfigError> {
        if settings.issuer.is_empty() {
            return Ok(None);
        }
        let bytes = settings.key_bytes()?;
        let (algorithm, key) = match settings.algorithm.as_str() {
            "HS256" => (Algorithm::HS256, Ok(DecodingKey::from_secret(&bytes))),
            "ES256" => (Algorithm::ES256, DecodingKey::from_ec_pem(&bytes)),
            "EdDSA" => (Algorithm::EdDSA, DecodingKey::from_ed_pem(&bytes)),
            _ => (Algorithm::RS256, DecodingKey::from_rsa_pem(&bytes)),
        };
        let key = key.map_err(|error| {
            ConfigError::new(format!("auth.jwt.key is not a public key in PEM for {}: {error}", settings.algorithm))
        })?;
        // Only the configured algorithm: what the token's header says it is does not matter.
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 30;
        Ok(Some(Self {
            key,
            validation,
            issuer: settings.issuer.clone(),
            tenant_claim: settings.tenant_claim.clone(),
            role_claim: settings.role_claim.clone(),
            default_tenant,
        }))
    }

    /// Who the bearer is.
    pub(super) fn verify(&self, token: &str) -> Result<Identity, NotTaken> {
        use jsonwebtoken::errors::ErrorKind;
        // What the issuer says must be understood is not: there is no extension this one knows (RFC 7515, 4.1.11).
        if decode_header(token).is_ok_and(|header| header.crit.is_some()) {
            return Err(NotTaken("the token needs an extension that is not known here"));
        }
        let claims = decode::<Map<String, Value>>(token, &self.key, &self.validation)
            .map_err(|error| {
                NotTaken(match error.kind() {
                    ErrorKind::ExpiredSignature => "the token has expired",
                    ErrorKind::ImmatureSignature => "the token is not valid yet",
                    ErrorKind::InvalidIssuer => "the token is of another issuer",
                    ErrorKind::InvalidAudience => "the token is meant for somebody else",
                    ErrorKind::MissingRequiredClaim(_) => "the token lacks one of the claims exp, iss, aud, sub",
                    _ => "the token is not valid",
                })
            })?
            .claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let subject = text("sub").filter(|sub| !sub.is_empty()).ok_or(NotTaken("the token's sub is not text"))?;
        let tenant = match claims.get(&self.tenant_claim) {
            None => self.default_tenant.clone(),
            Some(claim) => claim
                .as_str()
                .and_then(|name| TenantId::new(name).ok())
                .ok_or(NotTaken("the token's organisation is not valid"))?,
        };
        let role = match claims.get(&self.role_claim) {
            None => Role::Customer,
            Some(claim) => {
                claim.as_str().and_then(|name| name.parse().ok()).ok_or(NotTaken("the token's role is not known"))?
            }
        };
        let person = Uuid::parse_str(subject).unwrap_or_else(|_| {
            Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{tenant} {} {subject}", self.issuer).as_bytes())
        });
        let expires_at =
            claims.get("exp").and_then(whole_seconds).and_then(|at| DateTime::<Utc>::from_timestamp(at, 0));
        Ok(Identity {
            name: text("name").map(str::to_owned),
            email: text("email").map(str::to_owned),
            principal: Principal {
                tenant,
                person: PersonId(person),
                role: role.into(),
                permissions: role.permissions(),
                credential: Credential::Jwt,
                expires_at,
                absorbed: Vec::new(),
                said: None,
            },
        })
    }
}

/// A moment of a token, which may have a fraction (RFC 7519, 2).
#[allow(clippy::cast_possible_truncation, reason = "rounded down; what is too large is far off anyway")]
fn whole_seconds(at: &Value) -> Option<i64> {
    at.as_i64().or_else(|| at.as_f64().map(|at| at.floor() as i64))
}
