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
use super::shown::shown;
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
    let (stream, limit) = (StreamId::new(who.tenant.clone(), category, id), limit as usize);
    let mut items: Vec<EventView> = Vec::new();
    let mut read = if who.is_customer() { 0 } else { after };
    // One more than asked for: a page is followed by another only if there is something in it. Customers' pages hold what
    // is public alone, counted as they count.
    while items.len() <= limit {
        let events =
            app.journal.read_stream(&stream, read, limit + 1).await.map_err(|error| journal_problem(&error))?;
        read = events.last().map_or(read, |event| event.meta.version);
        let views = shown(app, who, &events).await?;
        items.extend(views.into_iter().filter(|view| view.version > after));
        if events.len() <= limit {
            break;
        }
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|last| last.version.to_string());
    Ok(Listing { page: Page { items, next_cursor }, uri })
}
