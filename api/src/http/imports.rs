//! `/v1/imports`: history that comes in, line by line.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use docket_commands::import::{ImportError, ImportReport, ImportedBy, Importer};
use docket_domain::Permission::ManageSettings;
use docket_domain::Role;
use docket_domain::import::ImportedThrough;
use futures::StreamExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Access::Desk;
use super::encoding::{Encoding, Unpacker};
use super::guard::Caller;
use super::problem::{Answer, Problem};
use super::table::Body::Pieces;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Principal, Who};

/// Bytes a packed body may come to: nobody's history is larger, and what a small body can be blown up to has an end.
const MOST_UNPACKED: u64 = 64 << 30;
/// How long the next piece of a body may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile whether the caller still may.
const LOOK: Duration = Duration::from_secs(5);
/// Bytes of lines taken without asking that again.
const LOT: usize = 64 << 10;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; Desk(ManageSettings) => import_history [Neither, Pieces]);
}

/// What became of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportResult {
    /// Tickets that came in.
    tickets: u64,
    /// Chats that came in.
    chats: u64,
    /// Agents, customers and departments that came in, and streams told event by event.
    others: u64,
    /// Events recorded for all of these.
    events: u64,
    /// Steps that would have been refused live. They are recorded and marked.
    irregular: u64,
    /// Lines whose ticket, chat or stream was here before; nothing was changed.
    unchanged: u64,
    /// Tickets that asked for a number somebody has, and got another.
    renumbered: u64,
    /// Lines refused.
    refused_count: u64,
    /// The first thousand of them, and why.
    refused: Vec<RefusedLine>,
    /// How long it took.
    seconds: f64,
}

/// A refused line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedLine {
    /// Its number, from 1.
    line: u64,
    /// What is wrong with it.
    reason: String,
}

impl From<ImportReport> for ImportResult {
    fn from(report: ImportReport) -> Self {
        let refused = report.refused.into_iter().map(|r| RefusedLine { line: r.line, reason: r.reason }).collect();
        Self {
            tickets: report.tickets,
            chats: report.chats,
            others: report.others,
            events: report.events,
            irregular: report.irregular,
            unchanged: report.unchanged,
            renumbered: report.renumbered,
            refused_count: report.refused_count,
            refused,
            seconds: report.seconds,
        }
    }
}

/// Imports history: one line of JSON a ticket or chat. Lines are taken as they arrive, each all or not at all; a refused
/// line stops no other. Sending the same again changes nothing, also after an upload that broke off. History names its
/// actors itself and can be about anything: it is for those who may do everything. Whether they still may is asked with every
/// piece that comes; once they may not, the rest is refused, and the refusal's `report` says what came in. With
/// `Content-Encoding: gzip` the lines come packed. Who imported is recorded, and the audit trail shows it with every event that
/// came.
#[utoipa::path(post, path = "/v1/imports", tag = "imports",
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = ImportResult)))]
pub(super) async fn import_history(
    State(app): State<App>,
    who: Who,
    caller: Caller,
    request: Request,
) -> Answer<Json<ImportResult>> {
    if !is_ndjson(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Unsupported media type",
            "send the lines as application/x-ndjson",
        ));
    }
    let encoding = Encoding::of(request.headers())?;
    may_do_everything(&who)?;
    let limits = app.settings.domain_limits();
    let by = ImportedBy { actor: who.actor(), through: ImportedThrough::Api };
    let importer = Importer::new(app.journal.clone(), app.accounts.clone(), who.tenant.clone(), limits, by).await;
    let mut importer = importer.map_err(stopped)?;
    let mut unpacker = Unpacker::new(encoding, MOST_UNPACKED);
    let mut body = request.into_body().into_data_stream();
    let still = async || may_do_everything(&caller.still(&app).await?);
    let mut waited = Duration::ZERO;
    loop {
        let piece = tokio::time::timeout(LOOK, body.next()).await;
        if let Err(refusal) = still().await {
            return Err(break_off(importer, refusal).await?);
        }
        let Ok(piece) = piece else {
            waited += LOOK;
            if waited < PATIENCE {
                continue;
            }
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "The request took too long",
                "no more lines came",
            ));
        };
        waited = Duration::ZERO;
        let Some(piece) = piece else { break };
        let piece = piece.map_err(|_| Problem::malformed("incomplete_body", "the body did not arrive whole"))?;
        for part in unpacker.push(&piece) {
            // Packed, a small piece may hold many lines, which are not all taken in a moment.
            for lot in part?.chunks(LOT) {
                if let Err(refusal) = still().await {
                    return Err(break_off(importer, refusal).await?);
                }
                importer.push(lot).await.map_err(stopped)?;
            }
        }
    }
    importer.push(&unpacker.finish()?).await.map_err(stopped)?;
    let report = importer.finish().await.map_err(stopped)?;
    Ok(Json(report.into()))
}

fn may_do_everything(who: &Principal) -> Answer<()> {
    match Role::Admin.permissions().beyond(who.permissions).is_empty() {
        true => Ok(()),
        false => Err(Problem::forbidden("history is for those to bring in who may do everything")),
    }
}

/// Ends the import of somebody who may not go on: what came in is in, and they are told what that was.
async fn break_off(importer: Importer, refusal: Problem) -> Answer<Problem> {
    let reason = "whoever brings this in may not any more; neither this line nor any after it was taken";
    let report = importer.break_off(reason).await.map_err(stopped)?;
    let report = serde_json::to_value(ImportResult::from(report)).map_err(Problem::internal)?;
    Ok(refusal.with("report", report))
}

fn is_ndjson(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        ["application/x-ndjson", "application/jsonl", "application/x-jsonlines"].contains(&essence.as_str())
    })
}

/// The log or the vault failed. What came in is in; sending the same again goes on from there.
fn stopped(error: ImportError) -> Problem {
    tracing::error!(%error, "an import stopped");
    Problem::unavailable("the import stopped; what came in is in, and sending the same again goes on from there")
}
