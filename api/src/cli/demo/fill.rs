//! Filling the desk, by the same commands as everybody's.

use chrono::TimeDelta;
use docket_commands::{Commands, ConvertChat, Invocation, OpenTicket, StartChat};
use docket_domain::account::{Account, AccountCommand};
use docket_domain::agent::{AgentCommand, Availability};
use docket_domain::chat::{ChatCommand, EndedBy};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::organisation::OrganisationCommand;
use docket_domain::ticket::{Channel, CustomFields, FeedbackGiven, Priority, TicketCommand, TicketStatus};
use docket_domain::{
    Actor, AgentId, ChatId, CustomerId, DepartmentId, HeldRole, MessageId, PersonId, PersonalText, Role, TenantId,
    TicketId,
};
use docket_store::new_id;
use docket_store::vault::NewAccount;

use super::people::{AGENTS, ANSWERS, DEPARTMENTS, FIRST, LAST, NOTES, QUESTIONS, REPLIES, REQUESTS};
use crate::cli::Outcome;
use crate::runtime::Desk;

/// What was made.
pub(super) struct Filled {
    pub(super) people: usize,
    pub(super) tickets: u32,
    pub(super) chats: u32,
    pub(super) email: String,
    pub(super) password: String,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Always the same choices: a small generator that needs no seed from outside.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// True in `percent` of cases.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

struct Filling<'a> {
    commands: &'a Commands,
    tenant: TenantId,
    choices: Choices,
    agents: Vec<AgentId>,
    departments: Vec<DepartmentId>,
    customers: Vec<CustomerId>,
}

/// Fills the desk, unless it has agents of the demonstration already.
pub(super) async fn fill(desk: &Desk, tickets: u32, chats: u32) -> Result<Option<Filled>, Failure> {
    let accounts = desk.accounts();
    if accounts.find_login(&desk.tenant, AGENTS[0].1).await?.is_some() {
        return Ok(None);
    }
    let mut filling = Filling {
        commands: &desk.commands,
        tenant: desk.tenant.clone(),
        choices: Choices(42),
        agents: Vec::new(),
        departments: Vec::new(),
        customers: Vec::new(),
    };
    let password = format!("demo-{}", &new_id().simple().to_string()[20..]);
    filling.organise().await?;
    for (index, (name, email, departments, skills)) in AGENTS.iter().enumerate() {
        let role = HeldRole::from(if index == 0 { Role::Admin } else { Role::Agent });
        let id = filling.hire(name, email, departments, skills, role).await?;
        let account =
            NewAccount { person: id, role, login: Some((*email).to_owned()), password: Some(password.clone()) };
        accounts.open_account(&desk.tenant, account).await?;
        let open = AccountCommand::Open { person_id: id, role };
        desk.commands.execute::<Account>(&filling.by(Actor::SYSTEM), id.0, open).await?;
    }
    for number in 0..FIRST.len() * 3 {
        filling.meet(number).await?;
    }
    for _ in 0..tickets {
        filling.ticket(desk).await?;
    }
    for _ in 0..chats {
        filling.chat().await?;
    }
    let people = filling.agents.len() + filling.customers.len();
    Ok(Some(Filled { people, tickets, chats, email: AGENTS[0].1.to_owned(), password }))
}

fn name(number: usize) -> String {
    format!("{} {}", FIRST[number % FIRST.len()], LAST[(number * 5 + number / FIRST.len()) % LAST.len()])
}

fn address(number: usize) -> String {
    format!("{}.{number}@customers.example.com", FIRST[number % FIRST.len()].to_lowercase())
}

impl Filling<'_> {
    fn by(&self, actor: Actor) -> Invocation {
        Invocation::by(self.tenant.clone(), actor)
    }

    async fn organise(&mut self) -> Outcome {
        let system = self.by(Actor::SYSTEM);
        for (name, purpose) in DEPARTMENTS {
            let done = self.commands.create_department(&system, name.to_owned(), Some(purpose.to_owned())).await?;
            self.departments.push(DepartmentId(done.stream.id));
        }
        let categories =
            ["delivery", "returns", "billing", "account", "technical", "feedback"].map(str::to_owned).to_vec();
        self.commands.change_organisation(&system, OrganisationCommand::ChangeCategories { to: categories }).await?;
        Ok(())
    }

    async fn hire(
        &mut self,
        name: &str,
        email: &str,
        departments: &[usize],
        skills: &[&str],
        role: HeldRole,
    ) -> Result<PersonId, Failure> {
        let id = AgentId(new_id());
        let system = self.by(Actor::SYSTEM);
        let register = AgentCommand::Register {
            name: name.to_owned(),
            email: Some(email.to_owned()),
            role,
            department_ids: departments.iter().map(|index| self.departments[*index]).collect(),
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            max_concurrent_chats: 4,
        };
        self.commands.register_agent(&system, id, &register).await?;
        let to = if self.agents.len() < 4 { Availability::Available } else { Availability::Away };
        self.commands.change_agent(&self.by(Actor::agent(id)), id, &AgentCommand::ChangeAvailability { to }).await?;
        self.agents.push(id);
        Ok(PersonId(id.0))
    }

    async fn meet(&mut self, number: usize) -> Result<CustomerId, Failure> {
        let id = CustomerId(new_id());
        let register = CustomerCommand::Register {
            kind: CustomerKind::Customer,
            name: Some(name(number)),
            email: Some(address(number)),
            phone: None,
            external_id: None,
        };
        self.commands.execute::<Customer>(&self.by(Actor::SYSTEM), id.0, register).await?;
        self.customers.push(id);
        Ok(id)
    }

    async fn ticket(&mut self, desk: &Desk) -> Outcome {
        let customer = *self.choices.of(&self.customers);
        let (subject, description, category, department, priority) = *self.choices.of(&REQUESTS);
        let order = self.choices.chance(50).then(|| format!("A-{}", 10_000 + self.choices.below(90_000)));
        let tags = if self.choices.chance(30) { vec!["vip".to_owned()] } else { Vec::new() };
        let by_customer = self.by(Actor::customer(customer));
        let request = OpenTicket {
            subject: subject.to_owned(),
            description: description.to_owned(),
            category: category.to_owned(),
            priority: Priority::ALL[priority],
            customer_id: customer,
            department_id: Some(self.departments[department]),
            order_ref: order,
            tags: Vec::new(),
            custom_fields: CustomFields::new(),
            channel: *self.choices.of(&[Channel::Portal, Channel::Email, Channel::Api]),
            follow_up_of: None,
            assignee_id: None,
            author: None,
            written_at: None,
        };
        let id = TicketId(self.commands.open_ticket(&by_customer, &request).await?.stream.id);
        if !self.choices.chance(80) {
            return Ok(());
        }
        let agent = *self.choices.of(&self.agents);
        let by_agent = self.by(Actor::agent(agent));
        let change =
            async |by: &Invocation, command: TicketCommand| self.commands.change_ticket(by, id, &[command]).await;
        change(&by_agent, TicketCommand::Assign { to: agent }).await?;
        if !tags.is_empty() {
            change(&by_agent, TicketCommand::ChangeTags { add: tags, remove: Vec::new() }).await?;
        }
        let message =
            |text: &str| TicketCommand::PostMessage { message_id: MessageId(new_id()), body: text.to_owned() };
        change(&by_agent, message(ANSWERS[self.choices.0 as usize % ANSWERS.len()])).await?;
        for _ in 0..self.choices.below(3) {
            let (reply, answer) = (*self.choices.of(&REPLIES), *self.choices.of(&ANSWERS));
            self.commands.change_ticket(&by_customer, id, &[message(reply)]).await?;
            self.commands.change_ticket(&by_agent, id, &[message(answer)]).await?;
        }
        if self.choices.chance(25) {
            let body = (*self.choices.of(&NOTES)).to_owned();
            let note = TicketCommand::AddNote { message_id: MessageId(new_id()), body };
            self.commands.change_ticket(&by_agent, id, &[note]).await?;
        }
        let to = match self.choices.below(10) {
            0..=4 => TicketStatus::Resolved,
            5..=6 => TicketStatus::WaitingCustomer,
            7 => TicketStatus::OnHold,
            _ => return Ok(()),
        };
        if to == TicketStatus::OnHold {
            let until = desk.journal.clock().now() + TimeDelta::days(1 + i64::try_from(self.choices.below(5))?);
            self.commands.change_ticket(&by_agent, id, &[TicketCommand::Snooze { until }]).await?;
            return Ok(());
        }
        self.commands.change_ticket(&by_agent, id, &[TicketCommand::ChangeStatus { to, reason: None }]).await?;
        if to == TicketStatus::Resolved && self.choices.chance(60) {
            let feedback = FeedbackGiven {
                rating: [5, 5, 4, 5, 3, 4, 1][self.choices.below(7)],
                resolved: Some(true),
                would_recommend: Some(true),
                agent_rating: None,
                speed_rating: None,
                communication_rating: None,
                comment: self.choices.chance(30).then(|| PersonalText::from("Quick and friendly, thank you.")),
                agent_id: None,
                replaces: None,
            };
            self.commands.change_ticket(&by_customer, id, &[TicketCommand::GiveFeedback(feedback)]).await?;
        }
        Ok(())
    }

    async fn chat(&mut self) -> Outcome {
        let customer = *self.choices.of(&self.customers);
        let by_customer = self.by(Actor::customer(customer));
        let question = (*self.choices.of(&QUESTIONS)).to_owned();
        let request = StartChat {
            message: Some(question),
            page: Some("https://shop.example.com/help".to_owned()),
            ..StartChat::of(customer)
        };
        let id = ChatId(self.commands.start_chat(&by_customer, &request).await?.stream.id);
        if self.choices.chance(10) {
            return Ok(());
        }
        let agent = self.agents[self.choices.below(4)];
        let by_agent = self.by(Actor::agent(agent));
        // Somebody who has their hands full, or whom routing was faster than, leaves it in the queue.
        if self.commands.accept_chat(&by_agent, id, agent).await.is_err() {
            return Ok(());
        }
        let say = |text: &str| ChatCommand::PostMessage { message_id: MessageId(new_id()), body: text.to_owned() };
        self.commands.change_chat(&by_agent, id, &say("Hello! One moment, I am looking it up.")).await?;
        self.commands.change_chat(&by_customer, id, &say("Thank you.")).await?;
        self.commands.change_chat(&by_agent, id, &say(ANSWERS[self.choices.below(ANSWERS.len())])).await?;
        if self.choices.chance(15) {
            return Ok(());
        }
        self.commands.end_chat(&by_customer, id, EndedBy::Visitor).await?;
        let feedback = ChatCommand::GiveFeedback { rating: [5, 4, 5, 3][self.choices.below(4)], comment: None };
        self.commands.change_chat(&by_customer, id, &feedback).await?;
        if self.choices.chance(20) {
            let ticket = ConvertChat {
                subject: "From the chat: needs a closer look".to_owned(),
                description: None,
                category: "technical".to_owned(),
                priority: Priority::Medium,
                department_id: None,
                assignee_id: Some(agent),
            };
            self.commands.convert_chat(&by_agent, id, &ticket).await?;
        }
        Ok(())
    }
}
