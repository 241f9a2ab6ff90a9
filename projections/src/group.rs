//! Models that advance together: their rows in memory while a batch is folded, and what is to be written.

use std::collections::HashMap;

use docket_domain::customer::CustomerEvent;
use docket_domain::{DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::database::{Ddl, Writer};
use crate::error::ReadError;
use crate::model::Model;
use crate::models::{
    agents, audit, chats, counters, customers, departments, messages, organisations, reads, sla, tickets,
};
use crate::table::{Cell, DbRow, TableRow, TableSpec};

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
    ModelInfo::of::<sla::Sla>(),
    ModelInfo::of::<counters::Counters>(),
    ModelInfo::of::<audit::Audit>(),
];

/// Some models with their rows in memory, and the tables they are written to.
pub(crate) struct Group {
    members: Vec<(Box<dyn Fold>, String)>,
    /// People erased in the batch under way, in order.
    erased: Vec<(TenantId, Uuid)>,
    /// Rows each model keeps in memory between batches.
    keep: usize,
}

impl Group {
    /// Models written to tables named by `table`. `complete`: the tables are empty, so that a row not in memory is
    /// not in the table either.
    pub(crate) fn new(models: &[ModelInfo], table: impl Fn(&ModelInfo) -> String, complete: bool, keep: usize) -> Self {
        let members = models.iter().map(|model| ((model.fold)(complete), table(model))).collect();
        Self { members, erased: Vec::new(), keep }
    }

    /// Folds a batch in memory, inside the writer's transaction, and writes what changed.
    pub(crate) async fn apply(
        &mut self,
        writer: &mut Writer,
        events: &[std::sync::Arc<Event>],
    ) -> Result<(), ReadError> {
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
        for (fold, table) in &mut self.members {
            let spec = fold.spec();
            for (tenant, person) in &self.erased {
                writer.scrub(spec, table, tenant, *person).await?;
            }
            let changes = fold.changes();
            if !changes.deletes.is_empty() {
                writer.delete(spec, table, changes.deletes).await?;
            }
            if !changes.upserts.is_empty() {
                writer.upsert(spec, table, changes.upserts).await?;
            }
        }
        Ok(())
    }

    /// The batch is committed: what is in memory is what is in the tables. Says whether somebody was erased.
    pub(crate) fn committed(&mut self) -> bool {
        for (fold, _) in &mut self.members {
            fold.committed(self.keep);
        }
        let erased = !self.erased.is_empty();
        self.erased.clear();
        erased
    }

    /// The batch failed, or the tables changed under it: nothing in memory can be trusted.
    pub(crate) fn forget(&mut self) {
        self.erased.clear();
        for (fold, _) in &mut self.members {
            fold.forget();
        }
    }
}

/// What a batch changed in a table, as cells of whole rows and keys.
pub(crate) struct Changes {
    upserts: Vec<Cell>,
    deletes: Vec<Cell>,
}

/// A model whose row type is forgotten.
pub(crate) trait Fold: Send {
    fn spec(&self) -> &'static TableSpec;
    /// Notes the keys an event touches.
    fn want(&mut self, event: &Event);
    /// Keys noted whose rows have to be loaded.
    fn missing(&mut self) -> Vec<Cell>;
    /// Takes in what was loaded; what was not found is not there.
    fn loaded(&mut self, rows: Vec<DbRow>) -> Result<(), ReadError>;
    fn apply(&mut self, event: &Event);
    fn scrub(&mut self, tenant: &TenantId, person: Uuid);
    fn changes(&mut self) -> Changes;
    fn committed(&mut self, keep: usize);
    fn forget(&mut self);
}

/// A row in memory.
struct Slot<R> {
    row: Option<R>,
    /// Whether the table has a row of this key.
    stored: bool,
    dirty: bool,
    /// The batch that last used it.
    used: u64,
}

struct Folding<M: Model> {
    slots: HashMap<<M::Row as TableRow>::Key, Slot<M::Row>>,
    missing: Vec<<M::Row as TableRow>::Key>,
    dirty: Vec<<M::Row as TableRow>::Key>,
    keys: Vec<<M::Row as TableRow>::Key>,
    complete: bool,
    batch: u64,
}

impl<M: Model> Folding<M> {
    const SPEC: TableSpec = M::Row::SPEC;

    fn new(complete: bool) -> Self {
        Self { slots: HashMap::new(), missing: Vec::new(), dirty: Vec::new(), keys: Vec::new(), complete, batch: 0 }
    }
}

impl<M: Model> Fold for Folding<M> {
    fn spec(&self) -> &'static TableSpec {
        const { &M::Row::SPEC }
    }

    fn want(&mut self, event: &Event) {
        self.keys.clear();
        M::keys(event, &mut self.keys);
        for key in self.keys.drain(..) {
            let slots = &mut self.slots;
            if let Some(slot) = slots.get_mut(&key) {
                slot.used = self.batch;
                continue;
            }
            if !(M::FRESH || self.complete || M::is_new(&key, event)) {
                self.missing.push(key.clone());
            }
            slots.insert(key, Slot { row: None, stored: false, dirty: false, used: self.batch });
        }
    }

    fn missing(&mut self) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(self.missing.len() * Self::SPEC.key);
        for key in self.missing.drain(..) {
            M::Row::key_cells(&key, &mut cells);
        }
        cells
    }

    fn loaded(&mut self, rows: Vec<DbRow>) -> Result<(), ReadError> {
        for mut row in rows {
            let row = M::Row::read(&mut row)
                .map_err(|error| ReadError::Damaged { table: Self::SPEC.name, detail: error.to_string() })?;
            if let Some(slot) = self.slots.get_mut(&row.key()) {
                slot.row = Some(row);
                slot.stored = true;
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: &Event) {
        self.keys.clear();
        M::keys(event, &mut self.keys);
        for key in self.keys.drain(..) {
            let slot = self.slots.entry(key.clone()).or_insert(Slot {
                row: None,
                stored: false,
                dirty: false,
                used: self.batch,
            });
            slot.row = M::fold(&key, slot.row.take(), event);
            if !slot.dirty {
                slot.dirty = true;
                self.dirty.push(key);
            }
        }
    }

    fn scrub(&mut self, tenant: &TenantId, person: Uuid) {
        if Self::SPEC.data_subject.is_none() {
            return;
        }
        for slot in self.slots.values_mut() {
            if let Some(row) = &mut slot.row
                && row.data_subject() == Some((tenant, person))
            {
                // The table is scrubbed by SQL; what is dirty is written after that.
                row.scrub();
            }
        }
    }

    fn changes(&mut self) -> Changes {
        let mut changes = Changes { upserts: Vec::new(), deletes: Vec::new() };
        for key in self.dirty.drain(..) {
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            slot.dirty = false;
            match &slot.row {
                Some(row) => row.cells(&mut changes.upserts),
                None if slot.stored => M::Row::key_cells(&key, &mut changes.deletes),
                None => {}
            }
            slot.stored = slot.row.is_some();
        }
        changes
    }

    fn committed(&mut self, keep: usize) {
        if M::FRESH {
            self.slots.clear();
        } else if self.slots.len() > keep {
            // Rows used of late stay; if all were, none do.
            let recent = self.batch.saturating_sub(4);
            self.slots.retain(|_, slot| slot.used >= recent);
            if self.slots.len() > keep {
                self.slots.clear();
            }
            self.slots.shrink_to(keep);
            self.complete = false;
        }
        self.batch += 1;
    }

    fn forget(&mut self) {
        self.slots.clear();
        self.missing.clear();
        self.dirty.clear();
        self.complete = false;
    }
}
