//! `/v1/events`: the log as server-sent events, resumed by `Last-Event-ID`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::sse::{Event as Sse, KeepAlive, KeepAliveStream, Sse as Stream};
use docket_domain::{Category, Event, Position};
use docket_store::Filter;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::access::Access::SignedIn;
use super::ask::{bad_header, journal_problem};
use super::event_view::EventView;
use super::extract::Query;
use super::problem::Answer;
use super::query::AnyOf;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; SignedIn => stream_events);
}

/// Events on their way to one client.
const QUEUE: usize = 256;
const PAGE: usize = 500;
/// How often it is looked whether the caller may still listen, and how far the log is.
const BEAT: Duration = Duration::from_secs(15);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Only of these kinds of things: `ticket,chat`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    category: AnyOf<Category>,
    /// Everything after this position; `Last-Event-ID` says the same and wins. With neither: from now on.
    after: Option<u64>,
}

/// The log as it grows. Each event's `id` is its position; a client that reconnects with it misses nothing and gets
/// nothing twice. `event: resync` and the stream's end: reconnect. Customers get the public events of their own.
#[utoipa::path(get, path = "/v1/events", tag = "live", params(EventQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The position of the last event seen.")),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn stream_events(
    State(app): State<App>,
    who: Who,
    Query(query): Query<EventQuery>,
    request: Request,
) -> Answer<Stream<KeepAliveStream<Told>>> {
    let headers = request.headers();
    let after = match headers.get("last-event-id") {
        None => query.after,
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| bad_header("Last-Event-ID", "a position, as an event's id gave it"))?,
        ),
    };
    // Who waits for what the log has not reached, say after it was restored, would be told nothing until it has.
    if let Some(after) = after.filter(|after| *after > app.hub.position().0) {
        let head = app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))?;
        if after > head.0 {
            return Err(bad_header("Last-Event-ID", "a position the log has reached").with("log_position", head.0));
        }
    }
    // The hub first, then the log: what comes in between is in both, and skipped once.
    let live = app.hub.events();
    let after = after.map_or_else(|| app.hub.position(), Position);
    let revoked = app.authenticator.revoked(&who);
    let (sender, receiver) = mpsc::channel(QUEUE);
    let listener = Listener { app: app.clone(), who, headers: headers.clone(), categories: query.category.0, sender };
    tokio::spawn(async move { listener.run(after, live, revoked).await });
    let stream: Told = ReceiverStream::new(receiver);
    Ok(Stream::new(stream).keep_alive(KeepAlive::new().interval(BEAT)))
}

type Told = ReceiverStream<Result<Sse, Infallible>>;

struct Listener {
    app: App,
    who: Who,
    headers: HeaderMap,
    categories: Vec<Category>,
    sender: mpsc::Sender<Result<Sse, Infallible>>,
}

/// The client is gone, too slow, or may no longer listen.
struct Over;

impl Listener {
    async fn run(
        self,
        after: Position,
        live: tokio::sync::broadcast::Receiver<Arc<Event>>,
        revoked: impl Future<Output = ()>,
    ) {
        let stopping = self.app.stopping.clone();
        tokio::select! {
            // First: nothing more is told to whom it no longer concerns.
            biased;
            () = revoked => {}
            () = stopping.cancelled() => {}
            () = self.sender.closed() => {}
            _ = self.listen(after, live) => {}
        }
    }

    async fn listen(
        &self,
        after: Position,
        mut live: tokio::sync::broadcast::Receiver<Arc<Event>>,
    ) -> Result<(), Over> {
        let mut seen = self.replay(after).await?;
        let mut told = seen;
        let mut beat = tokio::time::interval(BEAT);
        beat.tick().await;
        loop {
            tokio::select! {
                event = live.recv() => match event {
                    Ok(event) => {
                        if event.meta.position > seen {
                            seen = event.meta.position;
                            if self.show(&event).await? {
                                told = seen;
                            }
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        self.send(Sse::default().event("resync").data("{}")).await?;
                        return Err(Over);
                    }
                    Err(RecvError::Closed) => return Err(Over),
                },
                _ = beat.tick() => {
                    match self.app.authenticator.authenticate(&Method::GET, &self.headers).await {
                        Ok(principal) if principal.permissions == self.who.permissions => {}
                        _ => return Err(Over),
                    }
                    // An id alone moves the client's Last-Event-ID on, past what was not for it.
                    if seen > told {
                        self.send(Sse::default().id(seen.to_string())).await?;
                        told = seen;
                    }
                }
            }
        }
    }

    /// Shows what the log has after a position, and returns how far that was.
    async fn replay(&self, after: Position) -> Result<Position, Over> {
        let filter = Filter { tenant: Some(self.who.tenant.clone()), categories: self.categories.clone() };
        let mut seen = after;
        loop {
            let page = self.app.journal.read_all(seen, &filter, PAGE).await.map_err(|error| {
                tracing::warn!(%error, "a replay for a listener broke");
                Over
            })?;
            for event in &page.events {
                self.show(event).await?;
            }
            if page.scanned_to <= seen {
                return Ok(seen);
            }
            seen = page.scanned_to;
        }
    }

    /// Whether it was for this client.
    async fn show(&self, event: &Event) -> Result<bool, Over> {
        if !self.categories.is_empty() && !self.categories.contains(&event.meta.stream.category) {
            return Ok(false);
        }
        let Some(view) = EventView::for_principal(event, &self.who) else { return Ok(false) };
        let data = serde_json::to_string(&view).map_err(|_| Over)?;
        self.send(Sse::default().id(view.position.to_string()).event(view.event_type).data(data)).await?;
        Ok(true)
    }

    async fn send(&self, event: Sse) -> Result<(), Over> {
        self.sender.send(Ok(event)).await.map_err(|_| Over)
    }
}
