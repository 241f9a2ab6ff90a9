//! The audit trail.

use docket_domain::{Data, words_in_trail};
use serde_json::Value;
use uuid::Uuid;

use super::reader::{RowReader, all};
use super::{Queries, cursor};
use crate::database::Sql;
use crate::error::ReadError;
use crate::names::ActorName;
use crate::table::{Column, Json};
use crate::viewer::Viewer;
use crate::views::*;

impl Queries {
    /// The audit trail. Empty for customers. Names of people, and words of other data, are there for who knows those too.
    pub async fn audit(
        &self,
        viewer: &Viewer,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditEntry>, ReadError> {
        if viewer.is_customer() {
            return Ok(Page::empty());
        }
        let (order, than, direction) =
            if filter.oldest_first { ("oldest", '>', "ASC") } else { ("latest", '<', "DESC") };
        let place: Option<u64> = cursor::decode(order, page.cursor.as_deref())?;
        let limit = page.limit();
        let mut sql = Sql::default();
        let tenant = sql.keep(viewer.tenant.cell());
        let name = |data: Data, of: &'static str| if viewer.knows(data) { of } else { "CAST(NULL AS TEXT)" };
        let (agent, customer) = (name(Data::Agents, "a.name"), name(Data::Customers, "c.name"));
        let importer = name(Data::Agents, "b.name");
        sql.push(&format!(
            "SELECT e.position, e.event_id, e.category, e.stream_id, e.version, e.event_type, e.actor_kind, e.actor_id, \
             coalesce({agent}, {customer}), coalesce(c.erased, FALSE), e.occurred_at, e.recorded_at, e.correlation_id, e.causation_id, e.irregular, \
             e.details, i.stream_id, i.actor_kind, i.actor_id, {importer} FROM audit e \
             LEFT JOIN audit i ON i.tenant = {tenant} AND i.event_type = 'ImportStarted' \
             AND i.stream_id = e.correlation_id AND i.event_id = e.causation_id \
             LEFT JOIN agents b ON i.actor_kind = 'agent' AND b.tenant = {tenant} AND b.id = i.actor_id \
             LEFT JOIN agents a ON e.actor_kind = 'agent' AND a.tenant = {tenant} AND a.id = e.actor_id \
             LEFT JOIN customers w ON e.actor_kind = 'customer' AND w.tenant = {tenant} AND w.id = e.actor_id \
             LEFT JOIN customers c ON e.actor_kind = 'customer' AND c.tenant = {tenant} \
             AND c.id = CASE WHEN w.merged_into IS NULL THEN e.actor_id ELSE w.merged_into END \
             WHERE e.tenant = {tenant}"
        ));
        let equal = [
            ("actor_id", filter.actor_id.as_ref().map(Column::cell)),
            ("category", filter.category.as_ref().map(Column::cell)),
            ("stream_id", filter.stream_id.as_ref().map(Column::cell)),
            ("event_type", filter.event_type.as_ref().map(Column::cell)),
        ];
        for (column, cell) in equal {
            if let Some(cell) = cell {
                sql.push(&format!(" AND e.{column} = ")).bind(cell);
            }
        }
        if let Some(from) = filter.from {
            sql.push(" AND e.occurred_at >= ").value(&from);
        }
        if let Some(to) = filter.to {
            sql.push(" AND e.occurred_at < ").value(&to);
        }
        if let Some(place) = place {
            sql.push(&format!(" AND e.position {than} ")).value(&place);
        }
        sql.push(&format!(" ORDER BY e.position {direction} LIMIT {}", limit + 1));
        let mut entries = all(self.fetch(viewer, sql).await?, read_entry)?;
        for entry in &mut entries {
            if let (Some((data, words)), Value::Object(details)) =
                (words_in_trail(&entry.event_type), &mut entry.details)
                && !data.iter().any(|data| viewer.knows(*data))
            {
                details.retain(|field, _| !words.contains(&field.as_str()));
            }
        }
        Ok(cursor::page(entries, limit, order, |entry| entry.position))
    }
}

fn read_entry(row: &mut RowReader<'_>) -> Result<AuditEntry, ReadError> {
    Ok(AuditEntry {
        position: row.get()?,
        event_id: row.get()?,
        category: row.get()?,
        stream_id: row.get()?,
        version: row.get()?,
        event_type: row.get()?,
        actor: {
            let ActorName(kind) = row.get()?;
            AuthorView { kind, id: row.get()?, name: row.get()?, erased: row.get()? }
        },
        occurred_at: row.get()?,
        recorded_at: row.get()?,
        correlation_id: row.get()?,
        causation_id: row.get()?,
        irregular: row.get()?,
        details: row.get::<Json<Value>>()?.0,
        imported: {
            let import_id: Option<Uuid> = row.get()?;
            let (kind, id, name) = (row.get::<Option<ActorName>>()?, row.get()?, row.get()?);
            import_id.zip(kind).map(|(import_id, ActorName(kind))| ImportedView {
                import_id,
                by: AuthorView { kind, id, name, erased: false },
            })
        },
    })
}
