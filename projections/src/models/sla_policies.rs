//! SLA policies in the order they are tried.

use docket_domain::service_level::{ServiceLevelEvent, Setting, SlaPolicy};
use docket_domain::{DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A policy.
    SlaPolicyRow / SlaPolicyKey in "sla_policies" {
        key { tenant: TenantId, id: Uuid }
        plain {
            place: u64,
            policy: Json<SlaPolicy>,
            archived: bool,
            version: u64,
        }
    }
}

/// The model.
pub(crate) struct SlaPolicies;

impl Model for SlaPolicies {
    type Row = SlaPolicyRow;
    const VERSION: i64 = 1;
    ddl!("sla_policies");

    fn keys(event: &Event, keys: &mut Vec<SlaPolicyKey>) {
        let DomainEvent::ServiceLevel(body) = &event.body else { return };
        let key = |id: Uuid| SlaPolicyKey { tenant: event.meta.stream.tenant.clone(), id };
        match (body, body.about()) {
            (_, Some(Setting::Policy(id))) => keys.push(key(id.0)),
            (ServiceLevelEvent::SlaPoliciesReordered(order), _) => {
                keys.extend(order.policy_ids.iter().map(|id| key(id.0)));
            }
            _ => {}
        }
    }

    fn fold(key: &SlaPolicyKey, row: Option<SlaPolicyRow>, event: &Event) -> Option<SlaPolicyRow> {
        use ServiceLevelEvent as E;
        let DomainEvent::ServiceLevel(body) = &event.body else { return row };
        let version = event.meta.version;
        if let E::SlaPolicyDefined(defined) = body {
            return Some(SlaPolicyRow {
                tenant: key.tenant.clone(),
                id: key.id,
                place: u64::from(defined.place),
                policy: Json(defined.policy.clone()),
                archived: false,
                version,
            });
        }
        let row = row?;
        Some(match body {
            E::SlaPolicyChanged(changed) => SlaPolicyRow { policy: Json(changed.policy.clone()), version, ..row },
            E::SlaPolicyArchived(_) => SlaPolicyRow { archived: true, version, ..row },
            // An event's list names a policy once; of a damaged one the last place counts, as with the aggregate.
            E::SlaPoliciesReordered(order) => {
                match (1..).zip(&order.policy_ids).filter(|(_, id)| id.0 == key.id).last() {
                    Some((place, _)) => SlaPolicyRow { place, ..row },
                    None => row,
                }
            }
            _ => row,
        })
    }

    fn is_new(_: &SlaPolicyKey, event: &Event) -> bool {
        matches!(event.body, DomainEvent::ServiceLevel(ServiceLevelEvent::SlaPolicyDefined(_)))
    }
}
