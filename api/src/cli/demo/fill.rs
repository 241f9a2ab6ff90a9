//! Filling the desk: its settings by the same commands as everybody's, its past through the import.

use docket_commands::import::{ImportedBy, Importer};
use docket_commands::{Commands, Invocation, StartChat};
use docket_domain::account::{Account, AccountCommand};
use docket_domain::agent::{AgentCommand, Availability};
use docket_domain::chat::ChatCommand;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::import::ImportedThrough;
use docket_domain::organisation::{FieldDefinition, FieldType, FormField, OrganisationCommand, WidgetSettings};
use docket_domain::service_level::ServiceLevelCommand;
use docket_domain::service_level::{SlaConditions, SlaPolicy};
use docket_domain::ticket::{Priority, SlaTarget, TicketStatus};
use docket_domain::view::{ViewDraft, ViewFilter, ViewSort};
use docket_domain::{Actor, AgentId, ChatId, DepartmentId, HeldRole, MessageId, PersonId, Role, TenantId};
use docket_domain::{CalendarId, SlaPolicyId};
use docket_store::new_id;
use docket_store::vault::{AccountError, IdentityKind, NewAccount, StrongPassword, WeakPassword};

use super::choices::{ZONE, hours};
use super::history::{Cast, History, Shopper, filled, id_of, opening, shoppers, words_of};
use super::people::{AGENTS, AgentCard, CATEGORIES, DEPARTMENTS, SHOP};
use super::stories::{ChatStory, NOW, Turn};
use crate::cli::Outcome;
use crate::runtime::{Desk, first_admin};

/// What everybody of the demonstration signs in with. It guards nothing: all of the desk is invented.
pub(super) const PASSWORD: &str = "lamps-and-oak-tables";

/// What was made.
pub(super) struct Filled {
    pub(super) tickets: u64,
    pub(super) chats: u64,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Whoever looks at the demonstration.
pub(super) fn sign_in() -> &'static str {
    AGENTS[0].email
}

/// Fills the desk, unless it is the demonstration's already.
pub(super) async fn fill(desk: &Desk, tickets: usize, chats: usize) -> Result<Option<Filled>, Failure> {
    let account = desk.accounts().find_login(&desk.tenant, AGENTS[0].email).await?;
    if account.is_some_and(|account| account.has_password) {
        return Ok(None);
    }
    let filling = Filling { desk, commands: &desk.commands, tenant: desk.tenant.clone() };
    let departments = filling.organise().await?;
    filling.promise().await?;
    let mut agents = Vec::new();
    for (place, card) in AGENTS.iter().enumerate() {
        agents.push(filling.hire(place, card, &departments).await?);
    }
    for shopper in shoppers() {
        let person = PersonId(shopper.id.0);
        desk.accounts().claim_identity(&desk.tenant, IdentityKind::Email, &shopper.email, person).await?;
    }
    let levels = desk.commands.service_levels(&desk.tenant).await?;
    let mut history = History::new(
        Cast { agents: agents.clone(), departments: departments.clone(), levels: &levels.state },
        desk.journal.clock().now(),
    );
    let mut lines = history.tickets(tickets)?;
    lines.extend(history.chats(chats));
    let limits = desk.settings.domain_limits();
    let by = ImportedBy { actor: Actor::SYSTEM, through: ImportedThrough::CommandLine };
    let mut importer = Importer::new(desk.journal.clone(), desk.accounts(), desk.tenant.clone(), limits, by).await?;
    for line in lines {
        importer.push(format!("{line}\n").as_bytes()).await?;
    }
    let report = importer.finish().await?;
    if let Some(refused) = report.refused.first() {
        return Err(format!("line {} of the demonstration was refused: {}", refused.line, refused.reason).into());
    }
    filling.arrange(&agents).await?;
    for (number, story) in NOW.iter().enumerate() {
        filling.come(number, story, &agents, &departments).await?;
    }
    // Last: only with the password is it the demonstration's, so that what was interrupted is noticed.
    let admin = PersonId(agents[0].0);
    desk.accounts().set_login(&desk.tenant, admin, Some(AGENTS[0].email), None).await?;
    desk.accounts().set_password(&desk.tenant, admin, &password()?, None).await?;
    Ok(Some(Filled { tickets: report.tickets, chats: report.chats + NOW.len() as u64 }))
}

fn password() -> Result<StrongPassword, WeakPassword> {
    StrongPassword::check(PASSWORD, 12, &[])
}

struct Filling<'a> {
    desk: &'a Desk,
    commands: &'a Commands,
    tenant: TenantId,
}

impl Filling<'_> {
    fn by(&self, actor: Actor) -> Invocation {
        Invocation::by(self.tenant.clone(), actor)
    }

    /// What the organisation is called and offers, and its widget, on.
    async fn organise(&self) -> Result<Vec<DepartmentId>, Failure> {
        let system = self.by(Actor::SYSTEM);
        let mut departments = Vec::new();
        for (name, purpose) in DEPARTMENTS {
            let done = self.commands.create_department(&system, name.to_owned(), Some(purpose.to_owned())).await?;
            departments.push(DepartmentId(done.stream.id));
        }
        let change = async |command| self.commands.change_organisation(&system, command).await;
        change(OrganisationCommand::Change { name: SHOP.to_owned(), time_zone: ZONE.to_owned() }).await?;
        change(OrganisationCommand::ChangeCategories { to: CATEGORIES.map(str::to_owned).to_vec() }).await?;
        let field = |name: &str, label: &str, field_type, options: &[&str]| FieldDefinition {
            name: name.to_owned(),
            label: label.to_owned(),
            field_type,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            personal: None,
        };
        let warehouse = field("warehouse", "Warehouse", FieldType::Choice, &["Hamburg", "Rotterdam", "Valencia"]);
        change(OrganisationCommand::DefineCustomField { definition: warehouse }).await?;
        let warranty = field("warranty", "Under warranty", FieldType::Boolean, &[]);
        change(OrganisationCommand::DefineCustomField { definition: warranty }).await?;
        let widget = WidgetSettings {
            enabled: true,
            title: Some(SHOP.to_owned()),
            greeting: Some("Hello! Ask us anything about lamps, furniture or your order.".to_owned()),
            accent_color: Some("#0b5a5e".to_owned()),
            name_field: FormField::Optional,
            email_field: FormField::Optional,
            department_ids: departments.clone(),
            ..WidgetSettings::default()
        };
        self.commands.change_widget(&system, &widget).await?;
        Ok(departments)
    }

    /// Business hours, and what is promised within them.
    async fn promise(&self) -> Outcome {
        const HOUR: u64 = 3600;
        let system = self.by(Actor::SYSTEM);
        let calendar_id = CalendarId(new_id());
        let name = "Hamburg office".to_owned();
        let define = ServiceLevelCommand::DefineCalendar { calendar_id, name, hours: hours() };
        self.commands.change_service_levels(&system, define).await?;
        let target = |first: u64, next: u64, resolution: u64| SlaTarget {
            first_response: Some(first * HOUR),
            next_response: Some(next * HOUR),
            resolution: Some(resolution * HOUR),
        };
        let policies = [
            ("Technical", vec!["technical".to_owned()], [(1, 2, 8), (2, 4, 16), (4, 8, 30), (8, 16, 60)]),
            ("Standard", Vec::new(), [(1, 3, 10), (2, 5, 20), (4, 8, 40), (8, 16, 80)]),
        ];
        for (name, categories, targets) in policies {
            let priorities = [Priority::Urgent, Priority::High, Priority::Medium, Priority::Low];
            let policy = SlaPolicy {
                name: name.to_owned(),
                calendar_id,
                conditions: SlaConditions { categories, ..SlaConditions::default() },
                targets: priorities
                    .into_iter()
                    .zip(targets.map(|(first, next, whole)| target(first, next, whole)))
                    .collect(),
                pause_in: vec![TicketStatus::WaitingCustomer, TicketStatus::OnHold],
            };
            let policy_id = SlaPolicyId(new_id());
            self.commands
                .change_service_levels(&system, ServiceLevelCommand::DefinePolicy { policy_id, policy })
                .await?;
        }
        Ok(())
    }

    /// The first of all is the administrator the organisation began with, so that there is one way in.
    async fn hire(&self, place: usize, card: &AgentCard, departments: &[DepartmentId]) -> Result<AgentId, Failure> {
        let system = self.by(Actor::SYSTEM);
        let department_ids: Vec<DepartmentId> = card.departments.iter().map(|place| departments[*place]).collect();
        let skills: Vec<String> = card.skills.iter().map(|skill| (*skill).to_owned()).collect();
        let (name, email) = (card.name.to_owned(), Some(card.email.to_owned()));
        let change = async |id, command| self.commands.change_agent(&system, id, &command).await;
        let id = if place == 0 {
            let id = AgentId(first_admin(&self.tenant).0);
            change(id, AgentCommand::Rename { name, email }).await?;
            change(id, AgentCommand::ChangeDepartments { department_ids }).await?;
            change(id, AgentCommand::ChangeSkills { skills }).await?;
            id
        } else {
            let id = AgentId(id_of("agent", card.email));
            let role = HeldRole::from(Role::Agent);
            let register =
                AgentCommand::Register { name, email, role, department_ids, skills, max_concurrent_chats: 4 };
            self.commands.register_agent(&system, id, &register).await?;
            let login = Some(card.email.to_owned());
            let account = NewAccount { person: PersonId(id.0), role, login, password: Some(password()?) };
            match self.desk.accounts().open_account(&self.tenant, account).await {
                Ok(()) | Err(AccountError::Exists) => {}
                Err(error) => return Err(error.into()),
            }
            let open = AccountCommand::Open { person_id: PersonId(id.0), role };
            self.commands.execute::<Account>(&system, id.0, open).await?;
            id
        };
        let to = if card.there { Availability::Available } else { Availability::Away };
        self.commands.change_agent(&self.by(Actor::agent(id)), id, &AgentCommand::ChangeAvailability { to }).await?;
        Ok(id)
    }

    /// Views the desk shares.
    async fn arrange(&self, agents: &[AgentId]) -> Outcome {
        let view = |name: &str, filter: ViewFilter| ViewDraft {
            name: name.to_owned(),
            filter,
            sort: ViewSort::Urgency,
            shared: true,
        };
        let open =
            vec![TicketStatus::Open, TicketStatus::InProgress, TicketStatus::WaitingCustomer, TicketStatus::OnHold];
        let refunds = ViewFilter { status: open.clone(), tag: Some("refund".to_owned()), ..ViewFilter::default() };
        let technical = ViewFilter { status: open, category: Some("technical".to_owned()), ..ViewFilter::default() };
        let by = self.by(Actor::agent(agents[0]));
        for view in [view("Refunds", refunds), view("Technical", technical)] {
            self.commands.save_view(&by, &view, true).await?;
        }
        Ok(())
    }

    /// Somebody who has just come: is answered, or waits.
    async fn come(
        &self,
        number: usize,
        story: &'static ChatStory,
        agents: &[AgentId],
        departments: &[DepartmentId],
    ) -> Outcome {
        let shopper = Shopper::new(story.language, 90 + number);
        let them = self.by(Actor::customer(shopper.id));
        if !self.commands.load::<Customer>(&self.tenant, shopper.id.0).await?.exists() {
            let register = CustomerCommand::Register {
                kind: CustomerKind::Customer,
                name: Some(shopper.name.to_owned()),
                email: Some(shopper.email.clone()),
                phone: None,
                external_id: None,
            };
            self.commands.execute::<Customer>(&self.by(Actor::SYSTEM), shopper.id.0, register).await?;
        }
        let request = StartChat {
            message: Some(opening(story.turns).to_owned()),
            page: Some(format!("https://shop.lumen-and-oak.example{}", story.page)),
            department_id: departments.get(story.department).copied(),
            ..StartChat::of(shopper.id)
        };
        let id = ChatId(self.commands.start_chat(&them, &request).await?.stream.id);
        let agent = agents[0];
        let us = self.by(Actor::agent(agent));
        // Whom routing was faster than leaves it where it is.
        if story.turns.len() == 1 || self.commands.accept_chat(&us, id, agent).await.is_err() {
            return Ok(());
        }
        let first = shopper.name.split(' ').next().unwrap_or_default();
        for turn in &story.turns[1..] {
            let by = if matches!(turn, Turn::Customer(_)) { &them } else { &us };
            let body = filled(words_of(turn), "", "", first, "");
            self.commands
                .change_chat(by, id, &ChatCommand::PostMessage { message_id: MessageId(new_id()), body })
                .await?;
        }
        Ok(())
    }
}
