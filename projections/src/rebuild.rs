//! Rebuilding: the log folded into tables beside the live ones, which keep serving; then they change places.

use std::sync::Arc;

use docket_domain::{Event, Position, TenantId};
use docket_store::{Filter, Journal};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::database::{
    Checkpoint, Writer, cell, create_bare_table, create_table, drop_table, finish_table, shadow_name, stored_models,
    swap_table,
};
use crate::error::ReadError;
use crate::group::{Group, MODELS, ModelInfo};
use crate::read_models::{GROUP, ReadModels};
use crate::table::{Cell, Column};

/// Events read, folded and written at once.
const BATCH: usize = 4096;
/// Changed rows of a model that wait to be written: most of what happens to a ticket happens soon after it was opened.
const WAIT: usize = 50_000;
/// How many events may be missing when the tables change places: they are folded while everybody waits.
pub(crate) const CLOSE: u64 = 512;

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The position reached.
    pub position: Position,
    /// The position to reach: where the live models are.
    pub target: Position,
    /// Events folded.
    pub events: u64,
}

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The models rebuilt.
    pub models: Vec<&'static str>,
    /// Events folded.
    pub events: u64,
    /// Where the models are now.
    pub position: Position,
}

/// Makes the group's checkpoint and, as long as nothing was taken in, the tables that are not there. Returns where
/// the group stands.
pub(crate) async fn make_missing(writer: &mut Writer) -> Result<Position, ReadError> {
    writer.begin().await?;
    let made = async {
        let at = lock(writer).await?;
        if at.position == Position::START {
            let missing = outdated(writer).await?;
            if !missing.is_empty() {
                make_empty(writer, &missing).await?;
            }
        }
        Ok(at.position)
    }
    .await;
    end(writer, made).await
}

/// Puts empty tables in place of all, and the group at the log's beginning: what they held was of another log. Does nothing if
/// the group no longer stands beyond `head`.
pub(crate) async fn begin_anew(writer: &mut Writer, head: Position) -> Result<(), ReadError> {
    writer.begin().await?;
    let emptied = async {
        if lock(writer).await?.position <= head {
            return Ok(());
        }
        make_empty(writer, MODELS).await?;
        let reset = "UPDATE checkpoints SET position = 0, generation = generation + 1 WHERE name = $1";
        writer.execute(reset, vec![Cell::Text(GROUP.into())]).await?;
        Ok(())
    }
    .await;
    end(writer, emptied).await
}

async fn make_empty(writer: &mut Writer, models: &[ModelInfo]) -> Result<(), ReadError> {
    let generation = next_generation(writer).await?;
    for model in models {
        let table = shadow_name(model, generation);
        create_table(writer, model, &table).await?;
        swap_table(writer, model, &table).await?;
    }
    views(writer).await
}

/// The models whose tables another version made, or none.
pub(crate) async fn outdated(writer: &mut Writer) -> Result<Vec<ModelInfo>, ReadError> {
    let stored = stored_models(writer).await?;
    let is_current = |model: &ModelInfo| stored.iter().any(|(name, v)| name == model.name() && *v == model.version);
    Ok(MODELS.iter().filter(|model| !is_current(model)).copied().collect())
}

/// Locks the group's checkpoint until the transaction ends, and reads it: no worker advances meanwhile.
pub(crate) async fn lock(writer: &mut Writer) -> Result<Checkpoint, ReadError> {
    let make = "INSERT INTO checkpoints (name, position, generation) VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING";
    writer.execute(make, vec![Cell::Text(GROUP.into())]).await?;
    let lock = "UPDATE checkpoints SET position = position WHERE name = $1";
    writer.execute(lock, vec![Cell::Text(GROUP.into())]).await?;
    writer.checkpoint(GROUP).await?.ok_or_else(|| ReadError::Setup("no checkpoint".into()))
}

/// A number for tables that no table ever had.
async fn next_generation(writer: &mut Writer) -> Result<i64, ReadError> {
    let count = "INSERT INTO checkpoints (name, position, generation) VALUES ('tables', 0, 1) \
                 ON CONFLICT (name) DO UPDATE SET generation = checkpoints.generation + 1 RETURNING generation";
    let rows = writer.fetch(count, Vec::new()).await?;
    let row = rows.into_iter().next();
    let mut row = row.ok_or_else(|| ReadError::Setup("no number for tables".into()))?;
    Ok(i64::read(&mut row, 0)?)
}

/// Commits or rolls back.
pub(crate) async fn end<T>(writer: &mut Writer, result: Result<T, ReadError>) -> Result<T, ReadError> {
    match &result {
        Ok(_) => writer.commit().await?,
        Err(_) => writer.rollback().await?,
    }
    result
}

/// Views for reporting hang on the tables, and are made anew when those change.
async fn views(writer: &mut Writer) -> Result<(), ReadError> {
    if writer.is_postgres() {
        writer.run(include_str!("../../migrations/postgres/read/_reporting.sql")).await?;
    }
    Ok(())
}

impl ReadModels {
    /// Rebuilds read models (all if none is named) from the log up to where the live ones are, while those serve and
    /// advance, in this process or another; then puts the new tables in their place. `progress` is told now and then. One
    /// at a time rebuilds, whichever process it is in; the others wait.
    ///
    /// # Errors
    /// [`ReadError::UnknownModel`]; whatever reading the log or writing tables gives. The live models stay as they are.
    pub async fn rebuild(
        &self,
        journal: &Journal,
        models: &[&str],
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, ReadError> {
        let models = chosen(models)?;
        let _turn = self.database.turn().await?;
        self.rebuild_in_turn(journal, &models, progress).await
    }

    /// Rebuilds those whose tables another version made. Another process may be doing so: then nothing is left to do.
    pub(crate) async fn rebuild_outdated(&self, journal: &Journal) -> Result<(), ReadError> {
        if self.outdated().await?.is_empty() {
            return Ok(());
        }
        let _turn = self.database.turn().await?;
        let outdated = self.outdated().await?;
        if outdated.is_empty() {
            return Ok(());
        }
        tracing::info!(models = ?outdated, "rebuilding read models of another version");
        self.rebuild_in_turn(journal, &chosen(&outdated)?, |_| {}).await.map(drop)
    }

    async fn rebuild_in_turn(
        &self,
        journal: &Journal,
        models: &[ModelInfo],
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, ReadError> {
        let mut writer = self.database.writer().await?;
        let rebuilt = rebuild(&mut writer, journal, models, self.cache.rebuilding, progress).await?;
        writer.flush_erased().await;
        writer.close().await?;
        Ok(rebuilt)
    }
}

fn chosen(names: &[&str]) -> Result<Vec<ModelInfo>, ReadError> {
    if names.is_empty() {
        return Ok(MODELS.to_vec());
    }
    let find = |name: &&str| {
        let found = MODELS.iter().find(|model| model.name() == *name).copied();
        found.ok_or_else(|| ReadError::UnknownModel((*name).to_owned()))
    };
    names.iter().map(find).collect()
}

async fn rebuild(
    writer: &mut Writer,
    journal: &Journal,
    models: &[ModelInfo],
    keep: usize,
    mut progress: impl FnMut(RebuildProgress) + Send,
) -> Result<Rebuilt, ReadError> {
    writer.begin().await?;
    let made = make_shadows(writer, models).await;
    let generation = end(writer, made).await?;
    let mut group = Group::new(models, |model: &ModelInfo| shadow_name(model, generation), true, keep).bare();
    let mut bare = true;
    let mut done = RebuildProgress { position: Position::START, target: Position::START, events: 0 };
    loop {
        done.target = writer.checkpoint(GROUP).await?.map_or(Position::START, |at| at.position);
        if done.target.0 - done.position.0.min(done.target.0) > CLOSE {
            fold_to(writer, journal, &mut group, &mut done, &mut progress).await?;
        }
        if bare {
            for model in models {
                finish_table(writer, model, &shadow_name(model, generation), done.position).await?;
            }
            group.indexed();
            bare = false;
            continue;
        }
        if swap(writer, journal, models, generation, &mut group, &mut done).await? {
            progress(done);
            let models = models.iter().map(ModelInfo::name).collect();
            return Ok(Rebuilt { models, events: done.events, position: done.position });
        }
    }
}

pub(crate) async fn make_shadows(writer: &mut Writer, models: &[ModelInfo]) -> Result<i64, ReadError> {
    let generation = next_generation(writer).await?;
    for model in models {
        // What a rebuild that died has left.
        for left in leftovers(writer, model).await? {
            drop_table(writer, &left).await?;
        }
        create_bare_table(writer, model, &shadow_name(model, generation)).await?;
    }
    Ok(generation)
}

/// Erases people also from what a rebuild that died has left, and from what one under way has built so far. Within the
/// transaction that takes in the erasure.
pub(crate) async fn scrub_leftovers(writer: &mut Writer, people: &[(TenantId, Uuid)]) -> Result<(), ReadError> {
    for model in MODELS {
        for table in leftovers(writer, model).await? {
            let columns = columns(writer, &table).await?;
            if model.spec.columns.iter().any(|column| !columns.iter().any(|name| name == column.name)) {
                // Of another version: nobody will ever go on with it.
                drop_table(writer, &table).await?;
                continue;
            }
            for (tenant, person) in people {
                writer.scrub(&model.spec, &table, tenant, *person).await?;
            }
        }
    }
    Ok(())
}

async fn columns(writer: &mut Writer, table: &str) -> Result<Vec<String>, ReadError> {
    let names = if writer.is_postgres() {
        "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'docket_read' AND table_name = $1"
    } else {
        "SELECT name FROM pragma_table_info($1)"
    };
    let rows = writer.fetch(names, vec![Cell::Text(table.into())]).await?;
    Ok(rows.into_iter().map(|mut row| String::read(&mut row, 0)).collect::<Result<_, _>>()?)
}

async fn leftovers(writer: &mut Writer, model: &ModelInfo) -> Result<Vec<String>, ReadError> {
    let tables = if writer.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'docket_read'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
    };
    let prefix = format!("{}__", model.name());
    let rows = writer.fetch(tables, Vec::new()).await?;
    let names = rows.into_iter().map(|mut row| String::read(&mut row, 0)).collect::<Result<Vec<_>, _>>()?;
    let is_shadow = |name: &String| {
        name.strip_prefix(&prefix).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    Ok(names.into_iter().filter(is_shadow).collect())
}

/// Folds the log up to the target. Reading and decoding go on in a task of their own while rows are written.
pub(crate) async fn fold_to(
    writer: &mut Writer,
    journal: &Journal,
    group: &mut Group,
    done: &mut RebuildProgress,
    progress: &mut (impl FnMut(RebuildProgress) + Send),
) -> Result<(), ReadError> {
    let (pages, mut read) = mpsc::channel(2);
    let (journal, from, to) = (journal.clone(), done.position, done.target);
    let reading = tokio::spawn(async move {
        let mut after = from;
        while after < to {
            let page = page_upto(&journal, after, to).await;
            after = page.as_ref().map_or(to, |(_, scanned_to)| *scanned_to);
            if pages.send(page).await.is_err() {
                break;
            }
        }
    });
    while let Some(page) = read.recv().await {
        let (events, scanned_to) = page?;
        let last = scanned_to >= to;
        writer.begin().await?;
        let applied = async {
            group.fold(writer, &events).await?;
            group.write(writer, if last { 0 } else { WAIT }).await
        }
        .await;
        end(writer, applied).await?;
        group.committed();
        done.events += events.len() as u64;
        done.position = scanned_to;
        progress(*done);
        // Lets the live worker, which waits for the same lock on SQLite, in between.
        tokio::task::yield_now().await;
    }
    reading.await.map_err(|error| ReadError::Setup(format!("reading the log stopped: {error}")))
}

/// Events after `after` and not beyond `to`, and how far was looked (at most `to`).
pub(crate) async fn page_upto(
    journal: &Journal,
    after: Position,
    to: Position,
) -> Result<(Vec<Arc<Event>>, Position), ReadError> {
    let page = journal.read_all(after, &Filter::default(), BATCH).await?;
    let events: Vec<_> = page.events.into_iter().filter(|e| e.meta.position <= to).map(Arc::new).collect();
    if page.scanned_to <= after {
        // The log ends before `to`: it is not the one the live models were made from.
        return Ok((events, to));
    }
    Ok((events, page.scanned_to.min(to)))
}

/// Puts the new tables in place of the live ones, if little is missing. While the checkpoint is locked, what is
/// missing is folded, so that the new tables stand exactly where the old ones stood.
async fn swap(
    writer: &mut Writer,
    journal: &Journal,
    models: &[ModelInfo],
    generation: i64,
    group: &mut Group,
    done: &mut RebuildProgress,
) -> Result<bool, ReadError> {
    writer.begin().await?;
    let swapped = async {
        let live = lock(writer).await?;
        done.target = live.position;
        if live.position.0.saturating_sub(done.position.0) > CLOSE {
            return Ok(false);
        }
        while done.position < live.position {
            let (events, scanned_to) = page_upto(journal, done.position, live.position).await?;
            group.apply(writer, &events).await?;
            group.committed();
            done.events += events.len() as u64;
            done.position = scanned_to;
        }
        for model in models {
            swap_table(writer, model, &shadow_name(model, generation)).await?;
        }
        views(writer).await?;
        // Whoever works on the old tables finds out by this, before writing anything.
        let next = "UPDATE checkpoints SET generation = generation + 1 WHERE name = $1 AND position = $2";
        writer.execute(next, vec![Cell::Text(GROUP.into()), cell(live.position)]).await?;
        Ok(true)
    }
    .await;
    end(writer, swapped).await
}
