//! When a person is erased, what was published readably about them goes too.

use std::collections::BTreeSet;

use async_nats::jetstream::stream::Stream;
use docket_domain::{PersonId, Position, StreamId, TenantId};
use metrics::counter;

use super::RelayError;
use crate::delivery::broker::{BrokerError, StreamOptions};
use crate::delivery::cloud_event;
use crate::{EventStore, Filter, StoreError};

/// Events looked at in one read.
const PAGE: usize = 4096;

/// Removes from the stream all events of the streams of the log in which `person` occurs up to `upto`.
pub(super) async fn purge(
    store: &dyn EventStore,
    stream: &Stream,
    options: &StreamOptions,
    tenant: &TenantId,
    person: PersonId,
    upto: Position,
) -> Result<(), RelayError> {
    let from = oldest_published(stream).await?;
    for of_person in streams_of(store, tenant, person, from, upto).await? {
        let subjects = format!("{}.>", cloud_event::stream_subject(&options.prefix, &of_person));
        let purged = stream
            .purge()
            .filter(subjects)
            .await
            .map_err(|error| BrokerError::request("cannot remove an erased person's events")(Box::new(error)))?;
        counter!("docket_relay_erased_messages_total").increment(purged.purged);
    }
    Ok(())
}

/// The position before the oldest event in the stream: nothing older has to be looked for.
async fn oldest_published(stream: &Stream) -> Result<Position, BrokerError> {
    let what = "cannot read the stream's first message";
    let state = stream.get_info().await.map_err(|error| BrokerError::request(what)(Box::new(error)))?.state;
    // Gone meanwhile, or not ours: then look through the whole log.
    let Ok(first) = stream.get_raw_message(state.first_sequence).await else { return Ok(Position::START) };
    Ok(cloud_event::places(&first.headers).map_or(Position::START, |(previous, _)| previous))
}

/// The streams in which the person occurs in `(after, upto]`.
async fn streams_of(
    store: &dyn EventStore,
    tenant: &TenantId,
    person: PersonId,
    mut after: Position,
    upto: Position,
) -> Result<BTreeSet<StreamId>, StoreError> {
    let filter = Filter { tenant: Some(tenant.clone()), ..Filter::default() };
    let mut found = BTreeSet::new();
    loop {
        let page = store.read_all(after, &filter, PAGE).await?;
        let past = page.scanned_to >= upto || page.scanned_to <= after;
        let of_person =
            |event: &crate::RecordedEvent| event.meta.data_subject == Some(person) || event.meta.stream.id == person.0;
        found.extend(page.events.into_iter().filter(of_person).map(|event| event.meta.stream));
        if past {
            return Ok(found);
        }
        after = page.scanned_to;
    }
}
