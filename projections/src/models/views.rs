//! Saved views, each with its place in the list it stands in.

use chrono::{DateTime, Utc};
use docket_domain::view::{ViewEvent, ViewFilter, ViewListEvent, ViewSort};
use docket_domain::{DomainEvent, Event, PersonalText, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A saved view. `filter` is without what is personal in it.
    ViewRow / ViewKey in "views" {
        key { tenant: TenantId, id: Uuid }
        plain {
            owner_id: Uuid,
            shared: bool,
            place: u64,
            name: String,
            filter: Json<ViewFilter>,
            sort: ViewSort,
            saved_at: DateTime<Utc>,
            updated_at: DateTime<Utc>,
            version: u64,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            order_ref: Option<String>,
            search: Option<String>,
        }
    }
}

/// The place of a view that no list has named yet: after all others.
const NOWHERE: u64 = 1_000_000;

/// The model.
pub(crate) struct Views;

impl ViewRow {
    fn set(&mut self, name: &str, filter: &ViewFilter, sort: ViewSort, shared: bool) {
        let mut filter = filter.clone();
        let known = |text: Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
        self.order_ref = known(filter.order_ref.take());
        self.search = known(filter.search.take());
        name.clone_into(&mut self.name);
        self.filter = Json(filter);
        self.sort = sort;
        self.shared = shared;
    }
}

impl Model for Views {
    type Row = ViewRow;
    const VERSION: i64 = 1;
    ddl!("views");

    fn keys(event: &Event, keys: &mut Vec<ViewKey>) {
        let tenant = &event.meta.stream.tenant;
        match &event.body {
            DomainEvent::View(_) => keys.push(ViewKey { tenant: tenant.clone(), id: event.meta.stream.id }),
            DomainEvent::ViewList(ViewListEvent::ViewsArranged(arranged)) => {
                keys.extend(arranged.view_ids.iter().map(|id| ViewKey { tenant: tenant.clone(), id: id.0 }));
            }
            _ => {}
        }
    }

    fn fold(key: &ViewKey, row: Option<ViewRow>, event: &Event) -> Option<ViewRow> {
        let meta = &event.meta;
        match &event.body {
            DomainEvent::ViewList(ViewListEvent::ViewsArranged(arranged)) => {
                let mut row = row?;
                let place = arranged.view_ids.iter().position(|id| id.0 == key.id);
                row.place = place.map_or(row.place, |place| place as u64);
                Some(row)
            }
            DomainEvent::View(ViewEvent::ViewSaved(saved)) => {
                let mut row = ViewRow {
                    tenant: key.tenant.clone(),
                    id: key.id,
                    owner_id: saved.owner_id.0,
                    shared: saved.shared,
                    place: NOWHERE,
                    name: String::new(),
                    filter: Json::default(),
                    sort: saved.sort,
                    saved_at: meta.occurred_at,
                    updated_at: meta.occurred_at,
                    version: meta.version,
                    data_subject: meta.data_subject.map(|person| person.0),
                    order_ref: None,
                    search: None,
                };
                row.set(&saved.name, &saved.filter, saved.sort, saved.shared);
                Some(row)
            }
            DomainEvent::View(ViewEvent::ViewChanged(changed)) => {
                let mut row = row?;
                row.set(&changed.name, &changed.filter, changed.sort, changed.shared);
                row.updated_at = meta.occurred_at;
                row.version = meta.version;
                Some(row)
            }
            DomainEvent::View(ViewEvent::ViewDeleted(_)) => None,
            _ => row,
        }
    }

    fn is_new(key: &ViewKey, event: &Event) -> bool {
        event.meta.stream.id == key.id && event.meta.version == 1
    }
}
