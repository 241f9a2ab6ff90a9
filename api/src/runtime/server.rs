//! The roles of a process, started and stopped.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use docket_commands::Unfollowed;
use docket_projections::Runner;
use docket_reactors::Reactors;
use docket_store::delivery::{
    InProcessLive, InProcessSource, JetStreamOptions, JetStreamSource, LiveBus, NatsLive, Relay, connect,
};
use docket_store::signing::HeadSigner;
use docket_store::{FeedSource, keep_wal_short, new_id};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::desk::{Desk, StartError};
use super::first_start::{FirstSignIn, begin_organisation, first_admin, name_until_named};
use super::listener::Listener;
use crate::app::{App, Parts};
use crate::auth::Authenticator;
use crate::config::Role;
use crate::http::Http;
use crate::http::budgets::Budgets;
use crate::http::chats::WaitingRooms;
use crate::http::in_flight::InFlight;
use crate::http::reads::Reads;
use crate::http::table::Route;
use crate::live::{Hub, Slots};

/// How often metrics are added up.
const UPKEEP: Duration = Duration::from_secs(5);

/// A desk whose roles run.
pub struct Server {
    desk: Desk,
    /// Where it answers: everything, or without the role `api` only health and figures. `None` if then somebody else has the
    /// address.
    pub address: Option<SocketAddr>,
    /// Where people reach it.
    pub public_url: String,
    /// The one-time sign-in of a first start.
    pub first_sign_in: Option<FirstSignIn>,
    /// Every route, and who may call it.
    pub routes: Vec<Route>,
    /// The HTTP side, and what ends it.
    http: TaskTracker,
    stop_http: CancellationToken,
    /// The rest, which HTTP's last requests may still need, and what ends it.
    work: TaskTracker,
    stop_work: CancellationToken,
    /// What signs the log's head, after everything else has ended, and what ends it.
    signing: TaskTracker,
    stop_signing: CancellationToken,
}

impl Server {
    /// Starts the roles of the desk's settings.
    ///
    /// # Errors
    /// [`StartError`] names what could not be started.
    pub async fn start(desk: Desk) -> Result<Self, StartError> {
        let settings = desk.settings.clone();
        let (work, stop_work) = (TaskTracker::new(), CancellationToken::new());
        // The recorder is there before the first worker says what it does.
        crate::observe::metrics_handle();
        let first_sign_in = begin_organisation(&desk, &desk.tenant, &name_until_named(&desk.tenant)).await?;
        if let Err(error) = desk.commands.follow_identities().await {
            // What is asked for is compared with the log again, one by one.
            tracing::warn!(%error, "what people are known by could not be compared with the log");
        }
        if let Err(error) = desk.commands.follow_people(Unfollowed::All).await {
            // It is tried again every now and then, and with each sign-in.
            tracing::warn!(%error, "accounts and erasures could not be compared with the log");
        }
        let holder = format!("{} {}", std::process::id(), new_id().simple());
        let delivery = deliver(&desk, &holder, &work, &stop_work).await?;

        if settings.has_role(Role::Projections) {
            let runner = Runner::new(desk.read_models.clone(), delivery.source.clone(), desk.journal.clone())
                .with_lease(desk.leases().await?, holder.clone())
                .with_workers(desk.workers.clone());
            let stop = stop_work.clone();
            work.spawn(async move { runner.run(stop).await });
        }
        let (files, stop) = (desk.files(), stop_work.clone());
        work.spawn(keep_wal_short(files, stop));
        if settings.has_role(Role::Projections) {
            let (desk, stop) = (desk.clone(), stop_work.clone());
            work.spawn(async move { desk.sweep_nightly(stop).await });
        }
        if settings.has_role(Role::Reactors) {
            let reactors = Reactors::new(desk.commands.clone(), delivery.source.clone(), settings.reactors.patience())
                .with_workers(desk.workers.clone());
            let (leases, holder, stop) = (desk.leases().await?, holder.clone(), stop_work.clone());
            work.spawn(async move { reactors.run(&leases, &holder, &stop).await });
        }

        let (signing, stop_signing) = (TaskTracker::new(), CancellationToken::new());
        if let Some(key) = settings.signing.key()? {
            let store = desk.journal.store().clone();
            let signer = HeadSigner::new(store, desk.journal.clock().clone(), key, settings.signing.interval())
                .with_workers(desk.workers.clone());
            let (leases, stop) = (desk.leases().await?, stop_signing.clone());
            signing.spawn(async move { signer.run(&leases, &holder, &stop).await });
        }

        let mut server = Self {
            desk,
            address: None,
            public_url: settings.http.public_url.trim_end_matches('/').to_owned(),
            first_sign_in,
            routes: Vec::new(),
            http: TaskTracker::new(),
            stop_http: CancellationToken::new(),
            work,
            stop_work,
            signing,
            stop_signing,
        };
        server.listen(delivery).await?;
        Ok(server)
    }

    /// Answers HTTP; without the role `api` only what those who run the process ask.
    async fn listen(&mut self, delivery: Delivery) -> Result<(), StartError> {
        let desk = &self.desk;
        let is_api = desk.settings.has_role(Role::Api);
        let address = &desk.settings.http.listen;
        let wrong = |source| StartError::Listen { address: address.clone(), source };
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            // Its work does not need it, and another process of this machine may have the address.
            Err(error) if !is_api => {
                tracing::warn!(%error, address, "health and metrics of this process are not served");
                return Ok(());
            }
            Err(error) => return Err(wrong(error)),
        };
        let address = listener.local_addr().map_err(wrong)?;
        if self.public_url.is_empty() {
            self.public_url = format!("http://{address}");
        }
        let head = desk.journal.store().head().await?;
        let hub = Hub::new(delivery.live, desk.journal.clock().clone(), head)
            .map_err(|error| StartError::Begin(error.to_string()))?;
        let accounts = desk.accounts();
        let (commands, stop) = (desk.commands.clone(), self.stop_work.clone());
        if is_api {
            self.work.spawn(hub.clone().run(delivery.source, commands, accounts.clone(), stop));
        }
        let authenticator = Authenticator::new(
            &desk.settings,
            accounts.clone(),
            desk.commands.clone(),
            &desk.tenant,
            first_admin(&desk.tenant),
        )?;
        // The recorder is there before the first request is counted.
        let metrics = crate::observe::metrics_handle();
        let budgets = Budgets::new(&desk.settings.budgets, &desk.settings.widget);
        let (stop, tidied) = (self.stop_work.clone(), budgets.clone());
        self.work.spawn(async move {
            // Samples pile up until somebody adds them up, and nobody may be asking.
            while tokio::time::timeout(UPKEEP, stop.cancelled()).await.is_err() {
                metrics.run_upkeep();
                tidied.tidy();
            }
        });
        let app = App::new(Parts {
            settings: desk.settings.clone(),
            public_url: self.public_url.clone(),
            tenant: desk.tenant.clone(),
            journal: desk.journal.clone(),
            commands: desk.commands.clone(),
            read_models: desk.read_models.clone(),
            queries: desk.read_models.queries(),
            vault: desk.vault.clone(),
            accounts,
            authenticator,
            hub,
            slots: Slots::new(desk.settings.http.live_per_person, desk.settings.http.live_per_address),
            workers: desk.workers.clone(),
            budgets: budgets.clone(),
            reads: Reads::new(desk.settings.http.reads_per_caller, desk.settings.http.waiting_reads_per_caller),
            waiting_rooms: WaitingRooms::default(),
            in_flight: InFlight::new(desk.settings.http.max_in_flight, desk.settings.http.max_in_flight_per_address),
            stopping: self.stop_http.clone(),
        });
        let http = if is_api { Http::new(app) } else { Http::of_operations(app) };
        self.routes = http.routes;
        let serving = Listener::new(http.router, &desk.settings.http, self.stop_http.clone(), self.http.clone());
        self.http.spawn(serving.run(listener));
        self.address = Some(address);
        Ok(())
    }

    /// The desk it runs.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Stops: takes no new requests, lets running ones finish (within the configured time), then ends the rest and closes.
    pub async fn stop(self) {
        let patience = Duration::from_secs(self.desk.settings.http.shutdown_seconds);
        self.stop_http.cancel();
        self.http.close();
        if tokio::time::timeout(patience, self.http.wait()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        self.stop_work.cancel();
        self.work.close();
        if tokio::time::timeout(patience, self.work.wait()).await.is_err() {
            tracing::warn!("some workers did not finish in time");
        }
        // Now nothing is appended any more: what was, is signed.
        self.stop_signing.cancel();
        self.signing.close();
        if tokio::time::timeout(patience, self.signing.wait()).await.is_err() {
            tracing::warn!("the log's head was not signed in time");
        }
        self.desk.close().await;
    }
}

/// How news travels.
struct Delivery {
    /// Events, from the log's end.
    source: Arc<dyn FeedSource>,
    /// Typing and presence.
    live: Arc<dyn LiveBus>,
}

/// How the log's news travels: through NATS if there is one, with the log behind it, else inside the process.
async fn deliver(
    desk: &Desk,
    holder: &str,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Delivery, StartError> {
    let settings = &desk.settings;
    let Some(options) = settings.nats.options()? else {
        return Ok(Delivery {
            source: Arc::new(InProcessSource::new(desk.journal.clone())),
            live: Arc::new(InProcessLive::new()),
        });
    };
    let client = connect(&options, "docket", &desk.workers).await?;
    if settings.has_role(Role::Relay) {
        let leases = desk.leases().await?;
        let relay = Relay::new(desk.journal.clone(), client.clone(), leases, holder, settings.relay.options())
            .with_workers(desk.workers.clone());
        let stop = stop.clone();
        tasks.spawn(async move { relay.run(&stop).await });
    }
    Ok(Delivery {
        source: Arc::new(JetStreamSource::new(desk.journal.clone(), client.clone(), JetStreamOptions::default())),
        live: Arc::new(NatsLive::new(client)),
    })
}
