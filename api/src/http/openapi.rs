//! The API's description: OpenAPI 3.1, made from the route table.

mod headers;
mod tidy;

use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, ResponseBuilder,
    SecurityRequirement, Server,
};
use utoipa::{PartialSchema as _, ToSchema};

use super::problem::PROBLEM_JSON;
use super::table::PROBLEMS;

/// A field that is not as it must be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The field's name as in the request, dotted where nested.
    pub field: String,
    /// A stable code: `required`, `too_long`, `too_short`, `out_of_range`, `unknown`, `invalid`, `too_many` …
    pub code: String,
    /// What is wrong, in words, naming the limit.
    pub message: String,
}

/// A refusal (RFC 9457). Some codes bring members of their own: `invalid_transition` has `current_status` and
/// `allowed`, `stale` has `current_version` and `missed`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDocument {
    /// A URN made of the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to branch on. Stable.
    pub code: String,
    /// This occurrence, in words.
    pub detail: String,
    /// Every field that is not as it must be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
}

fn words(status: u16) -> &'static str {
    match status {
        400 => "Malformed: not JSON, a bad header, path or cursor, or a header this cannot honour.",
        401 => "Nobody is recognised by what the request carries.",
        403 => "Recognised, but not allowed.",
        404 => "There is none, or none the caller may know of.",
        405 => "The path does not take this method.",
        408 => "The body did not arrive in time.",
        409 => "Not possible now: an impossible transition, or a rule in the way; `code` says which.",
        412 => "`If-Match` does not name the version it is at; `missed` has what happened since.",
        413 => "The body is too large; `limit` says how large it may be.",
        414 => "The address is too long: path and query together have at most 8192 bytes.",
        415 => "The body is not application/json.",
        422 => {
            "Fields are not as they must be (`errors` names each), or an Idempotency-Key came with another request before."
        }
        429 => "Too often; `Retry-After` says when to come back.",
        503 => "Not right now; try again.",
        _ => "Our fault. The request's id leads to the reason in the log.",
    }
}

/// Puts the description together.
pub(crate) fn describe(mut paths: Paths, mut components: Components) -> OpenApi {
    tidy::describe_answers(&mut paths);
    headers::describe(&mut paths);
    components.schemas.insert("ProblemDocument".into(), ProblemDocument::schema());
    components.schemas.insert("FieldProblem".into(), FieldProblem::schema());
    for status in PROBLEMS {
        let content = ContentBuilder::new()
            .schema(Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("ProblemDocument"))))
            .build();
        let mut problem = ResponseBuilder::new().description(words(status)).content(PROBLEM_JSON, content);
        if let Some((name, header)) = headers::of_problem(status) {
            problem = problem.header(name, header);
        }
        components.responses.insert(format!("Problem{status}"), RefOr::T(problem.build()));
    }
    components
        .security_schemes
        .insert("bearer".into(), RefOr::T(SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer))));
    components.security_schemes.insert(
        "session".into(),
        RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "docket_session",
            "Of POST /v1/sessions. Changing requests also need X-CSRF-Token. Over TLS the name begins with __Host-.",
        )))),
    );
    let info = InfoBuilder::new()
        .title("Docket")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "An event-sourced support desk. Commands answer with the `version` of what they changed and the log's \
             `position`; a query with `Docket-Min-Position` waits until it shows that position. Refusals are RFC 9457 \
             problems with a stable `code`; a method that a path does not take is one too, `method_not_allowed` with \
             `Allow`. What cannot be read as a request of HTTP at all is refused with 400, 414 or 431 and no body. A parameter of the \
             query that a route does not take is refused, as is a field of a body. Beside the names told here a status may be \
             given as `pending`, which is `on_hold`, and a priority as `normal`, which is `medium`; they are never answered so.",
        ))
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        // Where the document came from, whatever address that is.
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("session", Vec::<String>::new()),
        ]))
        .build();
    tidy::name_schemas(document)
}
