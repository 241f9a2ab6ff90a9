//! Takes connections and serves HTTP/1.1 on them, within bounds: a client that says nothing, sends half a request or does
//! not read what it asked for is ended in time, and one that opens too many gets no further place.

use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

use super::connections::{Connections, Full, Place, Working};
use crate::config::HttpSettings;
use crate::http::HEALTH;
use crate::http::problem::Problem;

/// After a failure to accept that is the process's own (no descriptors left), not the caller's.
const BREATH: Duration = Duration::from_millis(100);
/// Callers without a place who are told so at the same time; beyond it they are hung up on.
const TURNED_AWAY: usize = 256;
/// How long somebody without a place may take to ask.
const HURRY: Duration = Duration::from_secs(2);
/// Bytes of a request's head.
const HEAD: usize = 64 * 1024;

/// Serves a router.
pub(super) struct Listener {
    router: Router,
    connections: Arc<Connections>,
    turned_away: Arc<Semaphore>,
    idle: Duration,
    stalled: Duration,
    settings: HttpSettings,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Listener {
    /// Serves `router` by `settings` until `stop`; then connections end after the request they are at.
    pub(super) fn new(router: Router, settings: &HttpSettings, stop: CancellationToken, tasks: TaskTracker) -> Self {
        Self {
            router,
            connections: Connections::new(settings.max_connections, settings.max_connections_per_address),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY)),
            idle: Duration::from_secs(settings.idle_seconds),
            stalled: Duration::from_secs(settings.stalled_seconds),
            settings: settings.clone(),
            stop,
            tasks,
        }
    }

    /// Takes connections until it is told to stop.
    pub(super) async fn run(self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.take(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr) {
        // Small answers must not wait for more.
        let _ = stream.set_nodelay(true);
        end_if_stalled(&stream, self.stalled);
        match self.connections.admit(peer.ip(), self.settings.is_proxy(peer.ip())) {
            Ok(place) => {
                let serving = serve(stream, peer, self.router.clone(), self.idle, place, self.stop.clone());
                self.tasks.spawn(serving);
            }
            Err(full) => {
                metrics::counter!("docket_http_connections_refused_total").increment(1);
                let Ok(permit) = self.turned_away.clone().try_acquire_owned() else { return };
                let router = self.router.clone();
                self.tasks.spawn(async move {
                    turn_away(stream, peer, router, full).await;
                    drop(permit);
                });
            }
        }
    }
}

fn from(peer: SocketAddr, request: hyper::Request<Incoming>) -> Request {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

fn http(idle: Duration) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle).max_buf_size(HEAD);
    http
}

/// Has the kernel end a connection whose other side takes nothing any more: what was written to it waits in the kernel, where
/// no time-out of ours reaches.
fn end_if_stalled(stream: &TcpStream, after: Duration) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(after));
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, after);
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    idle: Duration,
    place: Place,
    stop: CancellationToken,
) {
    let busy = place.busy.clone();
    let service = service_fn(move |request| {
        let working = busy.begin();
        let answer = router.clone().call(from(peer, request));
        async move { answer.await.map(|response| response.map(|body| Answering { body, _working: working })) }
    });
    let connection = http(idle).serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return said(ended),
        () = place.evicted.cancelled() => {
            metrics::counter!("docket_http_connections_evicted_total").increment(1);
            return;
        }
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    said(connection.await);
}

/// Answers one request: what health checks ask, else that there is no place.
async fn turn_away(stream: TcpStream, peer: SocketAddr, router: Router, full: Full) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        async move {
            if HEALTH.contains(&request.uri().path()) {
                return router.call(from(peer, request)).await;
            }
            Ok(no_place(full))
        }
    });
    let mut http = http(HURRY);
    let connection = http.keep_alive(false).serve_connection(TokioIo::new(stream), service);
    said(tokio::time::timeout(HURRY * 2, connection).await.unwrap_or(Ok(())));
}

fn no_place(full: Full) -> Response {
    let (limit, detail) = match full {
        Full::Network(limit) => (limit, format!("at most {limit} connections from one network; close some")),
        Full::Total(limit) => (limit, format!("at most {limit} connections; try again")),
    };
    Problem::over_budget("too_many_connections", detail, limit as u64, 1).into_response()
}

fn said(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        // Hung up on, timed out, not HTTP: everyday life.
        tracing::debug!(%error, "a connection ended");
    }
}

/// An answer on its way: until it is through, its connection is not idle.
struct Answering {
    body: Body,
    _working: Working,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
