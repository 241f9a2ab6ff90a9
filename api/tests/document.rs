//! The API's description by itself: what it says of its values is so.

use serde_json::Value;

use crate::described::{document, resolved, violations};

/// Calls `visit` with every object of the document and where it lies.
fn walk(at: &str, value: &'static Value, visit: &mut impl FnMut(&str, &'static Value)) {
    match value {
        Value::Object(fields) => {
            // Fields may have any name, also those that mean something elsewhere.
            if !at.ends_with("/properties") {
                visit(at, value);
            }
            for (name, field) in fields {
                walk(&format!("{at}/{name}"), field, visit);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| walk(&format!("{at}/{n}"), item, visit)),
        _ => {}
    }
}

/// Examples and defaults of a schema, a parameter, a header or content.
fn samples(part: &'static Value) -> Vec<(&'static str, &'static Value)> {
    let named = ["default", "example"].into_iter().filter_map(|name| Some((name, part.get(name)?)));
    let several: Vec<&'static Value> = match &part["examples"] {
        Value::Array(all) => all.iter().collect(),
        // Of parameters and content they have names.
        Value::Object(all) => all.values().map(|one| &resolved(one)["value"]).collect(),
        _ => Vec::new(),
    };
    named.chain(several.into_iter().map(|one| ("examples", one))).collect()
}

#[test]
fn every_example_and_default_is_what_its_schema_allows() {
    let (mut seen, mut wrong) = (0, Vec::new());
    walk("", document(), &mut |at, part| {
        let schema = part.get("schema").unwrap_or(part);
        for (name, sample) in samples(part) {
            seen += 1;
            wrong.extend(violations(schema, sample).into_iter().map(|why| format!("{at}/{name}: {why}")));
        }
    });
    assert!(seen > 0 && wrong.is_empty(), "{wrong:#?}");
}

/// Names in backticks that a description gives for a value with an enumeration are names of it.
#[test]
fn a_name_that_is_described_is_one_there_is() {
    let (mut seen, mut wrong) = (0, Vec::new());
    walk("", document(), &mut |at, part| {
        let schema = resolved(part.get("schema").unwrap_or(part));
        let (Some(words), Some(names)) = (part["description"].as_str(), schema["enum"].as_array()) else { return };
        for name in words.split('`').skip(1).step_by(2).flat_map(|quoted| quoted.split(',')) {
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            seen += usize::from(is_name);
            if is_name && !names.iter().any(|one| one == name) {
                wrong.push(format!("{at}: `{name}` is none of {}", schema["enum"]));
            }
        }
    });
    assert!(seen > 0 && wrong.is_empty(), "{wrong:#?}");
}
