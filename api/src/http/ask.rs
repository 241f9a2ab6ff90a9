//! A command as it arrives: who asks, under which conditions, for what.

use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use docket_commands::{CommandError, IfMatch, Invocation, RequestKey};
use docket_domain::{Category, Data, MessageId, Rejection};
use docket_store::new_id;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{check_encoding, is_json, parse_json, read_body, unsupported_media_type};
use super::problem::Problem;
use super::tags::{Tag, Tags};
use crate::auth::Who;

/// The id of a request: in the answer's `X-Request-Id`, in the log, and on every event it led to.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

/// The body of a command that has nothing more to say.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A command's request, understood.
#[derive(Debug)]
pub struct Ask<T = Nothing> {
    /// Who asks.
    pub who: Who,
    /// Tenant, actor, request id, `Idempotency-Key`, `If-Match`.
    pub invocation: Invocation,
    /// What is asked for.
    pub body: T,
}

impl<T> Ask<T> {
    /// The problem a refused command becomes, with what a stale caller missed and may see.
    pub fn refuse(&self, error: CommandError) -> Problem {
        refuse(&self.who, error)
    }
}

impl<T> Ask<T> {
    /// As whom it is carried out. A customer goes on in a conversation begun as a visitor as that visitor: it is under
    /// that visitor's key that what is said there is sealed.
    pub fn as_owner(&self, owner: Option<docket_domain::CustomerId>) -> Invocation {
        match owner {
            Some(owner) => Invocation { actor: docket_domain::Actor::customer(owner.0), ..self.invocation.clone() },
            None => self.invocation.clone(),
        }
    }

    /// The id of the message this request writes: the same when it is repeated under its key.
    pub fn message_id(&self) -> MessageId {
        MessageId(match &self.invocation.idempotency {
            Some(key) => Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{} {}", self.who.tenant, key.key).as_bytes()),
            None => new_id(),
        })
    }
}

/// The problem a refused command becomes, with what a stale caller missed and may see.
pub fn refuse(who: &Who, error: CommandError) -> Problem {
    match error {
        CommandError::Stale { current, missed, public } => {
            let seen = super::shown::missed(who, &missed, public.as_ref());
            stale(current).with("missed", serde_json::to_value(seen).unwrap_or_default())
        }
        // Where it stands is for who may know it; that it cannot be done now is for who may do it.
        CommandError::Rejected(Rejection::InvalidTransition { resource, .. })
            if !knows_where_it_stands(who, resource) =>
        {
            Problem::conflict("invalid_transition", format!("this is not possible from where the {resource} stands"))
        }
        // Whose an address is is nothing customers are told.
        CommandError::Rejected(Rejection::Taken { field, .. }) if who.is_customer() => {
            Problem::taken("identity_taken", field, "somebody else is known by this")
        }
        other => other.into(),
    }
}

/// Whether a caller may know the status of what a command is about.
fn knows_where_it_stands(who: &Who, resource: &str) -> bool {
    let category = Category::ALL.iter().find(|category| category.as_str() == resource);
    category.is_none_or(|category| Data::of_category(*category).iter().any(|data| who.knows(*data)))
}

fn stale(current: u64) -> Problem {
    Problem::new(
        axum::http::StatusCode::PRECONDITION_FAILED,
        "stale",
        "It has changed meanwhile",
        format!("it is at version {current} now, which If-Match does not name; a weak tag (W/) names none"),
    )
    .with("current_version", current)
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Rejected(rejection) => rejection.into(),
            CommandError::Stale { current, .. } => stale(current),
            CommandError::KeyReused => Self::new(
                axum::http::StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "The idempotency key was used before",
                "this Idempotency-Key came with another request; use a new one",
            ),
            CommandError::Busy => Self::unavailable("many changes at once; try again"),
            CommandError::Journal(error) => journal_problem(&error),
        }
    }
}

/// Whether trying again may help decides between 503 and 500.
pub fn journal_problem(error: &docket_store::JournalError) -> Problem {
    use docket_store::{JournalError, KeyError, StoreError};
    match error {
        JournalError::Store(StoreError::Unavailable(_)) | JournalError::Key(KeyError::Unavailable(_)) => {
            tracing::warn!(%error, "the log or the vault is not available");
            Problem::unavailable("the log cannot be written right now; with an Idempotency-Key it is safe to try again")
        }
        // Nothing is decided on half a history.
        JournalError::Unreadable(event) => {
            tracing::warn!(%error, "a history is not understood");
            Problem::new(
                axum::http::StatusCode::CONFLICT,
                "history_unreadable",
                "Its history is not understood",
                "its history holds an event that this version of Docket does not understand; a newer one may",
            )
            .with("position", event.position.0)
        }
        other => Problem::internal(other),
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Ask<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Problem> {
        let who = request
            .extensions()
            .get::<Who>()
            .cloned()
            .ok_or_else(|| Problem::internal("a handler ran without its guard"))?;
        let correlation_id = request.extensions().get::<RequestId>().map_or_else(new_id, |id| id.0);
        check_encoding(request.headers())?;
        let if_match = if_match(request.headers())?;
        let key = idempotency_key(request.headers())?;
        let typed = request.headers().contains_key(CONTENT_TYPE);
        let json = is_json(request.headers());
        let method = request.method().clone();
        let target = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        let bytes = read_body(&mut request).await?;
        let body = if bytes.is_empty() {
            parse_json(b"{}")?
        } else if typed && json {
            parse_json(&bytes)?
        } else {
            return Err(unsupported_media_type());
        };
        let actor = who.actor();
        let idempotency = key
            .map(|key| RequestKey::of_request(&actor, &key, &[method.as_str().as_bytes(), target.as_bytes(), &bytes]));
        let invocation = Invocation {
            tenant: who.tenant.clone(),
            actor,
            correlation_id,
            causation_id: None,
            idempotency,
            if_match,
            mandate: who.mandate(),
        };
        Ok(Self { who, invocation, body })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = only(headers, "Idempotency-Key")? else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(bad_header("Idempotency-Key", "1 to 255 visible ASCII characters")),
    }
}

/// The versions that `If-Match` names (RFC 9110, 13.1.1). `*` asks for nothing, since a command on what is not there is refused
/// anyway. Tags are compared strongly: one that is weak, or none of ours, matches no version.
fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>, Problem> {
    if !headers.contains_key(IF_MATCH) {
        return Ok(None);
    }
    match Tags::read(headers.get_all(IF_MATCH)) {
        Some(Tags::Any) => Ok(None),
        Some(Tags::OneOf(tags)) => Ok(Some(IfMatch::any_of(tags.into_iter().filter_map(version_of)))),
        None => Err(bad_header("If-Match", "tags in double quotes, as ETag gave them, or *")),
    }
}

/// The version a tag of ours tells.
fn version_of(tag: Tag<'_>) -> Option<u64> {
    let text = std::str::from_utf8(tag.opaque).ok().filter(|_| !tag.weak)?;
    // What was read has more behind its version: see `respond::etag_of`.
    let written = text.split_once('-').map_or(text, |(version, _)| version);
    written.parse().ok().filter(|version: &u64| version.to_string() == written)
}

/// A header that may be there once: of two nobody knows which is meant.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Problem> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (_, Some(_)) => Err(bad_header(name, "given once")),
        (first, None) => Ok(first),
    }
}

/// 400: a header is not as it must be.
pub fn bad_header(name: &str, rule: &str) -> Problem {
    Problem::malformed("invalid_header", format!("{name} must be {rule}")).errors(vec![docket_domain::FieldViolation {
        field: name.to_owned(),
        code: "invalid",
        message: format!("{name} must be {rule}"),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_etag_gives_them() {
        let read = |text: &'static str| if_match(&HeaderMap::from_iter([(IF_MATCH, text.parse().expect("a value"))]));
        let cases: [(&str, &[u64]); 9] = [
            ("\"7\"", &[7]),
            ("\"7-9f\"", &[7]),
            ("\"7\", \"8-a\", W/\"9\"", &[7, 8]),
            ("W/\"7\"", &[]),
            ("\"x\"", &[]),
            ("\"\"", &[]),
            ("\"07\"", &[]),
            ("\"+7\"", &[]),
            ("\"99999999999999999999\"", &[]),
        ];
        for (text, versions) in cases {
            let expected = IfMatch::any_of(versions.iter().copied());
            assert_eq!(read(text).expect("is read"), Some(expected), "{text}");
        }
        assert_eq!(read("*").expect("is read"), None);
        assert_eq!(if_match(&HeaderMap::new()).expect("is read"), None);
        for text in ["7", "", "-1", "seven", "\"7", "\"1\" \"2\"", "*, \"1\""] {
            let problem = read(text).expect_err("is refused");
            assert_eq!((problem.status().as_u16(), problem.code()), (400, "invalid_header"), "{text}");
        }
    }
}
