//! Six weeks of a shop's desk, as lines of the import.

mod chats;

use std::collections::HashMap;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Timelike as _, Utc};
use docket_domain::service_level::{ServiceLevels, TicketFacts};
use docket_domain::sla::Calendar;
use docket_domain::ticket::{
    Channel, CustomFields, PlainFields, Priority, Ticket, TicketCommand, TicketEvent, TicketNumber, TicketStatus,
};
use docket_domain::{
    Actor, AgentId, Aggregate as _, CustomerId, DecideContext, DepartmentId, Limits, MessageId, Rejection,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::choices::{Choices, ZONE, hours, moments};
use super::people::{AGENTS, customers};
use super::stories::{Goods, Language, Story, Turn, goods, stories};
use super::timeline::Timeline;

/// Tickets untouched for longer are closed by then.
const CLOSED_AFTER: TimeDelta = TimeDelta::days(6);

/// Who and what the history speaks of.
pub(super) struct Cast<'a> {
    /// As in [`AGENTS`].
    pub(super) agents: Vec<AgentId>,
    pub(super) departments: Vec<DepartmentId>,
    pub(super) levels: &'a ServiceLevels,
}

/// A customer of the shop: the same each time.
pub(super) struct Shopper {
    pub(super) id: CustomerId,
    pub(super) name: &'static str,
    pub(super) email: String,
}

impl Shopper {
    pub(super) fn new(language: Language, number: usize) -> Self {
        let all = customers(language);
        let (name, mailbox) = all[number % all.len()];
        let email = format!("{mailbox}@example.net");
        Self { id: CustomerId(id_of("customer", &email)), name, email }
    }

    fn first_name(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    fn line(&self) -> Value {
        json!({"id": self.id, "name": self.name, "email": self.email})
    }
}

/// All of them.
pub(super) fn shoppers() -> impl Iterator<Item = Shopper> {
    Language::ALL
        .into_iter()
        .flat_map(|language| (0..customers(language).len()).map(move |number| Shopper::new(language, number)))
}

/// The same id each time.
pub(super) fn id_of(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("docket demonstration {kind} {name}").as_bytes())
}

/// Makes the lines. Everything in them follows from `now` and the two counts.
pub(super) struct History<'a> {
    cast: Cast<'a>,
    now: DateTime<Utc>,
    choices: Choices,
    calendar: Calendar,
    /// How often each story was told, so that each time it is about something else.
    told: HashMap<&'static str, usize>,
}

impl<'a> History<'a> {
    pub(super) fn new(cast: Cast<'a>, now: DateTime<Utc>) -> Self {
        Self {
            cast,
            now: now.trunc_subsecs(0),
            choices: Choices::new(7),
            calendar: Calendar::new(&hours()),
            told: HashMap::new(),
        }
    }

    /// Tickets, the oldest first.
    pub(super) fn tickets(&mut self, count: usize) -> Result<Vec<Value>, Rejection> {
        // Half of what is asked is English, and every story gets its turn before one comes again.
        let pool: Vec<&Story> = stories().collect();
        let mut order: Vec<&Story> = Vec::new();
        let moments = moments(&mut self.choices, self.now, count);
        moments
            .into_iter()
            .enumerate()
            .map(|(number, at)| {
                if order.is_empty() {
                    order.clone_from(&pool);
                    order.extend(
                        pool.iter()
                            .filter(|story| {
                                story.language == Language::English
                                    && story.priority != Priority::Urgent
                                    && story.goods != Goods::Furniture
                            })
                            .take(8),
                    );
                }
                let story = order.swap_remove(self.choices.below(order.len()));
                self.ticket(number, story, at)
            })
            .collect()
    }

    fn ticket(&mut self, number: usize, story: &'static Story, opened_at: DateTime<Utc>) -> Result<Value, Rejection> {
        let told = self.told.entry(story.subject).or_insert(0);
        *told += 1;
        let about = *told;
        let customer = Shopper::new(story.language, self.choices.below(64));
        let order = format!("LO-{}", 24_000 + (number * 37 + about * 101) % 5_900);
        let thing = thing(story.language, story.goods, about);
        let agent = self.agent_for(story.language, story.department);
        let say = |text: &str| filled(text, thing, &order, customer.first_name(), agent.1);
        let (subject, opening) = (say(story.subject), say(opening(story.turns)));
        let channel =
            *self.choices.of(&[Channel::Portal, Channel::Portal, Channel::Email, Channel::Email, Channel::Desk]);
        let priority =
            if story.priority == Priority::Medium && self.choices.chance(10) { Priority::High } else { story.priority };
        let department = self.cast.departments[story.department];
        let facts =
            TicketFacts { priority, category: story.category, department_id: Some(department), tags: &[], channel };
        let terms = self.cast.levels.terms_for(&facts, ZONE);
        let opened = opened(&subject, &opening, story.category, priority, customer.id, opened_at)?;
        let mut timeline = Timeline::open(&opened, opened_at, self.now, &terms);
        self.tell(&mut timeline, story, Actor::customer(customer.id), Actor::agent(agent.0), &say);
        Ok(json!({
            "type": "ticket", "id": id_of("ticket", &number.to_string()), "subject": subject, "description": opening,
            "category": story.category, "priority": priority, "department": {"id": department}, "customer": customer.line(),
            "opened_at": opened_at, "channel": channel, "order_ref": order, "history": timeline.finish(),
        }))
    }

    /// What happened to a ticket until now. It ends where the next thing is still to come.
    fn tell(
        &mut self,
        timeline: &mut Timeline,
        story: &Story,
        customer: Actor,
        agent: Actor,
        say: &dyn Fn(&str) -> String,
    ) {
        let lead = Actor::agent(self.cast.agents[0]);
        // Now and then something stays: the customer never answers, or it has to wait for somebody else.
        let (silent, waits) = (self.choices.chance(5), self.choices.chance(5));
        // … or nobody has got round to it, which a desk should see.
        let is_forgotten =
            self.choices.chance(16) && (TimeDelta::days(1)..TimeDelta::days(5)).contains(&(self.now - timeline.last));
        let mut at = timeline.last;
        let mut is_assigned = false;
        for (place, turn) in story.turns.iter().enumerate().skip(1) {
            match turn {
                Turn::Customer(words) => {
                    let asked = timeline.status == TicketStatus::WaitingCustomer;
                    at = by_day(at + self.choices.minutes(9, 1100));
                    if !timeline.has_come(at) || (asked && silent && self.now - at < TimeDelta::days(9)) {
                        return;
                    }
                    timeline.read(at - TimeDelta::seconds(40), customer);
                    timeline.message(at, customer, &say(words));
                    if asked {
                        timeline.status(at, customer, TicketStatus::InProgress);
                    }
                }
                Turn::Agent(_) | Turn::Note(_) => {
                    let after_own = matches!(story.turns[place - 1], Turn::Agent(_) | Turn::Note(_));
                    if is_forgotten {
                        return;
                    }
                    let pause = if after_own { self.choices.minutes(4, 35) } else { self.answering() };
                    let Some(then) =
                        self.calendar.due(at, pause).filter(|then| timeline.has_come(*then + TimeDelta::minutes(1)))
                    else {
                        return;
                    };
                    at = then;
                    if !is_assigned {
                        is_assigned = true;
                        timeline.assign(at - TimeDelta::seconds(150), agent);
                        timeline.status(at - TimeDelta::seconds(150), agent, TicketStatus::InProgress);
                        if !story.tags.is_empty() {
                            timeline.tags(at - TimeDelta::seconds(100), agent, story.tags);
                        }
                    }
                    timeline.read(at - TimeDelta::seconds(60), agent);
                    match turn {
                        Turn::Note(words) => timeline.note(at, agent, &say(words)),
                        Turn::Agent(words) | Turn::Customer(words) => timeline.message(at, agent, &say(words)),
                    }
                    if waits && place == 1 && self.now - at < TimeDelta::days(5) {
                        let until = self.calendar.due(self.now, TimeDelta::hours(6 + i64::from(at.minute()) % 20));
                        timeline.status(at + TimeDelta::seconds(20), agent, TicketStatus::OnHold);
                        if let Some(until) = until {
                            timeline.snooze(at + TimeDelta::seconds(30), agent, until);
                        }
                        return;
                    }
                    let asks = words_of(turn).contains(['?', '؟']);
                    let is_answered = matches!(story.turns.get(place + 1), Some(Turn::Customer(_)));
                    if asks && is_answered && matches!(turn, Turn::Agent(_)) {
                        timeline.status(at + TimeDelta::seconds(5), agent, TicketStatus::WaitingCustomer);
                    }
                }
            }
        }
        self.end(timeline, story, customer, agent, lead);
    }

    fn end(&mut self, timeline: &mut Timeline, story: &Story, customer: Actor, agent: Actor, lead: Actor) {
        let Some(at) = self.calendar.due(timeline.last, self.choices.minutes(2, 50)) else { return };
        if !timeline.has_come(at) {
            return;
        }
        timeline.read(at - TimeDelta::seconds(30), agent);
        timeline.status(at, agent, TicketStatus::Resolved);
        let (rates, rated) = (self.choices.chance(62), by_day(at + self.choices.minutes(15, 1500)));
        if rates && timeline.has_come(rated) {
            // Not everybody is as pleased, or as talkative, as the first.
            let rating = if self.choices.chance(18) { story.rating.saturating_sub(1).max(1) } else { story.rating };
            let comment = story.comment.filter(|_| rating == story.rating && self.choices.chance(60));
            timeline.read(rated - TimeDelta::seconds(25), customer);
            timeline.rate(rated, customer, rating, comment);
        }
        // Whoever leads the desk looks through what was solved.
        let seen = self.calendar.due(timeline.last, TimeDelta::hours(3));
        if let Some(seen) = seen.filter(|seen| agent != lead && timeline.has_come(*seen)) {
            timeline.read(seen, lead);
        }
        let closed = timeline.last + CLOSED_AFTER;
        if timeline.has_come(closed) {
            timeline.status(closed, Actor::SYSTEM, TicketStatus::Closed);
        }
    }

    /// Somebody who speaks the language and belongs to the department; for the time being, whoever does either.
    fn agent_for(&mut self, language: Language, department: usize) -> (AgentId, &'static str) {
        let of = |place: &usize| {
            AGENTS[*place].languages.contains(&language) && AGENTS[*place].departments.contains(&department)
        };
        let fitting: Vec<usize> = (0..AGENTS.len()).filter(of).collect();
        let place = *self.choices.of(&fitting);
        (self.cast.agents[place], AGENTS[place].name.split(' ').next().unwrap_or_default())
    }

    /// How long a customer waits for an answer, in business hours. Mostly not long, now and then too long.
    fn answering(&mut self) -> TimeDelta {
        match self.choices.below(20) {
            0..=11 => self.choices.minutes(6, 55),
            12..=16 => self.choices.minutes(55, 170),
            17..=18 => self.choices.minutes(170, 420),
            _ => self.choices.minutes(420, 780),
        }
    }
}

/// People write when they are awake.
fn by_day(at: DateTime<Utc>) -> DateTime<Utc> {
    if at.hour() < 5 { at + TimeDelta::hours(7) } else { at }
}

pub(super) fn words_of(turn: &Turn) -> &'static str {
    match turn {
        Turn::Customer(words) | Turn::Agent(words) | Turn::Note(words) => words,
    }
}

pub(super) fn opening(turns: &'static [Turn]) -> &'static str {
    turns.first().map_or("", words_of)
}

pub(super) fn filled(text: &str, thing: &str, order: &str, customer: &str, agent: &str) -> String {
    text.replace("{p}", thing).replace("{o}", order).replace("{n}", customer).replace("{a}", agent)
}

fn thing(language: Language, of: Goods, about: usize) -> &'static str {
    let all = goods(language);
    match of {
        Goods::Lights => all[about % 5],
        Goods::Furniture => all[5 + about % 3],
        Goods::Any => all[about % 8],
    }
}

/// The opening as the clocks want to see it.
fn opened(
    subject: &str,
    description: &str,
    category: &str,
    priority: Priority,
    customer_id: CustomerId,
    now: DateTime<Utc>,
) -> Result<TicketEvent, Rejection> {
    let open = TicketCommand::Open {
        author: None,
        written_at: None,
        number: TicketNumber(0),
        subject: subject.to_owned(),
        description: description.to_owned(),
        message_id: MessageId(Uuid::nil()),
        category: category.to_owned(),
        priority,
        customer_id,
        department_id: None,
        order_ref: None,
        tags: Vec::new(),
        custom_fields: CustomFields::new(),
        plain_fields: PlainFields::new(),
        channel: Channel::Portal,
        follow_up_of: None,
        chat_id: None,
        assignee_id: None,
        sla: None,
    };
    let limits = Limits::default();
    let context = DecideContext { now, actor: Actor::customer(customer_id), limits: &limits };
    let mut events = Ticket::default().decide(&open, &context)?;
    Ok(events.swap_remove(0))
}
