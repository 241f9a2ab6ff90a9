//! Every list a caller gives is a set with an end: what is repeated counts once, and what is too much is refused by name.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestDesk};

/// A list in a request's body: where it is, and one entry of it.
#[derive(Debug)]
struct List {
    path: Vec<String>,
    most: Option<u64>,
    entry: Value,
}

/// A value of a schema, as plain as can be.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = document_schema(document, schema);
    if let Some(one) = schema["enum"].get(0) {
        return one.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, schema)| (name.clone(), example(document, schema))).collect()
        }
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => match (schema["format"].as_str(), schema["pattern"].is_string()) {
            (Some("uuid"), _) => json!(uuid::Uuid::nil()),
            (Some("date"), _) => json!("2026-01-01"),
            (_, true) => json!("09:00"),
            _ => json!("x"),
        },
    }
}

fn document_schema<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("what is referred to is there"),
        None => schema,
    }
}

/// Lists in what a schema describes.
fn lists(document: &Value, schema: &Value, path: &[String], found: &mut Vec<List>) {
    let schema = document_schema(document, schema);
    for variant in ["oneOf", "anyOf", "allOf"] {
        for schema in schema[variant].as_array().into_iter().flatten() {
            lists(document, schema, path, found);
        }
    }
    let is_array =
        |kind: &Value| kind == "array" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("array")));
    if is_array(&schema["type"]) {
        let entry = example(document, &schema["items"]);
        found.push(List { path: path.to_vec(), most: schema["maxItems"].as_u64(), entry });
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        lists(document, schema, &[path, std::slice::from_ref(name)].concat(), found);
    }
}

async fn document(desk: &TestDesk) -> Value {
    desk.anonymous().get("/openapi.json").await.expect(StatusCode::OK)
}

/// Every operation of the API: method, path and description.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if let Ok(method) = method.to_uppercase().parse::<Method>()
                && operation["responses"].is_object()
            {
                operations.push((method, path.replace("{id}", &uuid::Uuid::nil().to_string()), operation.clone()));
            }
        }
    }
    operations
}

fn refused(answer: &Answer, field: &str, code: &str, what: &str) {
    let problem = answer.problem(422, "invalid_fields");
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!(field), &json!(code)),
        "{what}"
    );
}

#[tokio::test]
async fn every_list_in_a_body_has_an_end() {
    let desk = TestDesk::start().await;
    let document = document(&desk).await;
    let mut count = 0;
    for (method, path, operation) in operations(&document) {
        let path = path.replace("{name}", "colour");
        let mut found = Vec::new();
        lists(&document, &operation["requestBody"]["content"]["application/json"]["schema"], &[], &mut found);
        for list in found {
            let name = list.path.join(".");
            let what = format!("{method} {path} {name}");
            let most = list.most.unwrap_or_else(|| panic!("{what}: nothing says how long it may be"));
            let entries = vec![list.entry; usize::try_from(most).expect("few") + 1];
            let body = list.path.iter().rev().fold(json!(entries), |inner, name| json!({ name: inner }));
            let answer = Client::send(desk.admin().request(method.clone(), &path).json(&body)).await;
            refused(&answer, &name, "too_many", &what);
            assert!(answer.text.contains(&most.to_string()), "{what}: the limit is told: {}", answer.text);
            count += 1;
        }
    }
    assert!(count > 30, "only {count} lists were found");
}

#[tokio::test]
async fn every_list_in_a_query_is_a_set_with_an_end() {
    let desk = TestDesk::start().await;
    let document = document(&desk).await;
    let mut seen = Vec::new();
    for (method, path, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            assert_ne!(parameter["schema"]["type"], "array", "{path} {name}: another form of list");
            if parameter["schema"]["format"] != "comma-separated" {
                continue;
            }
            let first = parameter["description"].as_str().and_then(|text| text.split('`').nth(1)).expect("an example");
            let one = first.split(',').next().expect("a name");
            let ask = async |query: String| {
                let request = desk.admin().request(method.clone(), &format!("{path}?{query}"));
                // A stream has no end to wait for.
                request.send().await.expect("an answer")
            };
            let times = |count: usize| vec![one; count].join(",");
            assert_eq!(ask(format!("{name}={}", times(100))).await.status(), StatusCode::OK, "{path} {name}");
            for (query, code) in
                [(format!("{name}={}", times(101)), "too_many"), (format!("{name}={one}&{name}={one}"), "repeated")]
            {
                let answer = Client::send(desk.admin().request(method.clone(), &format!("{path}?{query}"))).await;
                refused(&answer, name, code, &format!("{path}?{query}"));
            }
            seen.push(format!("{path} {name}"));
        }
    }
    seen.sort();
    assert_eq!(seen, ["/v1/chats status", "/v1/events category", "/v1/tickets priority", "/v1/tickets status"]);
}

#[tokio::test]
async fn a_repeated_status_lists_nothing_twice() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let mut position = 0;
    for number in 0..3 {
        position =
            admin.open_ticket(&carl.id, &format!("Lamp {number}")).await.json()["position"].as_u64().expect("one");
    }
    for query in ["status=open,open", "status=open,open,resolved&priority=medium,medium"] {
        let first = admin.get_at(&format!("/v1/tickets?{query}&limit=2"), position).await.expect(StatusCode::OK);
        assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
        let cursor = first["next_cursor"].as_str().expect("more").to_owned();
        let rest = admin.get(&format!("/v1/tickets?{query}&limit=2&cursor={cursor}")).await.expect(StatusCode::OK);
        let mut ids: Vec<_> =
            [&first, &rest].iter().flat_map(|page| page["items"].as_array().unwrap()).map(|t| &t["id"]).collect();
        ids.dedup();
        assert_eq!(ids.len(), 3, "{query}");
    }
    // What is saved is a set as well.
    let body = json!({ "name": "Open", "filter": { "status": ["open", "open"] } });
    let view = admin.post("/v1/views", &body).await;
    let position = view.expect(StatusCode::CREATED)["position"].as_u64().expect("one");
    let listed = admin.get_at(&format!("/v1/tickets?view={}", view.id()), position).await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(3));
}
