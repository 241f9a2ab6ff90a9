//! What the server answers is what its document says: the answers of all tests are compared with `docs/openapi.json`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::harness::Answer;

/// The document as committed, which a test of its own compares with the server's.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the document")).expect("JSON")
});

/// Schemas that were needed, by what they are.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Compares an answer with the document. What is not in it, such as a page, may be answered as it likes.
#[track_caller]
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    // The document is about to be written anew.
    if std::env::var_os("DOCKET_UPDATE_SCHEMAS").is_some() {
        return;
    }
    let Some((what, operation)) = operation(method, path) else { return };
    let status = answer.status.as_u16().to_string();
    let what = format!("{what} answered {status}");
    let Some(described) = operation["responses"].get(&status) else {
        panic!("{what}, which docs/openapi.json does not list: {}", answer.text)
    };
    let content = resolved(described).get("content").and_then(Value::as_object);
    // What is packed is the same, unpacked.
    if answer.text.is_empty() || answer.header("content-encoding").is_some() {
        return;
    }
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let Some(described) = content.and_then(|content| content.get(kind)) else {
        panic!("{what} with {kind:?}, which docs/openapi.json does not list: {}", answer.text)
    };
    if kind.ends_with("json") {
        let wrong = violations(&described["schema"], &answer.json());
        assert!(wrong.is_empty(), "{what} with what docs/openapi.json does not describe: {wrong:#?}\n{}", answer.text);
    }
}

/// The operation that a request asks for, if it is one.
fn operation(method: &str, path: &str) -> Option<(String, &'static Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let literal = |template: &str| template.split('/').filter(|part| !part.starts_with('{')).count();
    let fits = |template: &str| {
        let named = template.split('/').count() == parts.len();
        named && template.split('/').zip(&parts).all(|(name, part)| name.starts_with('{') || name == *part)
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let (template, item) = paths.iter().filter(|(one, _)| fits(one)).max_by_key(|(one, _)| literal(one))?;
    Some((format!("{method} {template}"), item.get(method.to_lowercase())?))
}

/// What a part of the document is, or refers to.
pub(crate) fn resolved(part: &'static Value) -> &'static Value {
    let Some(reference) = part["$ref"].as_str() else { return part };
    DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} is nowhere"))
}

/// The document.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// What a value has that a schema of the document does not allow.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let validator = VALIDATORS
        .lock()
        .expect("nobody failed with it")
        .entry(schema.to_string())
        .or_insert_with(|| {
            let whole = json!({ "$ref": "#/schema", "schema": schema, "components": DOCUMENT["components"] });
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            Arc::new(options.build(&whole).expect("a schema"))
        })
        .clone();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
