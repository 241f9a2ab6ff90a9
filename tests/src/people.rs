//! People at a desk, each with a client of their own.

use serde_json::json;

use crate::Client;

/// Somebody with an account and a client that acts as them.
#[derive(Debug, Clone)]
pub struct Person {
    /// The agent's or customer's id.
    pub id: String,
    /// Acts as them.
    pub client: Client,
}

impl Person {
    /// Lets an agent join the desk.
    pub async fn agent(admin: &Client, name: &str, role: &str) -> Self {
        let email = address(name);
        let id = admin.post("/v1/agents", json!({ "name": name, "email": email, "role": role })).await.id();
        Self::with_token(admin, id).await
    }

    /// Registers a customer and lets them sign in.
    pub async fn customer(admin: &Client, name: &str) -> Self {
        let email = address(name);
        let id = admin.post("/v1/customers", json!({ "name": name, "email": email })).await.id();
        admin.post(&format!("/v1/customers/{id}/account"), json!({ "email": email })).await.ok();
        Self::with_token(admin, id).await
    }

    /// Somebody there is, with a token of all they may do now.
    pub async fn with_token(admin: &Client, id: String) -> Self {
        let issued = admin.post("/v1/tokens", json!({ "label": "test", "person_id": id })).await.ok();
        let client = admin.with_token(issued["token"].as_str().expect("a token"));
        Self { id, client }
    }
}

/// A mail address made of a name.
pub fn address(name: &str) -> String {
    format!("{}@people.example", name.to_lowercase().replace(' ', "."))
}
