//! How commands and lists are answered.

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::http::header::{CONTENT_TYPE, ETAG, LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use docket_commands::{Done, Loaded};
use docket_domain::chat::Chat;
use docket_domain::ticket::Ticket;
use docket_domain::{Aggregate, Category, Position};
use docket_projections::ReadError;
use docket_projections::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::journal_problem;
use super::problem::{Answer, Problem};
use super::there::loaded;
use crate::app::App;
use crate::auth::Principal;

/// The log's position an answer speaks of.
pub(crate) const POSITION: HeaderName = HeaderName::from_static("docket-position");
/// Whether a command had happened before under its key.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a command answers: what it was about, and where that stands now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The id of what the command was about.
    pub id: Uuid,
    /// Its version after the command; also the `ETag`.
    pub version: u64,
    /// The log's position after the command, for `Docket-Min-Position`; also `Docket-Position`.
    pub position: u64,
    /// A new ticket's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The id of a new message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Uuid>,
}

/// A command carried out, on its way to an answer.
#[derive(Debug)]
pub(crate) struct Accepted {
    receipt: Receipt,
    replayed: bool,
    location: Option<String>,
}

impl From<Done> for Accepted {
    fn from(done: Done) -> Self {
        Self {
            receipt: Receipt {
                id: done.stream.id,
                version: done.version,
                position: done.position.0,
                number: None,
                message_id: None,
            },
            replayed: done.replayed,
            location: None,
        }
    }
}

impl Accepted {
    /// About something in a stream of several, whose new id is in the note.
    #[must_use]
    pub(crate) fn noted(done: Done) -> Self {
        let id = done.note.as_deref().and_then(|note| note.parse().ok()).unwrap_or(done.stream.id);
        Self::from(done).about(id)
    }

    /// About something in a stream of several.
    #[must_use]
    pub(crate) fn about(mut self, id: Uuid) -> Self {
        self.receipt.id = id;
        self
    }

    /// Something began: 201, and where to find it, under `collection`.
    #[must_use]
    pub(crate) fn created(mut self, collection: &str) -> Self {
        self.location = Some(format!("{collection}/{}", self.receipt.id));
        self
    }

    /// Something began at this address.
    #[must_use]
    pub(crate) fn created_at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// With a ticket's number.
    #[must_use]
    pub(crate) fn number(mut self, number: Option<String>) -> Self {
        self.receipt.number = number;
        self
    }

    /// With the id of the message written.
    #[must_use]
    pub(crate) fn message(mut self, id: Option<Uuid>) -> Self {
        self.receipt.message_id = id;
        self
    }
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let status = if self.location.is_some() { StatusCode::CREATED } else { StatusCode::OK };
        let (version, position) = (self.receipt.version, self.receipt.position);
        let mut response = (status, Json(self.receipt)).into_response();
        let headers = response.headers_mut();
        headers.insert(ETAG, etag(version));
        headers.insert(POSITION, HeaderValue::from(position));
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if let Some(location) = self.location.and_then(|at| HeaderValue::from_str(&at).ok()) {
            headers.insert(LOCATION, location);
        }
        response
    }
}

/// The answer to a command as the caller may know it. Customers are told the version and position of what is public: the
/// rest of what their act led to, like a ticket woken by it, leaves no trace.
pub(crate) async fn accept(app: &App, who: &Principal, mut done: Done) -> Answer<Accepted> {
    if !who.is_customer() {
        return Ok(done.into());
    }
    let (tenant, id) = (&done.stream.tenant, done.stream.id);
    let (version, last) = match done.stream.category {
        Category::Ticket => public_at(&loaded::<Ticket>(app, tenant, id, done.version).await?, done.version),
        Category::Chat => public_at(&loaded::<Chat>(app, tenant, id, done.version).await?, done.version),
        _ => return Ok(done.into()),
    };
    let event = app.journal.read_stream(&done.stream, last.saturating_sub(1), 1).await;
    let event = event.map_err(|error| journal_problem(&error))?;
    done.position = event.first().map_or(Position::START, |event| event.meta.position);
    done.version = version;
    Ok(done.into())
}

/// The public version at a version of the stream, and the stream's version of the event that made it.
fn public_at<A: Aggregate>(state: &Loaded<A>, version: u64) -> (u64, u64) {
    state.public_history().map_or((version, version), |public| {
        let public_version = public.version_at(version);
        (public_version, public.stream_version(public_version))
    })
}

/// A version as an `ETag`.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// The `ETag` of something that is shown: its version, and behind it what tells this way of showing it from others of the same
/// version: to others, or with what is known of other things.
fn etag_of(version: u64, body: &[u8]) -> HeaderValue {
    let shown = hex::encode(&digest(&SHA256, body).as_ref()[..8]);
    HeaderValue::from_str(&format!("\"{version}-{shown}\"")).unwrap_or_else(|_| etag(version))
}

/// One thing with an `ETag` that begins with its version.
#[derive(Debug)]
pub(crate) struct Versioned<T>(pub T, pub u64);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(ETAG, etag_of(self.1, &body)), (CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// A page of a list with `Link: rel="next"`.
#[derive(Debug)]
pub(crate) struct Listing<T> {
    /// The page.
    pub page: Page<T>,
    /// The request's target, which the link repeats with another cursor.
    pub uri: Uri,
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        let link = self.page.next_cursor.as_deref().and_then(|cursor| next_link(&self.uri, cursor));
        let mut response = Json(self.page).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let others =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = percent_encoding::utf8_percent_encode(cursor, percent_encoding::NON_ALPHANUMERIC).to_string();
    let query = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect::<Vec<_>>().join("&");
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

/// The problem a failed query becomes.
pub(crate) fn read_problem(error: ReadError) -> Problem {
    match error {
        ReadError::BadCursor => {
            Problem::malformed("invalid_cursor", "the cursor does not belong to this list").errors(vec![
                docket_domain::FieldViolation {
                    field: "cursor".into(),
                    code: "invalid",
                    message: "cursor: use next_cursor of the same list, in the same order".into(),
                },
            ])
        }
        ReadError::TookTooLong => Problem::took_too_long(docket_projections::QUERY_LIMIT.as_secs()),
        ReadError::Database(error) => {
            tracing::warn!(%error, "the read models are not available");
            Problem::unavailable("the read models are not available right now")
        }
        other => Problem::internal(other),
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        read_problem(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_keeps_the_filters() {
        let uri: Uri = "/v1/tickets?status=open&cursor=abc&limit=2".parse().expect("a uri");
        let link = next_link(&uri, "x=/+").expect("a link");
        assert_eq!(link, "</v1/tickets?status=open&limit=2&cursor=x%3D%2F%2B>; rel=\"next\"");
    }
}
