//! Where the relay goes on.

use std::collections::VecDeque;

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, RawMessageErrorKind, Stream};
use docket_domain::Position;

use super::RelayError;
use crate::delivery::broker::{BrokerError, StreamOptions};
use crate::delivery::cloud_event;
use crate::{EventStore, Filter, StoreError};

/// Events looked at in one read.
const PAGE: usize = 4096;

/// Where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resume {
    /// After this position of the log.
    pub(super) position: Position,
    /// After this sequence of the stream.
    pub(super) sequence: u64,
}

/// Finds where to go on: after the stream's last message, if that is an event of this log.
pub(super) async fn find(
    store: &dyn EventStore,
    stream: &Stream,
    options: &StreamOptions,
    backfill: usize,
) -> Result<Resume, RelayError> {
    let failed = BrokerError::request("cannot read the stream's state");
    let state = stream.get_info().await.map_err(|error| failed(Box::new(error)))?.state;
    let sequence = state.last_sequence;
    let Some(headers) = last_message(stream, options, sequence, state.messages).await? else {
        return Ok(Resume { position: backfill_from(store, backfill).await?, sequence });
    };
    if let Some(position) = position_in(store, &headers).await? {
        return Ok(Resume { position, sequence });
    }
    // Its last message is of a log that is not this one, or that was restored from an older copy.
    tracing::error!(stream = options.name, "the stream holds events that are not in the log: emptying it");
    stream.purge().await.map_err(|error| BrokerError::request("cannot empty the stream")(Box::new(error)))?;
    Ok(Resume { position: backfill_from(store, backfill).await?, sequence })
}

/// Headers of the last message that is still there; the very last may have gone with an erased person.
async fn last_message(
    stream: &Stream,
    options: &StreamOptions,
    sequence: u64,
    messages: u64,
) -> Result<Option<HeaderMap>, BrokerError> {
    if messages == 0 {
        return Ok(None);
    }
    let what = "cannot read the stream's last message";
    match stream.get_raw_message(sequence).await {
        Ok(message) => return Ok(Some(message.headers)),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {}
        Err(error) => return Err(BrokerError::request(what)(Box::new(error))),
    }
    match stream.get_last_raw_message_by_subject(&options.subjects()).await {
        Ok(message) => Ok(Some(message.headers)),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(BrokerError::request(what)(Box::new(error))),
    }
}

/// The position of a message's event, if the log has the same event there.
async fn position_in(store: &dyn EventStore, headers: &HeaderMap) -> Result<Option<Position>, StoreError> {
    let (Ok((_, position)), Ok(id)) = (cloud_event::places(headers), cloud_event::event_id(headers)) else {
        return Ok(None);
    };
    let before = Position(position.0.saturating_sub(1));
    let page = store.read_all(before, &Filter::default(), 1).await?;
    let same = page.events.first().is_some_and(|event| event.meta.position == position && event.meta.event_id == id);
    Ok(same.then_some(position))
}

/// The position after which the last `backfill` events of the log lie.
async fn backfill_from(store: &dyn EventStore, backfill: usize) -> Result<Position, StoreError> {
    if store.capabilities().dense_positions {
        return Ok(Position(store.head().await?.0.saturating_sub(backfill as u64)));
    }
    // Positions do not count events there: look for the place once.
    let mut last = VecDeque::from([Position::START]);
    let mut after = Position::START;
    loop {
        let page = store.read_all(after, &Filter::default(), PAGE).await?;
        for event in &page.events {
            last.push_back(event.meta.position);
            if last.len() > backfill + 1 {
                last.pop_front();
            }
        }
        if page.scanned_to <= after {
            return Ok(last.front().copied().unwrap_or_default());
        }
        after = page.scanned_to;
    }
}
