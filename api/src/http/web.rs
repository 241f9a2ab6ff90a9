//! The web build: desk, help centre, sign-in and widget. Static files, open to anybody, which know nothing by themselves;
//! whatever they show they ask of the API. As `/docs`, they are not operations of the API and not in its description.

mod files;

use axum::Router;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use self::files::{Encoding, File};
use super::conventions::no_such_path;
use super::extract::Path;
use super::parameters::PAGES;
use crate::app::App;

/// The pages' own scripts, styles and fonts, and the API they came from; nothing from elsewhere, nothing inline.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
     connect-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
);
/// Names that carry a hash of what is inside are never asked for twice.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The routes of the web build, except `/` and `/sign-in`, which answer without it too.
pub(super) fn router() -> Router<App> {
    let [any_desk, any_help] = PAGES;
    Router::new()
        .route("/desk", get(desk))
        .route("/desk/", get(desk))
        .route(any_desk, get(desk))
        .route("/help", get(help))
        .route("/help/", get(help))
        .route(any_help, get(help))
        .route("/assets/{*path}", get(asset))
        .route("/static/{*path}", get(static_file))
        .route("/widget.js", get(widget_loader))
        .route("/widget/{*path}", get(widget))
}

/// Leads to the desk, which leads customers on to the help centre; without the web build, says what is missing.
pub(super) async fn home(app: &App) -> Response {
    if files::find(&app.settings.web, "desk.html", &[]).await.is_some() {
        return Redirect::temporary("/desk").into_response();
    }
    not_built()
}

/// The sign-in page, if there is a web build.
pub(super) async fn sign_in(app: &App, headers: &HeaderMap) -> Option<Response> {
    page(app, headers, "sign-in.html").await
}

async fn desk(State(app): State<App>, headers: HeaderMap) -> Response {
    page(&app, &headers, "desk.html").await.unwrap_or_else(not_built)
}

async fn help(State(app): State<App>, headers: HeaderMap) -> Response {
    page(&app, &headers, "help.html").await.unwrap_or_else(not_built)
}

async fn asset(State(app): State<App>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&app, &headers, &format!("assets/{path}"), FOR_EVER).await
}

async fn static_file(State(app): State<App>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&app, &headers, &format!("static/{path}"), ASK_EACH_TIME).await
}

async fn widget_loader(State(app): State<App>, headers: HeaderMap) -> Response {
    for_any_site(file(&app, &headers, "widget.js", ASK_EACH_TIME).await)
}

async fn widget(State(app): State<App>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let caching = if path.starts_with("assets/") { FOR_EVER } else { ASK_EACH_TIME };
    for_any_site(file(&app, &headers, &format!("widget/{path}"), caching).await)
}

/// The widget runs on pages of other sites: they may load its scripts, also as modules, and its fonts.
fn for_any_site(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn page(app: &App, headers: &HeaderMap, name: &str) -> Option<Response> {
    let file = files::find(&app.settings.web, name, &Encoding::accepted(headers)).await?;
    let mut response = answer(file, ASK_EACH_TIME);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Some(response)
}

async fn file(app: &App, headers: &HeaderMap, name: &str, caching: HeaderValue) -> Response {
    match files::find(&app.settings.web, name, &Encoding::accepted(headers)).await {
        Some(file) => answer(file, caching),
        None => no_such_path().await.into_response(),
    }
}

fn answer(file: File, caching: HeaderValue) -> Response {
    let kind = HeaderValue::from_str(&file.content_type);
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = kind {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CACHE_CONTROL, caching);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(encoding) = file.encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    response
}

/// Says what is missing where the pages would be. The API is complete without them.
fn not_built() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        ),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, include_str!("../../assets/not-built.html")).into_response()
}
