//! What Docket is measured against: servers that do only the part nobody can leave out. Each runs in a process of its
//! own, as the real one does.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use chrono::{DateTime, Utc};
use docket_domain::{Actor, Category, StreamId, TenantId};
use docket_store::{Append, EventStore, Expected, LogUrl, NewEvent, StreamAppend, SystemClock, new_id, open_log};
use uuid::Uuid;

use crate::Failure;

/// Which server.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum Baseline {
    /// Answers a POST with the JSON it was sent.
    Echo {
        /// Where it listens.
        #[arg(long)]
        listen: SocketAddr,
    },
    /// Appends each POST's body to a log as one event and answers when it is on disk: no domain, no sealing, no keys.
    Bare {
        /// Where it listens.
        #[arg(long)]
        listen: SocketAddr,
        /// The log's file.
        #[arg(long)]
        log: PathBuf,
    },
}

/// Serves until the process is ended.
pub(crate) async fn serve(baseline: Baseline) -> Result<(), Failure> {
    let (listen, router) = match baseline {
        Baseline::Echo { listen } => (listen, Router::new().route("/{*any}", post(echo).get(ready))),
        Baseline::Bare { listen, log } => {
            let store = open(&log).await?;
            (listen, Router::new().route("/{*any}", post(append).get(ready)).with_state(store))
        }
    };
    let listener = tokio::net::TcpListener::bind(listen).await?;
    use axum::serve::ListenerExt as _;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}

/// Opens a SQLite log as the product does.
pub(crate) async fn open(path: &Path) -> Result<Arc<dyn EventStore>, Failure> {
    Ok(open_log(&LogUrl::Sqlite(path.to_owned()), Arc::new(SystemClock)).await?)
}

async fn ready() -> &'static str {
    "ready"
}

async fn echo(body: axum::Json<serde_json::Value>) -> axum::Json<serde_json::Value> {
    body
}

async fn append(
    State(store): State<Arc<dyn EventStore>>,
    body: Bytes,
) -> Result<(StatusCode, axum::Json<serde_json::Value>), StatusCode> {
    let value: serde_json::Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let payload = value.to_string();
    let id = new_id();
    let done = store.append(one_event(id, payload)).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let answer = serde_json::json!({ "id": id, "version": 1, "position": done.position });
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// An append of one event to a stream of its own.
pub(crate) fn one_event(id: Uuid, payload: String) -> Append {
    let tenant = TenantId::new("bench").expect("a plain name is a tenant's");
    let event = NewEvent {
        event_id: new_id(),
        event_type: "MessagePosted".into(),
        schema_version: 1,
        occurred_at: DateTime::<Utc>::UNIX_EPOCH,
        actor: Actor::SYSTEM,
        correlation_id: id,
        causation_id: None,
        data_subject: None,
        irregular: false,
        payload,
    };
    let stream = StreamId::new(tenant, Category::Ticket, id);
    Append {
        streams: vec![StreamAppend { stream, expected: Expected::Any, events: vec![event] }],
        idempotency: None,
        unchanged_at: None,
    }
}
