//! For logs that take one stream at a time: the streams of a command one after the other, agents' places first.
//!
//! What is lost is only that all of it happens at once. Capacity is kept: a place is taken before the chat says so,
//! and given back if the chat then says something else.

use docket_domain::agent::{Agent, AgentCommand, AgentEvent};
use docket_domain::{Actor, AgentId, Category, ChatId, DomainEvent};
use docket_store::{Appended, DraftStream, Expected, JournalError};

use crate::Invocation;
use crate::attempt::Attempt;

impl Attempt<'_> {
    /// Appends `writes` in turn: places, then what the command is about (with the request key), then what follows.
    /// The answer names the streams in the order given.
    pub(crate) async fn append_in_turn(&mut self, writes: Vec<DraftStream>) -> Result<Appended, JournalError> {
        let Invocation { correlation_id, causation_id, .. } = *self.invocation;
        let journal = self.commands.journal().clone();
        let about = writes.iter().position(|write| self.about.as_ref() == Some(&write.stream)).unwrap_or(0);
        let mut versions: Vec<Option<_>> = writes.iter().map(|_| None).collect();
        let (mut places, mut rest, mut central) = (Vec::new(), Vec::new(), None);
        for (index, write) in writes.into_iter().enumerate() {
            match places_taken(&write) {
                _ if index == about => central = Some(write),
                taken if taken.is_empty() => rest.push((index, write)),
                taken => places.push((index, write, taken)),
            }
        }
        let mut taken: Vec<(AgentId, ChatId)> = Vec::new();
        for (index, write, chats) in places {
            let agent = AgentId(write.stream.id);
            match journal.append(vec![write], correlation_id, causation_id, None).await {
                Ok(appended) => versions[index] = appended.streams.into_iter().next(),
                Err(error) => {
                    self.give_back(&taken).await;
                    return Err(error);
                }
            }
            taken.extend(chats.into_iter().map(|chat| (agent, chat)));
        }
        let central = central.into_iter().collect();
        let mut answer = match journal.append(central, correlation_id, causation_id, self.key()).await {
            Ok(appended) => appended,
            Err(error) => {
                self.give_back(&taken).await;
                return Err(error);
            }
        };
        if answer.replayed {
            // A place held since the first time would not have been taken again: these were taken for nothing.
            self.give_back(&taken).await;
            return Ok(answer);
        }
        versions[about] = answer.streams.drain(..).next();
        for (index, mut write) in rest {
            // It is decided; what follows from it must not fail because somebody else was there in between.
            write.expected = Expected::Any;
            let appended = journal.append(vec![write], correlation_id, causation_id, None).await?;
            answer.position = answer.position.max(appended.position);
            versions[index] = appended.streams.into_iter().next();
        }
        answer.streams = versions.into_iter().flatten().collect();
        Ok(answer)
    }

    /// Gives places back. One that cannot be given back now is told to the operator; its agent has room for one less.
    async fn give_back(&mut self, taken: &[(AgentId, ChatId)]) {
        // Giving back is a command of its own: it must not wait in a queue that this one holds.
        self.leave_queue();
        let by_docket =
            Invocation { actor: Actor::SYSTEM, idempotency: None, if_match: None, ..self.invocation.clone() };
        for (agent, chat) in taken {
            let release = AgentCommand::ReleaseChat { chat_id: *chat };
            let done = Box::pin(self.commands.execute::<Agent>(&by_docket, agent.0, release)).await;
            if let Err(error) = done {
                tracing::warn!(%agent, %chat, %error, "a chat's place could not be given back");
            }
        }
    }
}

/// The chats that get a place by these drafts.
fn places_taken(write: &DraftStream) -> Vec<ChatId> {
    if write.stream.category != Category::Agent {
        return Vec::new();
    }
    let chats = write.drafts.iter().filter_map(|draft| match &draft.body {
        DomainEvent::Agent(AgentEvent::ChatSlotTaken(slot)) => Some(slot.chat_id),
        _ => None,
    });
    chats.collect()
}
