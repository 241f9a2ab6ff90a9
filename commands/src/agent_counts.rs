//! Who works at a tenant's desk and as what, from the log, carried on from where the last look ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::agent::AgentEvent;
use docket_domain::{AgentId, Category, DomainEvent, HeldRole, PersonId, Position, TenantId};
use docket_store::{Accounts, Filter, Journal};
use tokio::sync::Mutex as AsyncMutex;

use crate::CommandError;

/// The agents of all tenants.
#[derive(Default)]
pub(crate) struct AgentCounts(Mutex<HashMap<TenantId, Arc<AsyncMutex<AgentCount>>>>);

#[derive(Default)]
struct AgentCount {
    agents: HashMap<AgentId, Held>,
    counted_to: Position,
}

struct Held {
    role: HeldRole,
    active: bool,
}

/// The others, as the log has them.
pub(crate) struct Others {
    /// How many ever registered.
    pub(crate) registered: usize,
    /// Who of them is an administrator and has not left.
    pub(crate) admins: Vec<AgentId>,
}

impl AgentCounts {
    /// Everybody but this one, registered here or elsewhere.
    pub(crate) async fn others(
        &self,
        journal: &Journal,
        tenant: &TenantId,
        but: AgentId,
    ) -> Result<Others, CommandError> {
        const PAGE: usize = 10_000;
        let count = {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counts.entry(tenant.clone()).or_default())
        };
        let mut count = count.lock().await;
        let head = journal.store().head().await?;
        let filter = Filter { tenant: Some(tenant.clone()), categories: vec![Category::Agent], ..Filter::default() };
        while count.counted_to < head {
            let page = journal.read_all(count.counted_to, &filter, PAGE).await?;
            for event in &page.events {
                if let DomainEvent::Agent(body) = &event.body {
                    count.take_in(AgentId(event.meta.stream.id), body);
                }
            }
            if page.scanned_to <= count.counted_to {
                break;
            }
            count.counted_to = page.scanned_to;
        }
        let others = count.agents.iter().filter(|(id, _)| **id != but);
        let admins =
            others.clone().filter(|(_, held)| held.active && held.role.is_admin()).map(|(id, _)| *id).collect();
        Ok(Others { registered: others.count(), admins })
    }
}

impl AgentCount {
    fn take_in(&mut self, id: AgentId, event: &AgentEvent) {
        use AgentEvent as E;
        match event {
            E::AgentRegistered(agent) => {
                let role = HeldRole::of(agent.role, agent.custom_role_id);
                self.agents.insert(id, Held { role, active: true });
            }
            E::RoleChanged(change) => {
                if let Some(held) = self.agents.get_mut(&id) {
                    held.role = HeldRole::of(change.to, change.custom_role_id);
                }
            }
            E::AgentDeactivated(_) | E::AgentReactivated(_) => {
                if let Some(held) = self.agents.get_mut(&id) {
                    held.active = matches!(event, E::AgentReactivated(_));
                }
            }
            _ => {}
        }
    }
}

impl Others {
    /// How many of the administrators may come in: whoever was imported, say, works here by the log alone.
    pub(crate) async fn admins_who_may_come_in(
        &self,
        accounts: &Accounts,
        tenant: &TenantId,
    ) -> Result<usize, CommandError> {
        let mut count = 0;
        for admin in &self.admins {
            let account = accounts.account(tenant, PersonId(admin.0)).await.map_err(docket_store::JournalError::Key)?;
            count += usize::from(account.is_some_and(|account| !account.disabled && account.role.is_admin()));
        }
        Ok(count)
    }
}
