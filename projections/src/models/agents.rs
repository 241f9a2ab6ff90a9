//! Agents: who they are, what they do and how much at once.

use chrono::{DateTime, Utc};
use docket_domain::agent::{AgentEvent, AgentRegistered, Availability};
use docket_domain::chat::ChatEvent;
use docket_domain::{Actor, ActorKind, DomainEvent, Event, PersonalText, Role, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// An agent.
    AgentRow / AgentKey in "agents" {
        key { tenant: TenantId, id: Uuid }
        plain {
            role: Role,
            custom_role_id: Option<Uuid>,
            availability: Availability,
            active: bool,
            department_ids: Json<Vec<Uuid>>,
            skills: Json<Vec<String>>,
            max_concurrent_chats: i64,
            active_chats: i64,
            chats_handled: i64,
            last_activity_at: Option<DateTime<Utc>>,
            registered_at: DateTime<Utc>,
            version: u64,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            name: Option<String>,
            email: Option<String>,
        }
    }
}

/// The model.
pub(crate) struct Agents;

fn acting(actor: &Actor) -> Option<Uuid> {
    if actor.kind == ActorKind::Agent { actor.id } else { None }
}

impl Model for Agents {
    type Row = AgentRow;
    const VERSION: i64 = 3;
    ddl!("agents");

    fn keys(event: &Event, keys: &mut Vec<AgentKey>) {
        let mut touched = |id: Uuid| {
            let key = AgentKey { tenant: event.meta.stream.tenant.clone(), id };
            if !keys.contains(&key) {
                keys.push(key);
            }
        };
        if let Some(id) = acting(&event.meta.actor) {
            touched(id);
        }
        match &event.body {
            DomainEvent::Agent(_) => touched(event.meta.stream.id),
            DomainEvent::Chat(ChatEvent::ChatAccepted(accepted)) => touched(accepted.agent_id.into()),
            _ => {}
        }
    }

    fn fold(key: &AgentKey, row: Option<AgentRow>, event: &Event) -> Option<AgentRow> {
        let mut row = match (row, &event.body) {
            (None, DomainEvent::Agent(AgentEvent::AgentRegistered(agent))) if event.meta.stream.id == key.id => {
                register(key, agent, event)
            }
            (None, _) => return None,
            (Some(row), _) => row,
        };
        match &event.body {
            DomainEvent::Agent(body) if event.meta.stream.id == key.id => {
                change(&mut row, body);
                row.version = event.meta.version;
            }
            DomainEvent::Chat(ChatEvent::ChatAccepted(accepted)) if accepted.agent_id.0 == key.id => {
                row.chats_handled += 1;
            }
            _ => {}
        }
        if acting(&event.meta.actor) == Some(key.id) {
            row.last_activity_at = row.last_activity_at.max(Some(event.meta.occurred_at));
        }
        Some(row)
    }

    fn is_new(key: &AgentKey, event: &Event) -> bool {
        event.meta.version == 1 && event.meta.stream.id == key.id && matches!(event.body, DomainEvent::Agent(_))
    }
}

fn register(key: &AgentKey, agent: &AgentRegistered, event: &Event) -> AgentRow {
    AgentRow {
        tenant: key.tenant.clone(),
        id: key.id,
        role: agent.role,
        custom_role_id: agent.custom_role_id.map(|id| id.0),
        availability: Availability::Offline,
        active: true,
        department_ids: Json(agent.department_ids.iter().map(|id| id.0).collect()),
        skills: Json(agent.skills.clone()),
        max_concurrent_chats: agent.max_concurrent_chats.into(),
        active_chats: 0,
        chats_handled: 0,
        last_activity_at: None,
        registered_at: event.meta.occurred_at,
        version: event.meta.version,
        data_subject: event.meta.data_subject.map(|person| person.0),
        name: agent.name.to_known(),
        email: agent.email.as_ref().and_then(PersonalText::to_known),
    }
}

fn change(row: &mut AgentRow, body: &AgentEvent) {
    use AgentEvent as E;
    match body {
        E::AgentRegistered(_) => {}
        E::AgentRenamed(agent) => {
            row.name = agent.name.to_known();
            row.email = agent.email.as_ref().and_then(PersonalText::to_known);
        }
        E::RoleChanged(changed) => {
            row.role = changed.to;
            row.custom_role_id = changed.custom_role_id.map(|id| id.0);
        }
        E::AvailabilityChanged(changed) => row.availability = changed.to,
        E::CapacityChanged(changed) => row.max_concurrent_chats = changed.to.into(),
        E::SkillsChanged(changed) => row.skills.0.clone_from(&changed.skills),
        E::DepartmentsChanged(changed) => {
            row.department_ids = Json(changed.department_ids.iter().map(|id| id.0).collect());
        }
        E::ChatSlotTaken(slot) => row.active_chats = slot.active_chats.into(),
        E::ChatSlotReleased(slot) => row.active_chats = slot.active_chats.into(),
        E::AgentDeactivated(_) => {
            row.active = false;
            row.availability = Availability::Offline;
        }
        E::AgentReactivated(_) => row.active = true,
    }
}
