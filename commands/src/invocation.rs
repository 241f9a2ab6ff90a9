//! What comes with a command, and what comes back.

use aws_lc_rs::digest::{Context, SHA256};
use docket_domain::ticket::TicketNumber;
use docket_domain::{Actor, Event, Position, StreamId, TenantId};
use docket_store::new_id;
use uuid::Uuid;

use crate::Mandate;

/// Under which a command happens once. What was refused leaves no trace of its key, and may be tried again under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The key as the log keeps it, at most 255 bytes, unique within the tenant.
    pub key: String,
    /// SHA-256 of the request, so that the same key with another request is noticed.
    pub fingerprint: [u8; 32],
}

impl RequestKey {
    /// The key a caller chose for a request. Keys of different actors never meet. `request` is whatever tells one
    /// request from another: method, path and body.
    pub fn of_request(actor: &Actor, key: &str, request: &[&[u8]]) -> Self {
        let actor_id = actor.id.unwrap_or_default();
        let key = digest(&[actor.kind.as_str().as_bytes(), actor_id.as_bytes(), key.as_bytes()]);
        Self { key: format!("request:{}", hex(&key)), fingerprint: digest(request) }
    }

    /// The key under which history's ticket gets its number: one number, one ticket.
    pub(crate) fn of_number(number: TicketNumber, ticket: Uuid) -> Self {
        Self { key: format!("number:{number}"), fingerprint: digest(&[ticket.as_bytes()]) }
    }

    /// Whether somebody chose it for a request. What a command of Docket's own found nothing to do for may be looked at again:
    /// its key says why it is carried out, not that it was.
    pub(crate) fn is_of_request(&self) -> bool {
        self.key.starts_with("request:")
    }

    /// The key of a command that follows from something else: `cause` says from what, e.g. `wake:<ticket>:<version>`.
    /// At most 240 bytes.
    pub fn of_cause(cause: &str) -> Self {
        Self { key: format!("cause:{cause}"), fingerprint: digest(&[cause.as_bytes()]) }
    }
}

/// SHA-256 over length-prefixed parts.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The versions at which a caller has a command carried out: any of those they know, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Vec<u64>);

impl IfMatch {
    /// At this version alone.
    pub fn at(version: u64) -> Self {
        Self(vec![version])
    }

    /// At any of these; of none at no version at all.
    pub fn any_of(versions: impl IntoIterator<Item = u64>) -> Self {
        Self(versions.into_iter().collect())
    }

    /// Whether this version is one of them.
    pub fn takes(&self, version: u64) -> bool {
        self.0.contains(&version)
    }

    /// The latest version before `current` that the caller knows: what came after it they have missed.
    pub(crate) fn known_before(&self, current: u64) -> Option<u64> {
        self.0.iter().copied().filter(|version| *version < current).max()
    }
}

/// Who asks for a command, from where, and under which conditions.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// Who asks. Checked by the caller.
    pub actor: Actor,
    /// The request everything that follows came from.
    pub correlation_id: Uuid,
    /// The event that led to this, for what happens by itself.
    pub causation_id: Option<Uuid>,
    /// Makes the command happen once.
    pub idempotency: Option<RequestKey>,
    /// The version at which the caller last saw what the command is about; another one refuses it as stale.
    pub if_match: Option<IfMatch>,
    /// On whose authority rights are handed out; Docket's own if absent.
    pub mandate: Option<Mandate>,
}

impl Invocation {
    /// By `actor`, of a new request, unconditionally.
    pub fn by(tenant: TenantId, actor: Actor) -> Self {
        Self {
            tenant,
            actor,
            correlation_id: new_id(),
            causation_id: None,
            idempotency: None,
            if_match: None,
            mandate: None,
        }
    }

    /// By Docket itself, because of `event`; once for each `cause` (see [`RequestKey::of_cause`]).
    pub fn because_of(event: &Event, cause: &str) -> Self {
        Self {
            tenant: event.meta.stream.tenant.clone(),
            actor: Actor::SYSTEM,
            correlation_id: event.meta.correlation_id,
            causation_id: Some(event.meta.event_id),
            idempotency: Some(RequestKey::of_cause(cause)),
            if_match: None,
            mandate: None,
        }
    }

    /// By Docket itself, because of something that is no event, such as time; once for each `cause`.
    pub fn by_itself(tenant: &TenantId, cause: &str) -> Self {
        Self::by(tenant.clone(), Actor::SYSTEM).once(RequestKey::of_cause(cause))
    }

    /// The same, under a key.
    #[must_use]
    pub fn once(mut self, key: RequestKey) -> Self {
        self.idempotency = Some(key);
        self
    }

    /// The same, on somebody's authority.
    #[must_use]
    pub fn with_mandate(mut self, mandate: Mandate) -> Self {
        self.mandate = Some(mandate);
        self
    }

    /// The same, if the version still is `version`.
    #[must_use]
    pub fn if_at(mut self, version: u64) -> Self {
        self.if_match = Some(IfMatch::at(version));
        self
    }
}

/// A command that was carried out: its events are on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What the command was about.
    pub stream: StreamId,
    /// The stream's version after it (on replay: after it happened the first time).
    pub version: u64,
    /// A position at or after its last event: a read model that has come this far shows it. Never beyond what this stream's own
    /// appends reached.
    pub position: Position,
    /// Whether it had happened before, under the same key, and nothing happened now.
    pub replayed: bool,
    /// What the use case needs to answer again as it did the first time, e.g. the number of a ticket.
    pub note: Option<String>,
    /// Whether anything was recorded, now or (replayed) the first time. `false`: things were already as asked.
    pub changed: bool,
}
