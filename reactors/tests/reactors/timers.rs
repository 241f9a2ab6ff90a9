//! What time does.

use chrono::TimeDelta;
use docket_domain::agent::Availability;
use docket_domain::chat::{ChatCommand, ChatStatus, EndedBy};
use docket_domain::ticket::{SlaClock, Ticket, TicketCommand};
use docket_domain::{Actor, Category, MessageId, Position, StreamId};
use docket_reactors::Settings;
use docket_store::{Append, Decided, Expected, NewEvent, StreamAppend, WorkerState, new_id};

use crate::house::{House, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snoozed_ticket_wakes_when_its_time_has_come_and_not_before() {
    let house = House::new().await;
    let id = house.open_ticket(house.customer().await).await;
    let other = house.open_ticket(house.customer().await).await;
    let running = house.react(Settings::default()).await;
    let snooze = |hours| TicketCommand::Snooze { until: house.now() + TimeDelta::hours(hours) };
    house.commands.execute::<Ticket>(&house.by(Actor::SYSTEM), id.0, snooze(1)).await.unwrap();
    house.commands.execute::<Ticket>(&house.by(Actor::SYSTEM), other.0, snooze(2)).await.unwrap();
    house.pass(TimeDelta::minutes(59));
    house.pass(TimeDelta::minutes(2));
    eventually("the first wakes", || async { house.ticket(id).await.snoozed_until.is_none() }).await;
    assert!(house.ticket(other).await.snoozed_until.is_some());
    house.pass(TimeDelta::hours(1));
    eventually("the other wakes", || async { house.ticket(other).await.snoozed_until.is_none() }).await;
    running.end().await;
    assert_eq!(house.count(Category::Ticket, id.0, "TicketWoken").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_and_breaches_are_recorded_once_across_restarts_and_by_rivals() {
    let house = House::new().await;
    let id = house.open_ticket(house.customer().await).await;
    let warned = |house: &House| {
        let commands = house.commands.clone();
        let tenant = house.tenant.clone();
        async move { commands.load_fresh::<Ticket>(&tenant, id).await.unwrap().sla.first_response.warned_for.is_some() }
    };
    // Medium: four business hours to the first response, a warning after four fifths of them.
    let running = house.react(Settings::default()).await;
    let rival = house.rival(Settings::default());
    house.pass(TimeDelta::minutes(193));
    eventually("the warning", || warned(&house)).await;
    assert_eq!(house.count(Category::Ticket, id.0, "SlaBreached").await, 0);
    running.end().await;
    rival.end().await;

    // What became due while nobody was there is recorded when somebody is again.
    house.pass(TimeDelta::minutes(60));
    let house = house.restarted().await;
    let running = house.react(Settings::default()).await;
    let rival = house.rival(Settings::default());
    eventually("the breach", || async { house.count(Category::Ticket, id.0, "SlaBreached").await > 0 }).await;
    let breach = house.ticket(id).await.sla.clock(SlaClock::FirstResponse).breach_recorded;
    assert_eq!(breach, Some(crate::house::wednesday() + TimeDelta::hours(4)));
    // Another ticket's wake-up shows that a whole round has passed since.
    let other = house.open_ticket(house.customer().await).await;
    let until = house.now() + TimeDelta::minutes(1);
    house.commands.execute::<Ticket>(&house.by(Actor::SYSTEM), other.0, TicketCommand::Snooze { until }).await.unwrap();
    house.pass(TimeDelta::minutes(2));
    eventually("a later timer", || async { house.ticket(other).await.snoozed_until.is_none() }).await;
    running.end().await;
    rival.end().await;
    assert_eq!(house.count(Category::Ticket, id.0, "SlaWarned").await, 1);
    assert_eq!(house.count(Category::Ticket, id.0, "SlaBreached").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_time_is_no_breach() {
    let house = House::new().await;
    let id = house.open_ticket(house.customer().await).await;
    let late = house.open_ticket(house.customer().await).await;
    let agent = house.agent(1, &[], &[]).await;
    let running = house.react(Settings::default()).await;
    house.pass(TimeDelta::hours(1));
    let answer = TicketCommand::PostMessage { message_id: MessageId(new_id()), body: "We are on it.".into() };
    house.commands.execute::<Ticket>(&house.by(Actor::agent(agent)), id.0, answer).await.unwrap();
    house.pass(TimeDelta::hours(4));
    eventually("the other one's breach", || async { house.count(Category::Ticket, late.0, "SlaBreached").await == 1 })
        .await;
    running.end().await;
    assert_eq!(house.count(Category::Ticket, id.0, "SlaBreached").await, 0);
    assert_eq!(house.count(Category::Ticket, id.0, "SlaWarned").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_chats_end_and_give_their_place_back() {
    let house = House::new().await;
    let agent = house.agent(5, &[], &[]).await;
    house.available(agent, Availability::Busy).await;
    let (talking, silent, lonely) = (house.start_chat().await, house.start_chat().await, house.start_chat().await);
    for chat in [talking, silent] {
        house.commands.accept_chat(&house.by(Actor::agent(agent)), chat, agent).await.unwrap();
    }
    let running = house.react(Settings::default()).await;
    house.pass(TimeDelta::minutes(10));
    let message = ChatCommand::PostMessage { message_id: MessageId(new_id()), body: "One moment".into() };
    house.commands.change_chat(&house.by(Actor::agent(agent)), talking, &message).await.unwrap();
    house.pass(TimeDelta::minutes(6));
    eventually("the silent chat ends", || async { house.chat(silent).await.status == ChatStatus::Closed }).await;
    assert_eq!(house.chat(silent).await.ended_by, Some(EndedBy::Timeout));
    assert_eq!(house.chat(talking).await.status, ChatStatus::Active);
    assert_eq!(house.load_agent(agent).await.active_chats, [talking].into());
    house.pass(TimeDelta::minutes(15));
    eventually("the queue is left", || async { house.chat(lonely).await.status == ChatStatus::Closed }).await;
    assert_eq!(house.chat(lonely).await.ended_by, Some(EndedBy::Abandoned));
    eventually("everybody is gone", || async { house.load_agent(agent).await.active_chats.is_empty() }).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handed_over_chat_waits_by_the_queues_limit_and_is_idle_from_its_acceptance() {
    let settings =
        || Settings { chat_idle: TimeDelta::seconds(8), chat_abandoned: TimeDelta::seconds(60), ..Settings::default() };
    let house = House::new().await;
    let (one, two) = (house.agent(5, &[], &[]).await, house.agent(5, &[], &[]).await);
    for agent in [one, two] {
        house.available(agent, Availability::Busy).await;
    }
    let (handed, left, marker) = (house.start_chat().await, house.start_chat().await, house.start_chat().await);
    for chat in [handed, left, marker] {
        house.commands.accept_chat(&house.by(Actor::agent(one)), chat, one).await.unwrap();
    }
    let running = house.react(settings()).await;
    house.pass(TimeDelta::seconds(6));
    let by = house.by(Actor::agent(one));
    house.commands.transfer_chat(&by, handed, Some(two), None, None).await.unwrap_err();
    let sales = house.commands.create_department(&house.by(Actor::SYSTEM), "Sales".into(), None).await.unwrap();
    let sales = docket_domain::DepartmentId(sales.stream.id);
    for chat in [handed, left] {
        house.commands.transfer_chat(&by, chat, None, Some(sales), None).await.unwrap();
    }
    // Nobody writes in the third: its end shows that the timers have looked at this moment.
    house.pass(TimeDelta::seconds(4));
    eventually("the silent one ends", || async { house.chat(marker).await.status == ChatStatus::Closed }).await;
    assert_eq!(house.chat(handed).await.status, ChatStatus::Transferred);

    // Accepted after a long wait, it has the whole idle limit before it.
    house.pass(TimeDelta::seconds(40));
    house.commands.accept_chat(&house.by(Actor::agent(two)), handed, two).await.unwrap();
    house.pass(TimeDelta::seconds(7));
    let silent = house.start_chat().await;
    house.commands.accept_chat(&house.by(Actor::agent(one)), silent, one).await.unwrap();
    house.pass(TimeDelta::seconds(10));
    eventually("it was idle", || async { house.chat(handed).await.status == ChatStatus::Closed }).await;
    let ended = house.chat(handed).await;
    assert_eq!(ended.ended_by, Some(EndedBy::Timeout));
    eventually("the queue's patience ends", || async { house.chat(left).await.status == ChatStatus::Closed }).await;
    assert_eq!(house.chat(left).await.ended_by, Some(EndedBy::Abandoned));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_is_not_understood_is_said_and_gone_past_once_it_is_set_aside() {
    let house = House::new().await;
    let id = house.open_ticket(house.customer().await).await;
    let at = write_unknown(&house, StreamId::new(house.tenant.clone(), Category::Ticket, id.0)).await;
    let running = house.react(Settings::default()).await;
    let stuck_at = || match house.workers.get("reactors/timers").map(|worker| worker.state) {
        Some(WorkerState::Failing { stuck_at, .. }) => stuck_at,
        _ => None,
    };
    eventually("it is said", || async { stuck_at() == Some(at) }).await;
    // The others' timers go on.
    let other = house.open_ticket(house.customer().await).await;
    let until = house.now() + TimeDelta::minutes(1);
    house.commands.execute::<Ticket>(&house.by(Actor::SYSTEM), other.0, TicketCommand::Snooze { until }).await.unwrap();
    house.pass(TimeDelta::minutes(2));
    eventually("a later timer", || async { house.ticket(other).await.snoozed_until.is_none() }).await;
    assert_eq!(stuck_at(), Some(at), "it is still in the way");

    let decided = Decided { by: "ada".to_owned(), reason: "a test".to_owned(), at: house.now() };
    house.commands.journal().store().quarantine(at, &decided).await.unwrap();
    eventually("it is gone past", || async {
        house.pass(TimeDelta::seconds(6));
        let timers = house.workers.get("reactors/timers").unwrap();
        timers.state == WorkerState::Working
    })
    .await;
    running.end().await;
}

/// Writes an event of a version that is not known here.
async fn write_unknown(house: &House, stream: StreamId) -> Position {
    let event = NewEvent {
        event_id: new_id(),
        event_type: "TicketFrobbed".into(),
        schema_version: 1,
        occurred_at: house.now(),
        actor: Actor::SYSTEM,
        correlation_id: new_id(),
        causation_id: None,
        data_subject: None,
        irregular: false,
        payload: "{}".to_owned(),
    };
    let streams = vec![StreamAppend { stream, expected: Expected::Any, events: vec![event] }];
    house
        .commands
        .journal()
        .store()
        .append(Append { streams, idempotency: None, unchanged_at: None })
        .await
        .unwrap()
        .position
}
