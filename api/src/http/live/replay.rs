//! What a subscriber missed.

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::{Category, Event, Position, StreamId};
use docket_store::Filter;

use super::connection::{Connection, Over};
use super::topic::{Topic, kinds};
use crate::http::listening::own_events;
use crate::http::shown::shown;

/// Events replayed to a subscriber before it is better off reading anew.
const MAX_REPLAY: usize = 5_000;
/// Events of others passed over on the way, before it is so too.
const MAX_SCAN: u64 = 200_000;
const PAGE: usize = 500;

/// The topics of one message.
type Topics = BTreeMap<String, Topic>;

impl Connection {
    /// Shows what the log has of some topics after a position, and returns how far that was. What comes meanwhile waits in
    /// the hub's queue, and is skipped there if it was shown here.
    pub(super) async fn replay(&mut self, topics: &Topics, after: Position) -> Result<Position, Over> {
        let through = self.app.hub.position();
        let all = topics.values().filter_map(|topic| match topic {
            Topic::All(category) => Some(*category),
            Topic::One(..) => None,
        });
        let categories: Vec<Category> =
            all.flat_map(|category| kinds(category).iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
        if through.0.saturating_sub(after.0) > MAX_SCAN && !categories.is_empty() && !self.who.is_customer() {
            self.resync().await?;
        }
        let mut missed = Vec::new();
        let mut streams = BTreeSet::new();
        for topic in topics.values() {
            if let Topic::One(category, id) = topic
                && !categories.contains(category)
            {
                streams.insert(StreamId::new(self.who.tenant.clone(), *category, *id));
            }
        }
        for stream in &streams {
            self.read_stream(stream, after, through, &mut missed).await?;
        }
        if self.who.is_customer() && !categories.is_empty() {
            let own = own_events(&self.app, &self.who, &categories, after, through).await.map_err(|_| Over::Failed)?;
            match own {
                Some(own) => missed.extend(own),
                None => self.resync().await?,
            }
        }
        missed.sort_by_key(|event| event.meta.position);
        let mut shown = self.show_missed(topics, &missed, 0).await?;
        let mut seen = after;
        while !categories.is_empty() && !self.who.is_customer() && seen < through {
            let filter =
                Filter { tenant: Some(self.who.tenant.clone()), categories: categories.clone(), ..Filter::default() };
            let page = self.app.journal.read_all(seen, &filter, PAGE).await.map_err(|_| Over::Failed)?;
            if page.scanned_to <= seen {
                break;
            }
            seen = page.scanned_to;
            shown = self.show_missed(topics, &page.events, shown).await?;
        }
        Ok(through.max(seen))
    }

    async fn read_stream(
        &mut self,
        stream: &StreamId,
        after: Position,
        through: Position,
        missed: &mut Vec<Event>,
    ) -> Result<(), Over> {
        let mut version = 0;
        loop {
            let events = self.app.journal.read_stream(stream, version, PAGE).await.map_err(|_| Over::Failed)?;
            let last = events.len() < PAGE;
            version = events.last().map_or(version, |event| event.meta.version);
            let wanted = |event: &Event| event.meta.position > after && event.meta.position <= through;
            missed.extend(events.into_iter().filter(wanted));
            if missed.len() > MAX_REPLAY {
                self.resync().await?;
            }
            if last {
                return Ok(());
            }
        }
    }

    /// Shows events under those of the topics they belong to, and returns how many were shown with the `before`.
    async fn show_missed(&mut self, topics: &Topics, events: &[Event], before: usize) -> Result<usize, Over> {
        let views = shown(&self.app, &self.who, events).await.map_err(|_| Over::Failed)?;
        let count = before + views.len();
        if count > MAX_REPLAY {
            self.resync().await?;
        }
        let mut events = events.iter();
        for view in views {
            // Views are in the events' order.
            let Some(event) = events.find(|event| event.meta.position.0 == view.position) else { continue };
            let names = topics.iter().filter(|(_, topic)| topic.covers(event)).map(|(name, _)| name.as_str());
            let names: Vec<&str> = names.collect();
            self.tell_event(names, view).await?;
        }
        Ok(count)
    }
}
