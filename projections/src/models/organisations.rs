//! Tenants' own settings: name, time zone, categories, custom fields.

use docket_domain::organisation::{FieldDefinition, OrganisationEvent};
use docket_domain::{DomainEvent, Event, TenantId};

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A tenant's settings.
    OrganisationRow / OrganisationKey in "organisations" {
        key { tenant: TenantId }
        plain {
            name: String,
            time_zone: String,
            categories: Json<Vec<String>>,
            custom_fields: Json<Vec<FieldDefinition>>,
            version: u64,
            public_version: u64,
        }
    }
}

/// The model.
pub(crate) struct Organisations;

impl Model for Organisations {
    type Row = OrganisationRow;
    const VERSION: i64 = 2;
    ddl!("organisations");

    fn keys(event: &Event, keys: &mut Vec<OrganisationKey>) {
        if matches!(event.body, DomainEvent::Organisation(_)) {
            keys.push(OrganisationKey { tenant: event.meta.stream.tenant.clone() });
        }
    }

    fn fold(key: &OrganisationKey, row: Option<OrganisationRow>, event: &Event) -> Option<OrganisationRow> {
        use OrganisationEvent as E;
        let DomainEvent::Organisation(body) = &event.body else { return row };
        let mut row = match (row, body) {
            (None, E::OrganisationCreated(created)) => OrganisationRow {
                tenant: key.tenant.clone(),
                name: created.name.clone(),
                time_zone: created.time_zone.clone(),
                categories: Json(Vec::new()),
                custom_fields: Json(Vec::new()),
                version: 0,
                public_version: 0,
            },
            (None, _) => return None,
            (Some(row), _) => row,
        };
        match body {
            E::OrganisationCreated(_) => {}
            E::OrganisationChanged(changed) => {
                row.name.clone_from(&changed.name);
                row.time_zone.clone_from(&changed.time_zone);
            }
            E::CategoriesChanged(changed) => row.categories.0.clone_from(&changed.to),
            E::CustomFieldDefined(defined) => {
                match row.custom_fields.iter_mut().find(|field| field.name == defined.definition.name) {
                    Some(field) => field.clone_from(&defined.definition),
                    None => row.custom_fields.push(defined.definition.clone()),
                }
            }
            E::CustomFieldRemoved(removed) => row.custom_fields.retain(|field| field.name != removed.name),
            // Its settings are read from the organisation itself.
            E::WidgetChanged(_) | E::WidgetSecretRotated(_) => {}
        }
        row.version = event.meta.version;
        row.public_version += u64::from(body.is_public());
        Some(row)
    }
}
