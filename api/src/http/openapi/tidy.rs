//! What generators of clients need of the document, beyond what describes the routes.

use serde_json::{Map, Value};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, Paths, RefOr};

/// Says something of every answer: a description is required, and a route says only what is peculiar to it.
pub(super) fn describe_answers(paths: &mut Paths) {
    for item in paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            describe_operation(operation);
        }
    }
}

fn describe_operation(operation: &mut Operation) {
    for (status, answer) in &mut operation.responses.responses {
        if let RefOr::T(answer) = answer
            && answer.description.is_empty()
        {
            words(status).clone_into(&mut answer.description);
        }
    }
}

fn words(status: &str) -> &'static str {
    match status {
        "101" => "The connection becomes a WebSocket.",
        "200" => "What was asked for, or what came of it.",
        "201" => "It is there now.",
        "202" => "It will be done.",
        "204" => "Done.",
        "302" | "303" | "307" => "It is elsewhere; `Location` says where.",
        "304" => "As it was.",
        "503" => "Not right now; what is missing is said.",
        _ => "Refused; `code` says why.",
    }
}

/// Gives generic schemas names that every language can write (`Page_TicketView` becomes `TicketViewPage`), and has them
/// refer to what they are made of instead of repeating it: a generator would invent a second type for it.
pub(super) fn name_schemas(document: OpenApi) -> OpenApi {
    let renamed = serde_json::to_value(&document).ok().and_then(|mut value| {
        rename(&mut value)?;
        serde_json::from_value(value).ok()
    });
    renamed.unwrap_or(document)
}

fn rename(document: &mut Value) -> Option<()> {
    let schemas = document.pointer_mut("/components/schemas")?.as_object_mut()?;
    let names: Vec<(String, String)> = schemas.keys().filter_map(|name| Some((name.clone(), plain(name)?))).collect();
    for (old, new) in &names {
        let parts: Vec<(Value, Value)> =
            old.split('_').filter_map(|part| Some((schemas.get(part)?.clone(), to(part)))).collect();
        let mut schema = schemas.remove(old)?;
        for (part, reference) in &parts {
            replace(&mut schema, part, reference);
        }
        schemas.insert(new.clone(), schema);
    }
    let mut sorted: Vec<(String, Value)> = std::mem::take(schemas).into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    *schemas = sorted.into_iter().collect::<Map<_, _>>();
    for (old, new) in &names {
        replace(document, &to(old), &to(new));
    }
    Some(())
}

/// `Outer_Inner` → `InnerOuter`.
fn plain(name: &str) -> Option<String> {
    name.contains('_').then(|| name.rsplit('_').collect())
}

fn to(schema: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Puts `new` wherever `old` is.
fn replace(value: &mut Value, old: &Value, new: &Value) {
    if value == old {
        *value = new.clone();
        return;
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|inner| replace(inner, old, new)),
        Value::Array(items) => items.iter_mut().for_each(|inner| replace(inner, old, new)),
        _ => {}
    }
}
