//! The one list of routes. What is not in it cannot be reached; what is in it is guarded and described.

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Components, Paths, Ref, RefOr, Required};
use utoipa_axum::router::UtoipaMethodRouter;

use super::access::Access;
use super::conventions::HEALTH;
use super::guard::{Rules, guard};
use super::parameters::{ANY_QUERY, QueryNames};
use crate::app::App;

/// Which of the headers that put conditions on a change a route keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honours {
    /// `Idempotency-Key` and `If-Match`.
    Both,
    /// `Idempotency-Key`: what it changes has no one version.
    Key,
    /// Neither: what it hands out or ends is not in the log, so that it could not be answered alike again.
    Neither,
}

/// How a route takes its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Whole: the [guard](super::guard) waits for it, and asks again then whether its sender still may.
    Whole,
    /// Piece by piece, as it comes: the handler asks again with each, see [`Caller`](super::guard::Caller).
    Pieces,
}

/// A route, for whoever wants to know what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{names}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// Which conditions it keeps.
    pub honours: Honours,
    /// How it takes its body.
    pub body: Body,
}

/// Routes, their guards and their description.
pub struct Table {
    app: App,
    router: Router<App>,
    paths: Paths,
    components: Components,
    routes: Vec<Route>,
}

/// Adds handlers with who may call them: `routes_into!(table; Access::Public => handler, …)`. A changing route that
/// does not keep both conditions says so: `… => handler [Honours::Neither]`; and one that takes its body piece by piece:
/// `… => handler [Honours::Neither, Body::Pieces]`.
macro_rules! routes_into {
    ($table:expr; $($access:expr => $handler:path $([$honours:expr $(, $body:expr)?])?),+ $(,)?) => {
        $($table.add(
            $access,
            routes_into!(@honours $($honours)?),
            routes_into!(@body $($($body)?)?),
            utoipa_axum::routes!($handler),
        );)+
    };
    (@honours) => { $crate::http::table::Honours::Both };
    (@honours $honours:expr) => { $honours };
    (@body) => { $crate::http::table::Body::Whole };
    (@body $body:expr) => { $body };
}
pub(crate) use routes_into;

impl Table {
    /// An empty table.
    pub fn new(app: App) -> Self {
        Self { app, router: Router::new(), paths: Paths::new(), components: Components::new(), routes: Vec::new() }
    }

    /// Adds a route.
    pub fn add(
        &mut self,
        access: Access,
        honours: Honours,
        body: Body,
        (schemas, paths, methods): UtoipaMethodRouter<App>,
    ) {
        self.components.schemas.extend(schemas);
        let mut methods = Some(methods);
        for (path, mut item) in paths.paths {
            let mut query = None;
            let operations = [
                (Method::GET, &mut item.get),
                (Method::PUT, &mut item.put),
                (Method::POST, &mut item.post),
                (Method::DELETE, &mut item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    query = Some(QueryNames::of(&path, operation));
                    describe(operation, &method, &path, access, honours);
                    self.routes.push(Route { method, path: path.clone(), access, honours, body });
                }
            }
            // One handler, which is one operation.
            if let (Some(methods), Some(query)) = (methods.take(), query) {
                let rules = Rules { app: self.app.clone(), access, honours, body, query };
                let methods = methods.route_layer(from_fn_with_state(rules, guard));
                self.router = std::mem::take(&mut self.router).route(&path, methods);
            }
            let mut one = Paths::new();
            one.paths.insert(path, item);
            self.paths.merge(one);
        }
    }

    /// The router, the paths and components described, and the list.
    pub fn into_parts(self) -> (Router<App>, Paths, Components, Vec<Route>) {
        (self.router, self.paths, self.components, self.routes)
    }
}

/// The refusals that can come from anywhere, by status. Their descriptions are in [`super::openapi`].
pub(super) const PROBLEMS: [u16; 15] = [400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 422, 429, 500, 503, 405];

/// Adds to an operation what is true of many: who may call it, its headers, its refusals.
fn describe(operation: &mut Operation, method: &Method, path: &str, access: Access, honours: Honours) {
    let changes = *method != Method::GET;
    let own = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{own}\n\n{}", access.describe()).trim().to_owned());
    let mut parameters = operation.parameters.take().unwrap_or_default();
    if access == Access::Public {
        operation.security = Some(vec![]);
    } else if changes {
        if honours != Honours::Neither {
            parameters.push(
                header(
                    "Idempotency-Key",
                    "The same key and request again answers as the first time, and changes nothing. Visible ASCII characters.",
                    Some(255),
                )
                .into(),
            );
        }
        if honours == Honours::Both {
            parameters.push(header("If-Match", IF_MATCH, None).into());
        }
    } else {
        parameters.push(position_header().into());
    }
    if !parameters.is_empty() {
        operation.parameters = Some(parameters);
    }
    for status in PROBLEMS {
        let applies = match status {
            401 | 403 => access != Access::Public,
            404 => path.contains('{') || changes,
            412 => changes && honours == Honours::Both,
            408 | 409 | 413 | 415 => changes,
            422 => changes || !ANY_QUERY.contains(&path),
            // One address may have so many requests at the same time.
            429 => !HEALTH.contains(&path),
            405 => false,
            _ => true,
        };
        if applies {
            operation
                .responses
                .responses
                .entry(status.to_string())
                .or_insert_with(|| RefOr::Ref(Ref::new(format!("#/components/responses/Problem{status}"))));
        }
    }
}

/// What `If-Match` does where it is kept.
const IF_MATCH: &str = "Carries it out only if it is still at this version: the `ETag` or the `version` in quotes, as `\"7\"`. Of several \
    (`\"6\", \"7\"`) one has to be it. Otherwise it is refused with 412 and what was missed; what is yet to begin is at version 0. Tags are \
    compared strongly (RFC 9110, 13.1.1): a weak one (`W/\"7\"`) is that of no version. `*` asks for no more than that it is there. \
    What is no tag, as `7` without quotes, is refused with 400.";

/// A header of a request, as a parameter, with how many characters it may have.
pub(super) fn header(name: &str, description: &str, most: Option<usize>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(Schema::Object(
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(most).build(),
        )))
        .build()
}

fn position_header() -> Parameter {
    ParameterBuilder::new()
        .name("Docket-Min-Position")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Waits until the answer shows everything up to this position of the log."))
        .schema(Some(Schema::Object(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(0))
                .build(),
        )))
        .build()
}
