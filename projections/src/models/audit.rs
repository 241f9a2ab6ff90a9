//! The audit trail: one row an event, without what is personal in it.

use chrono::{DateTime, Utc};
use docket_domain::{Category, Data, DomainEvent, Event, PersonalText, TenantId};
use serde_json::Value;
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::names::ActorName;
use crate::table::{Json, table};

table! {
    /// An event as the audit trail shows it.
    AuditRow / AuditKey in "audit" {
        key { tenant: TenantId, position: u64 }
        plain {
            event_id: Uuid,
            category: Category,
            stream_id: Uuid,
            version: u64,
            event_type: String,
            actor_kind: ActorName,
            actor_id: Option<Uuid>,
            occurred_at: DateTime<Utc>,
            recorded_at: DateTime<Utc>,
            correlation_id: Uuid,
            causation_id: Option<Uuid>,
            irregular: bool,
            details: Json<Value>,
        }
    }
}

/// The model.
pub(crate) struct Audit;

/// The payload without what is personal, or somebody's alone. Fields that are null are left out: an erased text and one that was never
/// given look the same, whichever way the event came.
fn details(body: &DomainEvent) -> Value {
    let mut body = body.clone();
    body.visit_personal(&mut |text| *text = PersonalText::Erased);
    let mut details = body.encode().ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Value::Null);
    if let Value::Object(fields) = &mut details {
        let private = Data::private_in(&body).map_or(&[] as &[&str], |(_, fields)| fields);
        fields.retain(|name, value| !value.is_null() && !private.contains(&name.as_str()));
    }
    details
}

impl Model for Audit {
    type Row = AuditRow;
    const VERSION: i64 = 3;
    const FRESH: bool = true;
    ddl!("audit");

    fn keys(event: &Event, keys: &mut Vec<AuditKey>) {
        keys.push(AuditKey { tenant: event.meta.stream.tenant.clone(), position: event.meta.position.0 });
    }

    fn fold(key: &AuditKey, _: Option<AuditRow>, event: &Event) -> Option<AuditRow> {
        let meta = &event.meta;
        Some(AuditRow {
            tenant: key.tenant.clone(),
            position: key.position,
            event_id: meta.event_id,
            category: meta.stream.category,
            stream_id: meta.stream.id,
            version: meta.version,
            event_type: event.body.event_type().to_owned(),
            actor_kind: ActorName(meta.actor.kind),
            actor_id: meta.actor.id,
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            correlation_id: meta.correlation_id,
            causation_id: meta.causation_id,
            irregular: meta.irregular,
            details: Json(details(&event.body)),
        })
    }
}
