//! Random but lawful histories: commands by many people on a few tickets and chats. What is refused is left out.

use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::chat::{Chat, ChatCommand, EndedBy};
use docket_domain::customer::{Customer, CustomerCommand};
use docket_domain::department::{Department, DepartmentCommand};
use docket_domain::organisation::{ORGANISATION_ID, Organisation, OrganisationCommand};
use docket_domain::ticket::{FeedbackGiven, Priority, Ticket, TicketCommand, TicketNumber, TicketStatus};
use docket_domain::{Actor, AgentId, ChatId, DepartmentId, MessageId, TicketId};
use docket_store::new_id;
use uuid::Uuid;

use super::desk::Desk;

/// People and things a history is about.
pub(crate) struct Cast {
    customers: Vec<Uuid>,
    agents: Vec<Uuid>,
    department: Uuid,
    tickets: Vec<Uuid>,
    chats: Vec<Uuid>,
}

impl Cast {
    pub(crate) async fn gather(desk: &Desk) -> Self {
        let organisation = OrganisationCommand::Create { name: "Acme".into(), time_zone: "Europe/Rome".into() };
        desk.act::<Organisation>(ORGANISATION_ID, Actor::SYSTEM, organisation).await;
        let department = new_id();
        let create = DepartmentCommand::Create { name: "Lamps".into(), description: None };
        desk.act::<Department>(department, Actor::SYSTEM, create).await;
        let mut customers = Vec::new();
        for name in ["Anna", "Ben", "Carla"] {
            customers.push(desk.register_customer(name).await);
        }
        let mut agents = Vec::new();
        for name in ["bob", "eve"] {
            agents.push(desk.register_agent(name).await);
        }
        Self { customers, agents, department, tickets: Vec::new(), chats: Vec::new() }
    }

    /// One step, chosen by a number.
    pub(crate) async fn step(&mut self, desk: &Desk, choice: u32) {
        let pick = |list: &[Uuid], salt: u32| list.get((choice / salt) as usize % list.len().max(1)).copied();
        let (Some(customer), Some(agent)) = (pick(&self.customers, 7), pick(&self.agents, 11)) else { return };
        desk.pass(i64::from(choice % 5000));
        if choice.is_multiple_of(6) || self.tickets.is_empty() {
            let number = self.tickets.len() as u64 + 1;
            let priority = Priority::ALL[(choice / 13) as usize % 4];
            let text = format!("It does not work, said {choice}");
            // An erased customer says nothing any more.
            if !self.is_erased(desk, customer).await {
                let id = desk.open_urgent(number, customer, &format!("Subject {choice}"), &text, priority).await;
                self.tickets.push(id);
            }
            return;
        }
        let Some(ticket) = pick(&self.tickets, 17) else { return };
        let actor = if choice.is_multiple_of(3) { Actor::agent(agent) } else { Actor::SYSTEM };
        if choice.is_multiple_of(5) {
            self.chat_step(desk, choice, customer, agent).await;
        } else if choice.is_multiple_of(31) {
            self.desk_step(desk, choice, agent, customer).await;
        } else {
            let command = self.ticket_command(choice, agent, ticket);
            let owner = desk.stream::<Ticket>(ticket).await.first().and_then(|event| event.meta.data_subject);
            let by_owner = matches!(
                command,
                TicketCommand::GiveFeedback(_) | TicketCommand::MarkRead { .. } | TicketCommand::PostMessage { .. }
            );
            let actor = match owner {
                Some(owner) if by_owner && choice.is_multiple_of(2) => Actor::customer(owner.0),
                _ if matches!(command, TicketCommand::MarkRead { .. } | TicketCommand::AddNote { .. }) => {
                    Actor::agent(agent)
                }
                _ if by_owner => Actor::agent(agent),
                _ => actor,
            };
            let silent = owner.is_some_and(|owner| self.customers.contains(&owner.0))
                && self.is_erased(desk, owner.map_or(customer, |owner| owner.0)).await;
            if !silent {
                let _refused = desk.try_act::<Ticket>(ticket, actor, command).await;
            }
        }
    }

    async fn is_erased(&self, desk: &Desk, customer: Uuid) -> bool {
        desk.stream::<Customer>(customer).await.iter().any(|event| event.body.event_type() == "PersonalDataErased")
    }

    fn ticket_command(&self, choice: u32, agent: Uuid, ticket: Uuid) -> TicketCommand {
        use TicketCommand as C;
        let other = self.tickets[(choice / 29) as usize % self.tickets.len()];
        match (choice / 37) % 18 {
            0..=2 => C::PostMessage { message_id: MessageId(new_id()), body: format!("word{choice} and more") },
            3 => C::AddNote { message_id: MessageId(new_id()), body: format!("note{choice}") },
            4..=6 => C::ChangeStatus { to: TicketStatus::ALL[(choice / 41) as usize % 6], reason: Some("so".into()) },
            7 => C::Assign { to: AgentId(agent) },
            8 => C::Unassign,
            9 => C::ChangePriority { to: Priority::ALL[(choice / 43) as usize % 4] },
            10 => C::ChangeSubject { to: format!("Other subject {choice}") },
            11 => C::ChangeTags { add: vec![format!("t{}", choice % 4)], remove: vec![format!("t{}", choice % 3)] },
            12 => C::MarkRead { up_to_version: None },
            13 => C::GiveFeedback(FeedbackGiven {
                rating: u8::try_from(choice % 5).unwrap() + 1,
                resolved: Some(true),
                would_recommend: None,
                agent_rating: None,
                speed_rating: Some(3),
                communication_rating: None,
                comment: Some("thanks".into()),
                agent_id: None,
                replaces: None,
            }),
            14 => C::ChangeDepartment { to: Some(DepartmentId(self.department)) },
            15 => C::ChangeCategory { to: format!("category {}", choice % 3) },
            16 if other != ticket => C::MergeInto {
                target: TicketId(other),
                target_number: TicketNumber(u64::from(choice)),
                target_customer: docket_domain::CustomerId(other),
                across_customers: true,
            },
            16 => C::LinkOrder { to: None },
            _ if choice.is_multiple_of(7) => C::Archive,
            _ if choice.is_multiple_of(11) => C::Delete,
            _ => C::Link { ticket_id: TicketId(other) },
        }
    }

    async fn chat_step(&mut self, desk: &Desk, choice: u32, customer: Uuid, agent: Uuid) {
        if (choice.is_multiple_of(3) || self.chats.is_empty()) && !self.is_erased(desk, customer).await {
            self.chats.push(desk.start_chat(customer, &format!("question{choice}")).await);
            return;
        }
        let Some(&chat) = self.chats.get((choice / 19) as usize % self.chats.len().max(1)) else { return };
        let owner = desk.stream::<Chat>(chat).await.first().and_then(|event| event.meta.data_subject);
        let Some(owner) = owner.map(|owner| owner.0) else { return };
        if self.is_erased(desk, owner).await {
            return;
        }
        let (by, command) = match (choice / 23) % 7 {
            0 => (Actor::customer(owner), say(choice)),
            1 => (Actor::agent(agent), ChatCommand::Accept { agent_id: AgentId(agent) }),
            2 => (Actor::agent(agent), say(choice)),
            3 => (Actor::agent(agent), ChatCommand::MarkRead { up_to_version: None }),
            4 => (
                Actor::agent(agent),
                ChatCommand::Transfer {
                    to_agent: None,
                    to_department: Some(DepartmentId(self.department)),
                    note: Some("vip".into()),
                },
            ),
            5 => (Actor::agent(agent), ChatCommand::End { by: EndedBy::Agent }),
            _ => (Actor::customer(owner), ChatCommand::GiveFeedback { rating: 5, comment: Some("fine".into()) }),
        };
        let _refused = desk.try_act::<Chat>(chat, by, command).await;
        if choice.is_multiple_of(2) {
            let take = AgentCommand::TakeChat { chat_id: ChatId(chat), by_hand: true };
            let _refused = desk.try_act::<Agent>(agent, Actor::SYSTEM, take).await;
        }
    }

    async fn desk_step(&mut self, desk: &Desk, choice: u32, agent: Uuid, customer: Uuid) {
        match choice % 4 {
            0 => {
                let to = Availability::ALL[(choice / 47) as usize % 4];
                let change = AgentCommand::ChangeAvailability { to };
                let _same = desk.try_act::<Agent>(agent, Actor::agent(agent), change).await;
            }
            1 => {
                let rename = AgentCommand::Rename { name: format!("bob {choice}"), email: None };
                let _same = desk.try_act::<Agent>(agent, Actor::agent(agent), rename).await;
            }
            2 if !self.is_erased(desk, customer).await => {
                let details = CustomerCommand::ChangeDetails {
                    name: Some(format!("Name {choice}")),
                    email: None,
                    phone: Some("555".into()),
                };
                let _same = desk.try_act::<Customer>(customer, Actor::SYSTEM, details).await;
            }
            _ => {
                if !self.is_erased(desk, customer).await {
                    desk.erase(customer).await;
                }
            }
        }
    }
}

fn say(choice: u32) -> ChatCommand {
    ChatCommand::PostMessage { message_id: MessageId(new_id()), body: format!("chatword{choice}") }
}

/// A long history from a seed.
pub(crate) fn choices(seed: u64, count: usize) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state >> 33).unwrap_or(0)
    };
    std::iter::repeat_with(next).take(count).collect()
}
