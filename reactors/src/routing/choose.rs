//! Which agent gets which chat. Pure.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::agent::Availability;
use docket_domain::{AgentId, ChatId};

use super::board::{AgentLine, Board, ChatLine};

/// A chat that should be offered to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The chat.
    pub chat: ChatId,
    /// The agent.
    pub to: AgentId,
}

/// What should be offered now, who waited longest first. Chats offered to somebody who is still there go on to the
/// next agent once `patience` is over; when everybody had their turn it begins again. Each move counts for the next.
pub fn moves(board: &Board, now: DateTime<Utc>, patience: TimeDelta) -> Vec<Move> {
    let mut waiting: Vec<(&ChatId, &ChatLine)> = board
        .chats
        .iter()
        .filter(|(_, chat)| chat.waiting && !chat.held_back && !is_offered(board, chat, now, patience))
        .collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    waiting.sort_by_key(|(id, chat)| (chat.since, **id));
    let mut agents = board.agents.clone();
    let mut turn = agents.values().map(|agent| agent.last_turn).max().unwrap_or(0);
    let mut moves = Vec::new();
    for (id, chat) in waiting {
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
        let Some(to) = best(false).or_else(|| best(true)) else { continue };
        turn += 1;
        if let Some(agent) = agents.get_mut(&to) {
            agent.chats.insert(*id);
            agent.last_turn = turn;
        }
        moves.push(Move { chat: *id, to });
    }
    moves
}

/// When the offers that stand will have run out of patience.
pub fn deadlines(board: &Board, patience: TimeDelta) -> impl Iterator<Item = DateTime<Utc>> {
    board.chats.values().filter(|chat| chat.waiting).filter_map(move |chat| Some(chat.offer?.since + patience))
}

/// Whether an offer of the chat stands: its agent is still there and has not let it wait too long.
fn is_offered(board: &Board, chat: &ChatLine, now: DateTime<Utc>, patience: TimeDelta) -> bool {
    chat.offer.is_some_and(|offer| {
        let there = board.agents.get(&offer.agent).is_some_and(|agent| {
            agent.active && matches!(agent.availability, Availability::Available | Availability::Busy)
        });
        there && now < offer.since + patience
    })
}

fn suits(agent: &AgentLine, chat: &ChatLine) -> bool {
    agent.active
        && !agent.held_back
        && agent.availability == Availability::Available
        && agent.has_room()
        && chat.department.is_none_or(|department| agent.departments.contains(&department))
        && chat.skills.is_subset(&agent.skills)
}

/// Least loaded by share of capacity, then least recently offered one.
fn by_load_then_turn(left: &AgentLine, right: &AgentLine) -> Ordering {
    let load = |agent: &AgentLine, other: &AgentLine| agent.chats.len() as u64 * u64::from(other.capacity);
    load(left, right).cmp(&load(right, left)).then(left.last_turn.cmp(&right.last_turn))
}
