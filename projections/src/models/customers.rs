//! Customers and visitors.

use chrono::{DateTime, Utc};
use docket_domain::chat::ChatEvent;
use docket_domain::customer::{CustomerEvent, CustomerKind};
use docket_domain::ticket::TicketEvent;
use docket_domain::{Actor, ActorKind, DomainEvent, Event, PersonalText, TenantId, normal_email, normal_external_id};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::table;

table! {
    /// A customer or visitor.
    CustomerRow / CustomerKey in "customers" {
        key { tenant: TenantId, id: Uuid }
        plain {
            kind: CustomerKind,
            merged_into: Option<Uuid>,
            email_verified: bool,
            erased: bool,
            ticket_count: i64,
            chat_count: i64,
            registered_at: DateTime<Utc>,
            registered_position: u64,
            last_activity_at: Option<DateTime<Utc>>,
            version: u64,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            name: Option<String>,
            email: Option<String>,
            email_key: Option<String>,
            phone: Option<String>,
            external_id: Option<String>,
            stated_name: Option<String>,
            stated_email: Option<String>,
        }
        words of registered_position { name, email, phone, external_id, stated_name, stated_email }
    }
}

/// The model.
pub(crate) struct Customers;

/// The customer an event is about or by.
fn concerned(event: &Event) -> Option<Uuid> {
    match &event.body {
        DomainEvent::Customer(_) => Some(event.meta.stream.id),
        DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => Some(opened.customer_id.into()),
        // A ticket is about its customer.
        DomainEvent::Ticket(TicketEvent::TicketArchived(_) | TicketEvent::TicketDeleted(_)) => {
            event.meta.data_subject.map(|person| person.0)
        }
        DomainEvent::Chat(ChatEvent::ChatStarted(started)) => Some(started.customer_id.into()),
        DomainEvent::Ticket(_) | DomainEvent::Chat(_) if event.meta.actor.kind == ActorKind::Customer => {
            event.meta.actor.id
        }
        _ => None,
    }
}

fn known(text: Option<&PersonalText>) -> Option<String> {
    text.and_then(PersonalText::to_known)
}

/// The form in which an address is looked for.
fn key_of(email: Option<&PersonalText>) -> Option<String> {
    email.and_then(PersonalText::known).map(normal_email)
}

impl Model for Customers {
    type Row = CustomerRow;
    const VERSION: i64 = 6;
    ddl!("customers");

    fn keys(event: &Event, keys: &mut Vec<CustomerKey>) {
        if let Some(id) = concerned(event) {
            keys.push(CustomerKey { tenant: event.meta.stream.tenant.clone(), id });
        }
    }

    fn fold(key: &CustomerKey, row: Option<CustomerRow>, event: &Event) -> Option<CustomerRow> {
        let at = event.meta.occurred_at;
        let mut row = match (row, &event.body) {
            (None, DomainEvent::Customer(CustomerEvent::CustomerRegistered(registered))) => {
                return Some(CustomerRow {
                    tenant: key.tenant.clone(),
                    id: key.id,
                    kind: registered.kind,
                    merged_into: None,
                    email_verified: registered.is_email_verified(event.meta.actor),
                    erased: false,
                    ticket_count: 0,
                    chat_count: 0,
                    registered_at: at,
                    registered_position: event.meta.position.0,
                    last_activity_at: None,
                    version: event.meta.version,
                    data_subject: event.meta.data_subject.map(|person| person.0),
                    name: known(registered.name.as_ref()),
                    email: known(registered.email.as_ref()),
                    email_key: key_of(registered.email.as_ref()),
                    phone: known(registered.phone.as_ref()),
                    external_id: known(registered.external_id.as_ref()).map(|id| normal_external_id(&id)),
                    stated_name: None,
                    stated_email: None,
                });
            }
            (None, _) => return None,
            (Some(row), _) => row,
        };
        match &event.body {
            DomainEvent::Customer(body) => {
                change(&mut row, body, event.meta.actor);
                row.version = event.meta.version;
            }
            DomainEvent::Ticket(TicketEvent::TicketOpened(_)) => row.ticket_count += 1,
            DomainEvent::Ticket(TicketEvent::TicketArchived(_)) => row.ticket_count -= 1,
            DomainEvent::Ticket(TicketEvent::TicketDeleted(deleted)) if !deleted.was_archived => row.ticket_count -= 1,
            DomainEvent::Chat(ChatEvent::ChatStarted(_)) => row.chat_count += 1,
            _ => {}
        }
        if event.meta.actor.kind == ActorKind::Customer && event.meta.actor.id == Some(key.id) {
            row.last_activity_at = row.last_activity_at.max(Some(at));
        }
        Some(row)
    }

    fn is_new(key: &CustomerKey, event: &Event) -> bool {
        event.meta.version == 1 && event.meta.stream.id == key.id && matches!(event.body, DomainEvent::Customer(_))
    }
}

fn change(row: &mut CustomerRow, body: &CustomerEvent, actor: Actor) {
    match body {
        CustomerEvent::CustomerRegistered(_) | CustomerEvent::VisitorAbsorbed(_) => {}
        CustomerEvent::CustomerDetailsChanged(details) => {
            row.name = known(details.name.as_ref());
            row.email = known(details.email.as_ref());
            row.email_key = key_of(details.email.as_ref());
            row.email_verified = details.is_email_verified(actor);
            (row.stated_name, row.stated_email) = (None, None);
            row.phone = known(details.phone.as_ref());
        }
        CustomerEvent::ContactStated(stated) => {
            row.stated_name = known(stated.name.as_ref());
            row.stated_email = known(stated.email.as_ref());
        }
        CustomerEvent::VisitorMerged(merged) => row.merged_into = Some(merged.into.into()),
        // The writer empties what is personal, here as in every table.
        CustomerEvent::PersonalDataErased(_) => {
            row.erased = true;
            row.email_verified = false;
        }
    }
}
