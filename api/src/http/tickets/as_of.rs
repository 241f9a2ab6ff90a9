//! A ticket as it was: its stream up to a version or a moment, folded as the read model folds it.

use chrono::{DateTime, Utc};
use docket_domain::{Category, Event, StreamId};
use docket_projections::ticket_at;
use docket_projections::views::TicketDetail;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::ask::journal_problem;
use crate::http::problem::{Answer, Problem};
use crate::http::there;

/// As of when.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// After the event with this version: of customers, who count those alone, the public one.
    Version(u64),
    /// After the last event that had happened by then.
    Time(DateTime<Utc>),
}

/// Events read at once.
const CHUNK: usize = 500;

/// The ticket as it was at a moment. Names of people are today's.
pub(super) async fn as_of(app: &App, who: &Who, id: Uuid, moment: Moment) -> Answer<TicketDetail> {
    let ticket = there::ticket(app, who, id).await?;
    let moment = match moment {
        Moment::Version(version) if who.is_customer() => Moment::Version(ticket.public.stream_version(version)),
        moment => moment,
    };
    let (events, complete) = history(app, who, id, moment).await?;
    let now = app.journal.clock().now();
    let last = events.last().map(|event| event.meta.occurred_at);
    let at = match (moment, last) {
        (Moment::Time(at), _) => at,
        (Moment::Version(_), Some(last)) if !complete => last,
        (Moment::Version(_), _) => now,
    };
    let viewer = who.viewer();
    let detail = ticket_at(&events, &viewer, at).ok_or_else(|| Problem::not_found("ticket at that moment"))?;
    Ok(app.queries.with_names(&viewer, detail).await?)
}

/// A ticket's events up to a moment, and whether those are all there are.
async fn history(app: &App, who: &Who, id: Uuid, moment: Moment) -> Answer<(Vec<Event>, bool)> {
    let stream = StreamId::new(who.tenant.clone(), Category::Ticket, id);
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.meta.version);
        let page = app.journal.read_stream(&stream, after, CHUNK).await.map_err(|error| journal_problem(&error))?;
        let last = page.len() < CHUNK;
        for event in page {
            let in_time = match moment {
                Moment::Version(version) => event.meta.version <= version,
                Moment::Time(at) => event.meta.occurred_at <= at,
            };
            if !in_time {
                return Ok((events, false));
            }
            events.push(event);
        }
        if last {
            return Ok((events, true));
        }
    }
}
