//! One command on its way into the log: what it read, what it decided, and what to do when the log disagrees.

use std::time::Duration;

use chrono::{DateTime, Utc};
use docket_domain::{Actor, Aggregate, DecideContext, Event, Stamp, StreamId};
use docket_store::{Draft, DraftStream, Expected, IdempotencyKey, JournalError, StoreError};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use crate::cache::Cached;
use crate::{CommandError, Commands, Done, Invocation, Loaded, metric};

/// How often a command is decided again before the caller is told to try later.
const MAX_TRIES: u32 = 32;
/// How many of the events a stale caller missed are shown.
const MISSED: usize = 500;

/// A stream as this round saw it.
struct Seen {
    stream: StreamId,
    cached: Cached,
    /// Whether it was read from the log in this round: then there is nothing to confirm.
    fresh: bool,
}

/// A command being tried. Use cases load and decide on it, then [`settle`](Self::settle) appends, or says that
/// it must be done over because the world had moved.
pub(crate) struct Attempt<'a> {
    commands: &'a Commands,
    invocation: &'a Invocation,
    /// The moment of the decision.
    pub(crate) now: DateTime<Utc>,
    /// What to keep with the request key.
    pub(crate) note: Option<String>,
    tries: u32,
    about: Option<StreamId>,
    seen: Vec<Seen>,
    writes: Vec<DraftStream>,
    after: Vec<Cached>,
    queued: Option<MutexGuard<'a, ()>>,
    key_known_unused: bool,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(commands: &'a Commands, invocation: &'a Invocation) -> Self {
        Self {
            commands,
            invocation,
            now: commands.journal().clock().now(),
            note: None,
            tries: 0,
            about: None,
            seen: Vec::with_capacity(1),
            writes: Vec::with_capacity(1),
            after: Vec::with_capacity(1),
            queued: None,
            key_known_unused: false,
        }
    }

    /// The state of an aggregate, with what this attempt has already decided on it.
    pub(crate) async fn load<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> Result<Loaded<A>, CommandError> {
        let stream = self.stream::<A>(id);
        let index = self.see::<A>(stream, false).await?;
        Ok(self.current(index).loaded())
    }

    /// Decides a command. The first one of an attempt is what the answer and `if_match` are about.
    pub(crate) async fn decide<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        command: &A::Command,
    ) -> Result<(), CommandError> {
        self.decide_as::<A>(id, command, self.invocation.actor, false).await
    }

    /// Decides what follows from the command by itself: Docket is the actor.
    pub(crate) async fn follow<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        command: &A::Command,
    ) -> Result<(), CommandError> {
        self.decide_as::<A>(id, command, Actor::SYSTEM, false).await
    }

    /// Decides the command that begins an aggregate whose id was made just now: nothing is read.
    pub(crate) async fn begin<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        command: &A::Command,
    ) -> Result<(), CommandError> {
        self.decide_as::<A>(id, command, self.invocation.actor, self.tries == 0).await
    }

    async fn decide_as<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        command: &A::Command,
        actor: Actor,
        new: bool,
    ) -> Result<(), CommandError> {
        let stream = self.stream::<A>(id);
        let first = self.about.is_none();
        if first {
            self.queue_if_contended(&stream).await;
            self.about = Some(stream.clone());
        }
        let index = self.see::<A>(stream, new).await?;
        let base = self.seen[index].cached.version;
        if first && self.invocation.if_match.is_some_and(|wanted| wanted != base) {
            return Err(CommandError::Stale { current: base, missed: Vec::new() });
        }
        let current = self.current(index);
        let state = current.state::<A>();
        let (version, position) = (current.version, current.position);
        let context = DecideContext { now: self.now, actor, limits: self.commands.limits() };
        let events = state.decide(command, &context)?;
        if events.is_empty() {
            return Ok(());
        }
        let stamp = Stamp { version: version + 1, occurred_at: self.now, actor };
        let count = events.len() as u64;
        let evolved = A::clone(&state).evolved(&events, stamp);
        let id = self.seen[index].stream.id;
        let data_subject = evolved.data_subject(id);
        let drafts = events.into_iter().map(|event| Draft {
            body: event.into(),
            occurred_at: self.now,
            actor,
            data_subject,
            irregular: false,
        });
        let after = Cached::of(evolved, id, version + count, position);
        let stream = &self.seen[index].stream;
        match self.writes.iter().position(|write| write.stream == *stream) {
            Some(write) => {
                self.writes[write].drafts.extend(drafts);
                self.after[write] = after;
            }
            None => {
                self.writes.push(DraftStream {
                    stream: stream.clone(),
                    expected: Expected::Version(base),
                    drafts: drafts.collect(),
                });
                self.after.push(after);
            }
        }
        Ok(())
    }

    /// Records what was decided, or finds out why not. `None`: something had moved meanwhile, decide again.
    pub(crate) async fn settle(&mut self, decided: Result<(), CommandError>) -> Result<Option<Done>, CommandError> {
        match decided {
            Ok(()) if self.writes.is_empty() => self.settle_unchanged().await,
            Ok(()) => self.settle_append().await,
            Err(refusal @ (CommandError::Rejected(_) | CommandError::Stale { .. })) => {
                self.settle_refusal(refusal).await
            }
            Err(error) => Err(error),
        }
    }

    async fn settle_append(&mut self) -> Result<Option<Done>, CommandError> {
        let streams = std::mem::take(&mut self.writes);
        let appended = self
            .commands
            .journal()
            .append(streams, self.invocation.correlation_id, self.invocation.causation_id, self.key())
            .await;
        match appended {
            Ok(appended) if appended.replayed => Ok(Some(replayed(appended)?)),
            Ok(appended) => {
                let about = self.about.take();
                let mut answer = None;
                for (written, mut after) in appended.streams.into_iter().zip(std::mem::take(&mut self.after)) {
                    after.position = appended.position;
                    if about.as_ref() == Some(&written.stream) || answer.is_none() {
                        answer = Some((written.stream.clone(), written.version));
                    }
                    self.commands.cache().put(written.stream, after);
                }
                let (stream, version) = answer.ok_or(StoreError::Malformed("the log answered for no stream"))?;
                Ok(Some(Done {
                    stream,
                    version,
                    position: appended.position,
                    replayed: false,
                    note: self.note.take(),
                    changed: true,
                }))
            }
            Err(JournalError::Store(StoreError::Conflict { stream, .. })) => {
                self.queue(&stream).await;
                self.refresh(false).await?;
                self.again().await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn settle_unchanged(&mut self) -> Result<Option<Done>, CommandError> {
        if let Some(done) = self.first_answer().await? {
            return Ok(Some(done));
        }
        if self.refresh(true).await? {
            return self.again().await;
        }
        let about = self.about.take().and_then(|about| self.seen.iter().find(|seen| seen.stream == about));
        let seen = about.ok_or(StoreError::Malformed("nothing was decided"))?;
        Ok(Some(Done {
            stream: seen.stream.clone(),
            version: seen.cached.version,
            position: seen.cached.position,
            replayed: false,
            note: self.note.take(),
            changed: false,
        }))
    }

    async fn settle_refusal(&mut self, refusal: CommandError) -> Result<Option<Done>, CommandError> {
        if let Some(done) = self.first_answer().await? {
            return Ok(Some(done));
        }
        if self.refresh(true).await? {
            return self.again().await;
        }
        match (refusal, self.about.take(), self.invocation.if_match) {
            (CommandError::Stale { current, .. }, Some(about), Some(wanted)) => {
                let missed = match wanted < current {
                    true => self.commands.journal().read_stream(&about, wanted, MISSED).await?,
                    false => Vec::new(),
                };
                Err(CommandError::Stale { current, missed })
            }
            (refusal, ..) => Err(refusal),
        }
    }

    /// What was answered when the request's key was used before. A caller who repeats a request that went through
    /// finds the world changed by it; that is no reason to refuse.
    async fn first_answer(&mut self) -> Result<Option<Done>, CommandError> {
        if self.key_known_unused {
            return Ok(None);
        }
        let Some(key) = self.key() else { return Ok(None) };
        let found = self.commands.journal().store().find_appended(&key).await?;
        self.key_known_unused = found.is_none();
        found.map(replayed).transpose()
    }

    /// Looks at what came after the states this round saw. Whether anything did. With `unconfirmed_only`, states
    /// read from the log in this round are taken as they are.
    async fn refresh(&mut self, unconfirmed_only: bool) -> Result<bool, CommandError> {
        let mut moved = false;
        for seen in self.seen.iter().filter(|seen| !(seen.fresh && unconfirmed_only)) {
            let newer = self.commands.cache().get(&seen.stream).filter(|cached| cached.version > seen.cached.version);
            if newer.is_some() {
                moved = true;
                continue;
            }
            let after = read_on(self.commands, &seen.stream, seen.cached.clone()).await?;
            if after.version > seen.cached.version {
                moved = true;
                self.commands.cache().put(seen.stream.clone(), after);
            }
        }
        Ok(moved)
    }

    /// Forgets what this round decided, for the next one.
    async fn again(&mut self) -> Result<Option<Done>, CommandError> {
        metric::retry();
        self.tries += 1;
        if self.tries >= MAX_TRIES {
            return Err(CommandError::Busy);
        }
        if self.tries > 3 {
            tokio::time::sleep(Duration::from_millis(u64::from(self.tries.min(20)))).await;
        }
        self.about = None;
        self.note = None;
        self.seen.clear();
        self.writes.clear();
        self.after.clear();
        self.now = self.commands.journal().clock().now();
        Ok(None)
    }

    /// Those who met a conflict on a stream go one after the other; who comes while they do joins them.
    async fn queue_if_contended(&mut self, stream: &StreamId) {
        if self.tries == 0 && self.commands.queue_of(stream).try_lock().is_err() {
            self.queue(stream).await;
        }
    }

    async fn queue(&mut self, stream: &StreamId) {
        // One place at a time, given back before the next is taken: two commands can never wait for each other.
        self.queued = None;
        self.queued = Some(self.commands.queue_of(stream).lock().await);
    }

    fn stream<A: Aggregate>(&self, id: impl Into<Uuid>) -> StreamId {
        StreamId::new(self.invocation.tenant.clone(), A::CATEGORY, id)
    }

    async fn see<A: Aggregate>(&mut self, stream: StreamId, new: bool) -> Result<usize, CommandError> {
        if let Some(index) = self.seen.iter().position(|seen| seen.stream == stream) {
            return Ok(index);
        }
        let (cached, fresh) =
            if new { (Cached::nothing::<A>(stream.id), false) } else { self.commands.look_up::<A>(&stream).await? };
        self.seen.push(Seen { stream, cached, fresh });
        Ok(self.seen.len() - 1)
    }

    fn current(&self, index: usize) -> &Cached {
        let seen = &self.seen[index];
        self.writes
            .iter()
            .position(|write| write.stream == seen.stream)
            .map_or(&seen.cached, |write| &self.after[write])
    }

    fn key(&self) -> Option<IdempotencyKey> {
        self.invocation.idempotency.as_ref().map(|key| IdempotencyKey {
            tenant: self.invocation.tenant.clone(),
            key: key.key.clone(),
            fingerprint: key.fingerprint,
            note: self.note.clone().unwrap_or_default(),
        })
    }
}

/// The answer of the first time.
fn replayed(appended: docket_store::Appended) -> Result<Done, CommandError> {
    let first = appended.streams.into_iter().next().ok_or(StoreError::Malformed("the log answered for no stream"))?;
    Ok(Done {
        stream: first.stream,
        version: first.version,
        position: appended.position,
        replayed: true,
        note: appended.note.filter(|note| !note.is_empty()),
        changed: true,
    })
}

/// Folds what a stream has beyond `cached`.
pub(crate) async fn read_on(
    commands: &Commands,
    stream: &StreamId,
    mut cached: Cached,
) -> Result<Cached, CommandError> {
    const PAGE: usize = 500;
    loop {
        let events: Vec<Event> = commands.journal().read_stream(stream, cached.version, PAGE).await?;
        let last = events.len() < PAGE;
        if !events.is_empty() {
            cached = cached.after(&events);
        }
        if last {
            return Ok(cached);
        }
    }
}
