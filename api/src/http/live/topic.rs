//! What can be subscribed to: names a client may say, checked and mapped here.

use axum::http::StatusCode;
use docket_domain::{Category, Data, Event, StreamId};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Principal;
use crate::http::there;

/// A topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// `ticket:<id>` or `chat:<id>`: one conversation.
    One(Category, Uuid),
    /// `tickets`, `chats`, `agents`, `customers`, `views`: all of a kind the caller may see.
    All(Category),
}

/// Why a topic is not to be had.
pub(super) struct NotATopic(pub(super) &'static str, pub(super) &'static str);

impl Topic {
    /// The topic of that name, if the caller may have it.
    pub(super) async fn open(name: &str, app: &App, who: &Principal) -> Result<Self, NotATopic> {
        let unknown = || {
            NotATopic("unknown_topic", "a topic is tickets, chats, agents, customers, views, ticket:<id> or chat:<id>")
        };
        let topic = match name.split_once(':') {
            None => match name {
                "tickets" => Self::All(Category::Ticket),
                "chats" => Self::All(Category::Chat),
                "agents" => Self::All(Category::Agent),
                "customers" => Self::All(Category::Customer),
                "views" => Self::All(Category::View),
                _ => return Err(unknown()),
            },
            Some((kind, id)) => {
                let id = Uuid::parse_str(id).map_err(|_| unknown())?;
                match kind {
                    "ticket" => Self::One(Category::Ticket, id),
                    "chat" => Self::One(Category::Chat, id),
                    _ => return Err(unknown()),
                }
            }
        };
        topic.check(app, who).await?;
        Ok(topic)
    }

    async fn check(self, app: &App, who: &Principal) -> Result<(), NotATopic> {
        let mut known = kinds(self.category()).iter().flat_map(|category| Data::of_category(*category));
        let of_the_desk = matches!(self, Self::All(Category::Agent | Category::Customer | Category::View));
        if !known.any(|data| who.knows(*data)) || (who.is_customer() && of_the_desk) {
            return Err(NotATopic("forbidden", "you may not listen to this"));
        }
        let Self::One(category, id) = self else { return Ok(()) };
        let found = if category == Category::Ticket {
            there::ticket(app, who, id).await.map(drop)
        } else {
            there::chat(app, who, id).await.map(drop)
        };
        found.map_err(|problem| match problem.status() {
            StatusCode::NOT_FOUND => NotATopic("not_found", "there is no such conversation"),
            _ => NotATopic("unavailable", "the log cannot be read right now"),
        })
    }

    /// The kind of thing it is about.
    pub(super) fn category(self) -> Category {
        match self {
            Self::One(category, _) | Self::All(category) => category,
        }
    }

    /// Whether it is one conversation, about which there is typing and presence.
    pub(super) fn is_conversation(self) -> bool {
        matches!(self, Self::One(..))
    }

    /// Whether an event belongs to it. Tenant and permissions are checked where the event is shown.
    pub(super) fn covers(self, event: &Event) -> bool {
        let StreamId { category, id, .. } = event.meta.stream;
        match self {
            Self::One(own, one) => own == category && one == id,
            Self::All(own) => kinds(own).contains(&category),
        }
    }
}

/// The categories a topic of all of a kind is about: in which order views stand is told with the views.
pub(super) fn kinds(category: Category) -> &'static [Category] {
    match category {
        Category::View => &[Category::View, Category::ViewList],
        Category::Chat => &[Category::Chat],
        Category::Agent => &[Category::Agent],
        Category::Customer => &[Category::Customer],
        _ => &[Category::Ticket],
    }
}
