//! Departments.

use docket_domain::department::DepartmentEvent;
use docket_domain::{DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::table;

table! {
    /// A department.
    DepartmentRow / DepartmentKey in "departments" {
        key { tenant: TenantId, id: Uuid }
        plain {
            name: String,
            description: Option<String>,
            archived: bool,
            version: u64,
        }
    }
}

/// The model.
pub(crate) struct Departments;

impl Model for Departments {
    type Row = DepartmentRow;
    const VERSION: i64 = 1;
    ddl!("departments");

    fn keys(event: &Event, keys: &mut Vec<DepartmentKey>) {
        if matches!(event.body, DomainEvent::Department(_)) {
            keys.push(DepartmentKey { tenant: event.meta.stream.tenant.clone(), id: event.meta.stream.id });
        }
    }

    fn fold(key: &DepartmentKey, row: Option<DepartmentRow>, event: &Event) -> Option<DepartmentRow> {
        let DomainEvent::Department(body) = &event.body else { return row };
        let mut row = match (row, body) {
            (None, DepartmentEvent::DepartmentCreated(created)) => DepartmentRow {
                tenant: key.tenant.clone(),
                id: key.id,
                name: created.name.clone(),
                description: created.description.clone(),
                archived: false,
                version: 0,
            },
            (None, _) => return None,
            (Some(row), _) => row,
        };
        match body {
            DepartmentEvent::DepartmentCreated(_) => {}
            DepartmentEvent::DepartmentChanged(changed) => {
                row.name.clone_from(&changed.name);
                row.description.clone_from(&changed.description);
            }
            DepartmentEvent::DepartmentArchived(_) => row.archived = true,
            DepartmentEvent::DepartmentRestored(_) => row.archived = false,
        }
        row.version = event.meta.version;
        Some(row)
    }

    fn is_new(_: &DepartmentKey, event: &Event) -> bool {
        event.meta.version == 1
    }
}
