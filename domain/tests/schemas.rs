//! Events are frozen: their committed schemas and the code agree, and nothing that was written becomes unreadable.
//!
//! `UPDATE_SCHEMAS=1 cargo test -p docket-domain` writes new files and takes harmless changes into old ones. A breaking
//! change is refused even then: it needs a new version in `event_set!` and an upcaster from the old one.

mod compatibility;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use docket_domain::{Category, DecodeError, DomainEvent, EventSchema};
use serde_json::Value;

use compatibility::breaking_changes;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_SCHEMAS").is_some_and(|value| value == "1")
}

/// Where the schema lies, below the folder.
fn path_of(schema: &EventSchema) -> String {
    format!("{}/{}.v{}.json", schema.category, schema.event_type, schema.schema_version)
}

fn text_of(schema: &EventSchema) -> String {
    let mut value = serde_json::to_value(&schema.schema).expect("JSON");
    value["x-category"] = schema.category.into();
    value["x-schema-version"] = schema.schema_version.into();
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

/// The committed schemas by path.
fn committed() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for category in Category::ALL {
        let Ok(entries) = fs::read_dir(folder().join(category.as_str())) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            files.insert(format!("{category}/{name}"), fs::read_to_string(&path).expect("a file"));
        }
    }
    files
}

fn write(path: &str, text: &str) {
    let path = folder().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("to write");
}

/// What keeps code and committed schemas apart; with `update`, after what can be mended was.
fn disagreements(update: bool) -> Vec<String> {
    let committed = committed();
    let mut found = Vec::new();
    for schema in DomainEvent::schemas() {
        let (path, text) = (path_of(&schema), text_of(&schema));
        match committed.get(&path) {
            Some(old) if *old == text => {}
            Some(old) => {
                let old: Value = serde_json::from_str(old).expect("a committed schema is JSON");
                let new: Value = serde_json::from_str(&text).expect("JSON");
                let breaking = breaking_changes(&old, &new);
                if !breaking.is_empty() {
                    let next = schema.schema_version + 1;
                    found.push(format!(
                        "{path} changed so that old and new do not fit: {breaking:?}; make it version {next}"
                    ));
                } else if update {
                    write(&path, &text);
                } else {
                    found.push(format!("{path} changed harmlessly; run with UPDATE_SCHEMAS=1 and commit it"));
                }
            }
            None if update => write(&path, &text),
            None => found.push(format!("{path} is missing; run with UPDATE_SCHEMAS=1 and commit it")),
        }
    }
    found
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    let found = disagreements(updating());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn whatever_was_ever_written_can_be_read() {
    for path in committed().keys() {
        let (category, file) = path.split_once('/').expect("category/file");
        let (event_type, version) = file.trim_end_matches(".json").rsplit_once(".v").expect("Type.vN.json");
        let (category, version) = (category.parse().expect("a category"), version.parse().expect("a version"));
        let read = DomainEvent::decode(category, event_type, version, "not even JSON");
        assert!(!matches!(read, Err(DecodeError::Unknown { .. })), "{path} is no longer read");
    }
}

/// What is only read any more is never written anew: its schema is the one committed when it was written.
#[test]
fn retired_shapes_are_those_that_were_committed() {
    let committed = committed();
    let retired = DomainEvent::retired_schemas();
    for schema in &retired {
        let path = path_of(schema);
        assert_eq!(committed.get(&path), Some(&text_of(schema)), "{path}");
        let category: Category = schema.category.parse().expect("a category");
        assert!(DomainEvent::is_retired(category, schema.event_type, schema.schema_version));
    }
    let today: BTreeSet<String> = DomainEvent::schemas().iter().map(path_of).collect();
    let all: BTreeSet<String> = retired.iter().map(path_of).chain(today.iter().cloned()).collect();
    assert_eq!(all, committed.into_keys().collect());
    assert_eq!(all.len(), today.len() + retired.len(), "a shape is written today or retired, not both");
}

#[test]
fn the_index_lists_every_event() {
    let text = index::index(&DomainEvent::schemas());
    if updating() {
        write("README.md", &text);
    }
    let committed = fs::read_to_string(folder().join("README.md")).unwrap_or_default();
    assert_eq!(committed, text, "docs/events/README.md is out of date; run with UPDATE_SCHEMAS=1");
}
