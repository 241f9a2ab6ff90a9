//! How many agents a tenant has, counted from the log and carried on from where the last count ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::agent::AgentRegistered;
use docket_domain::{Category, EventPayload as _, Position, TenantId};
use docket_store::{Filter, Journal};
use tokio::sync::Mutex as AsyncMutex;

use crate::CommandError;

/// The counts of all tenants.
#[derive(Default)]
pub(crate) struct Rolls(Mutex<HashMap<TenantId, Arc<AsyncMutex<Roll>>>>);

#[derive(Default)]
struct Roll {
    agents: usize,
    counted_to: Position,
}

impl Rolls {
    /// Agents registered so far, here or elsewhere. Two who register in the same instant may not see each other.
    pub(crate) async fn count(&self, journal: &Journal, tenant: &TenantId) -> Result<usize, CommandError> {
        const PAGE: usize = 10_000;
        let roll = {
            let mut rolls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(rolls.entry(tenant.clone()).or_default())
        };
        let mut roll = roll.lock().await;
        let head = journal.store().head().await?;
        let filter = Filter { tenant: Some(tenant.clone()), categories: vec![Category::Agent], ..Filter::default() };
        while roll.counted_to < head {
            let page = journal.read_recorded(roll.counted_to, &filter, PAGE).await?;
            roll.agents += page.events.iter().filter(|event| event.event_type == AgentRegistered::TYPE).count();
            if page.scanned_to <= roll.counted_to {
                break;
            }
            roll.counted_to = page.scanned_to;
        }
        Ok(roll.agents)
    }
}
