//! Who and what a line speaks of: customers, agents and departments, entered when they are first met.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::customer::{Customer, CustomerCommand, CustomerEvent, CustomerKind, Identity};
use docket_domain::department::{Department, DepartmentCommand, DepartmentEvent};
use docket_domain::{
    Actor, ActorKind, Aggregate, Category, DecideContext, DomainEvent, PersonId, PersonalText, Position, Role,
    StreamId, normal_email, normal_external_id,
};
use docket_store::{Draft, Filter};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use uuid::Uuid;

use super::bring::{Began, Context, Failure};
use super::format::{ActorRef, AgentRef, CustomerRef, DepartmentRef, KnownDepartment};
use super::ids::id_of;
use super::parse::{Reason, refusal};
use super::turn::Turn;
use crate::identities::Holder;

/// How many chats at once an imported agent takes until somebody sets it.
const CAPACITY: u32 = 3;
/// Characters of a foreign id, at most.
const EXTERNAL_ID_CHARS: usize = 200;

/// Somebody or something that is entered, or will be as soon as anybody waits for it.
#[derive(Clone)]
pub(super) struct Entered {
    /// The id it will have, unless the desk knows the person under another.
    pub(super) expected: Uuid,
    /// The id it has, once it is on disk.
    pub(super) done: Shared<BoxFuture<'static, Result<Uuid, Failure>>>,
}

impl Entered {
    pub(super) fn new(expected: Uuid, work: impl Future<Output = Result<Uuid, Failure>> + Send + 'static) -> Self {
        Self { expected, done: work.boxed().shared() }
    }

    fn already(id: Uuid) -> Self {
        Self::new(id, std::future::ready(Ok(id)))
    }
}

/// Who did something.
#[derive(Clone)]
pub(super) enum Who {
    System,
    /// The customer whose line it is.
    Customer,
    Other(ActorKind, Entered),
}

/// Everybody and everything met so far.
pub(super) struct People {
    context: Arc<Context>,
    known: HashMap<(Category, Key), Entered>,
    /// The last customer that was met with an address.
    with_address: HashMap<String, Entered>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Id(Uuid),
    External(String),
    Email(String),
    Name(String),
}

impl People {
    /// Knows the departments there are by name; everybody else is found by id.
    pub(super) async fn new(context: Arc<Context>) -> Result<Self, docket_store::JournalError> {
        let mut people = Self { context: context.clone(), known: HashMap::new(), with_address: HashMap::new() };
        let filter = Filter {
            tenant: Some(context.tenant.clone()),
            categories: vec![Category::Department],
            ..Filter::default()
        };
        let head = context.journal.store().head().await?;
        let mut names: HashMap<Uuid, String> = HashMap::new();
        let mut after = Position::START;
        while after < head {
            let page = context.journal.read_all(after, &filter, 10_000).await?;
            for event in page.events {
                match event.body {
                    DomainEvent::Department(DepartmentEvent::DepartmentCreated(created)) => {
                        names.insert(event.meta.stream.id, created.name);
                    }
                    DomainEvent::Department(DepartmentEvent::DepartmentChanged(changed)) => {
                        names.insert(event.meta.stream.id, changed.name);
                    }
                    _ => {}
                }
            }
            if page.scanned_to <= after {
                break;
            }
            after = page.scanned_to;
        }
        for (id, name) in names {
            people.known.insert((Category::Department, Key::Name(name)), Entered::already(id));
        }
        Ok(people)
    }

    /// A customer, first met at `at`.
    pub(super) fn customer(&mut self, customer: &CustomerRef, at: DateTime<Utc>) -> Result<Entered, Reason> {
        let external_id = checked(customer.external_id.as_deref())?;
        let key = match (customer.id, external_id, customer.email.as_deref()) {
            (Some(id), _, _) => Key::Id(id),
            (None, Some(external_id), _) => Key::External(external_id.to_owned()),
            (None, None, Some(email)) => Key::Email(normal_email(email)),
            (None, None, None) => return Err("an id, external_id or email is needed".into()),
        };
        let candidate = match &key {
            Key::Id(id) => *id,
            Key::External(external_id) => self.id_of(Category::Customer, external_id),
            Key::Email(text) | Key::Name(text) => self.id_of(Category::Customer, &format!("email:{text}")),
        };
        // Checked also for somebody known: a line is right or wrong by itself.
        let register = CustomerCommand::Register {
            kind: CustomerKind::Customer,
            name: customer.name.clone(),
            email: customer.email.clone(),
            phone: None,
            // History is as it is: an id that would be refused live is known in the form in which it is compared.
            external_id: customer.external_id.as_deref().map(normal_external_id),
        };
        let draft = self.draft::<Customer>(&register, at)?;
        if let Some(known) = self.known.get(&(Category::Customer, key.clone())) {
            return Ok(known.clone());
        }
        let entered = if customer.id.is_some() && customer.name.is_none() && customer.email.is_none() {
            Entered::already(candidate)
        } else {
            let context = self.context.clone();
            // Of two with one address, whom an earlier line speaks of has it.
            let email = customer.email.as_deref().map(normal_email);
            let earlier = email.as_ref().and_then(|email| self.with_address.get(email)).cloned();
            let entered = Entered::new(candidate, async move {
                if let Some(earlier) = earlier {
                    // How it went for them is told to their own line.
                    _ = earlier.done.await;
                }
                context.enter_customer(candidate, draft).await
            });
            self.with_address.extend(email.map(|email| (email, entered.clone())));
            entered
        };
        self.known.insert((Category::Customer, key), entered.clone());
        Ok(entered)
    }

    /// An agent, first met at `at`.
    pub(super) fn agent(&mut self, agent: &AgentRef, at: DateTime<Utc>) -> Result<Entered, Reason> {
        let external_id = checked(agent.external_id.as_deref())?;
        let key = match (agent.id, external_id) {
            (Some(id), _) => Key::Id(id),
            (None, Some(external_id)) => Key::External(external_id.to_owned()),
            (None, None) => return Err("an id or external_id is needed".into()),
        };
        let id = agent.id.unwrap_or_else(|| self.id_of(Category::Agent, external_id.unwrap_or_default()));
        let name = agent.name.as_deref().or(external_id.filter(|_| agent.id.is_none()));
        self.by_id::<Agent>(
            key,
            id,
            at,
            name.map(|name| AgentCommand::Register {
                name: name.to_owned(),
                email: None,
                role: Role::Agent.into(),
                department_ids: Vec::new(),
                skills: Vec::new(),
                max_concurrent_chats: CAPACITY,
            }),
        )
    }

    /// A department, first met at `at`.
    pub(super) fn department(&mut self, department: &DepartmentRef, at: DateTime<Utc>) -> Result<Entered, Reason> {
        let known = match department {
            DepartmentRef::Name(name) => &KnownDepartment { id: None, external_id: None, name: Some(name.clone()) },
            DepartmentRef::Known(known) => known,
        };
        let external_id = checked(known.external_id.as_deref())?;
        let name = known.name.as_deref().map(str::trim).or(external_id.filter(|_| known.id.is_none()));
        let (key, id) = match (known.id, external_id, name) {
            (Some(id), _, _) => (Key::Id(id), id),
            (None, Some(external_id), _) => {
                (Key::External(external_id.to_owned()), self.id_of(Category::Department, external_id))
            }
            (None, None, Some(name)) => {
                (Key::Name(name.to_owned()), self.id_of(Category::Department, &format!("name:{name}")))
            }
            (None, None, None) => return Err("a name, id or external_id is needed".into()),
        };
        let create = name.map(|name| DepartmentCommand::Create { name: name.to_owned(), description: None });
        self.by_id::<Department>(key, id, at, create)
    }

    /// Who did something; None is the system.
    pub(super) fn actor(&mut self, actor: Option<&ActorRef>, at: DateTime<Utc>) -> Result<Who, Reason> {
        let Some(ActorRef { kind, id, external_id, name }) = actor.cloned() else { return Ok(Who::System) };
        match kind {
            ActorKind::System if id.is_none() && external_id.is_none() => Ok(Who::System),
            ActorKind::System => Err("the system has no id".into()),
            ActorKind::Customer if id.is_none() && external_id.is_none() => Ok(Who::Customer),
            ActorKind::Customer => {
                self.customer(&CustomerRef { id, external_id, name, email: None }, at).map(|who| Who::Other(kind, who))
            }
            ActorKind::Agent => self.agent(&AgentRef { id, external_id, name }, at).map(|who| Who::Other(kind, who)),
        }
    }

    /// Somebody or something a line of its own brings: who speaks of it later waits for `entering`.
    pub(super) fn announce(&mut self, category: Category, id: Uuid, entering: Entered) {
        self.known.insert((category, Key::Id(id)), entering);
    }

    /// Enters `id` by `command`; without one it is taken to be there.
    fn by_id<A: Aggregate>(
        &mut self,
        key: Key,
        id: Uuid,
        at: DateTime<Utc>,
        command: Option<A::Command>,
    ) -> Result<Entered, Reason>
    where
        DomainEvent: From<A::Event>,
    {
        let draft = command.map(|command| self.draft::<A>(&command, at)).transpose()?;
        let key = (A::CATEGORY, key);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let entered = match draft {
            None => Entered::already(id),
            Some(draft) => {
                let data_subject = A::default().data_subject(id);
                let context = self.context.clone();
                Entered::new(id, async move {
                    context.enter(A::CATEGORY, id, vec![Draft { data_subject, ..draft }]).await?;
                    Ok(id)
                })
            }
        };
        self.known.insert(key, entered.clone());
        Ok(entered)
    }

    /// The first event of somebody or something, if it follows the rules.
    fn draft<A: Aggregate>(&self, command: &A::Command, at: DateTime<Utc>) -> Result<Draft, Reason>
    where
        DomainEvent: From<A::Event>,
    {
        let context = DecideContext { now: at, actor: Actor::SYSTEM, limits: &self.context.limits };
        let event = A::default()
            .decide(command, &context)
            .map_err(|refused| refusal(&refused))?
            .pop()
            .ok_or("there is nothing to register")?;
        Ok(Draft { body: event.into(), occurred_at: at, actor: Actor::SYSTEM, data_subject: None, irregular: false })
    }

    fn id_of(&self, category: Category, external_id: &str) -> Uuid {
        id_of(&self.context.tenant, category, external_id)
    }
}

impl Context {
    /// Enters a customer by their registration, unless somebody is known by its first identity: then they are meant.
    async fn enter_customer(self: Arc<Self>, candidate: Uuid, mut draft: Draft) -> Result<Uuid, Failure> {
        let DomainEvent::Customer(CustomerEvent::CustomerRegistered(registered)) = &mut draft.body else {
            return Ok(candidate);
        };
        let text = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
        let external_id = text(&registered.external_id).map(|id| Identity::external_id(&id));
        let email = text(&registered.email).map(|email| Identity::email(&email));
        let mut id = candidate;
        if let Some(first) = external_id.as_ref().or(email.as_ref()) {
            match self.identities.holder(&self.tenant, first).await? {
                Holder::Known(known) => return Ok(known.0),
                Holder::Claiming(other) => id = other.0,
                Holder::Nobody => {}
            }
            // Whoever is known by the address alone is the one meant; with another id elsewhere they are somebody else.
            if let (Some(_), Some(email)) = (&external_id, &email)
                && let Holder::Known(known) = self.identities.holder(&self.tenant, email).await?
                && !self.identities.has_external_id(&self.tenant, known).await?
            {
                return Ok(known.0);
            }
            if let Err(other) = self.identities.claim(&self.tenant, first, PersonId(id)).await? {
                id = other.0;
            }
        }
        if let (Some(_), Some(email)) = (&external_id, &email)
            && self.identities.claim(&self.tenant, email, PersonId(id)).await?.is_err()
        {
            // An address somebody else has stays theirs.
            registered.email_verified = Some(false);
        }
        let draft = Draft { data_subject: Some(PersonId(id)), ..draft };
        if !self.enter(Category::Customer, id, vec![draft]).await? {
            self.identities.follow_log(&self.tenant, PersonId(id)).await?;
        }
        Ok(id)
    }

    /// Appends the first events of a stream; one that is there already stays as it is.
    async fn enter(&self, category: Category, id: Uuid, drafts: Vec<Draft>) -> Result<bool, Failure> {
        let count = drafts.len() as u64;
        let stream = StreamId::new(self.tenant.clone(), category, id);
        let entered = self.append(stream, drafts, None, Turn::free()).await? == Began::Now;
        if entered {
            self.counts.entered(count);
        }
        Ok(entered)
    }
}

pub(super) fn checked(external_id: Option<&str>) -> Result<Option<&str>, Reason> {
    match external_id {
        Some(text) if text.trim().is_empty() => Err("external_id: must not be empty".into()),
        Some(text) if text.chars().count() > EXTERNAL_ID_CHARS => {
            Err(format!("external_id: may have at most {EXTERNAL_ID_CHARS} characters"))
        }
        Some(text) if text.chars().any(char::is_control) => {
            Err("external_id: must be one line without control characters".into())
        }
        other => Ok(other),
    }
}
