//! Which agent gets which chat. Pure.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::chat::WithdrawalReason;
use docket_domain::{AgentId, ChatId};

use super::board::{AgentLine, Board, ChatLine, Offer};

/// What should be done with a chat that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Offer it to an agent.
    Offer {
        /// The chat.
        chat: ChatId,
        /// The agent.
        to: AgentId,
    },
    /// Offer it to nobody: whoever may accept it, may.
    Withdraw {
        /// The chat.
        chat: ChatId,
        /// Whom it is offered to.
        from: AgentId,
        /// Why it is no longer.
        reason: WithdrawalReason,
    },
}

impl Move {
    /// The chat.
    pub const fn chat(&self) -> ChatId {
        match self {
            Self::Offer { chat, .. } | Self::Withdraw { chat, .. } => *chat,
        }
    }
}

/// A chat to do something about, with its offer that has ended and why, if it has one.
type Waiting<'a> = (&'a ChatId, &'a ChatLine, Option<(Offer, WithdrawalReason)>);

/// What should be done now, who waited longest first. An offer ends when its agent takes no more chats or lets `patience`
/// pass. The chat then goes on to the next agent, and when everybody had their turn it begins again; if there is nobody else,
/// it is offered to nobody. Each move counts for the next.
pub fn moves(board: &Board, now: DateTime<Utc>, patience: TimeDelta) -> Vec<Move> {
    let surplus = surplus(board);
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    for (id, chat) in board.chats.iter().filter(|(_, chat)| chat.waiting && !chat.held_back) {
        match chat.offer {
            None => waiting.push((id, chat, None)),
            Some(offer) => {
                let why = over(board, &offer, surplus.contains(id), now, patience);
                waiting.extend(why.map(|why| (id, chat, Some((offer, why)))));
            }
        }
    }
    if waiting.is_empty() {
        return Vec::new();
    }
    waiting.sort_by_key(|(id, chat, _)| (chat.since, chat.place, **id));
    let mut agents = board.agents.clone();
    let mut turn = agents.values().map(|agent| agent.last_turn).max().unwrap_or(0);
    let mut moves = Vec::new();
    for (id, chat, ended) in waiting {
        let best = |again: bool| {
            let suitable = agents.iter().filter(|(agent_id, agent)| {
                suits(agent, chat)
                    && (again || !chat.passed.contains(agent_id))
                    && chat.from != Some(**agent_id)
                    && chat.offer.is_none_or(|offer| offer.agent != **agent_id)
            });
            suitable
                .min_by(|left, right| by_load_then_turn(left.1, right.1).then(left.0.cmp(right.0)))
                .map(|best| *best.0)
        };
        match best(false).or_else(|| if chat.rests { None } else { best(true) }) {
            Some(to) => {
                turn += 1;
                if let Some(agent) = agents.get_mut(&to) {
                    agent.chats.insert(*id);
                    agent.last_turn = turn;
                }
                moves.push(Move::Offer { chat: *id, to });
            }
            None => moves.extend(ended.map(|(offer, reason)| Move::Withdraw { chat: *id, from: offer.agent, reason })),
        }
    }
    moves
}

/// When the offers that stand will have run out of patience.
pub fn deadlines(board: &Board, patience: TimeDelta) -> impl Iterator<Item = DateTime<Utc>> {
    board.chats.values().filter(|chat| chat.waiting).filter_map(move |chat| Some(chat.offer?.since + patience))
}

/// Why an offer has ended; `None`: it stands.
fn over(
    board: &Board,
    offer: &Offer,
    is_surplus: bool,
    now: DateTime<Utc>,
    patience: TimeDelta,
) -> Option<WithdrawalReason> {
    if is_surplus || !board.agents.get(&offer.agent).is_some_and(AgentLine::takes_chats) {
        Some(WithdrawalReason::AgentUnavailable)
    } else {
        (now >= offer.since + patience).then_some(WithdrawalReason::TimedOut)
    }
}

/// Chats offered beyond what their agent may have since they were given fewer places: those that began last.
fn surplus(board: &Board) -> BTreeSet<ChatId> {
    let mut surplus = BTreeSet::new();
    for (id, agent) in &board.agents {
        let beyond = agent.chats.len().saturating_sub(agent.capacity as usize);
        let line =
            |chat: &ChatId| board.chats.get(chat).filter(|line| line.offer.is_some_and(|offer| offer.agent == *id));
        let offered = agent.chats.iter().filter_map(|chat| line(chat).map(|line| (line.since, line.place, *chat)));
        let mut offered: Vec<_> = offered.collect();
        offered.sort_unstable();
        surplus.extend(offered.into_iter().rev().take(beyond).map(|(_, _, chat)| chat));
    }
    surplus
}

fn suits(agent: &AgentLine, chat: &ChatLine) -> bool {
    agent.takes_chats()
        && !agent.held_back
        && agent.has_room()
        && chat.department.is_none_or(|department| agent.departments.contains(&department))
        && chat.skills.is_subset(&agent.skills)
}

/// Least loaded by share of capacity, then least recently offered one.
fn by_load_then_turn(left: &AgentLine, right: &AgentLine) -> Ordering {
    let load = |agent: &AgentLine, other: &AgentLine| agent.chats.len() as u64 * u64::from(other.capacity);
    load(left, right).cmp(&load(right, left)).then(left.last_turn.cmp(&right.last_turn))
}
