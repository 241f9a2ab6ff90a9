//! The headers of answers, by what is answered: a receipt, one thing with its version, a page.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Paths, RefOr, Response, ResponseBuilder};

use crate::http::table;

/// What is answered with its version as `ETag`.
const VERSIONED: [&str; 12] = [
    "AgentView",
    "CalendarView",
    "ChatView",
    "CustomerView",
    "DepartmentView",
    "OrganisationView",
    "RoleView",
    "SavedView",
    "SlaPolicyView",
    "TicketDetail",
    "WidgetSettingsView",
    RECEIPT,
];
/// What a command answers.
const RECEIPT: &str = "Receipt";

/// Describes the headers of every answer that went well.
pub(super) fn describe(paths: &mut Paths) {
    for item in paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            describe_operation(operation);
        }
        if let Some(read) = &mut item.get {
            describe_unchanged(read);
        }
    }
}

/// What is read with an `ETag` need not be sent to who has it.
fn describe_unchanged(read: &mut Operation) {
    let has_tag = |answer: &RefOr<Response>| matches!(answer, RefOr::T(answer) if answer.headers.contains_key("ETag"));
    if !read.responses.responses.get("200").is_some_and(has_tag) {
        return;
    }
    let words = "An `ETag`, or several: who has what would be answered is answered 304 and no body.";
    read.parameters.get_or_insert_default().push(table::header("If-None-Match", words, None).into());
    let tag = header(Type::String, "As it was.");
    let unchanged = ResponseBuilder::new().description("As it was.").header("ETag", tag).build();
    read.responses.responses.insert("304".to_owned(), unchanged.into());
}

fn describe_operation(operation: &mut Operation) {
    for (status, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        let Some(name) = schema_of(answer) else { continue };
        let mut add = |name: &str, header: Header| drop(answer.headers.insert(name.to_owned(), header.into()));
        if VERSIONED.contains(&name.as_str()) {
            let words = "The version, in quotes: what `If-Match` takes. Behind it, of what is read, what `If-None-Match` compares.";
            add("ETag", header(Type::String, words));
        }
        if name == RECEIPT {
            add("Docket-Position", header(Type::Integer, "The log's position: what `Docket-Min-Position` takes."));
            add("Idempotency-Replayed", header(Type::String, "`true` if it had happened before under this key."));
            if status == "201" {
                add("Location", header(Type::String, "Where it is now."));
            }
        }
        if name.starts_with("Page_") {
            add("Link", header(Type::String, "`rel=\"next\"` leads to the next page, if there is one."));
        }
    }
}

/// The name of the schema an answer has as JSON.
fn schema_of(answer: &Response) -> Option<String> {
    let RefOr::T(content) = answer.content.get("application/json")? else { return None };
    let RefOr::Ref(schema) = content.schema.as_ref()? else { return None };
    schema.ref_location.rsplit('/').next().map(str::to_owned)
}

/// The header that a refusal of this status brings.
pub(super) fn of_problem(status: u16) -> Option<(&'static str, Header)> {
    match status {
        405 => Some(("Allow", header(Type::String, "The methods it takes."))),
        429 | 503 => Some(("Retry-After", header(Type::Integer, "When to come back, in seconds."))),
        _ => None,
    }
}

fn header(kind: Type, description: &str) -> Header {
    let schema = Schema::Object(ObjectBuilder::new().schema_type(kind).build());
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}
