//! How many visitors of one network may wait for an agent at once. Whoever begins visit after visit takes no more places of
//! the desk than that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::chat::{Chat, ChatStatus};
use docket_domain::{PersonId, TenantId};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Principal;
use crate::http::address::Network;
use crate::http::problem::{Answer, Problem};

/// When the networks nobody waits in any more are first looked for.
const SWEEP_AT: usize = 1_000;
/// When to come back, in seconds: somebody may have been answered by then.
const COME_BACK: u64 = 30;

type Key = (TenantId, Network);
type Waiting = Vec<(PersonId, Uuid)>;

/// Who waits, by network; in the memory of this process, as budgets are.
#[derive(Default)]
pub struct WaitingRooms(Mutex<Rooms>);

#[derive(Default)]
struct Rooms {
    by_network: HashMap<Key, Arc<AsyncMutex<Waiting>>>,
    sweep_at: usize,
}

/// A place to wait in, held until it is known whether it is used: those of one network come one after the other.
pub(crate) struct Place {
    room: OwnedMutexGuard<Waiting>,
    person: PersonId,
}

impl Place {
    /// It is used by this chat.
    pub(crate) fn taken_by(mut self, chat: Uuid) {
        let entry = (self.person, chat);
        if !self.room.contains(&entry) {
            self.room.push(entry);
        }
    }
}

impl WaitingRooms {
    /// A place for somebody's next chat; whoever has one already is left to the limit of their own.
    ///
    /// # Errors
    /// 429 if as many of their network wait as may.
    pub(crate) async fn enter(&self, app: &App, who: &Principal, network: Network) -> Answer<Place> {
        let mut room = self.room(app, (who.tenant.clone(), network)).lock_owned().await;
        let mut waiting = Waiting::new();
        for &(person, chat) in room.iter() {
            if app.commands.load::<Chat>(&who.tenant, chat).await?.status == ChatStatus::Waiting {
                waiting.push((person, chat));
            }
        }
        *room = waiting;
        let most = app.settings.widget.waiting_chats_per_address;
        if room.len() >= most && room.iter().all(|(person, _)| *person != who.person) {
            metrics::counter!("docket_budget_refused_total", "budget" => "waiting_chats").increment(1);
            let detail = format!("at most {most} chats from one address wait at once; try again in {COME_BACK} s");
            let problem = Problem::over_budget("over_budget", detail, most as u64, COME_BACK);
            return Err(problem.with("budget", "waiting_chats"));
        }
        Ok(Place { room, person: who.person })
    }

    fn room(&self, app: &App, key: Key) -> Arc<AsyncMutex<Waiting>> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.by_network.len() >= rooms.sweep_at.max(SWEEP_AT) {
            // What is not in memory any more has had nothing happen to it for long.
            let waits = |tenant: &TenantId, chat: Uuid| {
                app.commands.known::<Chat>(tenant, chat).is_some_and(|chat| chat.status == ChatStatus::Waiting)
            };
            rooms.by_network.retain(|(tenant, _), room| match room.try_lock() {
                Ok(room) => room.iter().any(|(_, chat)| waits(tenant, *chat)),
                Err(_) => true,
            });
            rooms.sweep_at = rooms.by_network.len() * 2;
        }
        Arc::clone(rooms.by_network.entry(key).or_default())
    }
}
