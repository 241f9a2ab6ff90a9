//! `/`, and `/sign-in`, where a sign-in link leads: the web build's page, or without one a small page that can do the same.

use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::access::Access::Public;
use super::table::{Table, routes_into};
use super::web;
use crate::app::App;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; Public => home, Public => sign_in_page, Public => sign_in_script, Public => sign_in_style);
}

/// The page's own script and style, and sign-ins to where it came from. The script sends the form, never the browser: a
/// password must not end up in an address.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; \
     frame-ancestors 'none'; base-uri 'none'",
);

/// Leads to the desk.
#[utoipa::path(get, path = "/", tag = "operations", responses((status = 307, description = "To /desk."),
    (status = 503, description = "The web pages were not built: what is missing.", content_type = "text/html", body = String)))]
pub(super) async fn home(State(app): State<App>) -> Response {
    web::home(&app).await
}

/// The page a sign-in link leads to. `code` in its address is for its script.
#[utoipa::path(get, path = "/sign-in", tag = "sessions", responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn sign_in_page(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(page) = web::sign_in(&app, &headers).await {
        return page;
    }
    let page = include_str!("../../assets/sign-in.html");
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, page).into_response()
}

/// The script of the sign-in page that needs no web build.
#[utoipa::path(get, path = "/sign-in.js", tag = "sessions", responses((status = 200, content_type = "text/javascript", body = String)))]
pub(super) async fn sign_in_script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../assets/sign-in.js"))
}

/// Its style.
#[utoipa::path(get, path = "/sign-in.css", tag = "sessions", responses((status = 200, content_type = "text/css", body = String)))]
pub(super) async fn sign_in_style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../assets/sign-in.css"))
}
