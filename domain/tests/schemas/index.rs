//! The index of all events, for people.

use std::fmt::Write as _;

use docket_domain::{Category, EventSchema};
use serde_json::Value;

const OPENING: &str = "\
# Events

Everything that can happen in Docket, one JSON Schema (2020-12) of the payload each. This page and the schemas are
generated from the code: `UPDATE_SCHEMAS=1 cargo test -p docket-domain schemas`.

Events are frozen once released. New optional fields and new values of an enumeration may come within a version, so
readers ignore what they do not know; anything else becomes a new version beside the old one, and old events are
translated when they are read. A test refuses everything else.

*Personal* fields hold text about a person. In the log they are sealed with that person's key; once the person is
erased they read as `null`.
";

/// The page.
pub(crate) fn index(schemas: &[EventSchema]) -> String {
    let mut page = OPENING.to_owned();
    for category in Category::ALL {
        let _ = write!(
            page,
            "\n## {category}\n\n| event | version | what happened | personal fields |\n|---|---|---|---|\n"
        );
        for schema in schemas.iter().filter(|schema| schema.category == category.as_str()) {
            let value = serde_json::to_value(&schema.schema).expect("JSON");
            let EventSchema { event_type, schema_version, .. } = schema;
            let what = value["description"].as_str().unwrap_or_default().replace('\n', " ");
            let personal = personal_fields(&value).join(", ");
            let link = format!("[`{event_type}`]({category}/{event_type}.v{schema_version}.json)");
            let _ = writeln!(page, "| {link} | {schema_version} | {what} | {personal} |");
        }
    }
    page
}

fn personal_fields(schema: &Value) -> Vec<String> {
    const PERSONAL: &str = "#/$defs/PersonalText";
    let properties = schema["properties"].as_object().into_iter().flatten();
    let definitions = || schema["$defs"].as_object().into_iter().flatten();
    let personal = properties.filter(|(_, property)| {
        let text = property.to_string();
        let holds = |(name, definition): (&String, &Value)| {
            text.contains(&format!("#/$defs/{name}\"")) && definition.to_string().contains(PERSONAL)
        };
        text.contains(PERSONAL) || definitions().any(holds)
    });
    personal.map(|(name, _)| format!("`{name}`")).collect()
}
