//! What agents see, and what customers do not.

use docket_domain::chat::{Chat, ChatCommand, EndedBy};
use docket_domain::ticket::{Priority, Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, ActorKind, AgentId, Permission, PermissionSet};
use docket_projections::views::*;
use docket_projections::{Viewer, explain_sla, ticket_at};
use docket_store::{Clock as _, new_id};

use super::desk::{Desk, Engine};
use super::on_both;

on_both!(
    a_ticket_with_all_that_happened_to_it,
    customers_see_only_the_public_part_of_their_own,
    unread_is_what_the_other_side_wrote_since,
    a_chat_from_queue_to_rating,
    a_chat_merely_offered_names_nobody,
    who_may_not_know_of_something_finds_it_nowhere,
    the_dashboard_adds_up,
    the_audit_trail_tells_who_did_what,
    clocks_are_explained_and_timers_fire,
    tenants_do_not_meet,
);

async fn a_ticket_with_all_that_happened_to_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna Arnold").await, desk.register_agent("bob").await);
    let id = desk.open_ticket(1, anna, "Lamp broken", "My lamp is  broken\nsince Monday").await;
    desk.pass(60);
    desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::Assign { to: AgentId(bob) }).await;
    desk.pass(60);
    desk.reply(id, Actor::agent(bob), "Which lamp?").await;
    desk.pass(60);
    desk.note(id, bob, "seems angry").await;
    desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::ChangeTags { add: vec!["lamp".into()], remove: vec![] })
        .await;
    desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None })
        .await;
    desk.settle().await;

    let seen = desk.queries().ticket(&desk.agent(bob), id).await.unwrap().unwrap();
    let ticket = &seen.ticket;
    assert_eq!((ticket.number.as_str(), ticket.subject.as_deref()), ("TKT-000001", Some("Lamp broken")));
    assert_eq!((ticket.status, ticket.priority), (TicketStatus::Resolved, Priority::Medium));
    assert_eq!((ticket.assignee_name.as_deref(), ticket.customer_name.as_deref()), (Some("bob"), Some("Anna Arnold")));
    assert_eq!(seen.customer_email.as_deref(), Some("anna.arnold@example.com"));
    assert_eq!((ticket.message_count, ticket.note_count, ticket.response_count), (2, Some(1), 1));
    assert_eq!(ticket.first_responded_at, Some(ticket.opened_at + chrono::TimeDelta::seconds(120)));
    assert_eq!(ticket.last_message.as_deref(), Some("Which lamp?"));
    // Who wrote that, not who wrote the note after it.
    let by = &ticket.last_message_by;
    assert_eq!((by.kind, by.id, by.name.as_deref()), (ActorKind::Agent, Some(bob), Some("bob")));
    assert_eq!(ticket.tags, ["first", "lamp"]);
    assert_eq!(ticket.custom_fields["score"], 7);
    assert_eq!((ticket.assignment_count, ticket.resolution_count), (Some(1), Some(1)));
    assert!(ticket.resolved_at.is_some());

    let (queries, all) = (desk.queries(), MessagePage::default());
    let messages = queries.messages(&desk.agent(bob), ConversationKind::Ticket, id, &all).await.unwrap().unwrap();
    let bodies: Vec<_> = messages.items.iter().map(|m| (m.body.as_deref().unwrap(), m.internal)).collect();
    assert_eq!(bodies, [("My lamp is  broken\nsince Monday", false), ("Which lamp?", false), ("seems angry", true)]);
    assert_eq!(messages.items[0].author.name.as_deref(), Some("Anna Arnold"));
    assert_eq!(messages.items[1].author.name.as_deref(), Some("bob"));
    let after = MessagePage { after: Some(messages.items[1].position), ..MessagePage::default() };
    let since = desk.queries().messages(&desk.agent(bob), ConversationKind::Ticket, id, &after).await.unwrap().unwrap();
    assert_eq!(since.items, messages.items[2..]);
    let back = MessagePage { latest: true, limit: 2, ..MessagePage::default() };
    let back = desk.queries().messages(&desk.agent(bob), ConversationKind::Ticket, id, &back).await.unwrap().unwrap();
    assert_eq!(back.items, messages.items[1..]);
    assert_eq!(back.next_cursor, Some(messages.items[1].position.to_string()));

    // As of its end it is what is stored; as of its beginning it is open.
    let events = desk.stream::<Ticket>(id).await;
    let queries = desk.queries();
    for viewer in [desk.agent(bob), desk.customer(anna)] {
        let seen = queries.ticket(&viewer, id).await.unwrap().unwrap();
        let folded = ticket_at(&events, &viewer, desk.clock.now()).unwrap();
        assert_eq!(queries.with_names(&viewer, folded).await.unwrap(), seen);
        let first = ticket_at(&events[..1], &viewer, desk.clock.now()).unwrap();
        assert_eq!((first.ticket.status, first.ticket.version), (TicketStatus::Open, 1));
        let first = queries.with_names(&viewer, first).await.unwrap().ticket.last_message_by;
        assert_eq!(
            (first.kind, first.id, first.name.as_deref()),
            (ActorKind::Customer, Some(anna), Some("Anna Arnold"))
        );
        assert!(ticket_at(&[], &viewer, desk.clock.now()).is_none());
    }
}

async fn customers_see_only_the_public_part_of_their_own(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, ben) = (desk.register_customer("Anna").await, desk.register_customer("Ben").await);
    let bob = desk.register_agent("bob").await;
    let mine = desk.open_ticket(1, anna, "Lamp broken", "It flickers").await;
    let other = desk.open_ticket(2, ben, "Lamp missing", "It is gone").await;
    let chat = desk.start_chat(ben, "where").await;
    desk.say(chat, Actor::customer(ben), "lamp in chat").await;
    desk.settle().await;
    let queries = desk.queries();
    let me = desk.customer(anna);
    let filter = TicketFilter::default();
    let page = PageRequest::default();
    let before = queries.tickets(&me, &filter, &page).await.unwrap().items.remove(0);

    let whole = queries.ticket(&me, mine).await.unwrap().unwrap();
    let position = queries.public_position(&me).await.unwrap();

    desk.pass(100);
    desk.note(mine, bob, "secretword about the lamp").await;
    let aside = TicketCommand::Snooze { until: super::desk::noon() + chrono::TimeDelta::days(1) };
    desk.act::<Ticket>(mine, Actor::agent(bob), aside).await;
    desk.settle().await;
    let list = queries.tickets(&me, &filter, &page).await.unwrap();
    assert_eq!(list.items.iter().map(|t| t.id).collect::<Vec<_>>(), [mine]);
    let after = &list.items[0];
    // What only the desk knows leaves no trace, in whatever field.
    assert_eq!(after, &before);
    assert_eq!(queries.ticket(&me, mine).await.unwrap().unwrap(), whole);
    assert_eq!(queries.public_position(&me).await.unwrap(), position);
    assert_eq!(whole.position, position.0);
    assert!(queries.own_conversations(&me, position).await.unwrap().is_empty());
    for asked in
        [TicketFilter { snoozed: Some(true), ..filter.clone() }, TicketFilter { overdue: true, ..filter.clone() }]
    {
        assert_eq!(queries.tickets(&me, &asked, &page).await.unwrap().items, list.items);
    }
    assert!(
        after.tags.is_empty() && after.custom_fields.is_empty() && after.sla.is_none() && after.note_count.is_none()
    );
    let json = serde_json::to_value(after).unwrap();
    for hidden in ["note_count", "reassignment_count", "assignment_count", "sla"] {
        assert!(json.get(hidden).is_none(), "{hidden} is shown");
    }

    let messages = |viewer: Viewer, id| {
        let queries = queries.clone();
        async move { queries.messages(&viewer, ConversationKind::Ticket, id, &MessagePage::default()).await.unwrap() }
    };
    assert_eq!(messages(me.clone(), mine).await.unwrap().items.len(), 1);
    assert_eq!(messages(desk.agent(bob), mine).await.unwrap().items.len(), 2);
    assert!(messages(me.clone(), other).await.is_none());
    assert!(queries.ticket(&me, other).await.unwrap().is_none());
    assert_eq!(queries.ticket_id(&me, "TKT-000002").await.unwrap(), None);
    assert_eq!(queries.ticket_id(&me, "tkt-1").await.unwrap(), Some(mine));
    let asked_for = TicketFilter { customer_id: Some(ben), ..filter.clone() };
    assert!(queries.tickets(&me, &asked_for, &page).await.unwrap().items.is_empty());

    // Search, by each way in.
    for words in ["secretword", "secretw", "missing", "Ben", "TKT-000002", "gone", "chat"] {
        assert!(queries.search(&me, words, 10).await.unwrap().is_empty(), "{words} finds something");
        let found = TicketFilter { search: Some(words.into()), ..filter.clone() };
        assert!(queries.tickets(&me, &found, &page).await.unwrap().items.is_empty(), "{words} finds a ticket");
    }
    assert_eq!(queries.search(&me, "flickers", 10).await.unwrap().len(), 2);
    let hits = queries.search(&desk.agent(bob), "secretword", 10).await.unwrap();
    assert!(hits.iter().any(|hit| hit.internal && hit.kind == SearchHitKind::Message));
    assert!(!queries.search(&desk.agent(bob), "lamp in", 10).await.unwrap().is_empty());
    for (words, ticket) in [("Ben", other), ("ben@example.com", other), ("2", other), ("broken lamp", mine)] {
        let hits = queries.search(&desk.agent(bob), words, 10).await.unwrap();
        assert!(hits.iter().any(|hit| hit.id == ticket && hit.kind == SearchHitKind::Ticket), "{words}: {hits:?}");
    }
    for odd in ["", "\"", "'", "a' OR 1=1", "\\", "*", "NEAR(", ":", "tenant:", "-", "💡", "%", "a:*&b"] {
        queries.search(&desk.agent(bob), odd, 10).await.unwrap();
    }

    assert_eq!(queries.ticket_counts(&me).await.unwrap().total, 1);
    assert_eq!(queries.sidebar(&me).await.unwrap().open_tickets, 1);
    assert!(queries.chat(&me, chat).await.unwrap().is_none());
    assert!(queries.chats(&me, &ChatFilter::default(), &page).await.unwrap().items.is_empty());
    assert!(queries.chat_queue(&me, None, 10).await.unwrap().is_empty());
    assert!(queries.audit(&me, &AuditFilter::default(), &page).await.unwrap().items.is_empty());
    assert!(queries.dashboard(&me, 0).await.unwrap().is_none());
    assert!(queries.agents(&me, None, None).await.unwrap().is_empty());
    assert!(queries.agent(&me, bob).await.unwrap().is_none());
    assert!(queries.customer(&me, ben).await.unwrap().is_none());
    let people = queries.customers(&me, &CustomerFilter::default(), &page).await.unwrap();
    assert_eq!(people.items.iter().map(|c| c.id).collect::<Vec<_>>(), [anna]);
    assert!(queries.sla(&me, &desk.journal, mine).await.unwrap().is_none());
    let theirs = desk.customer(ben);
    let seen = queries.chat(&theirs, chat).await.unwrap().unwrap();
    assert!(seen.visitor.ip.is_none() && seen.visitor.user_agent.is_none() && seen.transfer_note.is_none());
}

async fn unread_is_what_the_other_side_wrote_since(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let eve = desk.register_agent("eve").await;
    let id = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    desk.reply(id, Actor::customer(anna), "Hello?").await;
    desk.reply(id, Actor::agent(bob), "Yes?").await;
    desk.settle().await;
    let unread = |viewer: Viewer| {
        let queries = desk.queries();
        async move { queries.ticket(&viewer, id).await.unwrap().unwrap().ticket.unread_count }
    };
    assert_eq!((unread(desk.agent(bob)).await, unread(desk.customer(anna)).await), (2, 1));
    desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::MarkRead { up_to_version: None }).await;
    desk.reply(id, Actor::customer(anna), "Still there?").await;
    desk.act::<Ticket>(id, Actor::customer(anna), TicketCommand::MarkRead { up_to_version: None }).await;
    desk.settle().await;
    assert_eq!((unread(desk.agent(bob)).await, unread(desk.customer(anna)).await), (1, 0));
    assert_eq!(unread(desk.agent(eve)).await, 3);
}

async fn a_chat_from_queue_to_rating(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let first = desk.start_chat(anna, "Where is my order?").await;
    desk.pass(10);
    let second = desk.start_chat(new_id(), "Hello").await;
    desk.settle().await;
    let queries = desk.queries();
    let queue = queries.chat_queue(&desk.agent(bob), None, 10).await.unwrap();
    let places: Vec<_> = queue.iter().map(|chat| (chat.id, chat.queue_position)).collect();
    assert_eq!(places, [(first, Some(1)), (second, Some(2))]);
    assert_eq!(queue[1].visitor.name.as_deref(), Some("Vera Visitor"));
    assert_eq!(queries.sidebar(&desk.agent(bob)).await.unwrap().waiting_chats, 2);

    desk.pass(20);
    desk.accept(first, bob).await;
    desk.say(first, Actor::agent(bob), "Here it is").await;
    desk.settle().await;
    let chat = queries.chat(&desk.customer(anna), first).await.unwrap().unwrap();
    assert_eq!((chat.agent_name.as_deref(), chat.unread_count, chat.queue_position), (Some("bob"), 1, None));
    let next = queries.chat(&desk.agent(bob), second).await.unwrap().unwrap();
    assert_eq!((next.queue_position, next.estimated_wait_seconds), (Some(1), Some(30)));

    desk.pass(30);
    desk.act::<Chat>(first, Actor::agent(bob), ChatCommand::End { by: EndedBy::Agent }).await;
    desk.act::<Chat>(first, Actor::customer(anna), ChatCommand::GiveFeedback { rating: 4, comment: Some("ok".into()) })
        .await;
    desk.settle().await;
    let chat = queries.chat(&desk.agent(bob), first).await.unwrap().unwrap();
    assert_eq!((chat.rating, chat.duration_seconds, chat.ended_by), (Some(4), Some(60), Some(EndedBy::Agent)));
    let mine = ChatFilter { agent: Some(AssigneeFilter::Me), ..ChatFilter::default() };
    let list = queries.chats(&desk.agent(bob), &mine, &PageRequest::default()).await.unwrap();
    assert_eq!(list.items, [chat]);
    for words in ["Here it", "vera", "Anna"] {
        let found = ChatFilter { search: Some(words.into()), ..ChatFilter::default() };
        let found = queries.chats(&desk.agent(bob), &found, &PageRequest::default()).await.unwrap();
        assert!(!found.items.is_empty(), "{words} finds no chat");
    }
    let agent = queries.agent(&desk.agent(bob), bob).await.unwrap().unwrap();
    assert_eq!((agent.chats_handled, agent.average_rating), (1, Some(4.0)));
}

async fn a_chat_merely_offered_names_nobody(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let id = desk.start_chat(anna, "Where is my order?").await;
    desk.settle().await;
    let (queries, me) = (desk.queries(), desk.customer(anna));
    let before = queries.chat(&me, id).await.unwrap().unwrap();
    desk.act::<Chat>(id, Actor::SYSTEM, ChatCommand::Assign { to: AgentId(bob) }).await;
    desk.settle().await;
    assert_eq!(queries.chat(&me, id).await.unwrap().unwrap(), before);
    let page = PageRequest::default();
    for (agent, found) in [(AssigneeFilter::Agent(bob), 0), (AssigneeFilter::Unassigned, 1)] {
        let asked = ChatFilter { agent: Some(agent), ..ChatFilter::default() };
        assert_eq!(queries.chats(&me, &asked, &page).await.unwrap().items.len(), found, "{agent:?}");
    }
    assert_eq!(queries.chat(&desk.agent(bob), id).await.unwrap().unwrap().agent_id, Some(bob));
    desk.accept(id, bob).await;
    desk.settle().await;
    let accepted = queries.chat(&me, id).await.unwrap().unwrap();
    assert_eq!((accepted.agent_name.as_deref(), accepted.version), (Some("bob"), before.version + 1));
}

async fn who_may_not_know_of_something_finds_it_nowhere(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let ticket = desk.open_ticket(1, anna, "Lamp broken", "It flickers").await;
    let (running, ended) = (desk.start_chat(anna, "lamp").await, desk.start_chat(anna, "lamp").await);
    for chat in [running, ended] {
        desk.say(chat, Actor::customer(anna), "flickers in chat").await;
    }
    desk.act::<Chat>(ended, Actor::customer(anna), ChatCommand::End { by: EndedBy::Visitor }).await;
    desk.settle().await;
    let (queries, page) = (desk.queries(), PageRequest::default());
    for (permission, sees) in [
        (Permission::ViewTickets, vec![ticket]),
        (Permission::ViewChat, vec![running]),
        (Permission::ViewChatHistory, vec![ended]),
        (Permission::ManageSettings, vec![]),
    ] {
        let viewer = desk.agent(bob).with(PermissionSet::of(&[permission]));
        let mut found: Vec<_> =
            queries.search(&viewer, "flickers", 10).await.unwrap().into_iter().map(|hit| hit.id).collect();
        found.dedup();
        assert_eq!(found, sees, "{permission:?} searches");
        let mut listed: Vec<_> = queries.tickets(&viewer, &TicketFilter::default(), &page).await.unwrap().items;
        let chats = queries.chats(&viewer, &ChatFilter::default(), &page).await.unwrap().items;
        let listed: Vec<_> =
            listed.drain(..).map(|ticket| ticket.id).chain(chats.into_iter().map(|chat| chat.id)).collect();
        assert_eq!(listed, sees, "{permission:?} lists");
        for (kind, id) in
            [(ConversationKind::Ticket, ticket), (ConversationKind::Chat, running), (ConversationKind::Chat, ended)]
        {
            let all = MessagePage::default();
            let read = queries.messages(&viewer, kind, id, &all).await.unwrap().is_some();
            assert_eq!(read, sees.contains(&id), "{permission:?} reads {kind:?}");
        }
        assert_eq!(queries.ticket(&viewer, ticket).await.unwrap().is_some(), sees.contains(&ticket));
        assert_eq!(queries.chat(&viewer, ended).await.unwrap().is_some(), sees.contains(&ended));
        assert_eq!(queries.sidebar(&viewer).await.unwrap().waiting_chats, i64::from(sees.contains(&running)));
        let recent = queries.dashboard(&viewer, 0).await.unwrap().unwrap().recent_tickets;
        assert_eq!(recent.len(), usize::from(sees.contains(&ticket)));
    }
}

async fn the_dashboard_adds_up(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    for number in 1..=4 {
        desk.open_ticket(number, anna, "Lamp", "Broken").await;
    }
    let id = desk.open_urgent(5, anna, "Fire", "Now", Priority::Urgent).await;
    desk.pass(100);
    desk.reply(id, Actor::agent(bob), "Coming").await;
    desk.pass(100);
    let resolved = TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None };
    desk.act::<Ticket>(id, Actor::agent(bob), resolved).await;
    let gone = desk.open_ticket(6, anna, "Spam", "Spam").await;
    desk.act::<Ticket>(gone, Actor::agent(bob), TicketCommand::Delete).await;
    desk.settle().await;
    let queries = desk.queries();
    let seen = queries.dashboard(&desk.agent(bob), 0).await.unwrap().unwrap();
    assert_eq!((seen.total_tickets, seen.open_tickets, seen.resolved_tickets), (5, 4, 1));
    assert_eq!((seen.average_first_response_time, seen.average_resolution_time), (Some(100.0), Some(200.0)));
    assert_eq!((seen.tickets_created_today, seen.total_agents), (5, 1), "what is deleted is in no list");
    assert_eq!((seen.tickets_by_status["open"], seen.tickets_by_status["on_hold"]), (4, 0));
    assert_eq!((seen.tickets_by_priority["medium"], seen.tickets_by_priority["urgent"]), (4, 0), "of the open ones");
    assert_eq!(seen.tickets_by_category["billing"], 4);
    assert_eq!(seen.ticket_volume_trend_last_week.len(), 7);
    assert_eq!(seen.ticket_volume_trend_last_week[6].created, 5);
    assert_eq!((seen.recent_tickets.len(), seen.top_agents[0].id), (5, bob));
    let counts = queries.ticket_counts(&desk.agent(bob)).await.unwrap();
    assert_eq!((counts.total, counts.by_status["resolved"], counts.urgent), (5, 1, 0));
    assert_eq!(counts, queries.ticket_counts(&desk.customer(anna)).await.unwrap());
    assert!(queries.ticket(&desk.agent(bob), gone).await.unwrap().is_none());
}

async fn the_audit_trail_tells_who_did_what(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let id = desk.open_ticket(1, anna, "Lamp", "Broken glass").await;
    desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::ChangePriority { to: Priority::High }).await;
    desk.settle().await;
    let queries = desk.queries();
    let filter = AuditFilter { stream_id: Some(id), ..AuditFilter::default() };
    let one = PageRequest { limit: 1, cursor: None };
    let page = queries.audit(&desk.agent(bob), &filter, &one).await.unwrap();
    let entry = &page.items[0];
    assert_eq!((entry.event_type.as_str(), entry.actor.name.as_deref()), ("PriorityChanged", Some("bob")));
    assert_eq!(entry.details, serde_json::json!({"from": "medium", "to": "high"}));
    let next = PageRequest { limit: 10, cursor: page.next_cursor };
    let rest = queries.audit(&desk.agent(bob), &filter, &next).await.unwrap();
    assert_eq!(rest.items.iter().map(|e| e.version).collect::<Vec<_>>(), [2, 1]);
    assert!(!serde_json::to_string(&rest).unwrap().contains("Broken glass"));
    let by_bob = AuditFilter { actor_id: Some(bob), ..AuditFilter::default() };
    assert_eq!(queries.audit(&desk.agent(bob), &by_bob, &next_page()).await.unwrap().items.len(), 1);
    let oldest = AuditFilter { oldest_first: true, ..filter };
    let first = queries.audit(&desk.agent(bob), &oldest, &one).await.unwrap();
    assert_eq!(first.items[0].event_type, "TicketOpened");
}

fn next_page() -> PageRequest {
    PageRequest { limit: 100, cursor: None }
}

async fn clocks_are_explained_and_timers_fire(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let id = desk.open_urgent(1, anna, "Fire", "Now", Priority::Urgent).await;
    let slept = desk.open_ticket(2, anna, "Later", "Some day").await;
    let until = super::desk::noon() + chrono::TimeDelta::hours(30);
    desk.act::<Ticket>(slept, Actor::agent(bob), TicketCommand::Snooze { until }).await;
    desk.settle().await;
    let queries = desk.queries();
    let agent = desk.agent(bob);
    let badge = queries.ticket(&agent, id).await.unwrap().unwrap().ticket.sla.unwrap();
    let due_at = super::desk::noon() + chrono::TimeDelta::hours(1);
    assert_eq!((badge.due_at, badge.state, badge.breached), (Some(due_at), SlaClockState::Running, false));
    for (snoozed, expected) in [(None, vec![id, slept]), (Some(true), vec![slept]), (Some(false), vec![id])] {
        let filter = TicketFilter { snoozed, ..TicketFilter::default() };
        let listed = queries.tickets(&agent, &filter, &next_page()).await.unwrap();
        assert_eq!(listed.items.iter().map(|t| t.id).collect::<Vec<_>>(), expected, "{snoozed:?}");
    }
    let beside = queries.sidebar(&agent).await.unwrap();
    assert_eq!((beside.open_tickets, beside.unassigned_tickets, beside.urgent_tickets), (1, 1, 1), "one is put aside");
    let overdue = TicketFilter { overdue: true, ..TicketFilter::default() };
    assert!(queries.tickets(&agent, &overdue, &next_page()).await.unwrap().items.is_empty());
    let first = queries.next_timer().await.unwrap().unwrap();
    assert_eq!(queries.due_timers(first, 10).await.unwrap().len(), 1);
    let due = queries.due_timers(until, 100).await.unwrap();
    assert!(due.iter().any(|timer| timer.kind == TimerKind::Wake && timer.ticket_id == slept && timer.at == until));
    assert!(due.iter().any(|timer| matches!(timer.kind, TimerKind::SlaBreach(_)) && timer.at == due_at));
    assert!(due.is_sorted_by_key(|timer| timer.at));

    desk.pass(2 * 3600);
    let late = queries.tickets(&agent, &overdue, &next_page()).await.unwrap();
    assert_eq!(late.items.iter().map(|t| t.id).collect::<Vec<_>>(), [id]);
    assert_eq!(late.items[0].sla.as_ref().unwrap().state, SlaClockState::Breached);
    assert_eq!(queries.sidebar(&agent).await.unwrap().overdue_tickets, 1);
    let explained = queries.sla(&agent, &desk.journal, id).await.unwrap().unwrap();
    let first = &explained.clocks[0];
    assert_eq!(
        (first.state, first.elapsed_seconds, first.remaining_seconds),
        (SlaClockState::Breached, 7200, Some(-3600))
    );
    assert_eq!(first.stretches[0].began_with, "TicketOpened");
    assert_eq!(explain_sla(id, &desk.stream::<Ticket>(id).await, explained.as_of), explained);
}

async fn tenants_do_not_meet(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    let bob = desk.register_agent("bob").await;
    let id = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    let chat = desk.start_chat(anna, "Hello").await;
    desk.settle().await;
    let ours = desk.agent(bob);
    for other in ["acm", "acme-2"] {
        desk.tenant = docket_domain::TenantId::new(other).unwrap();
        let stranger = desk.agent(bob);
        let queries = desk.queries();
        assert!(queries.ticket(&stranger, id).await.unwrap().is_none());
        assert!(queries.tickets(&stranger, &TicketFilter::default(), &next_page()).await.unwrap().items.is_empty());
        assert!(queries.search(&stranger, "lamp", 10).await.unwrap().is_empty());
        assert!(queries.chat(&stranger, chat).await.unwrap().is_none());
        assert!(queries.agents(&stranger, None, None).await.unwrap().is_empty());
        assert!(queries.audit(&stranger, &AuditFilter::default(), &next_page()).await.unwrap().items.is_empty());
        assert_eq!(queries.ticket_counts(&stranger).await.unwrap().total, 0);
        assert_eq!(queries.dashboard(&stranger, 0).await.unwrap().unwrap().total_agents, 0);
    }
    assert!(desk.queries().ticket(&ours, id).await.unwrap().is_some());
    if let Some(scratch) = &desk.scratch {
        // Told no tenant, or another, the reader sees nothing, whatever it asks.
        let count = |told: &str| {
            let sql = format!("SET ROLE docket_reader; {told} SELECT count(*) FROM docket_read.tickets");
            super::desk::psql(scratch, &sql).trim().to_owned()
        };
        assert_eq!(count(""), "0");
        assert_eq!(count("SET docket.tenant = 'other';"), "0");
        assert_eq!(count("SET docket.tenant = 'acme';"), "1");
    }
}
