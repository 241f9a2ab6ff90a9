//! What streams and sockets have in common: from where on somebody listens, and what they missed.

use docket_domain::customer::Customer;
use docket_domain::{Category, Event, Position, StreamId};

use super::ask::journal_problem;
use super::guard::wait_for;
use super::problem::Answer;
use crate::app::App;
use crate::auth::Principal;

/// Events of their own a customer is told of before they are better off reading anew.
const MAX_OWN: usize = 5_000;
const PAGE: usize = 500;
/// Events one act may leave behind its public one. Whoever did it for a customer is told the position of the last, and the
/// customer may name it.
const OF_ONE_ACT: u64 = 16;

/// The last position the caller knows of: of the log, or for customers of what is public of their own, since how far the log
/// is tells that something happened which they are not to learn of.
pub(super) async fn known_position(app: &App, who: &Principal) -> Answer<Position> {
    if who.is_customer() { Ok(app.queries.public_position(&who.viewer()).await?) } else { Ok(app.hub.position()) }
}

/// Whether the log, as far as the caller knows of it, has come to a position. One that waits for more, as after the log was
/// restored, would be told nothing until it has.
pub(super) async fn has_reached(app: &App, who: &Principal, position: Position) -> Answer<bool> {
    if position <= app.hub.position() && !who.is_customer() {
        return Ok(true);
    }
    let head = app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))?;
    if !who.is_customer() {
        return Ok(position <= head);
    }
    wait_for(app, position.min(head)).await?;
    let reached = |known: Position| position.0 <= known.0 + OF_ONE_ACT;
    if reached(known_position(app, who).await?) {
        return Ok(true);
    }
    // What they changed about themselves they know of too.
    let own = app.commands.load::<Customer>(&who.tenant, who.person.0).await?;
    let stream = StreamId::new(who.tenant.clone(), Category::Customer, who.person.0);
    let last = app.journal.read_stream(&stream, own.version.saturating_sub(1), 1).await;
    let last = last.map_err(|error| journal_problem(&error))?;
    Ok(last.last().is_some_and(|event| reached(event.meta.position)))
}

/// From where on somebody is told who named a position: what the log has not come to yet leaves out nothing that comes.
pub(super) async fn heard_from(app: &App, after: Position) -> Answer<Position> {
    if after <= app.hub.position() {
        return Ok(after);
    }
    let head = app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))?;
    Ok(after.min(head))
}

/// What happened after a position and up to another in a customer's own conversations of some categories, in order, along
/// the index of whom things are about. `None`: too much to tell.
pub(super) async fn own_events(
    app: &App,
    who: &Principal,
    categories: &[Category],
    after: Position,
    through: Position,
) -> Answer<Option<Vec<Event>>> {
    wait_for(app, through).await?;
    let mut events = Vec::new();
    for (category, id) in app.queries.own_conversations(&who.viewer(), after).await? {
        if !categories.is_empty() && !categories.contains(&category) {
            continue;
        }
        let stream = StreamId::new(who.tenant.clone(), category, id);
        let mut version = 0;
        loop {
            let page =
                app.journal.read_stream(&stream, version, PAGE).await.map_err(|error| journal_problem(&error))?;
            let last = page.len() < PAGE;
            version = page.last().map_or(version, |event| event.meta.version);
            let missed = |event: &Event| event.meta.position > after && event.meta.position <= through;
            events.extend(page.into_iter().filter(missed).filter(|event| event.body.public_fields().is_some()));
            if events.len() > MAX_OWN {
                return Ok(None);
            }
            if last {
                break;
            }
        }
    }
    events.sort_by_key(|event| event.meta.position);
    Ok(Some(events))
}
