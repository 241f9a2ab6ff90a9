//! `/v1/live`: a WebSocket for people at screens. Topics are subscribed to and resumed by position; typing and
//! presence go both ways.

mod connection;
mod protocol;
mod replay;
mod topic;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::access::Access::SignedInOrVisitor;
use super::address::ClientAddress;
use super::events::too_many;
use super::problem::{Answer, Problem};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{LIVE_PROTOCOL, Who};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; SignedInOrVisitor => open_live);
}

/// The largest message a client may send, in bytes.
const MAX_MESSAGE: usize = 16 * 1024;
/// And the largest that is taken in, to be refused in words: beyond it the connection is cut off.
const MAX_TAKEN_IN: usize = 4 * MAX_MESSAGE;

/// Opens a WebSocket. Messages are JSON; `docs/live.md` has them all. Beyond the number one person or address may keep open: 429.
#[utoipa::path(get, path = "/v1/live", tag = "live",
    responses((status = 101, description = "The WebSocket is open."), (status = 426, description = "Not a WebSocket request.",
        content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(super) async fn open_live(
    State(app): State<App>,
    who: Who,
    address: ClientAddress,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let upgrade = upgrade.map_err(|_| {
        Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade_required",
            "Not a WebSocket",
            "open this address as a WebSocket",
        )
        .header(axum::http::header::UPGRADE, axum::http::HeaderValue::from_static("websocket"))
    })?;
    let slot = app.slots.take(&who.tenant, who.person, address.0).map_err(too_many)?;
    let revoked = app.authenticator.revoked(&who);
    Ok(upgrade.protocols([LIVE_PROTOCOL]).max_message_size(MAX_TAKEN_IN).max_frame_size(MAX_TAKEN_IN).on_upgrade(
        move |socket| async move {
            connection::serve(app, who, headers, revoked, socket).await;
            drop(slot);
        },
    ))
}
