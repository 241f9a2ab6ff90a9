//! A forger who can write to the log's rows and compute hashes, and a small desk to forge.

use std::fmt::Write as _;
use std::sync::Arc;

use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered, PersonalDataErased};
use docket_domain::ticket::{Channel, Priority, TicketEvent, TicketNumber, TicketOpened};
use docket_domain::{
    Actor, Category, CustomerId, DomainEvent, MessageId, PersonId, PersonalText, Position, StreamId, TenantId,
};
use docket_store::chain::{GENESIS, Leaf, link};
use docket_store::vault::{MasterKey, Vault, open_vault};
use docket_store::{Clock as _, Draft, DraftStream, EventStore, Expected, Journal, SystemClock, new_id};

use super::harness::*;

/// A desk: Anna with three tickets, and Bob, who was erased; beside it another organisation.
pub(crate) struct SmallDesk {
    pub(crate) journal: Journal,
    pub(crate) vault: Vault,
    pub(crate) anna: CustomerId,
    pub(crate) bob: CustomerId,
    pub(crate) tickets: Vec<StreamId>,
}

/// The other tenant.
pub(crate) fn other() -> TenantId {
    TenantId::new("other").unwrap()
}

impl SmallDesk {
    /// Nine events.
    pub(crate) async fn new(backend: &impl Tamper) -> Self {
        let clock = Arc::new(SystemClock);
        let vault = open_vault(&backend.vault(), MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
        let journal = Journal::new(backend.open().await, Arc::new(vault.clone()), clock);
        let (anna, bob) = (CustomerId(new_id()), CustomerId(new_id()));
        let mut desk = Self { journal, vault, anna, bob, tickets: Vec::new() };
        desk.customer(acme(), anna, "Anna").await;
        desk.customer(acme(), bob, "Bob").await;
        desk.customer(other(), CustomerId(new_id()), "Carla").await;
        for _ in 0..3 {
            desk.ticket().await;
            desk.customer(other(), CustomerId(new_id()), "Dora").await;
        }
        // A copy of the vault from before.
        backend.tamper_vault("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT * FROM person_keys".into()).await;
        desk.erase_bob().await;
        desk
    }

    pub(crate) fn store(&self) -> &Arc<dyn EventStore> {
        self.journal.store()
    }

    pub(crate) async fn customer(&self, tenant: TenantId, id: CustomerId, name: &str) {
        let body = CustomerEvent::from(CustomerRegistered {
            kind: CustomerKind::Customer,
            name: Some(PersonalText::Known(name.to_owned())),
            email: None,
            phone: None,
            external_id: None,
            email_verified: None,
        });
        self.append(StreamId::new(tenant, Category::Customer, id), PersonId::from(id), body.into()).await;
    }

    /// Anna opens one more.
    pub(crate) async fn ticket(&mut self) {
        let number = self.store().reserve_numbers(&acme(), "ticket", 1).await.unwrap();
        let body = TicketEvent::from(TicketOpened {
            number: TicketNumber(number),
            subject: "It hums".to_owned().into(),
            description: "Loudly".to_owned().into(),
            message_id: MessageId(new_id()),
            category: "general".into(),
            priority: Priority::Medium,
            customer_id: self.anna,
            department_id: None,
            order_ref: None,
            tags: Vec::new(),
            custom_fields: Default::default(),
            personal_fields: Default::default(),
            channel: Channel::Portal,
            follow_up_of: None,
            chat_id: None,
            author: None,
            written_at: None,
        });
        let stream = fresh_stream();
        self.append(stream.clone(), PersonId::from(self.anna), body.into()).await;
        self.tickets.push(stream);
    }

    async fn erase_bob(&self) {
        use docket_store::Keyring as _;
        self.vault.destroy(&acme(), PersonId::from(self.bob)).await.unwrap();
        let stream = StreamId::new(acme(), Category::Customer, self.bob);
        let body = CustomerEvent::from(PersonalDataErased {});
        self.append(stream, PersonId::from(self.bob), body.into()).await;
    }

    async fn append(&self, stream: StreamId, person: PersonId, body: DomainEvent) {
        let occurred_at = SystemClock.now();
        let data_subject = Some(person);
        let draft = Draft { body, occurred_at, actor: Actor::SYSTEM, data_subject, irregular: false };
        let streams = vec![DraftStream { stream, expected: Expected::Any, drafts: vec![draft] }];
        self.journal.append(streams, new_id(), None, None).await.unwrap();
    }
}

/// Closes the chain behind whatever was done to the rows: new positions without holes, and hashes that follow.
pub(crate) async fn rechain<B: Tamper>(backend: &B) {
    let store = backend.open().await;
    let (mut sql, mut hash, mut scratch) = ("UPDATE events SET position = -position;".to_owned(), GENESIS, Vec::new());
    for (event, position) in whole_log(&*store).await.iter().zip(1_u64..) {
        hash = link(&hash, &Leaf::of(event).hash(&mut scratch));
        let (was, hash) = (event.meta.position, B::bytes(&hash));
        write!(sql, "UPDATE events SET position = {position}, hash = {hash} WHERE position = -{was};").unwrap();
    }
    backend.tamper(sql).await;
    store.close().await;
}

/// The position of a stream's first event.
pub(crate) async fn position_of(store: &dyn EventStore, stream: &StreamId) -> Position {
    whole_stream(store, stream).await[0].meta.position
}
