//! Recording what an attempt decided, and what to do when the log disagrees.

use std::time::Duration;

use docket_domain::StreamId;
use docket_store::{DraftStream, Expected, IdempotencyKey, JournalError, StoreError};

use crate::attempt::{Attempt, Seen, read_on};
use crate::{CommandError, Done, Invocation, RequestKey, metric};

/// How often a command is decided again before the caller is told to try later.
const MAX_TRIES: u32 = 32;
/// How many of the events a stale caller missed are shown.
const MISSED: usize = 500;

impl Seen {
    /// That the stream still stands where it was seen.
    fn as_condition(&self) -> DraftStream {
        let expected = Expected::Version(self.cached.version);
        DraftStream { stream: self.stream.clone(), expected, drafts: Vec::new() }
    }
}

impl Attempt<'_> {
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
        let identities = self.identity_changes();
        match self.claim_identities(&identities).await {
            Ok(()) => {}
            Err(refusal @ CommandError::Rejected(_)) => return self.settle_refusal(refusal).await,
            Err(error) => return Err(error),
        }
        let mut writes = std::mem::take(&mut self.writes);
        let at_once = writes.len() == 1 || self.commands.appends_many();
        // A log that takes one stream at a time takes no conditions on others either.
        if self.commands.appends_many() {
            let relied = self.seen.iter().filter(|seen| self.relied.contains(&seen.stream));
            let more: Vec<_> = relied.filter(|seen| writes.iter().all(|write| write.stream != seen.stream)).collect();
            writes.extend(more.into_iter().map(Seen::as_condition));
        }
        let appended = if at_once {
            let Invocation { correlation_id, causation_id, .. } = *self.invocation;
            self.commands.journal().append(writes, correlation_id, causation_id, self.key()).await
        } else {
            self.append_in_turn(writes).await
        };
        match appended {
            Ok(appended) if appended.replayed => {
                self.drop_claims(&identities).await?;
                Ok(Some(replayed(appended)?))
            }
            Ok(appended) => {
                self.release_identities(&identities).await;
                let mut answer = None;
                for (written, mut after) in appended.streams.into_iter().zip(std::mem::take(&mut self.after)) {
                    after.position = appended.position;
                    if self.about.as_ref() == Some(&written.stream) {
                        answer = Some((written.stream.clone(), written.version));
                    }
                    self.commands.cache().put(written.stream, after);
                }
                let (stream, version) = match answer {
                    Some(answer) => answer,
                    // What was asked of it was so already; only what goes with it was not.
                    None => self.about_as_seen().map(|seen| (seen.stream.clone(), seen.cached.version))?,
                };
                let note = self.note.take();
                Ok(Some(Done { stream, version, position: appended.position, replayed: false, note, changed: true }))
            }
            Err(JournalError::Store(StoreError::Conflict { stream, .. })) => {
                self.queue(&stream).await;
                self.refresh(false).await?;
                self.drop_claims(&identities).await?;
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
        let about = self.about_as_seen()?;
        let (stream, version, position) = (about.stream.clone(), about.cached.version, about.cached.position);
        if self.invocation.idempotency.as_ref().is_some_and(RequestKey::is_of_request)
            && let Some(key) = self.key()
        {
            match self.commands.journal().keep_unchanged(self.conditions(&stream), position, key).await {
                Ok(kept) if kept.replayed => return Ok(Some(replayed(kept)?)),
                Ok(_) => {}
                Err(JournalError::Store(StoreError::Conflict { stream, .. })) => {
                    self.queue(&stream).await;
                    self.refresh(false).await?;
                    return self.again().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let note = self.note.take();
        Ok(Some(Done { stream, version, position, replayed: false, note, changed: false }))
    }

    /// Everything this round looked at, as it was seen, `about` first; that alone for a log that takes one stream at a time.
    fn conditions(&self, about: &StreamId) -> Vec<DraftStream> {
        let (first, rest): (Vec<_>, Vec<_>) = self.seen.iter().partition(|seen| seen.stream == *about);
        let rest = rest.into_iter().filter(|_| self.commands.appends_many());
        first.into_iter().chain(rest).map(Seen::as_condition).collect()
    }

    async fn settle_refusal(&mut self, refusal: CommandError) -> Result<Option<Done>, CommandError> {
        if let Some(done) = self.first_answer().await? {
            return Ok(Some(done));
        }
        if self.refresh(true).await? {
            return self.again().await;
        }
        match (refusal, self.about.take()) {
            (CommandError::Stale { current, mut public, .. }, Some(about)) => {
                let missed = match self.seen_upto {
                    Some(seen) => self.commands.journal().read_stream(&about, seen, MISSED).await?,
                    None => Vec::new(),
                };
                if let Some(public) = &mut public {
                    let seen = missed.iter().filter(|event| event.body.public_fields().is_some());
                    seen.for_each(|event| public.push(event.meta.version));
                }
                Err(CommandError::Stale { current, missed, public })
            }
            (refusal, ..) => Err(refusal),
        }
    }

    /// What was answered when the request's key was used before. A caller who repeats a request that went through
    /// finds the world changed by it; that is no reason to refuse.
    async fn first_answer(&mut self) -> Result<Option<Done>, CommandError> {
        if self.key_is_new {
            return Ok(None);
        }
        let Some(key) = self.key() else { return Ok(None) };
        let found = self.commands.journal().store().find_appended(&key).await?;
        self.key_is_new = found.is_none();
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
        self.relied.clear();
        self.writes.clear();
        self.after.clear();
        self.now = self.commands.journal().clock().now();
        Ok(None)
    }

    fn about_as_seen(&self) -> Result<&Seen, StoreError> {
        let seen = self.seen.iter().find(|seen| self.about.as_ref() == Some(&seen.stream));
        seen.ok_or(StoreError::Malformed("nothing was decided"))
    }

    pub(crate) fn key(&self) -> Option<IdempotencyKey> {
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
        changed: appended.changed,
    })
}
