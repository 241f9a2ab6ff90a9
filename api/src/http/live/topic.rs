//! What can be subscribed to: names a client may say, checked and mapped here.

use docket_domain::chat::Chat;
use docket_domain::ticket::Ticket;
use docket_domain::{Category, Event, Permission, StreamId};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Principal;

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
        let needed = match self.category() {
            Category::Chat => Permission::ViewChat,
            _ => Permission::ViewTickets,
        };
        let of_the_desk = matches!(self, Self::All(Category::Agent | Category::Customer | Category::View));
        if !who.may(needed) || (who.is_customer() && of_the_desk) {
            return Err(NotATopic("forbidden", "you may not listen to this"));
        }
        let Self::One(category, id) = self else { return Ok(()) };
        let gone = NotATopic("not_found", "there is no such conversation");
        let broken = |_| NotATopic("unavailable", "the log cannot be read right now");
        let theirs = if category == Category::Ticket {
            let ticket = app.commands.load::<Ticket>(&who.tenant, id).await.map_err(broken)?;
            ticket.exists() && who.owns(ticket.customer_id)
        } else {
            let chat = app.commands.load::<Chat>(&who.tenant, id).await.map_err(broken)?;
            chat.exists() && who.owns(chat.customer_id)
        };
        if theirs { Ok(()) } else { Err(gone) }
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
