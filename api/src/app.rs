//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use docket_commands::Commands;
use docket_domain::TenantId;
use docket_projections::{Queries, ReadModels};
use docket_store::{Accounts, Journal, Vault, Workers};
use tokio_util::sync::CancellationToken;

use crate::auth::Authenticator;
use crate::config::Settings;
use crate::http::budgets::Budgets;
use crate::http::chats::WaitingRooms;
use crate::http::in_flight::InFlight;
use crate::http::reads::Reads;
use crate::live::{Hub, Slots};

/// The desk as the HTTP side sees it. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// Settings in force.
    pub settings: Settings,
    /// The address people reach this installation at, without a slash at its end.
    pub public_url: String,
    /// The organisation of this installation's first start, and of the bootstrap token.
    pub tenant: TenantId,
    /// The log, its keys and its clock.
    pub journal: Journal,
    /// The write side.
    pub commands: Commands,
    /// The read side.
    pub read_models: ReadModels,
    /// Questions to the read side.
    pub queries: Queries,
    /// The vault.
    pub vault: Vault,
    /// Credentials, tokens and sessions.
    pub accounts: Accounts,
    /// Who is calling.
    pub authenticator: Authenticator,
    /// News for connected clients.
    pub hub: Hub,
    /// Places for their connections.
    pub slots: Slots,
    /// What strangers may spend.
    pub budgets: Arc<Budgets>,
    /// Visitors who wait for an agent.
    pub waiting_rooms: WaitingRooms,
    /// What this process's workers are doing.
    pub workers: Workers,
    /// Requests being worked on.
    pub in_flight: Arc<InFlight>,
    /// Reads of each caller.
    pub reads: Arc<Reads>,
    /// Told when the server is to stop: streams end.
    pub stopping: CancellationToken,
}

impl App {
    /// An app of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
