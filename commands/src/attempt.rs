//! One command on its way into the log: what it read and what it decided. [`settle`](crate::settle) is the other half.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use docket_domain::ticket::TicketNumber;
use docket_domain::{Actor, ActorKind, Aggregate, DecideContext, Event, PublicHistory, Rejection, Stamp, StreamId};
use docket_store::{Draft, DraftStream, Expected};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use crate::cache::Cached;
use crate::{CommandError, Commands, Invocation, Loaded};

/// A stream as this round saw it.
pub(crate) struct Seen {
    pub(crate) stream: StreamId,
    pub(crate) cached: Cached,
    /// Whether it was read from the log in this round: then there is nothing to confirm.
    pub(crate) fresh: bool,
}

/// A command being tried. Use cases load and decide on it, then [`settle`](Self::settle) appends, or says that
/// it must be done over because the world had moved.
pub(crate) struct Attempt<'a> {
    pub(crate) commands: &'a Commands,
    pub(crate) invocation: &'a Invocation,
    /// The moment of the decision.
    pub(crate) now: DateTime<Utc>,
    /// What to keep with the request key.
    pub(crate) note: Option<String>,
    /// How often it was tried before.
    pub(crate) tries: u32,
    /// What the answer is about: the first stream a command was decided on.
    pub(crate) about: Option<StreamId>,
    /// Up to which version of its stream a stale caller has seen it, if they have.
    pub(crate) seen_upto: Option<u64>,
    pub(crate) seen: Vec<Seen>,
    /// Streams that must stand where they were seen for the append to happen, besides those it writes to.
    pub(crate) relied: Vec<StreamId>,
    pub(crate) writes: Vec<DraftStream>,
    /// The states after `writes`, in their order.
    pub(crate) after: Vec<Cached>,
    queued: Option<MutexGuard<'a, ()>>,
    /// Whether the request key was looked up in vain.
    pub(crate) key_is_new: bool,
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
            seen_upto: None,
            seen: Vec::with_capacity(1),
            relied: Vec::new(),
            writes: Vec::with_capacity(1),
            after: Vec::with_capacity(1),
            queued: None,
            key_is_new: false,
        }
    }

    /// The state of an aggregate, with what this attempt has already decided on it.
    pub(crate) async fn load<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> Result<Loaded<A>, CommandError> {
        let stream = self.stream::<A>(id);
        let index = self.see::<A>(stream, false).await?;
        Ok(self.current(index).loaded())
    }

    /// The state of an aggregate as it is before this command, which is carried out only as long as it stands so.
    pub(crate) async fn rely_on<A: Aggregate>(&mut self, id: impl Into<Uuid>) -> Result<Loaded<A>, CommandError> {
        let stream = self.stream::<A>(id);
        let index = self.see::<A>(stream.clone(), false).await?;
        if !self.relied.contains(&stream) {
            self.relied.push(stream);
        }
        Ok(self.seen[index].cached.loaded())
    }

    /// Decides a command. The first one of an attempt is what the answer and `if_match` are about.
    pub(crate) async fn decide<A: Aggregate>(
        &mut self,
        id: impl Into<Uuid>,
        command: &A::Command,
    ) -> Result<(), CommandError> {
        self.decide_as::<A>(id, command, self.invocation.actor, false).await
    }

    /// Decides several commands on one aggregate, one after the other.
    pub(crate) async fn decide_all<A: Aggregate>(
        &mut self,
        id: Uuid,
        commands: &[A::Command],
    ) -> Result<(), CommandError> {
        for command in commands {
            self.decide::<A>(id, command).await?;
        }
        Ok(())
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
        let current = self.current(index);
        let state = current.state::<A>();
        let (version, position) = (current.version, current.position);
        // This machine's clock may be behind the one that wrote last: within a stream time never goes back.
        let now = self.now.max(current.at);
        let context = DecideContext { now, actor, limits: self.commands.limits() };
        let decided = state.decide(command, &context);
        // What is not there has no version either.
        if first && !matches!(decided, Err(Rejection::NotFound(_))) {
            self.check_version::<A>(&state, base)?;
        }
        let events = decided?;
        if events.is_empty() {
            return Ok(());
        }
        let stamp = Stamp { version: version + 1, occurred_at: now, actor };
        let count = events.len() as u64;
        let evolved = A::clone(&state).evolved(&events, stamp);
        let id = self.seen[index].stream.id;
        let data_subject = evolved.data_subject(id);
        let drafts = events.into_iter().map(|event| Draft {
            body: event.into(),
            occurred_at: now,
            actor,
            data_subject,
            irregular: false,
        });
        let after = Cached::of(evolved, id, (version + count, now), position);
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

    /// Refuses a caller who last saw another version. Customers count public events alone: a note makes nothing stale
    /// that they could have seen.
    fn check_version<A: Aggregate>(&mut self, state: &A, version: u64) -> Result<(), CommandError> {
        let Some(wanted) = &self.invocation.if_match else { return Ok(()) };
        let public = state.public_history().filter(|_| self.invocation.actor.kind == ActorKind::Customer);
        let current = public.map_or(version, PublicHistory::version);
        if wanted.takes(current) {
            return Ok(());
        }
        let known = wanted.known_before(current);
        self.seen_upto = known.map(|known| public.map_or(known, |public| public.stream_version(known)));
        Err(CommandError::Stale { current, missed: Vec::new(), public: public.cloned() })
    }

    /// An aggregate this attempt changes, as it was and as it will be; `None` if nothing of it changes.
    pub(crate) fn change_of<A: Aggregate>(&self, id: impl Into<Uuid>) -> Option<(Arc<A>, Arc<A>)> {
        let stream = self.stream::<A>(id);
        let write = self.writes.iter().position(|write| write.stream == stream)?;
        let seen = self.seen.iter().find(|seen| seen.stream == stream)?;
        Some((seen.cached.state::<A>(), self.after[write].state::<A>()))
    }

    /// Has the answer, also one that is given again, tell at which version an aggregate was before.
    pub(crate) fn note_version_before<A: Aggregate>(&mut self, id: impl Into<Uuid>) {
        let stream = self.stream::<A>(id);
        let seen = self.seen.iter().find(|seen| seen.stream == stream);
        self.note = seen.map(|seen| seen.cached.version.to_string());
    }

    /// Whether a new aggregate would accept the command; nothing is decided.
    pub(crate) fn rehearse<A: Aggregate>(&self, command: &A::Command) -> Result<(), Rejection> {
        self.rehearse_on(&A::default(), command)
    }

    /// Whether an aggregate would accept the command; nothing is decided.
    pub(crate) fn rehearse_on<A: Aggregate>(&self, state: &A, command: &A::Command) -> Result<(), Rejection> {
        let context = DecideContext { now: self.now, actor: self.invocation.actor, limits: self.commands.limits() };
        state.decide(command, &context).map(|_| ())
    }

    /// A ticket number nobody else has.
    pub(crate) async fn next_number(&self) -> Result<TicketNumber, CommandError> {
        self.commands.numbers().next(self.commands.journal(), &self.invocation.tenant).await
    }

    /// Those who met a conflict on a stream go one after the other; who comes while they do joins them.
    async fn queue_if_contended(&mut self, stream: &StreamId) {
        if self.tries == 0 && self.commands.queue_of(stream).try_lock().is_err() {
            self.queue(stream).await;
        }
    }

    pub(crate) async fn queue(&mut self, stream: &StreamId) {
        // One place at a time, given back before the next is taken: two commands can never wait for each other.
        self.queued = None;
        self.queued = Some(self.commands.queue_of(stream).lock().await);
        self.now = self.commands.journal().clock().now();
    }

    /// Those who come with the same request key go one after the other, so that what all but the first take in
    /// vain is given back before the next of them takes it. Gives a place in another queue back, as taking any does.
    pub(crate) async fn queue_for_key(&mut self) {
        if self.queued.is_none()
            && let Some(key) = &self.invocation.idempotency
        {
            self.queued = Some(self.commands.queue_of(&key.key).lock().await);
        }
    }

    pub(crate) fn leave_queue(&mut self) {
        self.queued = None;
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
}

/// Folds what a stream has beyond `cached`.
pub(crate) async fn read_on(
    commands: &Commands,
    stream: &StreamId,
    mut cached: Cached,
) -> Result<Cached, CommandError> {
    const PAGE: usize = 500;
    loop {
        let events: Vec<Event> = commands.journal().read_whole_stream(stream, cached.version, PAGE).await?;
        let last = events.len() < PAGE;
        if !events.is_empty() {
            cached = cached.after(&events);
        }
        if last {
            return Ok(cached);
        }
    }
}

/// Tries a command until it is settled, and counts it: `carry_out!(commands, invocation, name, attempt => future)`.
///
/// A macro because the future borrows the attempt anew in every round, which a closure cannot say.
macro_rules! carry_out {
    ($commands:expr, $invocation:expr, $name:expr, $attempt:ident => $decide:expr) => {{
        let mut $attempt = $crate::attempt::Attempt::new($commands, $invocation);
        let outcome = loop {
            let decided = $decide.await;
            match $attempt.settle(decided).await {
                Ok(None) => {}
                Ok(Some(done)) => break Ok(done),
                Err(error) => break Err(error),
            }
        };
        $crate::metric::count($name, &outcome);
        outcome
    }};
}
pub(crate) use carry_out;
