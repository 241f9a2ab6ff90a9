//! A stream's history: its events, one by one.

use axum::http::Uri;
use docket_domain::{Category, StreamId};
use docket_projections::views::Page;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::ask::journal_problem;
use super::event_view::EventView;
use super::problem::{Answer, Problem};
use super::respond::Listing;
use crate::app::App;
use crate::auth::Who;

/// Which part of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Only after this version.
    after_version: Option<u64>,
    /// How many, 100 by default, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of a stream's events as the caller may see them.
pub(super) async fn stream_page(
    app: &App,
    who: &Who,
    category: Category,
    id: Uuid,
    query: HistoryQuery,
    uri: Uri,
) -> Answer<Listing<EventView>> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(Problem::invalid_field("limit", "out_of_range", "limit: 1 to 500"));
    }
    let cursor = match query.cursor {
        None => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| Problem::from(docket_projections::ReadError::BadCursor))?),
    };
    let after = cursor.or(query.after_version).unwrap_or(0);
    let stream = StreamId::new(who.tenant.clone(), category, id);
    let events =
        app.journal.read_stream(&stream, after, limit as usize).await.map_err(|error| journal_problem(&error))?;
    if events.is_empty() && after == 0 {
        return Err(Problem::not_found(category.as_str()));
    }
    let next_cursor =
        (events.len() == limit as usize).then(|| events.last().map(|event| event.meta.version.to_string())).flatten();
    let items = events.iter().filter_map(|event| EventView::for_principal(event, who)).collect();
    Ok(Listing { page: Page { items, next_cursor }, uri })
}
