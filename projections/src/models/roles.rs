//! A tenant's own roles. What somebody may do is not looked up here: a table may be behind the log.

use docket_domain::role::RoleEvent;
use docket_domain::{DomainEvent, Event, Permission, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A role.
    RoleRow / RoleKey in "roles" {
        key { tenant: TenantId, id: Uuid }
        plain {
            name: String,
            permissions: Json<Vec<Permission>>,
            archived: bool,
            version: u64,
        }
    }
}

/// The model.
pub(crate) struct Roles;

impl Model for Roles {
    type Row = RoleRow;
    const VERSION: i64 = 1;
    ddl!("roles");

    fn keys(event: &Event, keys: &mut Vec<RoleKey>) {
        if let DomainEvent::Role(body) = &event.body
            && let Some(id) = body.about()
        {
            keys.push(RoleKey { tenant: event.meta.stream.tenant.clone(), id: id.0 });
        }
    }

    fn fold(key: &RoleKey, row: Option<RoleRow>, event: &Event) -> Option<RoleRow> {
        let DomainEvent::Role(body) = &event.body else { return row };
        let version = event.meta.version;
        match body {
            RoleEvent::RoleDefined(defined) => Some(RoleRow {
                tenant: key.tenant.clone(),
                id: key.id,
                name: defined.name.clone(),
                permissions: Json(defined.permissions.clone()),
                archived: false,
                version,
            }),
            RoleEvent::RoleChanged(changed) => row.map(|row| RoleRow {
                name: changed.name.clone(),
                permissions: Json(changed.permissions.clone()),
                version,
                ..row
            }),
            RoleEvent::RoleArchived(_) => row.map(|row| RoleRow { archived: true, version, ..row }),
            RoleEvent::RoleGranted(_) | RoleEvent::RoleWithdrawn(_) => row,
        }
    }

    fn is_new(_: &RoleKey, event: &Event) -> bool {
        matches!(event.body, DomainEvent::Role(RoleEvent::RoleDefined(_)))
    }
}
