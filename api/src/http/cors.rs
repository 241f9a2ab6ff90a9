//! What pages of other origins may read: the chat widget's routes, on the origins a tenant allows, and nothing else.
//!
//! No answer ever allows credentials: a page of another origin can show the token of a visit, never a cookie.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::Access;
use super::table::Route;
use super::unchanged::unchanged;
use super::widget::{allows_origin, find_widget, origin_refused};
use crate::app::App;

/// Where the public routes of a widget lie; what follows is its key.
pub(super) const WIDGET: &str = "/v1/widget/";

/// On the answer to a visitor whose origin was found to be allowed, or whose token counts no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForVisitor;

/// How a path is open to pages of other origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// It names a widget, which says who may.
    Widget,
    /// Its caller is known only by the token; a preflight carries none.
    Visit,
}

/// Paths open to pages of other origins.
#[derive(Clone)]
pub(super) struct OpenPaths(Arc<HashMap<String, Opening>>);

impl OpenPaths {
    /// Those among `routes`.
    pub(super) fn of(routes: &[Route]) -> Self {
        let opening = |route: &Route| match route.access {
            Access::Public if route.path.starts_with(WIDGET) => Some(Opening::Widget),
            Access::Public => None,
            access => access.is_for_visitors().then_some(Opening::Visit),
        };
        Self(Arc::new(routes.iter().filter_map(|route| Some((route.path.clone(), opening(route)?))).collect()))
    }

    fn get(&self, request: &Request) -> Option<Opening> {
        self.0.get(request.extensions().get::<MatchedPath>()?.as_str()).copied()
    }
}

/// Answers preflights, and lets pages of allowed origins read answers.
pub(super) async fn cors(app: &App, paths: &OpenPaths, request: Request, next: Next) -> Response {
    let Some(opening) = paths.get(&request) else { return unchanged(request, next).await };
    let mut response = match request.headers().get(ORIGIN).cloned() {
        Some(origin) => answer(app, opening, origin, request, next).await,
        None => unchanged(request, next).await,
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    response
}

async fn answer(app: &App, opening: Opening, origin: HeaderValue, request: Request, next: Next) -> Response {
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = match opening {
        Opening::Visit => None,
        Opening::Widget => {
            let key = request.uri().path().strip_prefix(WIDGET).and_then(|rest| rest.split('/').next());
            match find_widget(app, key.unwrap_or_default()).await {
                Ok(Some((_, widget))) => Some(allows_origin(app, &widget.settings, request.headers())),
                Ok(None) => None,
                Err(problem) => return problem.into_response(),
            }
        }
    };
    if allowed == Some(false) {
        return origin_refused().into_response();
    }
    if preflight {
        let mut response = StatusCode::NO_CONTENT.into_response();
        share(response.headers_mut(), origin);
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, DELETE"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "authorization, content-type, idempotency-key, if-match, if-none-match, docket-min-position, x-request-id",
            ),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        return response;
    }
    let mut response = unchanged(request, next).await;
    if allowed == Some(true) || response.extensions().get::<ForVisitor>().is_some() {
        share(response.headers_mut(), origin);
    }
    response
}

fn share(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "etag, location, link, retry-after, docket-position, idempotency-replayed, x-request-id, content-disposition",
        ),
    );
}
