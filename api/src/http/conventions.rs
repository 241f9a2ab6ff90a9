//! What is true of every answer: an id, safe headers, bounded work, and never a stack.

use std::panic::AssertUnwindSafe;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use docket_store::new_id;
use futures::FutureExt as _;
use uuid::Uuid;

use super::address::ClientAddress;
use super::ask::RequestId;
use super::cors::{OpenPaths, cors};
use super::extract::BodyLimit;
use super::parameters::check_path;
use super::problem::Problem;
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What health checks ask: it is told whatever else is going on.
pub(crate) const HEALTH: [&str; 2] = ["/healthz", "/readyz"];
/// Longer targets serve nobody but attackers.
const MAX_TARGET: usize = 8 * 1024;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The id of the request being worked on, for the log.
pub(crate) fn current_request() -> Option<Uuid> {
    CURRENT.try_with(|id| *id).ok()
}

/// The one layer around all routes. Inside it come, in this order, [`cors`], [`unchanged`](super::unchanged::unchanged) and
/// [`compressed`](super::compression::compressed), as plain calls: of layers, each request would clone and box every one.
pub(super) async fn conventions(
    State((app, paths)): State<(App, OpenPaths)>,
    mut request: Request,
    next: Next,
) -> Response {
    // The id is ours: it becomes what the audit trail ties events together by. The caller's own goes to the log beside it.
    let id = new_id();
    if let Some(theirs) = request.headers().get(&REQUEST_ID) {
        tracing::debug!(request = %id, client_request = ?theirs, "the caller calls this request otherwise");
    }
    request.extensions_mut().insert(RequestId(id));
    request.extensions_mut().insert(BodyLimit(app.settings.http.max_body_bytes));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = std::time::Instant::now();
    let method = request.method().clone();

    let network = ClientAddress::of(&app, request.headers(), request.extensions()).network();
    let working =
        if HEALTH.contains(&request.uri().path()) { Ok(None) } else { app.in_flight.begin(network).map(Some) };
    let mut response = if let Err(refusal) = &working {
        metrics::counter!("docket_http_shed_total").increment(1);
        refusal.clone().into_response()
    } else if target_length(request.uri()) > MAX_TARGET {
        Problem::new(
            axum::http::StatusCode::URI_TOO_LONG,
            "uri_too_long",
            "The address is too long",
            "at most 8192 bytes",
        )
        .into_response()
    } else if let Err(refusal) = check_path(request.uri().path(), route.as_ref().map(MatchedPath::as_str)) {
        refusal.into_response()
    } else {
        let work = CURRENT.scope(id, cors(&app, &paths, request, next));
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(response) => response,
            Err(_) => CURRENT.sync_scope(id, || Problem::internal("a handler panicked").into_response()),
        }
    };
    drop(working);

    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    metrics::histogram!("docket_http_seconds", "method" => method_name(&method), "route" => route.to_owned(), "status" => status_class(&response))
        .record(started.elapsed().as_secs_f64());

    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"));
    headers.entry("cross-origin-resource-policy").or_insert(HeaderValue::from_static("same-origin"));
    if app.settings.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    response
}

fn target_length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}

fn method_name(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

fn status_class(response: &Response) -> &'static str {
    match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// No route has this path.
pub(crate) async fn no_such_path() -> Problem {
    Problem::not_found("path")
}

/// The path has no such method.
pub(crate) async fn no_such_method(method: axum::http::Method) -> Problem {
    Problem::new(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Method not allowed",
        format!("this path does not take {method}"),
    )
}
