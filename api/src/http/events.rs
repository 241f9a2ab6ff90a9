//! `/v1/events`: the log as server-sent events, resumed by `Last-Event-ID`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event as Sse, Sse as Stream};
use docket_domain::{Category, Data, Event, Position};
use docket_projections::views::{AnyOf, comma_separated};
use docket_store::Filter;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::access::Access::SignedIn;
use super::address::ClientAddress;
use super::event_view::EventView;
use super::extract::Query;
use super::guard::may_still;
use super::listening::{has_reached, heard_from, known_position, own_events};
use super::problem::{Answer, Problem};
use super::shown::{shown, shown_live};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;
use crate::live::{Full, Slot};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; SignedIn => stream_events);
}

/// Events on their way to one client.
const QUEUE: usize = 256;
const PAGE: usize = 500;
/// How often it is looked whether the caller may still listen, and said how far they have been told.
const BEAT: Duration = Duration::from_secs(15);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Only of these kinds of things: `ticket,chat`; at most 100.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(value_type = Option<String>, format = "comma-separated")]
    category: AnyOf<Category>,
    /// Everything after this position; `Last-Event-ID` says the same and wins. With neither, or an empty one: from now on.
    after: Option<u64>,
}

/// Keeps nginx from holding events back.
const ACCEL: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The log as it grows. Each event's `id` is its position; a client that reconnects with it misses nothing and gets
/// nothing twice. It is told where it stands at once and then now and then, also when nothing is for it. `event: reset`: the
/// position asked for is not one of this log, or too much came after it: read anew, what follows comes after the `id` given.
/// `event: resync` and the stream's end: reconnect. `event: unreadable` and the end: an event is not understood here, and an
/// operator has to see to it. Each caller gets what they may know; customers the public events of
/// their own.
#[utoipa::path(get, path = "/v1/events", tag = "live", params(EventQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The position of the last event seen.")),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn stream_events(
    State(app): State<App>,
    who: Who,
    address: ClientAddress,
    Query(query): Query<EventQuery>,
    request: Request,
) -> Answer<([(HeaderName, &'static str); 1], Stream<Told>)> {
    let headers = request.headers();
    // What is no position of ours, as another server's id: an EventSource that gets a refusal gives up for good.
    let (after, is_foreign) = match headers.get("last-event-id") {
        Some(value) if !value.is_empty() => {
            let position = value.to_str().ok().and_then(|text| text.trim().parse().ok());
            (position, position.is_none())
        }
        _ => (query.after, false),
    };
    let slot = app.slots.take(&who.tenant, who.person, address.0).map_err(too_many)?;
    // The hub first, then the log: what comes in between is in both, and skipped once.
    let live = app.hub.events();
    let begin = match after.map(Position) {
        None if is_foreign => Begin::Anew,
        None => Begin::Now,
        Some(after) if has_reached(&app, &who, after).await? => Begin::After(after),
        Some(_) => Begin::Anew,
    };
    let known = known_position(&app, &who).await?;
    let revoked = app.authenticator.revoked(&who);
    let (sender, receiver) = mpsc::channel(QUEUE);
    let patience = Duration::from_secs(app.settings.http.stalled_seconds);
    let (headers, categories) = (headers.clone(), query.category.into());
    let listener = Listener { app: app.clone(), who, headers, categories, sender, patience, told: known, _slot: slot };
    tokio::spawn(async move { listener.run(begin, live, revoked).await });
    Ok(([(ACCEL, "no")], Stream::new(ReceiverStream::new(receiver))))
}

/// 429: one more stream or socket than there may be.
pub(super) fn too_many(full: Full) -> Problem {
    Problem::too_many(format!("at most {} streams and sockets at once for one {}", full.limit, full.of), 5)
        .with("limit", full.limit)
        .with("of", full.of)
}

type Told = ReceiverStream<Result<Sse, Infallible>>;

/// From where on somebody listens.
enum Begin {
    Now,
    After(Position),
    /// From now on, and they are told to read anew.
    Anew,
}

struct Listener {
    app: App,
    who: Who,
    headers: HeaderMap,
    categories: Vec<Category>,
    sender: mpsc::Sender<Result<Sse, Infallible>>,
    /// How long they may take to take what is sent.
    patience: Duration,
    /// Where a client that reconnects goes on.
    told: Position,
    _slot: Slot,
}

/// The client is gone, too slow, or may no longer listen.
struct Over;

impl Listener {
    async fn run(
        mut self,
        begin: Begin,
        live: tokio::sync::broadcast::Receiver<Arc<Event>>,
        revoked: impl Future<Output = ()>,
    ) {
        let (stopping, sender) = (self.app.stopping.clone(), self.sender.clone());
        tokio::select! {
            // First: nothing more is told to whom it no longer concerns.
            biased;
            () = revoked => {}
            () = stopping.cancelled() => {}
            () = sender.closed() => {}
            _ = self.listen(begin, live) => {}
        }
    }

    async fn listen(
        &mut self,
        begin: Begin,
        mut live: tokio::sync::broadcast::Receiver<Arc<Event>>,
    ) -> Result<(), Over> {
        let now = self.app.hub.position();
        let mut seen = match begin {
            Begin::Now => now,
            Begin::Anew => self.reset(now).await?,
            Begin::After(after) if self.who.is_customer() => self.replay_own(after, now).await?,
            Begin::After(after) => self.replay(after).await?,
        };
        self.say_where().await?;
        let mut beat = tokio::time::interval(BEAT);
        beat.tick().await;
        loop {
            tokio::select! {
                event = live.recv() => match event {
                    Ok(event) => {
                        if event.meta.position > seen {
                            seen = event.meta.position;
                            self.show_live(&event).await?;
                            if !self.who.is_customer() {
                                self.told = seen;
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
                    if !may_still(&self.app, &self.who, &self.headers).await {
                        return Err(Over);
                    }
                    self.say_where().await?;
                }
            }
        }
    }

    /// An id alone moves the client's Last-Event-ID on, past what was not for it. A customer's stays where their last public
    /// event was: resumed from there they miss nothing, and learn of nothing else.
    async fn say_where(&self) -> Result<(), Over> {
        self.send(Sse::default().id(self.told.0.to_string())).await
    }

    /// Has the client read anew; what comes after now follows.
    async fn reset(&mut self, now: Position) -> Result<Position, Over> {
        self.told = known_position(&self.app, &self.who).await.map_err(|_| Over)?;
        let data = format!("{{\"position\":{}}}", self.told);
        self.send(Sse::default().id(self.told.0.to_string()).event("reset").data(data)).await?;
        Ok(now)
    }

    /// Says that nobody here gets past an event; where it lies is told to people of the desk only.
    async fn say_unreadable(&self, position: Position) -> Result<(), Over> {
        let data = if self.who.is_customer() { "{}".to_owned() } else { format!("{{\"position\":{position}}}") };
        self.send(Sse::default().event("unreadable").data(data)).await
    }

    /// Shows what the log has after a position, and returns how far that was.
    async fn replay(&mut self, after: Position) -> Result<Position, Over> {
        let filter = Filter { tenant: Some(self.who.tenant.clone()), categories: self.replayed(), ..Filter::default() };
        let mut seen = after;
        if filter.categories.is_empty() {
            return Ok(self.app.hub.position().max(seen));
        }
        loop {
            let page = match self.app.journal.read_all(seen, &filter, PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "a replay for a listener broke");
                    if let Some(position) = error.stuck_at() {
                        self.say_unreadable(position).await?;
                    }
                    return Err(Over);
                }
            };
            self.show(&page.events).await?;
            if page.scanned_to <= seen {
                self.told = seen;
                return Ok(seen);
            }
            seen = page.scanned_to;
        }
    }

    /// The categories asked for of which the caller may know anything: of others the log is not searched.
    fn replayed(&self) -> Vec<Category> {
        let asked = |category: &Category| self.categories.is_empty() || self.categories.contains(category);
        let known = |category: &Category| Data::of_category(*category).iter().any(|data| self.who.knows(*data));
        Category::ALL.into_iter().filter(asked).filter(known).collect()
    }

    /// The same of a customer's own conversations.
    async fn replay_own(&mut self, after: Position, now: Position) -> Result<Position, Over> {
        let events = own_events(&self.app, &self.who, &self.categories, after, now).await.map_err(|_| Over)?;
        let Some(events) = events else { return self.reset(now).await };
        self.show(&events).await?;
        let heard = heard_from(&self.app, after).await.map_err(|_| Over)?;
        Ok(now.max(heard))
    }

    async fn show(&mut self, events: &[Event]) -> Result<(), Over> {
        for view in shown(&self.app, &self.who, events).await.map_err(|_| Over)? {
            self.tell(view).await?;
        }
        Ok(())
    }

    async fn show_live(&mut self, event: &Event) -> Result<(), Over> {
        if !self.categories.is_empty() && !self.categories.contains(&event.meta.stream.category) {
            return Ok(());
        }
        match shown_live(&self.app, &self.who, event).await.map_err(|_| Over)? {
            Some(view) => self.tell(view).await,
            None => Ok(()),
        }
    }

    async fn tell(&mut self, view: EventView) -> Result<(), Over> {
        let data = serde_json::to_string(&view).map_err(|_| Over)?;
        self.told = self.told.max(Position(view.position));
        self.send(Sse::default().id(view.position.to_string()).event(view.event_type).data(data)).await
    }

    async fn send(&self, event: Sse) -> Result<(), Over> {
        match tokio::time::timeout(self.patience, self.sender.send(Ok(event))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over),
        }
    }
}
