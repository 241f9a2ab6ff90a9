//! Which changes of a schema break readers of old events, or old readers of new events.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Words about a schema that bind nobody.
const WORDS: [&str; 4] = ["description", "title", "$schema", "x-category"];

/// What of `new` does not fit `old`, as JSON pointers. Harmless are other words, new optional fields, new values of
/// an enumeration and new definitions.
pub(crate) fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(old, new, "", &mut found);
    found
}

fn compare(old: &Value, new: &Value, at: &str, found: &mut Vec<String>) {
    let (Value::Object(old_fields), Value::Object(new_fields)) = (old, new) else {
        if old != new {
            found.push(at.to_owned());
        }
        return;
    };
    let keywords: BTreeSet<&String> = old_fields.keys().chain(new_fields.keys()).collect();
    for keyword in keywords.into_iter().filter(|keyword| !WORDS.contains(&keyword.as_str())) {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), old_fields.get(keyword), new_fields.get(keyword)) {
            ("properties" | "$defs", old, new) => compare_members(old, new, &at, found),
            ("required", old, new) => {
                if names(old) != names(new) {
                    found.push(at);
                }
            }
            ("enum", Some(old), Some(new)) => {
                if !names(Some(old)).is_subset(&names(Some(new))) {
                    found.push(at);
                }
            }
            ("oneOf" | "anyOf", Some(Value::Array(old)), Some(Value::Array(new))) => {
                compare_alternatives(old, new, &at, found);
            }
            (_, Some(old), Some(new)) => compare(old, new, &at, found),
            _ => found.push(at),
        }
    }
}

/// Every old member must still be there and fit; new ones are welcome (whether they are required is said elsewhere).
fn compare_members(old: Option<&Value>, new: Option<&Value>, at: &str, found: &mut Vec<String>) {
    for (name, old) in old.and_then(Value::as_object).into_iter().flatten() {
        let at = format!("{at}/{name}");
        match new.and_then(|new| new.get(name)) {
            Some(new) => compare(old, new, &at, found),
            None => found.push(at),
        }
    }
}

/// Every old alternative must still be there; schemars writes documented enumerations so.
fn compare_alternatives(old: &[Value], new: &[Value], at: &str, found: &mut Vec<String>) {
    for (index, old) in old.iter().enumerate() {
        if !new.iter().any(|new| breaking_changes(old, new).is_empty()) {
            found.push(format!("{at}/{index}"));
        }
    }
}

fn names(list: Option<&Value>) -> BTreeSet<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn schema() -> Value {
    json!({
        "description": "Words.",
        "type": "object",
        "properties": {
            "to": { "$ref": "#/$defs/Status" },
            "reason": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
        },
        "required": ["to"],
        "$defs": { "Status": { "oneOf": [{ "const": "open", "description": "New." }, { "enum": ["a", "b"] }] } },
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut new = schema();
    change(&mut new);
    breaking_changes(&schema(), &new)
}

#[test]
fn words_and_additions_are_harmless() {
    assert_eq!(changed(|_| {}), [""; 0]);
    assert_eq!(changed(|new| new["description"] = "Other words.".into()), [""; 0]);
    assert_eq!(changed(|new| new["properties"]["more"] = json!({ "type": "string" })), [""; 0]);
    assert_eq!(changed(|new| new["$defs"]["Status"]["oneOf"][1]["enum"] = json!(["c", "a", "b"])), [""; 0]);
    assert_eq!(changed(|new| new["$defs"]["Status"]["oneOf"][0]["description"] = "Fresh.".into()), [""; 0]);
}

#[test]
fn what_takes_away_demands_or_means_something_else_breaks() {
    let gone = |new: &mut Value, parent: &str, name: &str| {
        new.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(name);
    };
    assert_eq!(changed(|new| gone(new, "/properties", "reason")), ["/properties/reason"]);
    assert_eq!(changed(|new| new["required"] = json!(["to", "reason"])), ["/required"]);
    assert_eq!(changed(|new| gone(new, "", "required")), ["/required"]);
    assert_eq!(
        changed(|new| new["properties"]["to"] = json!({ "type": "string" })),
        ["/properties/to/$ref", "/properties/to/type"]
    );
    assert_eq!(changed(|new| new["$defs"]["Status"]["oneOf"][0]["const"] = "new".into()), ["/$defs/Status/oneOf/0"]);
    assert_eq!(changed(|new| new["$defs"]["Status"]["oneOf"][1]["enum"] = json!(["a"])), ["/$defs/Status/oneOf/1"]);
    assert_eq!(changed(|new| new["type"] = "array".into()), ["/type"]);
}
