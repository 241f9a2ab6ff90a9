//! Importing.

use std::collections::BTreeMap;

use docket_domain::ticket::TicketEvent;
use docket_domain::{ActorKind, Category, DomainEvent, PersonalText};
use serde_json::{Value, json};

use super::desk::{Desk, agent, person, step, tenant, ticket, whole_history};

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_comes_in_with_its_original_times() {
    let desk = Desk::new().await;
    let report = desk.import_lines(&[ticket("T1", whole_history())]).await;
    assert_eq!((report.tickets, report.irregular, report.refused_count), (1, 0, 0), "{report:?}");
    let events = desk.events().await;
    assert_eq!(report.events, events.len() as u64);
    let mut kinds: BTreeMap<Category, usize> = BTreeMap::new();
    for event in &events {
        *kinds.entry(event.meta.stream.category).or_default() += 1;
    }
    assert_eq!(
        kinds,
        BTreeMap::from([
            (Category::Ticket, 15),
            (Category::Agent, 2),
            (Category::Department, 2),
            (Category::Customer, 1)
        ])
    );
    let of_ticket: Vec<_> = events.iter().filter(|event| event.meta.stream.category == Category::Ticket).collect();
    let DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) = &of_ticket[0].body else { panic!() };
    assert_eq!(opened.number.to_string(), "TKT-000001");
    assert_eq!(opened.subject, PersonalText::from("Printer"));
    assert_eq!(of_ticket[0].meta.actor.kind, ActorKind::Customer);
    assert_eq!(of_ticket[3].meta.occurred_at.to_rfc3339(), "2020-05-01T10:02:00+00:00");
    assert!(of_ticket.iter().all(|event| event.meta.recorded_at > event.meta.occurred_at));
    assert!(of_ticket.iter().enumerate().all(|(i, event)| event.meta.version == i as u64 + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_twice_changes_nothing() {
    let desk = Desk::new().await;
    let mut lines: Vec<_> = (0..100).map(|i| ticket(&format!("T{i}"), whole_history())).collect();
    lines.push(json!({
        "type": "chat", "external_id": "K1", "customer": {"email": "Bob@example.org"}, "opened_at": "2021-01-01T00:00:00Z",
        "history": [{"at": "2021-01-01T00:00:05Z", "actor": agent(1), "action": "accept"}],
    }));
    let first = desk.import_lines(&lines).await;
    assert_eq!((first.tickets, first.chats, first.unchanged), (100, 1, 0), "{first:?}");
    let head = desk.head().await;
    let again = desk.import_lines(&lines).await;
    assert_eq!((again.tickets, again.chats, again.others, again.events, again.unchanged), (0, 0, 0, 0, 101));
    assert_eq!(desk.head().await, head);
    let next = desk.journal.store().reserve_numbers(&tenant(), "ticket", 1).await.unwrap();
    assert!(next <= 130, "repeating an import uses no numbers up: {next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_follow_the_file_and_keep_what_a_line_asks_for() {
    let desk = Desk::new().await;
    let mut lines: Vec<_> = (0..50).map(|i| ticket(&format!("T{i}"), json!([]))).collect();
    lines[10]["number"] = json!("TKT-000100");
    lines[20]["number"] = json!("TKT-000001");
    let report = desk.import_lines(&lines).await;
    assert_eq!((report.tickets, report.renumbered), (50, 1));
    let mut numbers = BTreeMap::new();
    for event in desk.events().await {
        if let DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) = event.body {
            numbers.insert(opened.number, event.meta.stream.id);
        }
    }
    assert_eq!(numbers.len(), 50, "no number twice");
    // Whose number is taken gets one behind all that are asked for.
    let expected: Vec<u64> = (1..=48).chain([100, 101]).collect();
    assert_eq!(numbers.keys().map(|number| number.0).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_rules_is_recorded_and_counted() {
    let desk = Desk::new().await;
    let history = json!([
        step(1, agent(1), "status", json!({"to": "closed"})),
        step(2, agent(1), "status", json!({"to": "closed"})),
        step(3, agent(1), "assign", json!({"to": person(1)})),
        step(4, agent(1), "status", json!({"to": "resolved"})),
    ]);
    let report = desk.import_lines(&[ticket("T1", history)]).await;
    assert_eq!((report.tickets, report.irregular), (1, 3), "{report:?}");
    let events = desk.events().await;
    let marked = events.iter().filter(|event| event.meta.irregular).count();
    assert_eq!(marked, 3);
    assert_eq!(events.iter().filter(|event| event.meta.stream.category == Category::Ticket).count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_line_is_refused_with_its_reason_and_the_rest_goes_on() {
    let good = ticket("good", whole_history()).to_string();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut line = ticket("bad", whole_history());
        change(&mut line);
        line.to_string().into_bytes()
    };
    let deep = format!(r#"{{"type":"ticket","custom_fields":{{"x":{}1{}}}}}"#, "[".repeat(5000), "]".repeat(5000));
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"nonsense".to_vec(), "expected"),
        (br#"["ticket"]"#.to_vec(), "expected a JSON object"),
        (b"{\"type\":\"ticket\",\"subject\":\"\xff\"}".to_vec(), "not UTF-8"),
        (deep.into_bytes(), "recursion limit"),
        (br#"{"type":"mail"}"#.to_vec(), "none of ticket, chat, stream"),
        (with(&|line| line["colour"] = json!("red")), "unknown field `colour`"),
        (with(&|line| line["priority"] = json!("asap")), "priority: unknown variant `asap`"),
        (with(&|line| line["subject"] = json!(7)), "subject: invalid type"),
        (with(&|line| line["subject"] = json!("x".repeat(256))), "subject may have at most 255"),
        (with(&|line| line["description"] = json!("")), "description must not be empty"),
        (with(&|line| line["description"] = json!("x".repeat(51_201))), "description may have at most 51200 bytes"),
        (with(&|line| line["opened_at"] = json!("yesterday")), "opened_at:"),
        (with(&|line| line["opened_at"] = json!("+10000-01-01T00:00:00Z")), "opened_at: the year must be 1 to 9999"),
        (with(&|line| line["history"][1]["at"] = json!("-0001-01-01T00:00:00Z")), "history[1].at: the year must be"),
        (with(&|line| line["customer"] = json!({})), "customer: an id, external_id or email is needed"),
        (with(&|line| line["customer"]["email"] = json!("nobody")), "email must be a mail address"),
        (with(&|line| drop(line.as_object_mut().unwrap().remove("external_id"))), "external_id: is missing"),
        (with(&|line| line["external_id"] = json!("x".repeat(201))), "external_id: may have at most 200"),
        (with(&|line| line["history"][0]["to"]["role"] = json!("admin")), "history[0].to: unknown field `role`"),
        (with(&|line| line["history"][1]["to"] = json!("done")), "history[1].to: unknown variant"),
        (with(&|line| line["history"][2]["body"] = json!(" ")), "history[2].body must not be empty"),
        (with(&|line| line["history"][2]["to"] = json!("x")), "history[2].to: does not belong to this action"),
        (with(&|line| drop(line["history"][2].as_object_mut().unwrap().remove("body"))), "history[2].body: is missing"),
        (with(&|line| line["history"][2]["action"] = json!("accept")), "history[2]"),
        (with(&|line| line["history"][12]["rating"] = json!(6)), "rating must be from 1 to 5"),
        (with(&|line| line["history"][12]["rating"] = json!(600)), "history[12].rating"),
        (
            with(&|line| {
                line["history"][2] = step(2, agent(1), "event", json!({"event": "NoteAdded", "data": {}}));
            }),
            "history[2].event: NoteAdded has a payload that does not fit",
        ),
        (
            with(&|line| {
                let data = json!({"from": {"$sealed": "AAAA"}, "to": "x"});
                line["history"][2] = step(2, agent(1), "event", json!({"event": "SubjectChanged", "data": data}));
            }),
            "history[2].data: sealed text",
        ),
    ];
    let desk = Desk::new().await;
    let mut text = Vec::new();
    for (line, _) in &cases {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(good.as_bytes());
    let report = desk.import(&text).await;
    for (index, ((_, reason), refusal)) in cases.iter().zip(&report.refused).enumerate() {
        assert_eq!(refusal.line, index as u64 + 1);
        assert!(refusal.reason.contains(reason), "line {}: {} (expected {reason})", refusal.line, refusal.reason);
    }
    assert_eq!((report.tickets, report.refused_count), (1, cases.len() as u64));
    // Nobody was entered for a refused line's sake.
    let streams: std::collections::HashSet<_> = desk.events().await.into_iter().map(|e| e.meta.stream).collect();
    assert_eq!(streams.len(), 1 + 2 + 2 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_the_desk_knows_is_not_entered_again() {
    use docket_store::vault::IdentityKind;
    let desk = Desk::new().await;
    let known = docket_domain::PersonId(docket_store::new_id());
    desk.vault.accounts().claim_identity(&tenant(), IdentityKind::ExternalId, "c1", known).await.unwrap();
    desk.import_lines(&[ticket("T1", json!([step(3, json!({"kind": "customer"}), "message", json!({"body": "hi"}))]))])
        .await;
    for event in desk.events().await.iter().filter(|event| event.meta.stream.category == Category::Ticket) {
        assert_eq!(event.meta.data_subject, Some(known));
        assert_eq!(event.meta.actor.id, Some(known.0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_stays_erased() {
    use docket_store::Keyring as _;
    let desk = Desk::new().await;
    desk.import_lines(&[ticket("T1", json!([]))]).await;
    let events = desk.events().await;
    let customer = events.iter().find(|event| event.meta.stream.category == Category::Customer).unwrap();
    desk.vault.destroy(&tenant(), docket_domain::PersonId(customer.meta.stream.id)).await.unwrap();
    let report = desk.import_lines(&[ticket("T1", json!([])), ticket("T2", json!([]))]).await;
    assert_eq!((report.unchanged, report.refused_count, report.events), (1, 1, 0), "{report:?}");
    assert!(report.refused[0].reason.contains("erased"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_erases_nobody_who_is_here() {
    use docket_store::Keyring as _;
    let desk = Desk::new().await;
    desk.import_lines(&[ticket("T1", whole_history())]).await;
    let before = desk.events().await;
    let of =
        |category| before.iter().map(|event| &event.meta.stream).find(|stream| stream.category == category).unwrap().id;
    let stream = |id: uuid::Uuid, events: &[(&str, Value)]| {
        let told = |(event, data): &(&str, Value)| json!({"at": "2021-05-03T09:00:00Z", "action": "event", "event": event, "data": data});
        json!({"type": "stream", "category": "customer", "id": id, "history": events.iter().map(told).collect::<Vec<_>>()})
    };
    let (registered, erased) = (("CustomerRegistered", json!({"kind": "customer"})), ("PersonalDataErased", json!({})));
    let report = desk
        .import_lines(&[
            stream(of(Category::Customer), &[registered.clone(), erased.clone()]),
            stream(of(Category::Agent), &[registered.clone(), erased.clone()]),
            stream(docket_store::new_id(), &[erased]),
        ])
        .await;
    let reasons: Vec<_> = report.refused.iter().map(|refusal| refusal.reason.as_str()).collect();
    assert_eq!((report.events, reasons.len()), (0, 3), "{report:?}");
    assert!(
        reasons[0].contains("docket erase") && reasons[1].contains("agent") && reasons[2].contains("begins the stream"),
        "{reasons:?}"
    );
    assert_eq!(desk.events().await.len(), before.len());
    for category in [Category::Customer, Category::Agent] {
        let person = docket_domain::PersonId(of(category));
        let keys = desk.vault.find(&tenant(), &[person]).await.unwrap();
        assert!(matches!(keys[&person], docket_store::KeyState::Present(_)), "the key of a {category:?} is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_custom_fields_is_personal_unless_the_desk_or_the_line_says_otherwise() {
    let desk = Desk::new().await;
    let field = |name: &str, field_type: &str, more: Value| {
        let mut definition = json!({"name": name, "label": name, "field_type": field_type});
        definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"at": "2020-01-01T00:00:00Z", "action": "event", "event": "CustomFieldDefined", "data": {"definition": definition}})
    };
    let created = json!({"at": "2020-01-01T00:00:00Z", "action": "event", "event": "OrganisationCreated",
        "data": {"name": "Acme", "time_zone": "UTC"}});
    let settings = json!({"type": "stream", "category": "organisation", "id": uuid::Uuid::nil(), "history": [
        created, field("size", "choice", json!({"options": ["s"]})), field("born", "date", json!({"personal": true})),
    ]});
    assert_eq!(desk.import_lines(&[settings]).await.refused_count, 0);

    let values = json!({"size": "s", "born": "1961-07-30", "unheard": "of", "told": "plain", "floor": 3});
    let mut line = ticket(
        "T1",
        json!([step(
            1,
            agent(1),
            "custom_fields",
            json!({"to": {"size": "m", "born": null, "told": "x", "unheard": "off"}})
        ),]),
    );
    line.as_object_mut().unwrap().extend([
        ("custom_fields".to_owned(), values),
        ("plain_fields".to_owned(), json!(["told"])),
        ("order_ref".to_owned(), json!("A-17")),
    ]);
    assert_eq!(desk.import_lines(&[line]).await.refused_count, 0);
    let events = desk.events().await;
    let of_ticket: Vec<_> = events.iter().filter(|event| event.meta.stream.category == Category::Ticket).collect();
    let DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) = &of_ticket[0].body else { panic!() };
    assert_eq!(opened.custom_fields.keys().collect::<Vec<_>>(), ["floor", "size", "told"]);
    assert_eq!(opened.personal_fields.keys().collect::<Vec<_>>(), ["born", "unheard"]);
    assert_eq!(opened.order_ref, Some(PersonalText::from("A-17")));
    let DomainEvent::Ticket(TicketEvent::CustomFieldsChanged(changed)) = &of_ticket[1].body else { panic!() };
    assert_eq!(changed.changes.keys().collect::<Vec<_>>(), ["size", "told"]);
    assert_eq!(changed.personal_changes.keys().collect::<Vec<_>>(), ["born", "told", "unheard"]);
}

/// A ticket's line with one event told as Docket keeps it.
fn told(external_id: &str, event: &str, data: &Value) -> Value {
    let step = step(20, json!({"kind": "customer"}), "event", json!({"event": event, "data": data}));
    ticket(external_id, json!([step]))
}

#[tokio::test(flavor = "multi_thread")]
async fn told_events_say_nothing_that_could_not_have_been_decided() {
    let desk = Desk::new().await;
    let policy = |zone: &str, target: u64| {
        json!({
            "name": "Imported", "pause_in": [], "targets": {"high": {"resolution": target}},
            "hours": {"time_zone": zone, "ranges": [], "holidays": []},
        })
    };
    let cases = [
        ("SlaPolicyApplied", policy("Mars/Olympus", 60), "time_zone must be an IANA name"),
        ("SlaPolicyApplied", policy("Europe/Rome", 0), "must be from 1 to"),
        ("FeedbackGiven", json!({"rating": 9}), "rating must be from 1 to 5"),
        ("FeedbackGiven", json!({"rating": 4, "replaces": 2}), "that was not the rating before"),
        ("StatusChanged", json!({"from": "resolved", "to": "open"}), "the ticket had another status"),
        ("PriorityChanged", json!({"from": "low", "to": "high"}), "the ticket had another priority"),
        (
            "TicketArchived",
            json!({"status": "open", "priority": "low", "category": "hardware"}),
            "must be the ticket's",
        ),
    ];
    for (index, (event, data, reason)) in cases.iter().enumerate() {
        let report = desk.import_lines(&[told(&format!("T{index}"), event, data)]).await;
        assert_eq!(report.refused_count, 1, "{event} {data}");
        assert!(report.refused[0].reason.contains(reason), "{:?}", report.refused[0]);
    }
    let good = desk.import_lines(&[told("good", "SlaPolicyApplied", &policy("Europe/Rome", 60))]).await;
    assert_eq!((good.tickets, good.refused_count), (1, 0), "{good:?}");
    let archived = json!([
        step(
            20,
            json!({"kind": "customer"}),
            "event",
            json!({"event": "TicketArchived", "data": {
                "status": "open", "priority": "high", "category": "hardware",
            }})
        ),
        step(21, agent(1), "status", json!({"to": "closed"})),
    ]);
    let report = desk.import_lines(&[ticket("archived", archived)]).await;
    assert!(report.refused[0].reason.contains("archived or deleted before"), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_happened_yet_is_no_history() {
    let desk = Desk::new().await;
    let mut ahead = ticket("ahead", json!([]));
    ahead["opened_at"] = json!("9999-01-01T00:00:00Z");
    let mut later = ticket("later", json!([step(1, agent(1), "note", json!({"body": "x"}))]));
    later["history"][0]["at"] = json!("9999-01-01T00:00:00Z");
    let report = desk.import_lines(&[ahead, later]).await;
    assert_eq!((report.tickets, report.refused_count), (0, 2));
    assert!(report.refused.iter().all(|refused| refused.reason.contains("lies ahead")), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_go_back_in_time_are_marked() {
    let desk = Desk::new().await;
    let mut history = json!([
        step(3, agent(1), "message", json!({"body": "early"})),
        step(5, agent(1), "message", json!({"body": "late"})),
        step(4, agent(1), "note", json!({"body": "in between"})),
        step(6, agent(1), "event", json!({"event": "OrderLinked", "data": {"to": "4711"}})),
        step(5, agent(1), "event", json!({"event": "OrderLinked", "data": {"from": "4711", "to": "4712"}})),
    ]);
    history[0]["at"] = json!("2020-05-01T09:59:59Z");
    let report = desk.import_lines(&[ticket("T1", history)]).await;
    assert_eq!((report.tickets, report.irregular), (1, 3), "{report:?}");
    let events = desk.events().await;
    let marks: Vec<bool> = events
        .iter()
        .filter(|event| event.meta.stream.category == Category::Ticket)
        .map(|event| event.meta.irregular)
        .collect();
    assert_eq!(marks, [false, true, false, true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_is_refused_and_what_only_looks_like_it_is_text() {
    let desk = Desk::new().await;
    let linked =
        |order: &str| json!([step(1, agent(1), "event", json!({"event": "OrderLinked", "data": {"to": order}}))]);
    let mut described = ticket("T3", json!([]));
    described["description"] = json!("a\0b");
    let report =
        desk.import_lines(&[ticket("T1", linked("back\\u0000slash")), ticket("T2", linked("a\0b")), described]).await;
    let reasons: Vec<&str> = report.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["history[0].data.to: must not contain the character NUL", "description must not contain the character NUL",]
    );
    let (_, text) = desk.export().await;
    let other = Desk::new().await;
    assert_eq!(other.import(&text).await.refused_count, 0);
    assert_eq!(String::from_utf8(other.export().await.1).unwrap(), String::from_utf8(text).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_names_the_import_it_came_by() {
    use super::desk::IMPORTER;
    use docket_domain::import::{ImportEvent, ImportedThrough};
    let desk = Desk::new().await;
    let text = format!("{}\nnonsense\n", ticket("T1", whole_history()));
    let report = desk.import(text.as_bytes()).await;
    let all = desk.all_events().await;
    let [started, finished] = <[_; 2]>::try_from(
        all.iter().filter(|event| event.meta.stream.category == Category::Import).collect::<Vec<_>>(),
    )
    .unwrap();
    assert!([started, finished].iter().all(|event| event.meta.actor == docket_domain::Actor::agent(IMPORTER)));
    let DomainEvent::Import(ImportEvent::ImportStarted(told)) = &started.body else { panic!("{started:?}") };
    assert_eq!(
        (told.through, started.meta.position.0),
        (ImportedThrough::Api, 1),
        "it is there before anything it brings"
    );
    let DomainEvent::Import(ImportEvent::ImportFinished(told)) = &finished.body else { panic!("{finished:?}") };
    assert_eq!((told.lines, told.refused, told.events), (2, 1, report.events));
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    assert_eq!(told.sha256, sha256.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    for event in desk.events().await {
        assert_eq!(event.meta.causation_id, Some(started.meta.event_id), "{event:?}");
        assert_eq!(event.meta.correlation_id, started.meta.stream.id, "{event:?}");
    }
    let forged = json!({"type": "stream", "category": "import", "id": uuid::Uuid::from_u128(5), "history": [
        step(1, agent(1), "event", json!({"event": "ImportStarted", "data": {"through": "api"}})),
    ]});
    let report = desk.import_lines(&[forged]).await;
    assert!(report.refused[0].reason.contains("is recorded here, not told"), "{report:?}");
}
