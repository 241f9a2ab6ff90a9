//! Comparing: the log folded into tables beside the live ones, and both held against each other row by row.

use docket_domain::Position;
use docket_store::Journal;

use crate::database::{Writer, drop_table, shadow_name};
use crate::error::ReadError;
use crate::group::{Group, MODELS, ModelInfo};
use crate::read_models::{GROUP, ReadModels};
use crate::rebuild::{CLOSE, RebuildProgress, end, fold_to, lock, make_shadows, outdated, page_upto};
use crate::table::{Column, ColumnSpec, ColumnType, TableSpec};

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Where the read models stand, and up to where the log was folded.
    pub position: Position,
    /// Rows of the live tables.
    pub rows: u64,
    /// The models that are not what the log makes.
    pub differences: Vec<Difference>,
}

/// A read model that is not what the log makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub model: &'static str,
    /// How many rows are missing, too many or different.
    pub rows: u64,
    /// The key of the first, by names of columns. Nothing in it is about a person.
    pub first: String,
}

impl ReadModels {
    /// Makes every read model anew from the log beside the live ones, up to where those stand, and compares them row by row.
    /// The live ones serve meanwhile, and take in nothing while both are held against each other. `progress` is told now and
    /// then. What rows are found by is compared too: on PostgreSQL as a column, on SQLite by the terms in the index.
    ///
    /// # Errors
    /// [`ReadError::Setup`] if tables were made by another version; whatever reading the log or writing tables gives.
    pub async fn compare(
        &self,
        journal: &Journal,
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Compared, ReadError> {
        let mut writer = self.database.writer().await?;
        let outdated = outdated(&mut writer).await?;
        if let Some(model) = outdated.first() {
            let detail = format!("{} was made by another version of Docket: start the desk first", model.name());
            return Err(ReadError::Setup(detail));
        }
        writer.begin().await?;
        let made = make_shadows(&mut writer, MODELS).await;
        let generation = end(&mut writer, made).await?;
        let compared = compare(&mut writer, journal, (generation, self.cache.rebuilding), progress).await;
        writer.begin().await?;
        let dropped = async {
            for model in MODELS {
                drop_table(&mut writer, &shadow_name(model, generation)).await?;
            }
            Ok(())
        }
        .await;
        end(&mut writer, dropped).await?;
        writer.flush_erased().await;
        writer.close().await?;
        compared
    }
}

async fn compare(
    writer: &mut Writer,
    journal: &Journal,
    (generation, keep): (i64, usize),
    mut progress: impl FnMut(RebuildProgress) + Send,
) -> Result<Compared, ReadError> {
    let mut group = Group::new(MODELS, |model: &ModelInfo| shadow_name(model, generation), true, keep).bare();
    let mut done = RebuildProgress { position: Position::START, target: Position::START, events: 0 };
    loop {
        done.target = writer.checkpoint(GROUP).await?.map_or(Position::START, |at| at.position);
        if done.target.0.saturating_sub(done.position.0) > CLOSE {
            fold_to(writer, journal, &mut group, &mut done, &mut progress).await?;
        }
        writer.begin().await?;
        let compared = side_by_side(writer, journal, generation, &mut group, &mut done).await;
        if let Some(compared) = end(writer, compared).await? {
            progress(done);
            return Ok(compared);
        }
    }
}

/// Compares, if little is missing: while the checkpoint is locked, what is missing is folded, so that both stand at the same
/// position.
async fn side_by_side(
    writer: &mut Writer,
    journal: &Journal,
    generation: i64,
    group: &mut Group,
    done: &mut RebuildProgress,
) -> Result<Option<Compared>, ReadError> {
    let live = lock(writer).await?;
    done.target = live.position;
    if live.position.0.saturating_sub(done.position.0) > CLOSE {
        return Ok(None);
    }
    while done.position < live.position {
        let (events, scanned_to) = page_upto(journal, done.position, live.position).await?;
        group.apply(writer, &events).await?;
        group.committed();
        done.events += events.len() as u64;
        done.position = scanned_to;
    }
    let mut compared = Compared { position: live.position, rows: 0, differences: Vec::new() };
    for model in MODELS {
        let count = format!("SELECT count(*) FROM {}", model.name());
        compared.rows += number(writer.fetch(&count, Vec::new()).await?.first_mut(), 0)?;
        compared.differences.extend(difference(writer, model, &shadow_name(model, generation)).await?);
        if let Some((rows, first)) = writer.differing_words(&model.spec, model.name()).await? {
            let first = format!("{first} in the index of words");
            compared.differences.push(Difference { model: model.name(), rows, first });
        }
    }
    Ok(Some(compared))
}

/// How a live table differs from the one made anew.
async fn difference(writer: &mut Writer, model: &ModelInfo, made: &str) -> Result<Option<Difference>, ReadError> {
    let (live, mut columns, keys) = (model.name(), model.spec.column_list(), model.spec.key_list());
    if writer.is_postgres() && model.spec.words.is_some() {
        columns.push_str(", words");
    }
    let only = |one: &str, other: &str| {
        format!("SELECT {keys} FROM (SELECT {columns} FROM {one} EXCEPT SELECT {columns} FROM {other}) AS only_{one}")
    };
    let first = key_text(&model.spec, writer.is_postgres());
    let sql = format!(
        "SELECT {first}, count(*) OVER () FROM ({} UNION {}) AS differing ORDER BY {keys} LIMIT 1",
        only(live, made),
        only(made, live)
    );
    let mut rows = writer.fetch(&sql, Vec::new()).await?;
    let Some(row) = rows.first_mut() else { return Ok(None) };
    let first = String::read(row, 0)?;
    Ok(Some(Difference { model: live, rows: number(Some(row), 1)?, first }))
}

fn number(row: Option<&mut crate::table::DbRow>, column: usize) -> Result<u64, ReadError> {
    let row = row.ok_or_else(|| ReadError::Setup("a count has no row".into()))?;
    Ok(u64::read(row, column)?)
}

/// The key's columns and their values as one text.
fn key_text(spec: &TableSpec, is_postgres: bool) -> String {
    let value = |column: &ColumnSpec| match column.kind {
        _ if column.personal => "'…'".to_owned(),
        ColumnType::Uuid if !is_postgres => format!("lower(hex({}))", column.name),
        _ => format!("CAST({} AS TEXT)", column.name),
    };
    let named = |column: &ColumnSpec| format!("'{} ' || {}", column.name, value(column));
    spec.columns[..spec.key].iter().map(named).collect::<Vec<_>>().join(" || ', ' || ")
}
