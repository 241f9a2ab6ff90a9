//! Keeps the due times of everything open and fires what is due.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Commands, Invocation};
use docket_domain::chat::{Chat, ChatCommand, ChatEnded, ChatEvent, ChatStarted};
use docket_domain::sla::SlaClocks;
use docket_domain::ticket::{
    StatusChanged, Ticket, TicketArchived, TicketDeleted, TicketEvent, TicketMerged, TicketOpened,
};
use docket_domain::{Category, ChatId, DomainEvent, Event, EventPayload as _, StreamId};
use docket_store::{JournalError, RecordedEvent};
use futures::StreamExt as _;

use super::due::{chat_timer, ticket_timers};
use super::wheel::Wheel;
use crate::Settings;
use crate::follow::{Failure, Reactor, STUCK_RETRY, Stuck, decode, state};

/// Streams looked at or fired at once.
const AT_ONCE: usize = 64;
/// Streams looked at before the feed gets its turn again.
const SLICE: usize = 1000;
/// When something failed for a reason that passes.
const RETRY: TimeDelta = TimeDelta::seconds(1);
/// When a due command was refused or changed nothing: its next event is waited for, or this.
const LATER: TimeDelta = TimeDelta::seconds(60);

/// The timers of all tenants.
pub(crate) struct Timers {
    commands: Commands,
    settings: Settings,
    wheel: Wheel,
    /// Streams whose due time has to be read off their state, with the version it must have.
    stirred: HashMap<StreamId, u64>,
    stuck: Stuck,
}

impl Timers {
    pub(crate) fn new(commands: Commands, settings: &Settings) -> Self {
        let (wheel, stirred, stuck) = (Wheel::default(), HashMap::new(), Stuck::default());
        Self { commands, settings: settings.clone(), wheel, stirred, stuck }
    }

    /// Sets the due times of some of the streams that have changed.
    async fn look(&mut self, now: DateTime<Utc>) {
        let some: Vec<StreamId> = self.stirred.keys().take(SLICE).cloned().collect();
        let some = some.into_iter().filter_map(|stream| self.stirred.remove_entry(&stream));
        let (commands, settings) = (&self.commands, &self.settings);
        let mut due = futures::stream::iter(some.collect::<Vec<_>>())
            .map(|(stream, version)| async move {
                let due = next_due(commands, settings, &stream, version).await;
                (stream, due)
            })
            .buffer_unordered(AT_ONCE);
        let mut found = Vec::new();
        while let Some((stream, due)) = due.next().await {
            found.push((stream, due));
        }
        drop(due);
        for (stream, due) in found {
            let at = due.unwrap_or_else(|error| self.failed(&stream, &error, now));
            self.wheel.set(stream, at);
        }
    }

    /// When a stream is looked at again after a failure.
    fn failed(&mut self, stream: &StreamId, error: &CommandError, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.stuck.note(self.commands.journal(), stream, error) {
            Failure::LeftOut => None,
            Failure::Stuck => Some(now + STUCK_RETRY),
            Failure::Passing => {
                tracing::warn!(%stream, %error, "a timer could not be set or fired");
                Some(now + RETRY)
            }
        }
    }

    /// Does what is due.
    async fn fire(&mut self, now: DateTime<Utc>) {
        let due = self.wheel.take_due(now, SLICE);
        let (commands, settings) = (&self.commands, &self.settings);
        let fired: Vec<_> = futures::stream::iter(due)
            .map(|stream| async move {
                let next = fire(commands, settings, &stream, now).await;
                (stream, next)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (stream, next) in fired {
            let at = match next {
                // Still due: it was refused, or changed nothing. Once more at once would end the same way.
                Ok(next) => {
                    self.stuck.clear(&stream);
                    next.map(|at| if at <= now { now + LATER } else { at })
                }
                Err(error) => self.failed(&stream, &error, now),
            };
            self.wheel.set(stream, at);
        }
    }
}

#[async_trait]
impl Reactor for Timers {
    const NAME: &'static str = "timers";
    const CATEGORIES: &'static [Category] = &[Category::Ticket, Category::Chat];

    /// Only what is still open in the end is looked at.
    fn take_in_history(&mut self, event: RecordedEvent) -> Result<(), JournalError> {
        let (stream, version) = (event.meta.stream.clone(), event.meta.version);
        let begins = match event.event_type.as_str() {
            TicketOpened::TYPE | ChatStarted::TYPE => Some(true),
            TicketMerged::TYPE | TicketArchived::TYPE | TicketDeleted::TYPE | ChatEnded::TYPE => Some(false),
            StatusChanged::TYPE => match decode(event)?.body {
                DomainEvent::Ticket(TicketEvent::StatusChanged(change)) => Some(!change.to.is_done()),
                _ => None,
            },
            _ => None,
        };
        match begins {
            Some(true) => {
                self.stirred.insert(stream, version);
            }
            Some(false) => {
                self.stirred.remove(&stream);
            }
            // What is in memory may be older than this, where another process wrote.
            None => {
                if let Some(known) = self.stirred.get_mut(&stream) {
                    *known = version;
                }
            }
        }
        Ok(())
    }

    fn take_in(&mut self, event: &Event) {
        let matters = match &event.body {
            DomainEvent::Ticket(event) => {
                SlaClocks::concerns(event)
                    || matches!(event, TicketEvent::TicketSnoozed(_) | TicketEvent::TicketWoken(_))
            }
            DomainEvent::Chat(event) => {
                !matches!(event, ChatEvent::MessagesRead(_) | ChatEvent::FeedbackGiven(_) | ChatEvent::ChatConverted(_))
            }
            _ => false,
        };
        if matters {
            self.stirred.insert(event.meta.stream.clone(), event.meta.version);
        }
    }

    async fn act(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.look(now).await;
        self.fire(now).await;
        metrics::gauge!("docket_timers").set(self.wheel.len() as f64);
        if self.stirred.is_empty() { self.wheel.next() } else { Some(now) }
    }

    fn stuck(&mut self) -> &mut Stuck {
        &mut self.stuck
    }
}

/// When the next thing is due in a stream that is at least at `version`.
async fn next_due(
    commands: &Commands,
    settings: &Settings,
    stream: &StreamId,
    version: u64,
) -> Result<Option<DateTime<Utc>>, CommandError> {
    match stream.category {
        Category::Ticket => {
            let ticket = state::<Ticket>(commands, stream, version).await?;
            Ok(ticket_timers(&ticket).into_iter().map(|timer| timer.at).min())
        }
        Category::Chat => {
            let chat = state::<Chat>(commands, stream, version).await?;
            Ok(chat_timer(&chat, settings).map(|timer| timer.at))
        }
        _ => Ok(None),
    }
}

/// Does what is due in a stream. When the next thing is.
async fn fire(
    commands: &Commands,
    settings: &Settings,
    stream: &StreamId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, CommandError> {
    let mut version = 0;
    match stream.category {
        Category::Ticket => {
            let ticket = commands.load_fresh::<Ticket>(&stream.tenant, stream.id).await?;
            for timer in ticket_timers(&ticket.state).into_iter().filter(|timer| timer.at <= now) {
                let invocation = Invocation::by_itself(&stream.tenant, &format!("{}:{}", stream.id, timer.cause));
                version = settled(commands.execute::<Ticket>(&invocation, stream.id, timer.command).await, version)?;
                metrics::counter!("docket_timers_fired_total", "category" => "ticket").increment(1);
            }
        }
        Category::Chat => {
            let chat = commands.load_fresh::<Chat>(&stream.tenant, stream.id).await?;
            if let Some(timer) = chat_timer(&chat.state, settings).filter(|timer| timer.at <= now) {
                // If somebody writes in this instant, the chat goes on.
                let cause = format!("{}:silent:{}", stream.id, chat.version);
                let invocation = Invocation::by_itself(&stream.tenant, &cause).if_at(chat.version);
                let end = ChatCommand::End { by: timer.by };
                version = settled(commands.change_chat(&invocation, ChatId(stream.id), &end).await, version)?;
                metrics::counter!("docket_timers_fired_total", "category" => "chat").increment(1);
            }
        }
        _ => {}
    }
    next_due(commands, settings, stream, version).await
}

/// The version after a command. What was refused or out of date meanwhile is nothing to try again.
fn settled(outcome: Result<docket_commands::Done, CommandError>, before: u64) -> Result<u64, CommandError> {
    match outcome {
        Ok(done) => Ok(done.version),
        Err(CommandError::Rejected(reason)) => {
            tracing::debug!(%reason, "a timer came too late");
            Ok(before)
        }
        Err(CommandError::Stale { current, .. }) => Ok(current),
        Err(error) => Err(error),
    }
}
