//! That there was an import, by whom, and what came of it.

use docket_domain::import::{ImportFinished, ImportStarted, ImportedThrough};
use docket_domain::{Actor, Category, DomainEvent, StreamId, TenantId};
use docket_store::{Draft, DraftStream, Expected, Journal, JournalError, StoreError, new_id};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::report::ImportReport;

/// Who brings history in, and how.
#[derive(Debug, Clone, Copy)]
pub struct ImportedBy {
    /// Whoever vouches for it.
    pub actor: Actor,
    /// The door it comes through.
    pub through: ImportedThrough,
}

/// The import's own stream. It begins when there is something to bring in.
pub(super) struct Record {
    journal: Journal,
    stream: StreamId,
    by: ImportedBy,
    started: OnceCell<Uuid>,
}

impl Record {
    pub(super) fn new(journal: Journal, tenant: TenantId, by: ImportedBy) -> Self {
        let stream = StreamId::new(tenant, Category::Import, new_id());
        Self { journal, stream, by, started: OnceCell::new() }
    }

    /// What all that comes in has as its correlation.
    pub(super) fn id(&self) -> Uuid {
        self.stream.id
    }

    /// Whether anything came in.
    pub(super) fn has_begun(&self) -> bool {
        self.started.initialized()
    }

    /// What all that comes in has as its cause: the event that says who brings it.
    pub(super) async fn cause(&self) -> Result<Uuid, JournalError> {
        let begin = async || {
            self.append(ImportStarted { through: self.by.through }, Expected::Version(0)).await?;
            let events = self.journal.read_stream(&self.stream, 0, 1).await?;
            let missing = || StoreError::Unavailable("the import's own record is gone".into());
            Ok(events.first().ok_or_else(missing)?.meta.event_id)
        };
        self.started.get_or_try_init(begin).await.copied()
    }

    /// Says what came of it, if it brought anything in.
    pub(super) async fn finish(&self, report: &ImportReport, lines: u64, sha256: String) -> Result<(), JournalError> {
        if !self.has_begun() {
            return Ok(());
        }
        let finished = ImportFinished {
            sha256,
            lines,
            tickets: report.tickets,
            chats: report.chats,
            others: report.others,
            events: report.events,
            irregular: report.irregular,
            unchanged: report.unchanged,
            renumbered: report.renumbered,
            refused: report.refused_count,
        };
        self.append(finished, Expected::Version(1)).await
    }

    async fn append(
        &self,
        event: impl Into<docket_domain::import::ImportEvent>,
        expected: Expected,
    ) -> Result<(), JournalError> {
        let draft = Draft {
            body: DomainEvent::Import(event.into()),
            occurred_at: self.journal.clock().now(),
            actor: self.by.actor,
            data_subject: None,
            irregular: false,
        };
        let stream = DraftStream { stream: self.stream.clone(), expected, drafts: vec![draft] };
        self.journal.append(vec![stream], self.stream.id, None, None).await.map(drop)
    }
}
