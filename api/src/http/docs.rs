//! `/openapi.json`, and `/docs` to browse it. Everything needed is inside the binary: it works without the internet.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;

/// The page's own scripts and styles, nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
);

/// The routes of the API's description.
pub(super) fn router(openapi: &OpenApi) -> Router<App> {
    let document = openapi.to_pretty_json().map_or_else(|_| Bytes::new(), Bytes::from);
    let json = move || {
        let document = document.clone();
        async move {
            let headers: [(HeaderName, HeaderValue); 2] = [
                (CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
            ];
            (headers, document)
        }
    };
    let ui: Router<App> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    let ui = ui.layer(map_response(|mut response: Response| async move {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
        response
    }));
    Router::new().route("/openapi.json", get(json)).merge(ui)
}
