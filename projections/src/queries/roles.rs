//! A tenant's own roles, and who holds which.

use docket_domain::{HeldRole, Permission, Role, RoleId};
use uuid::Uuid;

use super::Queries;
use super::reader::{RowReader, all, one};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Json;
use crate::viewer::Viewer;
use crate::views::*;

impl Queries {
    /// The roles of the tenant's own that are offered, by name. Empty for customers.
    pub async fn roles(&self, viewer: &Viewer) -> Result<Vec<OwnRole>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = select_roles(viewer);
        sql.push(" AND NOT archived ORDER BY lower(name), id");
        all(self.fetch(viewer, sql).await?, read_role)
    }

    /// A role of the tenant's own, archived or not. `None` for customers.
    pub async fn role(&self, viewer: &Viewer, id: Uuid) -> Result<Option<OwnRole>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let mut sql = select_roles(viewer);
        sql.push(" AND id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read_role)
    }

    /// How many of the desk hold which role, those who left too: they may come back. Empty for customers.
    pub async fn role_holders(&self, viewer: &Viewer) -> Result<Vec<(HeldRole, u64)>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT role, custom_role_id, count(*) FROM agents WHERE tenant = ");
        sql.value(&viewer.tenant).push(" GROUP BY role, custom_role_id");
        all(self.fetch(viewer, sql).await?, |row| {
            let (role, own): (Role, Option<Uuid>) = (row.get()?, row.get()?);
            Ok((HeldRole::of(role, own.map(RoleId)), row.get()?))
        })
    }
}

fn select_roles(viewer: &Viewer) -> Sql {
    let mut sql = Sql::new("SELECT id, name, permissions, archived, version FROM roles WHERE tenant = ");
    sql.value(&viewer.tenant);
    sql
}

fn read_role(row: &mut RowReader<'_>) -> Result<OwnRole, ReadError> {
    Ok(OwnRole {
        id: row.get()?,
        name: row.get()?,
        permissions: row.get::<Json<Vec<Permission>>>()?.0,
        archived: row.get()?,
        version: row.get()?,
    })
}
