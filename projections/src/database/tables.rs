//! Tables come, go and change places. A table is always made beside the live one, under a name with a number that
//! is never used again (so that its indexes keep unique names), and then takes the live name.

use docket_domain::Position;

use super::Writer;
use super::postgres::READER;
use crate::error::ReadError;
use crate::group::ModelInfo;
use crate::table::{Cell, Column};

/// The DDL of a model, with `{table}` for its name, in sections that begin with a line such as `-- [indexes] …`. What
/// comes before the first is the table itself. All is made at once where the table stays live and empty; a rebuild fills
/// the table first, since an index made of many rows costs a fraction of one that grows with them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ddl {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Begins a section.
const SECTION: &str = "\n-- [";
/// Positions whose words are indexed in one transaction, so that whoever else writes need not wait long.
const WORDS: u64 = 20_000;

impl Ddl {
    fn of(&self, writer: &Writer) -> &'static str {
        if writer.is_postgres() { self.postgres } else { self.sqlite }
    }
}

/// The table of some DDL.
fn bare(ddl: &'static str) -> &'static str {
    ddl.split_once(SECTION).map_or(ddl, |(table, _)| table)
}

/// The text of a section; empty if there is none.
fn section(ddl: &'static str, name: &str) -> &'static str {
    let text = ddl.split(SECTION).skip(1).find_map(|part| part.strip_prefix(name)?.strip_prefix(']'));
    text.and_then(|text| text.split_once('\n')).map_or("", |(_, text)| text)
}

/// Makes what all tables need, once.
pub(crate) async fn prepare(writer: &mut Writer) -> Result<(), ReadError> {
    if writer.is_postgres() {
        // Two processes that start at once must not make the same things at once.
        writer.begin().await?;
        writer.run("SELECT pg_advisory_xact_lock(hashtext('docket_read'))").await?;
        let done = prepare_postgres(writer).await;
        return match done {
            Ok(()) => writer.commit().await,
            Err(error) => {
                writer.rollback().await?;
                Err(error)
            }
        };
    }
    writer.run(include_str!("../../../migrations/sqlite/read/_prepare.sql")).await
}

async fn prepare_postgres(writer: &mut Writer) -> Result<(), ReadError> {
    let role = format!("SELECT 1 FROM pg_roles WHERE rolname = '{READER}'");
    if writer.fetch(&role, Vec::new()).await?.is_empty() {
        // Roles belong to the whole cluster: another database's Docket may make it at the same time.
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {READER} NOLOGIN NOBYPASSRLS; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        writer.run(&create).await.map_err(|error| {
            ReadError::Setup(format!(
                "the role {READER} is missing and cannot be made ({error}); have an administrator run: \
                 CREATE ROLE {READER} NOLOGIN; GRANT {READER} TO CURRENT_USER"
            ))
        })?;
    }
    let member = format!(
        "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR pg_has_role('{READER}', 'MEMBER'))"
    );
    if writer.fetch(&member, Vec::new()).await?.is_empty() {
        writer.run(&format!("GRANT {READER} TO CURRENT_USER")).await?;
    }
    writer.run(&include_str!("../../../migrations/postgres/read/_prepare.sql").replace("{reader}", READER)).await
}

/// The models that have tables, with their versions.
pub(crate) async fn stored_models(writer: &mut Writer) -> Result<Vec<(String, i64)>, ReadError> {
    let rows = writer.fetch("SELECT name, version FROM models", Vec::new()).await?;
    let read = |mut row| Ok((String::read(&mut row, 0)?, i64::read(&mut row, 1)?));
    rows.into_iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(Into::into)
}

/// A table's name before it is live.
pub(crate) fn shadow_name(model: &ModelInfo, generation: i64) -> String {
    format!("{}__{generation}", model.name())
}

/// Makes a model's table under a name, with everything that belongs to it.
pub(crate) async fn create_table(writer: &mut Writer, model: &ModelInfo, table: &str) -> Result<(), ReadError> {
    create_bare_table(writer, model, table).await?;
    let ddl = model.ddl.of(writer);
    for part in ["indexes", "words"] {
        run(writer, section(ddl, part), table).await?;
    }
    Ok(())
}

/// Makes a model's table under a name, to be filled and then [finished](finish_table).
pub(crate) async fn create_bare_table(writer: &mut Writer, model: &ModelInfo, table: &str) -> Result<(), ReadError> {
    writer.run(&bare(model.ddl.of(writer)).replace("{table}", table)).await?;
    if !writer.is_postgres() {
        return Ok(());
    }
    // The tenant is told to the session by whoever asks; told none, nothing is there.
    writer
        .run(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
             CREATE POLICY tenant ON {table} FOR SELECT TO {READER} \
                 USING (tenant = current_setting('docket.tenant', true)); \
             GRANT SELECT ON {table} TO {READER}"
        ))
        .await
}

/// Gives a filled table its indexes: each is a transaction of its own, and so is every lot of words up to `upto`.
pub(crate) async fn finish_table(
    writer: &mut Writer,
    model: &ModelInfo,
    table: &str,
    upto: Position,
) -> Result<(), ReadError> {
    let ddl = model.ddl.of(writer);
    for index in section(ddl, "indexes").split_inclusive(";\n") {
        run(writer, index, table).await?;
    }
    run(writer, section(ddl, "words"), table).await?;
    let mut after = Position::START;
    while model.spec.words.is_some() && after < upto {
        let to = Position(after.0 + WORDS).min(upto);
        writer.index_words(&model.spec, table, after, to).await?;
        after = to;
    }
    Ok(())
}

/// Runs DDL, if it is any, for a table of that name.
async fn run(writer: &mut Writer, ddl: &str, table: &str) -> Result<(), ReadError> {
    if ddl.trim().is_empty() { Ok(()) } else { writer.run(&ddl.replace("{table}", table)).await }
}

/// Removes a table, if it is there, with what belongs to it.
pub(crate) async fn drop_table(writer: &mut Writer, table: &str) -> Result<(), ReadError> {
    if writer.is_postgres() {
        // The reporting views are made anew after a swap.
        return writer.run(&format!("DROP TABLE IF EXISTS {table} CASCADE")).await;
    }
    writer.run(&format!("DROP TABLE IF EXISTS {table}; DROP TABLE IF EXISTS {table}_fts")).await
}

/// Puts a table made beside it in the live one's place, and notes the model's version.
pub(crate) async fn swap_table(writer: &mut Writer, model: &ModelInfo, shadow: &str) -> Result<(), ReadError> {
    let live = model.name();
    drop_table(writer, live).await?;
    if model.spec.words.is_some() && !writer.is_postgres() {
        writer.run(&format!("ALTER TABLE {shadow}_fts RENAME TO {live}_fts")).await?;
    }
    writer.run(&format!("ALTER TABLE {shadow} RENAME TO {live}")).await?;
    let note = "INSERT INTO models (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = excluded.version";
    writer.execute(note, vec![Cell::Text(live.to_owned()), Cell::Int(model.version)]).await?;
    Ok(())
}
