//! What stands in an address: read as it is meant, or refused by its name.

use docket_api::http::parameters::ANY_QUERY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorisation::filled;
use crate::harness::{Answer, Client, TestDesk};

async fn call(client: &Client, method: &Method, path: &str) -> Answer {
    Client::send(client.request(method.clone(), path)).await
}

fn method(route: &docket_api::http::table::Route) -> Method {
    Method::from_bytes(route.method.as_str().as_bytes()).expect("a method")
}

#[tokio::test]
async fn no_route_ignores_a_parameter_it_does_not_know() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    let (mut ignored, mut open) = (Vec::new(), Vec::new());
    for route in &routes {
        let answer = call(&admin, &method(route), &format!("{}?nonsense=1", filled(&route.path))).await;
        let error = &answer.json()["errors"][0];
        if answer.status == 422 && error["field"] == "nonsense" && error["code"] == "unknown" {
            continue;
        }
        match ANY_QUERY.contains(&route.path.as_str()) {
            true => open.push(route.path.as_str()),
            false => ignored.push(format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text)),
        }
    }
    assert!(ignored.is_empty(), "{ignored:#?}");
    open.sort_unstable();
    assert_eq!(open, ANY_QUERY, "all that take any are listed, and no others");
    // Nobody is told what a route takes who may not call it.
    desk.anonymous().get("/v1/tickets?nonsense=1").await.problem(401, "unauthenticated");
    let carl = desk.customer().await;
    carl.client.get("/v1/audit?nonsense=1").await.problem(403, "forbidden");
    carl.client.get("/v1/tickets?nonsense=1").await.problem(422, "invalid_fields");
}

/// Every parameter that is described is taken, and refused if it cannot be read.
#[tokio::test]
async fn every_parameter_is_read_or_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let mut wrong = Vec::new();
    for (path, item) in crate::described::document()["paths"].as_object().expect("paths") {
        for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            if parameter["in"] == "query" {
                for unreadable in ["%FF", "a%C3", "%ED%A0%80", "%00", "100%", "%zz"] {
                    let at = format!("{}?{name}={unreadable}", filled(path));
                    let answer = admin.get(&at).await;
                    let error = &answer.json()["errors"][0];
                    if answer.status != 422 || error["field"] != name || error["code"] != "invalid" {
                        wrong.push(format!("{at}: {} {}", answer.status, answer.text));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_part_of_a_path_that_cannot_be_read_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let routes = desk.server.as_ref().expect("it runs").routes.clone();
    let mut wrong = Vec::new();
    for route in routes.iter().filter(|route| route.path.contains('{')) {
        let names = route.path.split(['{', '}']).skip(1).step_by(2);
        for name in names {
            for unreadable in ["%FF", "%00", "%zz", "%"] {
                let path = filled(&route.path.replace(&format!("{{{name}}}"), unreadable));
                let answer = call(&admin, &method(route), &path).await;
                if answer.status != 400 || answer.json()["errors"][0]["field"] != name {
                    wrong.push(format!("{} {path}: {} {}", route.method, answer.status, answer.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Where files lie and where nothing does.
    for path in ["/assets/%FF", "/static/%zz", "/widget/%00", "/docs/%FF", "/v1/nothing/%FF"] {
        let refused = admin.get(path).await.problem(400, "invalid_path");
        assert_eq!(refused["errors"][0]["field"], "path", "{path}");
    }
    // Whoever follows a broken link into the pages finds a page, which says so.
    for path in ["/desk/tickets/%E0%A4%A", "/help/%FF"] {
        let page = admin.get(path).await;
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8", "{path}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let bytes = |text: &[u8]| reqwest::header::HeaderValue::from_bytes(text).expect("a value");
    for (method, path, header) in [
        (Method::POST, "/v1/departments", "Idempotency-Key"),
        (Method::POST, "/v1/departments", "If-Match"),
        (Method::GET, "/v1/departments", "Docket-Min-Position"),
    ] {
        for value in [&b"\xff"[..], b"\xc3\xa9", b"\xed\xa0\x80", b""] {
            let request = admin.request(method.clone(), path).header(header, bytes(value));
            let request = if method == Method::GET { request } else { request.json(&json!({ "name": "Sales" })) };
            let refused = Client::send(request).await.problem(400, "invalid_header");
            assert_eq!(refused["errors"][0]["field"], header, "{refused}");
        }
    }
    let twice = admin.request(Method::GET, "/v1/departments").header("docket-min-position", "0");
    let twice = Client::send(twice.header("docket-min-position", "1")).await;
    assert_eq!(twice.problem(400, "invalid_header")["errors"][0]["field"], "Docket-Min-Position");
    // Nothing came of any of it.
    assert_eq!(admin.get("/v1/departments").await.json()["items"], json!([]));
}

#[tokio::test]
async fn text_of_a_body_that_is_none_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin();
    let cases: [(&[u8], u16, &str); 6] = [
        (b"{\"name\":\"\xff\"}", 400, "name"),
        (b"{\"name\":\"\xed\xa0\x80\"}", 400, "name"),
        (br#"{"name":"\ud800"}"#, 422, "name"),
        (br#"{"name":"\ude00\ud83d"}"#, 422, "name"),
        (br#"{"name":"a\u0000b"}"#, 422, "name"),
        (b"{\"name\":\"a\nb\"}", 400, "name"),
    ];
    for (body, status, field) in cases {
        let request = admin.request(Method::POST, "/v1/departments").header("content-type", "application/json");
        let answer = Client::send(request.body(body.to_vec())).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text);
    }
    let fields: Value = admin.get("/v1/departments").await.json();
    assert_eq!(fields["items"], json!([]));
}
