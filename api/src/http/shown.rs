//! Events shown to a caller: the one way from the log to an answer, whatever the door.

use std::collections::HashSet;

use docket_commands::Loaded;
use docket_domain::chat::{Chat, ChatEvent};
use docket_domain::ticket::{Ticket, TicketEvent};
use docket_domain::{Category, Data, DomainEvent, Event, PublicHistory};
use uuid::Uuid;

use super::event_view::EventView;
use super::problem::Answer;
use super::there;
use crate::app::App;
use crate::auth::Principal;

/// Those of some events of the past, in order, that are there for the caller, as they may see them.
pub(super) async fn shown(app: &App, who: &Principal, events: &[Event]) -> Answer<Vec<EventView>> {
    let tickets = events.iter().map(|event| &event.meta.stream);
    let tickets = tickets.filter(|stream| stream.category == Category::Ticket && stream.tenant == who.tenant);
    let tickets: Vec<Uuid> = tickets.map(|stream| stream.id).collect::<HashSet<_>>().into_iter().collect();
    let deleted: HashSet<Uuid> = app.queries.deleted_tickets(&who.viewer(), &tickets).await?.into_iter().collect();
    let mut views = Vec::new();
    for event in events {
        views.extend(view(app, who, event, |id| deleted.contains(&id)).await?);
    }
    Ok(views)
}

/// An event that has just happened, if it is there for the caller, as they may see it.
pub(super) async fn shown_live(app: &App, who: &Principal, event: &Event) -> Answer<Option<EventView>> {
    view(app, who, event, |_| false).await
}

async fn view(app: &App, who: &Principal, event: &Event, deleted: impl Fn(Uuid) -> bool) -> Answer<Option<EventView>> {
    let stream = &event.meta.stream;
    if stream.tenant != who.tenant {
        return Ok(None);
    }
    // What this process knows is ahead of the read models.
    let gone = |id| deleted(id) || app.commands.known::<Ticket>(&who.tenant, id).is_some_and(|ticket| ticket.deleted);
    match &event.body {
        // Of what was deleted nothing more is told but that it was.
        DomainEvent::Ticket(body) if !matches!(body, TicketEvent::TicketDeleted(_)) && gone(stream.id) => {
            return Ok(None);
        }
        DomainEvent::Chat(body) if who.knows(Data::Chats) != who.knows(Data::EndedChats) => {
            let chat = there::loaded::<Chat>(app, &who.tenant, stream.id, event.meta.version).await?;
            let ending = matches!(body, ChatEvent::ChatEnded(_)) && who.knows(Data::Chats);
            if !ending && !there::is_known(&chat, who) {
                return Ok(None);
            }
            // Of people of the desk alone there is a difference between the two.
            return Ok(Some(EventView::of(event, who)));
        }
        _ => {}
    }
    if !who.is_customer() {
        return Ok(EventView::for_desk(event, who));
    }
    if EventView::fields_for_customer(event, who).is_none() {
        return Ok(None);
    }
    let hidden: &[&str] = match Data::ticket_named(&event.body) {
        Some((ticket, fields)) if there::ticket(app, who, ticket.0).await.is_err() => fields,
        _ => &[],
    };
    Ok(match stream.category {
        Category::Ticket => {
            let ticket = there::loaded::<Ticket>(app, &who.tenant, stream.id, event.meta.version).await?;
            numbered(event, who, &ticket, hidden)
        }
        Category::Chat => {
            let chat = there::loaded::<Chat>(app, &who.tenant, stream.id, event.meta.version).await?;
            numbered(event, who, &chat, hidden)
        }
        _ => None,
    })
}

fn numbered<A: docket_domain::Aggregate>(
    event: &Event,
    who: &Principal,
    state: &Loaded<A>,
    hidden: &[&str],
) -> Option<EventView> {
    EventView::for_customer(event, who, state.public_history()?, hidden)
}

/// What a stale caller missed of one stream, as they may see it. `public` is there for customers.
pub(super) fn missed(who: &Principal, events: &[Event], public: Option<&PublicHistory>) -> Vec<EventView> {
    // Whether a chat is over is not known here; who does not know of both kinds is told to read it anew.
    let unclear = |event: &Event| {
        matches!(event.body, DomainEvent::Chat(_)) && who.knows(Data::Chats) != who.knows(Data::EndedChats)
    };
    let view = |event: &Event| match public {
        _ if event.meta.stream.tenant != who.tenant || unclear(event) => None,
        Some(public) if who.is_customer() => {
            // Nor whether another ticket is still there.
            let hidden = Data::ticket_named(&event.body).map_or(&[] as &[&str], |(_, fields)| fields);
            EventView::for_customer(event, who, public, hidden)
        }
        _ if who.is_customer() => None,
        _ => EventView::for_desk(event, who),
    };
    events.iter().filter_map(view).collect()
}
