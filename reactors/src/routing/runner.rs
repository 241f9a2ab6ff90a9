//! Carries out what [`moves`] says.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Commands, Done, IfMatch, Invocation, RequestKey};
use docket_domain::chat::{ChatCommand, MessagePosted, MessagesRead};
use docket_domain::{Actor, AgentId, Category, Event, EventPayload as _, Rejection, StreamId, TenantId};
use docket_store::{JournalError, RecordedEvent};
use futures::StreamExt as _;

use super::board::Board;
use super::choose::{Move, deadlines, moves};
use crate::Settings;
use crate::follow::{Failure, Reactor, Stuck, decode};

/// Offers made at once.
const AT_ONCE: usize = 32;
/// When something failed for a reason that passes.
const RETRY: TimeDelta = TimeDelta::seconds(1);

/// Routes the chats of all tenants.
pub(crate) struct Routing {
    commands: Commands,
    patience: TimeDelta,
    boards: HashMap<TenantId, Board>,
    /// Tenants where something happened since they were last looked at.
    stirred: BTreeSet<TenantId>,
    retry_at: Option<DateTime<Utc>>,
    /// When offers were last looked at: those that ran out since then go on.
    looked_at: DateTime<Utc>,
    stuck: Stuck,
}

impl Routing {
    pub(crate) fn new(commands: Commands, settings: &Settings) -> Self {
        Self {
            commands,
            patience: settings.offer_patience,
            boards: HashMap::new(),
            stirred: BTreeSet::new(),
            retry_at: None,
            looked_at: DateTime::<Utc>::MIN_UTC,
            stuck: Stuck::default(),
        }
    }

    /// Offers what can be offered in one tenant. Whether to look again at once.
    async fn route(&mut self, tenant: &TenantId, now: DateTime<Utc>) -> bool {
        let Some(board) = self.boards.get_mut(tenant) else { return false };
        let next: Vec<(Move, Invocation)> = moves(board, now, self.patience)
            .into_iter()
            .filter_map(|next| Some((next, invocation(tenant, next, board.chats.get(&next.chat())?.last))))
            .collect();
        let commands = &self.commands;
        let mut outcomes = futures::stream::iter(next)
            .map(|(next, invocation)| async move {
                (next, commands.change_chat(&invocation, next.chat(), &command(next)).await)
            })
            .buffer_unordered(AT_ONCE);
        let mut again = false;
        while let Some((next, outcome)) = outcomes.next().await {
            let stream = StreamId::new(tenant.clone(), Category::Chat, next.chat().0);
            let failure = match &outcome {
                Err(error) => self.stuck.note(commands.journal(), &stream, error),
                Ok(_) => {
                    self.stuck.clear(&stream);
                    Failure::Passing
                }
            };
            if failure != Failure::Passing {
                // The agent or the chat cannot be decided on; the others can.
                if let Move::Offer { to, .. } = next
                    && is_of_agent(&outcome, to)
                    && let Some(agent) = board.agents.get_mut(&to)
                {
                    agent.held_back = true;
                    again = true;
                } else if let Some(chat) = board.chats.get_mut(&next.chat()) {
                    chat.held_back = true;
                }
                continue;
            }
            match take(board, next, outcome, now) {
                Next::Settled => {}
                Next::LookAgain => again = true,
                Next::TryLater => self.retry_at = Some(now + RETRY),
            }
        }
        again
    }
}

#[async_trait]
impl Reactor for Routing {
    const NAME: &'static str = "routing";
    const CATEGORIES: &'static [Category] = &[Category::Agent, Category::Chat, Category::Role];

    fn take_in_history(&mut self, event: RecordedEvent) -> Result<(), JournalError> {
        let said = matches!(event.event_type.as_str(), MessagePosted::TYPE | MessagesRead::TYPE);
        if said && event.meta.stream.category == Category::Chat {
            // Of these only that they happened matters.
            if let Some(board) = self.boards.get_mut(&event.meta.stream.tenant) {
                board.touch(&event.meta);
            }
        } else {
            self.take_in(&decode(event)?);
        }
        Ok(())
    }

    fn take_in(&mut self, event: &Event) {
        let tenant = &event.meta.stream.tenant;
        let board = match self.boards.get_mut(tenant) {
            Some(board) => board,
            None => self.boards.entry(tenant.clone()).or_default(),
        };
        if board.evolve(event) && !self.stirred.contains(tenant) {
            self.stirred.insert(tenant.clone());
        }
    }

    async fn act(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            self.stirred.extend(self.boards.keys().cloned());
        }
        let (before, patience) = (std::mem::replace(&mut self.looked_at, now), self.patience);
        let ran_out = |board: &Board| deadlines(board, patience).any(|at| before < at && at <= now);
        let late = self.boards.iter().filter(|(_, board)| ran_out(board)).map(|(tenant, _)| tenant.clone());
        let mut look_at: BTreeSet<TenantId> = late.collect();
        look_at.append(&mut self.stirred);
        for tenant in look_at {
            while self.route(&tenant, now).await {}
        }
        let ahead = self.boards.values().flat_map(|board| deadlines(board, patience)).filter(|at| *at > now);
        ahead.chain(self.retry_at).min()
    }

    fn stuck(&mut self) -> &mut Stuck {
        &mut self.stuck
    }
}

/// Whether it is this agent's history that is not understood.
fn is_of_agent(outcome: &Result<Done, CommandError>, agent: AgentId) -> bool {
    matches!(outcome, Err(CommandError::Journal(JournalError::Unreadable(event)))
        if event.stream.category == Category::Agent && event.stream.id == agent.0)
}

/// What to do after an offer.
enum Next {
    Settled,
    LookAgain,
    TryLater,
}

fn take(board: &mut Board, next: Move, outcome: Result<Done, CommandError>, now: DateTime<Utc>) -> Next {
    match outcome {
        Ok(done) => {
            match next {
                Move::Offer { chat, to } => board.offered(chat, to, now, done.version),
                Move::Withdraw { chat, from, reason } => board.withdrawn(chat, from, reason, done.version),
            }
            Next::Settled
        }
        Err(CommandError::Rejected(Rejection::Refused {
            code: "at_capacity" | "not_available" | "agent_deactivated" | "cannot_take_chats",
            ..
        })) => {
            // The agent took something meanwhile; their event is on its way. The chat goes to somebody else.
            if let Move::Offer { to, .. } = next
                && let Some(agent) = board.agents.get_mut(&to)
            {
                agent.held_back = true;
            } else if let Some(chat) = board.chats.get_mut(&next.chat()) {
                chat.held_back = true;
            }
            Next::LookAgain
        }
        Err(CommandError::Rejected(_) | CommandError::Stale { .. } | CommandError::KeyReused) => {
            // The chat moved on; its event is on its way.
            if let Some(chat) = board.chats.get_mut(&next.chat()) {
                chat.held_back = true;
            }
            Next::Settled
        }
        Err(error) => {
            tracing::warn!(chat = %next.chat(), ?next, %error, "a chat could not be offered, or an offer not withdrawn");
            Next::TryLater
        }
    }
}

fn command(next: Move) -> ChatCommand {
    match next {
        Move::Offer { to, .. } => ChatCommand::Assign { to },
        Move::Withdraw { from, reason, .. } => ChatCommand::WithdrawOffer { from, reason },
    }
}

fn invocation(tenant: &TenantId, next: Move, last: super::LastEvent) -> Invocation {
    let (chat, version) = (next.chat(), last.version);
    let key = match next {
        Move::Offer { to, .. } => format!("route:{chat}:{version}:{to}"),
        Move::Withdraw { .. } => format!("withdraw:{chat}:{version}"),
    };
    Invocation {
        tenant: tenant.clone(),
        actor: Actor::SYSTEM,
        correlation_id: last.correlation_id,
        causation_id: Some(last.event_id),
        idempotency: Some(RequestKey::of_cause(&key)),
        if_match: Some(IfMatch::at(last.version)),
        mandate: None,
    }
}
