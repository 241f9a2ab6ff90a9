//! The committed AsyncAPI document says what the code publishes.

use std::path::Path;

use docket_store::delivery::asyncapi;

#[test]
fn schemas_of_asyncapi_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/asyncapi.json");
    let document = format!("{}\n", serde_json::to_string_pretty(&asyncapi().unwrap()).unwrap());
    if std::env::var_os("DOCKET_UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, document).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == document, "docs/asyncapi.json is not current: DOCKET_UPDATE_SCHEMAS=1 writes it anew");
}

/// Whatever a reference names is there.
#[test]
fn references_resolve() {
    fn check(document: &serde_json::Value, value: &serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
                Some(target) if name == "$ref" => {
                    let pointer = target.strip_prefix('#').expect("within the document");
                    assert!(document.pointer(pointer).is_some(), "{target}");
                }
                _ => check(document, value),
            }),
            serde_json::Value::Array(items) => items.iter().for_each(|item| check(document, item)),
            _ => {}
        }
    }
    let document = asyncapi().unwrap();
    check(&document, &document);
}
