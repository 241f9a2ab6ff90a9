//! A log that takes one stream at a time keeps capacity all the same.

use std::sync::Arc;

use async_trait::async_trait;
use docket_commands::StartChat;
use docket_domain::chat::{Chat, ChatStatus, EndedBy};
use docket_domain::{Actor, ChatId, CustomerId, Position, StreamId, TenantId};
use docket_store::{
    Append, Appended, Capabilities, EventStore, Filter, IdempotencyKey, Page, RecordedEvent, StoreError, new_id,
};
use futures::future::join_all;
use tokio::sync::watch;

use crate::desk::{Desk, code};

/// A log that can do less than the one it stands before.
#[derive(Debug)]
struct OneStream(Arc<dyn EventStore>);

#[async_trait]
impl EventStore for OneStream {
    fn capabilities(&self) -> Capabilities {
        Capabilities { multi_stream_append: false, ..self.0.capabilities() }
    }
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        if append.streams.len() > 1 {
            return Err(StoreError::Unsupported("append to several streams"));
        }
        self.0.append(append).await
    }
    async fn find_appended(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        self.0.find_appended(key).await
    }
    async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        self.0.read_stream(stream, after, limit).await
    }
    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
        self.0.read_all(after, filter, limit).await
    }
    async fn head(&self) -> Result<Position, StoreError> {
        self.0.head().await
    }
    fn appended(&self) -> watch::Receiver<Position> {
        self.0.appended()
    }
    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        self.0.reserve_numbers(tenant, sequence, count).await
    }
    async fn set_numbers_aside(&self, tenant: &TenantId, sequence: &str, through: u64) -> Result<u64, StoreError> {
        self.0.set_numbers_aside(tenant, sequence, through).await
    }
    async fn close(&self) {
        self.0.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn places_are_kept_and_given_back() {
    let desk = Desk::new().await;
    let store = Arc::new(OneStream(Arc::clone(desk.journal.store())));
    let desk = Desk::over(desk.place, store, desk.vault);
    let (a, b) = (desk.agent(2).await, desk.agent(2).await);
    let mut chats = Vec::new();
    for _ in 0..10 {
        let visitor = CustomerId(new_id());
        let start = StartChat { message: Some("Hello".into()), ..StartChat::of(visitor) };
        let done = desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &start).await.unwrap();
        chats.push(ChatId(done.stream.id));
    }
    // Two agents reach for every chat at once: one place each is all that may remain taken.
    let outcomes = join_all(chats.iter().flat_map(|chat| [(*chat, a), (*chat, b)]).map(|(chat, agent)| {
        let (commands, by) = (desk.commands.clone(), desk.by(Actor::agent(agent)));
        tokio::spawn(async move { code(commands.accept_chat(&by, chat, agent).await) })
    }))
    .await;
    assert!(outcomes.iter().all(|outcome| outcome.is_ok()));
    // Who lost a chat has their place back: as many chats as there are places can be taken now, one after the other.
    for (chat, agent) in chats.iter().flat_map(|chat| [(*chat, a), (*chat, b)]) {
        code(desk.commands.accept_chat(&desk.by(Actor::agent(agent)), chat, agent).await);
    }
    for agent in [a, b] {
        let state = desk.load_agent(agent).await;
        assert_eq!(state.taken_places(), 2);
        for chat in state.active_chats {
            let held = desk.commands.load_fresh::<Chat>(&desk.tenant, chat).await.unwrap();
            assert_eq!((held.agent_id, held.status), (Some(agent), ChatStatus::Active));
            desk.commands.end_chat(&desk.by(Actor::agent(agent)), chat, EndedBy::Agent).await.unwrap();
        }
        assert_eq!(desk.load_agent(agent).await.taken_places(), 0);
    }
}
