//! `/v1/audit/heads`: signed heads of the log, for whoever keeps them elsewhere.

use axum::extract::State;
use axum::http::Uri;
use chrono::{DateTime, Utc};
use docket_domain::{Data, Position};
use docket_projections::ReadError;
use docket_projections::views::Page;
use docket_store::signing::SignedHead;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Access::Sees;
use super::ask::journal_problem;
use super::extract::Query;
use super::problem::{Answer, Problem};
use super::respond::Listing;
use super::table::{Table, routes_into};
use crate::app::App;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; Sees(&[Data::AuditTrail]) => list_heads);
}

/// Which heads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HeadsQuery {
    /// How many, 100 by default, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What the log was at some moment, signed. `docs/log-format.md` says which bytes the signature covers. Hashes, key and
/// signature are hexadecimal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeadView {
    /// The log's last position at the time.
    position: u64,
    /// The chain's hash there: with the position what `docket verify --anchor` takes.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
    /// The root over all organisations' own chains there.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    tenants: String,
    /// The chain's hash at position 1: which log it is.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    installation: String,
    /// When it was signed.
    signed_at: DateTime<Utc>,
    /// SHA-256 of the statement of the head before it; zeros for the first.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    previous: String,
    /// Whose signature it is, an Ed25519 key.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    public_key: String,
    /// The signature.
    #[schema(pattern = "^[0-9a-f]{128}$")]
    signature: String,
}

impl From<SignedHead> for HeadView {
    fn from(head: SignedHead) -> Self {
        Self {
            position: head.position.0,
            hash: hex::encode(head.hash),
            tenants: hex::encode(head.tenants),
            installation: hex::encode(head.installation),
            signed_at: head.signed_at,
            previous: hex::encode(head.previous),
            public_key: head.public_key.to_string(),
            signature: hex::encode(head.signature),
        }
    }
}

/// Signed heads of the log, latest first: collect them elsewhere, and a log that is rewritten or cut off later no longer fits
/// them. Empty where nothing is signed.
#[utoipa::path(get, path = "/v1/audit/heads", tag = "knowing", params(HeadsQuery), responses((status = 200, body = Page<HeadView>)))]
pub(super) async fn list_heads(
    State(app): State<App>,
    uri: Uri,
    Query(query): Query<HeadsQuery>,
) -> Answer<Listing<HeadView>> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(Problem::invalid_field("limit", "out_of_range", "limit: 1 to 500"));
    }
    let before = match query.cursor {
        None => None,
        Some(text) => Some(Position(text.parse().map_err(|_| Problem::from(ReadError::BadCursor))?)),
    };
    let limit = limit as usize;
    // One more than asked for: it tells whether there is another page.
    let heads = app.journal.store().heads_before(before, limit + 1).await;
    let mut heads = heads.map_err(|error| journal_problem(&error.into()))?;
    let more = heads.len() > limit;
    heads.truncate(limit);
    let next_cursor = heads.last().filter(|_| more).map(|last| last.position.to_string());
    let items = heads.into_iter().map(HeadView::from).collect();
    Ok(Listing { page: Page { items, next_cursor }, uri })
}
