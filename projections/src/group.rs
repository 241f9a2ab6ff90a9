//! Models that advance together: their rows in memory while a batch is folded, and what is to be written.

use std::sync::Arc;

use docket_domain::customer::CustomerEvent;
use docket_domain::{DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::database::{Ddl, Writer};
use crate::error::ReadError;
use crate::folding::{Fold, Folding};
use crate::model::Model;
use crate::models::{
    agents, audit, calendars, chats, counters, customers, departments, messages, organisations, ratings, reads, roles,
    sla, sla_policies, tickets, views,
};
use crate::table::{TableRow as _, TableSpec};

/// What is known of a model without its row type.
#[derive(Clone, Copy)]
pub(crate) struct ModelInfo {
    pub(crate) spec: TableSpec,
    pub(crate) version: i64,
    pub(crate) ddl: Ddl,
    fold: fn(complete: bool) -> Box<dyn Fold>,
}

impl ModelInfo {
    const fn of<M: Model>() -> Self {
        Self {
            spec: M::Row::SPEC,
            version: M::VERSION,
            ddl: Ddl { sqlite: M::SQLITE, postgres: M::POSTGRES },
            fold: |complete| Box::new(Folding::<M>::new(complete)),
        }
    }

    /// Its name, which is its table's.
    pub(crate) const fn name(&self) -> &'static str {
        self.spec.name
    }
}

/// Every read model there is.
pub(crate) const MODELS: &[ModelInfo] = &[
    ModelInfo::of::<tickets::Tickets>(),
    ModelInfo::of::<messages::Messages>(),
    ModelInfo::of::<reads::Reads>(),
    ModelInfo::of::<chats::Chats>(),
    ModelInfo::of::<agents::Agents>(),
    ModelInfo::of::<departments::Departments>(),
    ModelInfo::of::<customers::Customers>(),
    ModelInfo::of::<organisations::Organisations>(),
    ModelInfo::of::<calendars::Calendars>(),
    ModelInfo::of::<sla_policies::SlaPolicies>(),
    ModelInfo::of::<roles::Roles>(),
    ModelInfo::of::<sla::Sla>(),
    ModelInfo::of::<counters::Counters>(),
    ModelInfo::of::<ratings::Ratings>(),
    ModelInfo::of::<audit::Audit>(),
    ModelInfo::of::<views::Views>(),
];

/// Some models with their rows in memory, and the tables they are written to.
pub(crate) struct Group {
    members: Vec<(Box<dyn Fold>, String)>,
    /// People erased whose rows are not scrubbed yet, in order.
    erased: Vec<(TenantId, Uuid)>,
    /// Whether the last write scrubbed them.
    scrubbed: bool,
    /// Bytes of rows kept in memory between batches.
    keep: usize,
    /// Whether the tables have what they are searched by.
    indexed: bool,
}

impl Group {
    /// Models written to tables named by `table`. `complete`: the tables are empty, so that a row not in memory is
    /// not in the table either.
    pub(crate) fn new(models: &[ModelInfo], table: impl Fn(&ModelInfo) -> String, complete: bool, keep: usize) -> Self {
        let members = models.iter().map(|model| ((model.fold)(complete), table(model))).collect();
        Self { members, erased: Vec::new(), scrubbed: false, keep, indexed: true }
    }

    /// The same while the tables are bare: what they are searched by is made when they are [indexed](Self::indexed).
    pub(crate) fn bare(mut self) -> Self {
        self.indexed = false;
        self
    }

    /// The tables have what they are searched by, from here on.
    pub(crate) fn indexed(&mut self) {
        self.indexed = true;
    }

    /// Folds a batch in memory, inside the writer's transaction, and writes what changed.
    pub(crate) async fn apply(&mut self, writer: &mut Writer, events: &[Arc<Event>]) -> Result<(), ReadError> {
        self.fold(writer, events).await?;
        self.write(writer, 0).await
    }

    /// Folds a batch in memory, loading the rows it needs.
    pub(crate) async fn fold(&mut self, writer: &mut Writer, events: &[Arc<Event>]) -> Result<(), ReadError> {
        for (fold, table) in &mut self.members {
            for event in events {
                fold.want(event);
            }
            let missing = fold.missing();
            if !missing.is_empty() {
                let rows = writer.load(fold.spec(), table, missing).await?;
                fold.loaded(rows)?;
            }
        }
        for event in events {
            for (fold, _) in &mut self.members {
                fold.apply(event);
            }
            if let DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)) = event.body {
                let (tenant, person) = (&event.meta.stream.tenant, event.meta.stream.id);
                self.members.iter_mut().for_each(|(fold, _)| fold.scrub(tenant, person));
                self.erased.push((tenant.clone(), person));
            }
        }
        Ok(())
    }

    /// Writes what changed. Models with no more than `wait` changed rows keep them for later, when they may have changed
    /// again; with 0 everything is written.
    pub(crate) async fn write(&mut self, writer: &mut Writer, wait: usize) -> Result<(), ReadError> {
        let all = wait == 0;
        for (fold, table) in &mut self.members {
            let spec = fold.spec();
            for (tenant, person) in self.erased.iter().filter(|_| all) {
                writer.scrub(spec, table, tenant, *person).await?;
            }
            if fold.may_wait(wait) {
                continue;
            }
            let mut changes = fold.changes();
            if !changes.deletes.is_empty() {
                writer.delete(spec, table, std::mem::take(&mut changes.deletes), self.indexed).await?;
            }
            if !changes.rows.is_empty() {
                writer.write(spec, table, changes, self.indexed).await?;
            }
        }
        self.scrubbed = all;
        Ok(())
    }

    /// People erased by what was folded since the last commit.
    pub(crate) fn erased(&self) -> &[(TenantId, Uuid)] {
        &self.erased
    }

    /// What was written is committed: unless rows wait, what is in memory is what is in the tables. Says whether somebody
    /// was erased.
    pub(crate) fn committed(&mut self) -> bool {
        for (fold, _) in &mut self.members {
            fold.committed();
        }
        // Rows used of late stay; if all were, only the last ones do, and if those are too many, none.
        for batches in [4, 1, 0] {
            if self.bytes() > self.keep {
                self.members.iter_mut().for_each(|(fold, _)| fold.forget_unused(batches));
            }
        }
        let erased = self.scrubbed && !self.erased.is_empty();
        if self.scrubbed {
            self.erased.clear();
        }
        erased
    }

    /// About how many bytes the rows in memory take.
    pub(crate) fn bytes(&self) -> usize {
        self.members.iter().map(|(fold, _)| fold.bytes()).sum()
    }

    /// The batch failed, or the tables changed under it: nothing in memory can be trusted.
    pub(crate) fn forget(&mut self) {
        self.erased.clear();
        for (fold, _) in &mut self.members {
            fold.forget();
        }
    }
}
