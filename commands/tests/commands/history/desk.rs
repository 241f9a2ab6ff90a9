//! A desk on disk, and lines for it.

use std::sync::Arc;

use docket_commands::export::{ExportReport, export_history};
use docket_commands::import::{ImportReport, ImportedBy, Importer};
use docket_domain::import::ImportedThrough;
use docket_domain::{Actor, Category, Event, Limits, Position, TenantId};
use docket_store::{Filter, Journal, LogUrl, MasterKey, SystemClock, Vault, open_log, open_vault};
use serde_json::{Value, json};

/// Who brings history in.
pub(crate) const IMPORTER: uuid::Uuid = uuid::Uuid::from_u128(77);

pub(crate) struct Desk {
    _folder: tempfile::TempDir,
    pub(crate) journal: Journal,
    pub(crate) vault: Vault,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock);
        let log = open_log(&LogUrl::Sqlite(folder.path().join("log.db")), clock.clone()).await.unwrap();
        let path = folder.path().join("vault.db").display().to_string();
        let vault = open_vault(&path, MasterKey::from_bytes(&[1; 32]), clock.clone()).await.unwrap();
        let journal = Journal::new(log, Arc::new(vault.clone()), clock);
        Self { _folder: folder, journal, vault }
    }

    pub(crate) async fn import(&self, text: &[u8]) -> ImportReport {
        let accounts = self.vault.accounts();
        let by = ImportedBy { actor: Actor::agent(IMPORTER), through: ImportedThrough::Api };
        let limits = Limits::default();
        let mut importer = Importer::new(self.journal.clone(), accounts, tenant(), limits, by).await.unwrap();
        for piece in text.chunks(97) {
            importer.push(piece).await.unwrap();
        }
        importer.finish().await.unwrap()
    }

    pub(crate) async fn import_lines(&self, lines: &[Value]) -> ImportReport {
        let text: Vec<String> = lines.iter().map(Value::to_string).collect();
        self.import(text.join("\n").as_bytes()).await
    }

    pub(crate) async fn export(&self) -> (ExportReport, Vec<u8>) {
        let mut out = Vec::new();
        let report = export_history(&self.journal, &tenant(), &mut out, |_, _| {}).await.unwrap();
        (report, out)
    }

    /// Everything that came in, without the records of who brought it.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let mut events = self.all_events().await;
        events.retain(|event| event.meta.stream.category != Category::Import);
        events
    }

    pub(crate) async fn all_events(&self) -> Vec<Event> {
        self.journal.read_all(Position::START, &Filter::default(), 100_000).await.unwrap().events
    }

    pub(crate) async fn head(&self) -> Position {
        self.journal.store().head().await.unwrap()
    }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

pub(crate) fn agent(n: u32) -> Value {
    json!({"kind": "agent", "external_id": format!("a{n}"), "name": format!("Agent {n}")})
}

pub(crate) fn person(n: u32) -> Value {
    json!({"external_id": format!("a{n}"), "name": format!("Agent {n}")})
}

pub(crate) fn ticket(external_id: &str, history: Value) -> Value {
    json!({
        "type": "ticket", "external_id": external_id, "subject": "Printer", "description": "It burns",
        "category": "hardware", "priority": "high", "department": "Support",
        "customer": {"external_id": "c1", "name": "Ada", "email": "ada@example.org"},
        "opened_at": "2020-05-01T10:00:00Z", "history": history,
    })
}

pub(crate) fn step(minute: u32, actor: Value, action: &str, more: Value) -> Value {
    let mut step = json!({"at": format!("2020-05-01T10:{minute:02}:00Z"), "actor": actor, "action": action});
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

pub(crate) fn whole_history() -> Value {
    json!([
        step(1, agent(1), "assign", json!({"to": person(1)})),
        step(1, agent(1), "status", json!({"to": "in_progress"})),
        step(2, agent(1), "message", json!({"body": "Water?"})),
        step(3, json!({"kind": "customer"}), "message", json!({"body": "No!"})),
        step(4, agent(2), "note", json!({"body": "Send somebody"})),
        step(5, agent(2), "priority", json!({"to": "urgent"})),
        step(6, agent(2), "category", json!({"to": "fire"})),
        step(7, agent(2), "department", json!({"to": "Fire brigade"})),
        step(8, agent(2), "tags", json!({"to": ["hot", "big"]})),
        step(9, agent(2), "custom_fields", json!({"to": {"floor": 3}})),
        step(10, agent(2), "unassign", json!({})),
        step(11, json!({"kind": "system"}), "status", json!({"to": "resolved", "reason": "rain"})),
        step(12, json!({"kind": "customer"}), "feedback", json!({"rating": 4, "comment": "wet"})),
        step(13, agent(1), "status", json!({"to": "closed"})),
    ])
}
