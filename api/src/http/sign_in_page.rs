//! `/sign-in`: where a sign-in link leads. One small page with nothing from elsewhere.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};

use super::access::Access::Public;
use super::table::{Table, routes_into};

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

/// Leads to the API's description.
#[utoipa::path(get, path = "/", tag = "operations", responses((status = 307, description = "To /docs/.")))]
pub(super) async fn home() -> Redirect {
    Redirect::temporary("/docs/")
}

/// The page a sign-in link leads to. `code` in its address is for its script.
#[utoipa::path(get, path = "/sign-in", tag = "sessions", responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn sign_in_page() -> impl IntoResponse {
    let page = include_str!("../../assets/sign-in.html");
    ([(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (CONTENT_SECURITY_POLICY, POLICY)], page)
}

/// The sign-in page's script.
#[utoipa::path(get, path = "/sign-in.js", tag = "sessions", responses((status = 200, content_type = "text/javascript", body = String)))]
pub(super) async fn sign_in_script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../assets/sign-in.js"))
}

/// The sign-in page's style.
#[utoipa::path(get, path = "/sign-in.css", tag = "sessions", responses((status = 200, content_type = "text/css", body = String)))]
pub(super) async fn sign_in_style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../assets/sign-in.css"))
}
