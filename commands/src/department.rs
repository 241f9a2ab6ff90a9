//! Commands on departments. No two are called alike: whoever chooses one could not tell them apart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::department::{Department, DepartmentCommand, DepartmentEvent};
use docket_domain::text::folded_name;
use docket_domain::{Category, DepartmentId, DomainEvent, Position, TenantId, Violations};
use docket_store::{Filter, Journal, new_id};
use tokio::sync::Mutex as AsyncMutex;

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation, metric};

/// What the departments of all tenants are called, from the log, carried on from where the last look ended.
#[derive(Default)]
pub(crate) struct DepartmentNames(Mutex<HashMap<TenantId, Arc<AsyncMutex<Names>>>>);

#[derive(Default)]
struct Names {
    of: HashMap<DepartmentId, String>,
    read_to: Position,
}

impl DepartmentNames {
    /// One tenant's. Whoever holds them while a name is given gives it alone; on another node somebody may give the same at
    /// the same moment, and then there are two.
    fn of(&self, tenant: &TenantId) -> Arc<AsyncMutex<Names>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(tenant.clone()).or_default())
    }
}

impl Names {
    async fn catch_up(&mut self, journal: &Journal, tenant: &TenantId) -> Result<(), CommandError> {
        const PAGE: usize = 10_000;
        let head = journal.store().head().await?;
        let filter =
            Filter { tenant: Some(tenant.clone()), categories: vec![Category::Department], ..Filter::default() };
        while self.read_to < head {
            let page = journal.read_all(self.read_to, &filter, PAGE).await?;
            for event in &page.events {
                let name = match &event.body {
                    DomainEvent::Department(DepartmentEvent::DepartmentCreated(created)) => &created.name,
                    DomainEvent::Department(DepartmentEvent::DepartmentChanged(changed)) => &changed.name,
                    _ => continue,
                };
                self.of.insert(DepartmentId(event.meta.stream.id), folded_name(name));
            }
            if page.scanned_to <= self.read_to {
                break;
            }
            self.read_to = page.scanned_to;
        }
        Ok(())
    }
}

impl Commands {
    /// Begins a department. Its id is made here; [`Done::stream`] tells it.
    ///
    /// # Errors
    /// Invalid, if another is called so; see [`CommandError`].
    pub async fn create_department(
        &self,
        invocation: &Invocation,
        name: String,
        description: Option<String>,
    ) -> Result<Done, CommandError> {
        self.alter_department(invocation, DepartmentId(new_id()), &DepartmentCommand::Create { name, description })
            .await
    }

    /// Carries out a command on a department.
    ///
    /// # Errors
    /// Invalid, if another is called so; see [`CommandError`].
    pub async fn alter_department(
        &self,
        invocation: &Invocation,
        id: DepartmentId,
        command: &DepartmentCommand,
    ) -> Result<Done, CommandError> {
        let names = self.department_names().of(&invocation.tenant);
        let mut names = names.lock().await;
        let what = metric::name(Category::Department, std::slice::from_ref(command));
        carry_out!(self, invocation, what, attempt => change(&mut attempt, id, command, &mut names))
    }
}

async fn change(
    attempt: &mut Attempt<'_>,
    id: DepartmentId,
    command: &DepartmentCommand,
    names: &mut Names,
) -> Result<(), CommandError> {
    match command {
        DepartmentCommand::Create { .. } => attempt.begin::<Department>(id.0, command).await?,
        _ => attempt.decide::<Department>(id.0, command).await?,
    }
    let Some((before, after)) = attempt.change_of::<Department>(id.0) else { return Ok(()) };
    let wanted = folded_name(&after.name);
    // Those that were called alike before may stay so.
    if before.created && folded_name(&before.name) == wanted {
        return Ok(());
    }
    names.catch_up(attempt.commands.journal(), &attempt.invocation.tenant).await?;
    let mut violations = Violations::default();
    if let Some((other, _)) = names.of.iter().find(|(other, name)| **other != id && **name == wanted) {
        let other = attempt.load::<Department>(other.0).await?;
        let archived = if other.archived { ", which is archived" } else { "" };
        violations.add("name", "taken", format!("name: there is another department called {:?}{archived}", other.name));
    }
    Ok(violations.into_result()?)
}
