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
/// next agent once `patience` is over. Each move is made on the board's copy, so that moves do not compete.
pub fn moves(board: &Board, now: DateTime<Utc>, patience: TimeDelta) -> Vec<Move> {
    let mut waiting: Vec<(&ChatId, &ChatLine)> =
        board.chats.iter().filter(|(_, chat)| chat.waiting && !is_offered(board, chat, now, patience)).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    waiting.sort_by_key(|(id, chat)| (chat.since, **id));
    let mut agents = board.agents.clone();
    let mut turn = agents.values().map(|agent| agent.last_turn).max().unwrap_or(0);
    let mut moves = Vec::new();
    for (id, chat) in waiting {
        let best = agents
            .iter()
            .filter(|(agent_id, agent)| suits(agent, chat) && !chat.passed.contains(agent_id))
            .filter(|(agent_id, _)| chat.offer.is_none_or(|offer| offer.agent != **agent_id))
            .min_by(|(left_id, left), (right_id, right)| by_load_then_turn(left, right).then(left_id.cmp(right_id)))
            .map(|(agent_id, _)| *agent_id);
        let Some(to) = best else { continue };
        turn += 1;
        if let Some(agent) = agents.get_mut(&to) {
            agent.chats.insert(*id);
            agent.last_turn = turn;
        }
        moves.push(Move { chat: *id, to });
    }
    moves
}

/// When the next offer's patience is over, if one is open.
pub fn next_deadline(board: &Board, patience: TimeDelta) -> Option<DateTime<Utc>> {
    board.chats.values().filter(|chat| chat.waiting).filter_map(|chat| Some(chat.offer?.since + patience)).min()
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
