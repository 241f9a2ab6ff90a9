//! A desk to test against, and clients of it.

use std::time::Duration;

use docket_api::config::Settings;
use docket_api::runtime::{Desk, Server, begin_organisation};
use docket_domain::TenantId;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::described;

/// The bootstrap token of every test's desk.
pub(crate) const BOOTSTRAP: &str = "a-bootstrap-token-for-tests";

/// A running desk.
pub(crate) struct TestDesk {
    pub server: Option<Server>,
    pub url: String,
    settings: Settings,
    _folder: TempDir,
}

impl TestDesk {
    /// Starts one with the default settings.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::defaults();
        settings.data = folder.path().join("data");
        settings.http.listen = "127.0.0.1:0".to_owned();
        settings.http.shutdown_seconds = 2;
        settings.auth.bootstrap_token = BOOTSTRAP.to_owned().into();
        change(&mut settings);
        let server = run(&settings).await;
        let url = server.public_url.clone();
        Self { server: Some(server), url, settings, _folder: folder }
    }

    /// Stops it and starts it again on the same folder.
    pub(crate) async fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
        let server = run(&self.settings).await;
        self.url.clone_from(&server.public_url);
        self.server = Some(server);
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.server.as_ref().expect("it runs").desk()
    }

    /// The administrator.
    pub(crate) fn admin(&self) -> Client {
        Client::new(&self.url, Some(BOOTSTRAP))
    }

    /// Nobody.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A new agent of that role.
    pub(crate) async fn agent(&self, role: &str) -> Person {
        let admin = self.admin();
        let email = format!("{}@example.com", unique());
        let body = json!({ "name": format!("A {role}"), "email": email, "role": role });
        let made = admin.post("/v1/agents", &body).await.expect(StatusCode::CREATED);
        let id = made["id"].as_str().expect("an id").to_owned();
        self.person(id, email).await
    }

    /// A new customer who may sign in.
    pub(crate) async fn customer(&self) -> Person {
        let admin = self.admin();
        let email = format!("{}@customers.example.com", unique());
        let made = admin
            .post("/v1/customers", &json!({ "name": "A customer", "email": email }))
            .await
            .expect(StatusCode::CREATED);
        let id = made["id"].as_str().expect("an id").to_owned();
        admin.post(&format!("/v1/customers/{id}/account"), &json!({ "email": email })).await.expect(StatusCode::OK);
        self.person(id, email).await
    }

    /// Somebody there is, with a token of all they may do.
    pub(crate) async fn person(&self, id: String, email: String) -> Person {
        let token = self
            .admin()
            .post("/v1/tokens", &json!({ "label": "test", "person_id": id }))
            .await
            .expect(StatusCode::CREATED);
        let token = token["token"].as_str().expect("a token").to_owned();
        Person { client: Client::new(&self.url, Some(&token)), id, email }
    }

    /// The administrator of another organisation.
    pub(crate) async fn other_organisation(&self, name: &str) -> Client {
        let tenant = TenantId::new(name).expect("a tenant");
        let first = begin_organisation(self.desk(), &tenant, name).await.expect("begun").expect("a new one");
        let answer = self
            .anonymous()
            .post("/v1/sessions", &json!({ "code": first.code, "email": format!("admin@{name}.example.com"), "password": "correct horse battery" }))
            .await;
        let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        let session = answer.expect(StatusCode::CREATED);
        let csrf = session["csrf_token"].as_str().expect("a token").to_owned();
        Client { session: Some((cookie, csrf)), ..Client::new(&self.url, None) }
    }
}

async fn run(settings: &Settings) -> Server {
    let desk = Desk::open(settings).await.expect("the desk opens");
    Server::start(desk).await.expect("the server starts")
}

/// Somebody with a token.
pub(crate) struct Person {
    pub client: Client,
    pub id: String,
    pub email: String,
}

/// A text nobody else has.
pub(crate) fn unique() -> String {
    docket_store::new_id().simple().to_string()
}

/// Waits until `look` finds what it looks for.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A client with one identity.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub base: String,
    pub token: Option<String>,
    pub session: Option<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// A problem of that status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], code, "{}", self.text);
        assert_eq!(body["status"], status, "{}", self.text);
        body
    }

    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text)).to_owned()
    }
}

impl Client {
    pub(crate) fn new(base: &str, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().expect("a client");
        Self { http, base: base.to_owned(), token: token.map(str::to_owned), session: None }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let changes = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some((cookie, csrf)) = &self.session {
            request = request.header("cookie", cookie);
            if changes {
                request = request.header("x-csrf-token", csrf);
            }
        }
        request
    }

    /// Sends a request. Whatever is answered has to be in the API's description.
    pub(crate) async fn send(request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = client.execute(request).await.expect("an answer");
        let (status, headers, at) = (response.status(), response.headers().clone(), response.url().clone());
        let answer = Answer { status, headers, text: response.text().await.expect("a body") };
        // Unless it led elsewhere.
        if at == url {
            described::check(method.as_str(), url.path(), &answer);
        }
        answer
    }

    /// The same of a process that serves only a part of what is described.
    pub(crate) async fn send_undescribed(request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    /// A query that shows everything up to `position`.
    pub(crate) async fn get_at(&self, path: &str, position: u64) -> Answer {
        Self::send(self.request(Method::GET, path).header("docket-min-position", position)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path)).await
    }

    /// Opens a ticket for a customer.
    pub(crate) async fn open_ticket(&self, customer: &str, subject: &str) -> Answer {
        let body = json!({ "subject": subject, "description": format!("{subject}, in full"), "category": "general", "customer_id": customer });
        let answer = self.post("/v1/tickets", &body).await;
        answer.expect(StatusCode::CREATED);
        answer
    }
}
