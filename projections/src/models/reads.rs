//! How far everybody has read: what unread counts subtract.

use docket_domain::chat::ChatEvent;
use docket_domain::ticket::TicketEvent;
use docket_domain::{Actor, DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::table;

table! {
    /// How far one person has read one conversation.
    ReadRow / ReadKey in "reads" {
        key { tenant: TenantId, conversation_id: Uuid, reader_id: Uuid }
        plain {
            up_to_version: u64,
            customer_messages: i64,
            agent_messages: i64,
        }
    }
}

/// The model.
pub(crate) struct Reads;

/// Reader, version, customer's and agents' messages seen.
fn read(event: &Event) -> Option<(Uuid, u64, u32, u32)> {
    let (reader, version, customer, agent): (Actor, u64, u32, u32) = match &event.body {
        DomainEvent::Ticket(TicketEvent::MessagesRead(r)) => {
            (r.reader, r.up_to_version, r.customer_messages, r.agent_messages)
        }
        DomainEvent::Chat(ChatEvent::MessagesRead(r)) => {
            (r.reader, r.up_to_version, r.customer_messages, r.agent_messages)
        }
        _ => return None,
    };
    reader.id.map(|id| (id, version, customer, agent))
}

impl Model for Reads {
    type Row = ReadRow;
    const VERSION: i64 = 1;
    ddl!("reads");

    fn keys(event: &Event, keys: &mut Vec<ReadKey>) {
        if let Some((reader_id, ..)) = read(event) {
            let tenant = event.meta.stream.tenant.clone();
            keys.push(ReadKey { tenant, conversation_id: event.meta.stream.id, reader_id });
        }
    }

    fn fold(key: &ReadKey, row: Option<ReadRow>, event: &Event) -> Option<ReadRow> {
        let Some((_, version, customer, agent)) = read(event) else { return row };
        let before = row.map_or((0, 0, 0), |row| (row.up_to_version, row.customer_messages, row.agent_messages));
        Some(ReadRow {
            tenant: key.tenant.clone(),
            conversation_id: key.conversation_id,
            reader_id: key.reader_id,
            // Reading never goes back.
            up_to_version: before.0.max(version),
            customer_messages: before.1.max(customer.into()),
            agent_messages: before.2.max(agent.into()),
        })
    }
}
