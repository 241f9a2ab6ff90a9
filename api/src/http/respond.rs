//! How commands and lists are answered.

use axum::Json;
use axum::http::header::{ETAG, LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use docket_commands::Done;
use docket_projections::ReadError;
use docket_projections::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::problem::Problem;

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

/// A version as an `ETag`.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// One thing with its version as `ETag`.
#[derive(Debug)]
pub(crate) struct Versioned<T>(pub T, pub u64);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        ([(ETAG, etag(self.1))], Json(self.0)).into_response()
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
        ReadError::TookTooLong => Problem::unavailable("the answer took too long to find; ask for less at once"),
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
