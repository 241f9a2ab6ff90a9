//! The choice itself, without a log.

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::agent::Availability;
use docket_domain::chat::WithdrawalReason;
use docket_domain::{AgentId, ChatId, DepartmentId, Position};
use docket_reactors::routing::{AgentLine, Board, ChatLine, LastEvent, Move, Offer, moves};
use uuid::Uuid;

const PATIENCE: TimeDelta = TimeDelta::seconds(30);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn agent(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n))
}

fn chat(n: u128) -> ChatId {
    ChatId(Uuid::from_u128(n))
}

fn line(capacity: u32) -> AgentLine {
    AgentLine { availability: Availability::Available, capacity, ..AgentLine::default() }
}

fn waiting(since: i64) -> ChatLine {
    ChatLine {
        waiting: true,
        since: at(since),
        place: Position(since.unsigned_abs()),
        department: None,
        skills: [].into(),
        offer: None,
        passed: [].into(),
        rests: false,
        from: None,
        last: LastEvent { version: 1, event_id: Uuid::nil(), correlation_id: Uuid::nil() },
        held_back: false,
    }
}

fn board(agents: &[(u128, AgentLine)], chats: &[(u128, ChatLine)]) -> Board {
    let mut board = Board::default();
    board.agents.extend(agents.iter().map(|(n, line)| (agent(*n), line.clone())));
    board.chats.extend(chats.iter().map(|(n, line)| (chat(*n), line.clone())));
    board
}

fn chosen(board: &Board, now: i64) -> Vec<(ChatId, AgentId)> {
    let offers = moves(board, at(now), PATIENCE).into_iter().filter_map(|next| match next {
        Move::Offer { chat, to } => Some((chat, to)),
        Move::Withdraw { .. } => None,
    });
    offers.collect()
}

fn withdrawn(board: &Board, now: i64) -> Vec<(ChatId, WithdrawalReason)> {
    let withdrawals = moves(board, at(now), PATIENCE).into_iter().filter_map(|next| match next {
        Move::Withdraw { chat, reason, .. } => Some((chat, reason)),
        Move::Offer { .. } => None,
    });
    withdrawals.collect()
}

#[test]
fn who_waited_longest_comes_first_and_the_least_loaded_gets_it() {
    let mut busy = line(4);
    busy.chats = [chat(90), chat(91)].into();
    let mut small = line(1);
    small.chats = [chat(92)].into();
    let full = small.clone();
    let board = board(&[(1, busy), (2, line(2)), (3, full)], &[(10, waiting(5)), (11, waiting(3)), (12, waiting(4))]);
    // Agent 2 has nothing, then half of what they may have, as agent 1; who was not asked lately goes first.
    assert_eq!(chosen(&board, 9), [(chat(11), agent(2)), (chat(12), agent(1)), (chat(10), agent(2))]);
}

#[test]
fn equals_take_turns() {
    let mut first = line(10);
    first.last_turn = 2;
    let mut second = line(10);
    second.last_turn = 1;
    let chats: Vec<_> = (10..14).map(|n| (n, waiting(n as i64))).collect();
    let turns: Vec<_> = chosen(&board(&[(1, first), (2, second)], &chats), 20).into_iter().map(|(_, to)| to).collect();
    assert_eq!(turns, [agent(2), agent(1), agent(2), agent(1)]);
}

#[test]
fn nobody_gets_what_does_not_suit_them() {
    let sales = DepartmentId(Uuid::from_u128(7));
    let lines = [
        AgentLine { availability: Availability::Busy, ..line(1) },
        AgentLine { availability: Availability::Offline, ..line(1) },
        AgentLine { active: false, ..line(1) },
        AgentLine { permitted: false, ..line(1) },
        AgentLine { held_back: true, ..line(1) },
        line(0),
        AgentLine { departments: [sales].into(), ..line(1) },
        AgentLine { skills: ["italian".to_owned()].into(), ..line(1) },
    ];
    let lines: Vec<_> = lines.into_iter().enumerate().map(|(n, line)| (n as u128, line)).collect();
    let picky = ChatLine { department: Some(sales), skills: ["italian".to_owned()].into(), ..waiting(1) };
    assert_eq!(chosen(&board(&lines, &[(10, picky.clone())]), 2), []);
    let lacking_skill = ChatLine { skills: [].into(), ..picky };
    assert_eq!(chosen(&board(&lines, &[(10, lacking_skill)]), 2), [(chat(10), agent(6))]);
}

#[test]
fn an_offer_stands_while_its_agent_is_there_and_patience_lasts() {
    let offered = ChatLine { offer: Some(Offer { agent: agent(1), since: at(100) }), ..waiting(1) };
    let here = board(&[(1, line(1)), (2, line(1))], &[(10, offered.clone())]);
    assert_eq!(chosen(&here, 129), []);
    assert_eq!(chosen(&here, 130), [(chat(10), agent(2))]);
    let gone = AgentLine { availability: Availability::Away, ..line(1) };
    assert_eq!(chosen(&board(&[(1, gone), (2, line(1))], &[(10, offered.clone())]), 101), [(chat(10), agent(2))]);
}

#[test]
fn an_offer_nobody_else_could_take_ends_all_the_same() {
    let offered = ChatLine { offer: Some(Offer { agent: agent(1), since: at(100) }), ..waiting(1) };
    let with = |agent: AgentLine| board(&[(1, agent)], &[(10, offered.clone())]);
    assert_eq!(withdrawn(&with(line(1)), 129), []);
    assert_eq!(withdrawn(&with(line(1)), 130), [(chat(10), WithdrawalReason::TimedOut)]);
    let unable = [
        AgentLine { availability: Availability::Busy, ..line(1) },
        AgentLine { active: false, ..line(1) },
        AgentLine { permitted: false, ..line(1) },
        AgentLine { chats: [chat(10)].into(), ..line(0) },
    ];
    for agent in unable {
        assert_eq!(withdrawn(&with(agent.clone()), 101), [(chat(10), WithdrawalReason::AgentUnavailable)], "{agent:?}");
    }
    // With fewer places than chats, what began last goes.
    let fewer = AgentLine { chats: [chat(10), chat(11), chat(12)].into(), ..line(1) };
    let chats = [(10, waiting(1)), (11, offered.clone()), (12, offered)];
    let chats = chats.map(|(n, line)| (n, ChatLine { waiting: n > 10, ..line }));
    let ended = withdrawn(&board(&[(1, fewer)], &chats), 101);
    assert_eq!(ended.iter().map(|(chat, _)| *chat).collect::<Vec<_>>(), [chat(11), chat(12)]);
}

#[test]
fn who_let_it_pass_alone_is_not_asked_again_until_somebody_else_was() {
    let rests = ChatLine { passed: [agent(1)].into(), rests: true, ..waiting(1) };
    assert_eq!(chosen(&board(&[(1, line(1))], &[(10, rests.clone())]), 50), []);
    assert_eq!(chosen(&board(&[(1, line(1)), (2, line(1))], &[(10, rests)]), 50), [(chat(10), agent(2))]);
}

#[test]
fn who_let_it_pass_is_asked_again_only_after_everybody_else_and_who_handed_it_over_never() {
    let passed =
        ChatLine { offer: Some(Offer { agent: agent(2), since: at(0) }), passed: [agent(1)].into(), ..waiting(1) };
    let three = [(1, line(1)), (2, line(1)), (3, line(1))];
    assert_eq!(chosen(&board(&three, &[(10, passed.clone())]), 50), [(chat(10), agent(3))]);
    assert_eq!(chosen(&board(&three[..2], &[(10, passed)]), 50), [(chat(10), agent(1))]);
    let handed_over = ChatLine { from: Some(agent(1)), ..waiting(1) };
    assert_eq!(chosen(&board(&three[..1], &[(10, handed_over)]), 50), []);
}
