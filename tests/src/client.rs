//! An HTTP client of the API: any client could do the same.

use std::fmt;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::DEADLINE;

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path, for messages.
    pub request: String,
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.chars().take(2000).collect();
        write!(f, "{}: {} {text}", self.request, self.status)
    }
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body of a 2xx answer.
    ///
    /// # Panics
    /// On any other status.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self}");
        self.json()
    }

    /// Checks that it is a problem document of that status and code, and returns it.
    ///
    /// # Panics
    /// If it is anything else.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        let body = self.json();
        assert_eq!(body["code"], code, "{self}");
        assert_eq!(body["status"], status, "{self}");
        body
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `id` of the answer.
    #[track_caller]
    pub fn id(&self) -> String {
        let body = self.ok();
        body["id"].as_str().unwrap_or_else(|| panic!("no id: {self}")).to_owned()
    }
}

/// A client with one identity.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at `base` with a bearer token, or none.
    pub fn new(base: &str, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .connect_timeout(Duration::from_secs(5))
            .build()
            .expect("a client without special wishes");
        Self { http, base: base.to_owned(), token: token.map(str::to_owned) }
    }

    /// The same client with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token it uses.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to be given more headers or a body.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request; `Err` if no answer came.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = request.build()?;
        let shown = format!("{} {}", request.method(), request.url().path());
        let answer = self.http.execute(request).await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { request: shown, status, headers, text: answer.text().await? })
    }

    /// Sends a request.
    ///
    /// # Panics
    /// If no answer came.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("no answer from {}: {error:?}", self.base))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// GET, waiting until the read models have reached `position`. Like any client it asks again when the server says
    /// that they have not yet: after a crash they go on once the dead process's lease has run out.
    pub async fn get_at(&self, path: &str, position: u64) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.send(self.request(Method::GET, path).header("Docket-Min-Position", position)).await;
            if answer.status != 503 || start.elapsed() > DEADLINE {
                return answer;
            }
        }
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// POST with a JSON body under an idempotency key; `Err` if no answer came.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Answer, reqwest::Error> {
        self.try_send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Every item of a list, following its cursors.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        let joint = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = match &cursor {
                None => format!("{path}{joint}limit=100"),
                Some(cursor) => format!("{path}{joint}limit=100&cursor={cursor}"),
            };
            let body = self.get(&page).await.ok();
            items.extend(body["items"].as_array().cloned().unwrap_or_default());
            match body["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// Opens a ticket of a customer and returns its id.
    pub async fn open_ticket(&self, customer: &str, subject: &str) -> Answer {
        self.post(
            "/v1/tickets",
            json!({ "subject": subject, "description": format!("{subject}, in full"), "category": "general",
                    "priority": "medium", "customer_id": customer }),
        )
        .await
    }
}
