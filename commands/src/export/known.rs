//! Who and what has been written out already, for lines that speak of them.

use std::collections::HashMap;

use docket_domain::agent::AgentEvent;
use docket_domain::customer::CustomerEvent;
use docket_domain::department::DepartmentEvent;
use docket_domain::{Actor, ActorKind, AgentId, CustomerId, DepartmentId, DomainEvent, Event, PersonalText};
use uuid::Uuid;

use crate::import::format::{ActorRef, AgentRef, CustomerRef, DepartmentRef, KnownDepartment};

/// Names by id.
#[derive(Default)]
pub(super) struct Known {
    agents: HashMap<Uuid, Option<String>>,
    customers: HashMap<Uuid, CustomerRef>,
    departments: HashMap<Uuid, String>,
}

impl Known {
    /// Takes in what a stream says about somebody.
    pub(super) fn learn(&mut self, events: &[Event]) {
        for event in events {
            let id = event.meta.stream.id;
            match &event.body {
                DomainEvent::Agent(AgentEvent::AgentRegistered(agent)) => {
                    self.agents.insert(id, agent.name.to_known());
                }
                DomainEvent::Agent(AgentEvent::AgentRenamed(agent)) => {
                    self.agents.insert(id, agent.name.to_known());
                }
                DomainEvent::Customer(CustomerEvent::CustomerRegistered(customer)) => {
                    let customer = CustomerRef {
                        id: Some(id),
                        external_id: known(&customer.external_id),
                        name: known(&customer.name),
                        email: known(&customer.email),
                    };
                    self.customers.insert(id, customer);
                }
                DomainEvent::Customer(CustomerEvent::CustomerDetailsChanged(details)) => {
                    let customer = self.customers.entry(id).or_default();
                    (customer.name, customer.email) = (known(&details.name), known(&details.email));
                }
                DomainEvent::Department(DepartmentEvent::DepartmentCreated(department)) => {
                    self.departments.insert(id, department.name.clone());
                }
                DomainEvent::Department(DepartmentEvent::DepartmentChanged(department)) => {
                    self.departments.insert(id, department.name.clone());
                }
                _ => {}
            }
        }
    }

    pub(super) fn customer(&self, id: CustomerId) -> CustomerRef {
        let unknown = CustomerRef { id: Some(id.0), ..CustomerRef::default() };
        self.customers.get(&id.0).cloned().unwrap_or(unknown)
    }

    pub(super) fn agent(&self, id: AgentId) -> AgentRef {
        AgentRef { id: Some(id.0), external_id: None, name: self.agents.get(&id.0).cloned().flatten() }
    }

    pub(super) fn department(&self, id: DepartmentId) -> DepartmentRef {
        let name = self.departments.get(&id.0).cloned();
        DepartmentRef::Known(KnownDepartment { id: Some(id.0), external_id: None, name })
    }

    /// Who did something; the line's own customer needs no id.
    pub(super) fn actor(&self, actor: Actor, own: CustomerId) -> Option<ActorRef> {
        let name = match actor.kind {
            ActorKind::System => return None,
            ActorKind::Customer if actor.id == Some(own.0) => {
                return Some(ActorRef { kind: actor.kind, id: None, external_id: None, name: None });
            }
            ActorKind::Customer => None,
            ActorKind::Agent => actor.id.and_then(|id| self.agents.get(&id).cloned().flatten()),
        };
        Some(ActorRef { kind: actor.kind, id: actor.id, external_id: None, name })
    }
}

fn known(text: &Option<PersonalText>) -> Option<String> {
    text.as_ref().and_then(PersonalText::to_known)
}
