//! SLA policies.

use docket_domain::service_level::SlaPolicy;
use uuid::Uuid;

use super::Queries;
use super::reader::{RowReader, all, one};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Json;
use crate::viewer::Viewer;
use crate::views::*;

impl Queries {
    /// The policies in force, in the order they are tried. Empty for customers.
    pub async fn sla_policies(&self, viewer: &Viewer) -> Result<Vec<SlaPolicyView>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = select_policies(viewer);
        sql.push(" AND NOT archived ORDER BY place, id");
        all(self.fetch(viewer, sql).await?, read_policy)
    }

    /// A policy, archived or not. `None` for customers.
    pub async fn sla_policy(&self, viewer: &Viewer, id: Uuid) -> Result<Option<SlaPolicyView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let mut sql = select_policies(viewer);
        sql.push(" AND id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read_policy)
    }
}

fn select_policies(viewer: &Viewer) -> Sql {
    let mut sql = Sql::new("SELECT id, place, policy, archived, version FROM sla_policies WHERE tenant = ");
    sql.value(&viewer.tenant);
    sql
}

fn read_policy(row: &mut RowReader<'_>) -> Result<SlaPolicyView, ReadError> {
    let (id, place) = (row.get()?, row.get()?);
    let policy = row.get::<Json<SlaPolicy>>()?.0;
    Ok(SlaPolicyView {
        id,
        name: policy.name,
        place,
        calendar_id: policy.calendar_id.0,
        conditions: policy.conditions.into(),
        targets: policy.targets.into(),
        pause_in: policy.pause_in,
        archived: row.get()?,
        version: row.get()?,
    })
}
