//! One model's rows in memory: folded batch by batch, and what of them has to be written.

use std::collections::HashMap;

use docket_domain::{Event, TenantId};
use uuid::Uuid;

use crate::error::ReadError;
use crate::model::Model;
use crate::table::{Cell, DbRow, TableRow, TableSpec};

/// What changed in a table, as cells.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Whole rows, one after another.
    pub(crate) rows: Vec<Cell>,
    /// For each of the rows the columns that are not as they were, by place; [`NEW_ROW`] if the table does not have it.
    pub(crate) changed: Vec<u64>,
    /// Keys of rows that are no more.
    pub(crate) deletes: Vec<Cell>,
}

/// The row was not there before.
pub(crate) const NEW_ROW: u64 = u64::MAX;

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
    /// Whether it may keep what changed to itself, as these are `most` rows at most. Rows that never change again gain
    /// nothing by waiting.
    fn may_wait(&self, most: usize) -> bool;
    /// What was written is committed.
    fn committed(&mut self);
    /// About how many bytes the rows take.
    fn bytes(&self) -> usize;
    /// Forgets rows that were not used in the last `batches`, unless some are not written yet: those are nowhere but here.
    fn forget_unused(&mut self, batches: u64);
    fn forget(&mut self);
}

/// A row in memory.
struct Slot<R> {
    row: Option<R>,
    /// Whether the table has a row of this key.
    stored: bool,
    /// The row as the table has it, while `dirty`.
    before: Option<R>,
    dirty: bool,
    /// The batch that last used it.
    used: u64,
    /// About how many bytes it takes, once it was written.
    bytes: usize,
}

pub(crate) struct Folding<M: Model> {
    slots: HashMap<<M::Row as TableRow>::Key, Slot<M::Row>>,
    missing: Vec<<M::Row as TableRow>::Key>,
    dirty: Vec<<M::Row as TableRow>::Key>,
    keys: Vec<<M::Row as TableRow>::Key>,
    complete: bool,
    batch: u64,
    /// About how many bytes the slots take.
    bytes: usize,
}

impl<R> Slot<R> {
    /// What one takes with no text in its row.
    const BARE: usize = 2 * size_of::<Self>();

    /// Of a row that is not known to be there.
    fn empty(batch: u64) -> Self {
        Self { row: None, stored: false, before: None, dirty: false, used: batch, bytes: Self::BARE }
    }
}

impl<M: Model> Folding<M> {
    const SPEC: TableSpec = M::Row::SPEC;

    pub(crate) fn new(complete: bool) -> Self {
        Self {
            slots: HashMap::new(),
            missing: Vec::new(),
            dirty: Vec::new(),
            keys: Vec::new(),
            complete,
            batch: 0,
            bytes: 0,
        }
    }
}

impl<M: Model> Fold for Folding<M> {
    fn spec(&self) -> &'static TableSpec {
        const {
            assert!(M::Row::SPEC.columns.len() < 64, "one bit says of each column whether it changed");
            &M::Row::SPEC
        }
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
            slots.insert(key, Slot::empty(self.batch));
            self.bytes += Slot::<M::Row>::BARE;
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
            let slot = self.slots.entry(key.clone()).or_insert_with(|| {
                self.bytes += Slot::<M::Row>::BARE;
                Slot::empty(self.batch)
            });
            if !slot.dirty && slot.stored {
                slot.before.clone_from(&slot.row);
            }
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
        // The table is scrubbed by SQL before what is dirty is written: what it has is scrubbed too.
        for row in self.slots.values_mut().flat_map(|slot| [&mut slot.row, &mut slot.before]).flatten() {
            if row.data_subject() == Some((tenant, person)) {
                row.scrub();
            }
        }
    }

    fn changes(&mut self) -> Changes {
        let mut changes = Changes::default();
        for key in self.dirty.drain(..) {
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            slot.dirty = false;
            let before = slot.before.take();
            match &slot.row {
                Some(row) => {
                    let changed = before.map_or(NEW_ROW, |before| row.changed(&before));
                    let end = changes.rows.len();
                    row.cells(&mut changes.rows);
                    let texts: usize = changes.rows[end..].iter().map(Cell::heap_bytes).sum();
                    let bytes = Slot::<M::Row>::BARE + texts;
                    self.bytes = self.bytes - slot.bytes + bytes;
                    slot.bytes = bytes;
                    if changed == 0 {
                        changes.rows.truncate(end);
                    } else {
                        changes.changed.push(changed);
                    }
                }
                None if slot.stored => M::Row::key_cells(&key, &mut changes.deletes),
                None => {}
            }
            slot.stored = slot.row.is_some();
        }
        changes
    }

    fn may_wait(&self, most: usize) -> bool {
        !M::FRESH && self.dirty.len() <= most
    }

    fn committed(&mut self) {
        if M::FRESH && self.dirty.is_empty() {
            self.slots.clear();
            self.bytes = 0;
        }
        self.batch += 1;
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget_unused(&mut self, batches: u64) {
        if !self.dirty.is_empty() {
            return;
        }
        let recent = self.batch.saturating_sub(batches);
        self.slots.retain(|_, slot| slot.used >= recent);
        if self.slots.capacity() > 4 * self.slots.len() {
            self.slots.shrink_to_fit();
        }
        self.bytes = self.slots.values().map(|slot| slot.bytes).sum();
        self.complete = false;
    }

    fn forget(&mut self) {
        self.slots.clear();
        self.bytes = 0;
        self.missing.clear();
        self.dirty.clear();
        self.complete = false;
    }
}
