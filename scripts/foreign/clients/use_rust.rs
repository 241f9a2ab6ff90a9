//! Uses the client that openapi-generator makes for Rust: URL TOKEN

use openapi::apis::configuration::Configuration;
use openapi::apis::customers_api::register_customer;
use openapi::apis::tickets_api::{get_ticket, open_ticket};
use openapi::models::{NewCustomer, NewTicket, TicketDetail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let configuration = Configuration {
        base_path: arguments[1].clone(),
        bearer_access_token: Some(arguments[2].clone()),
        ..Configuration::new()
    };
    let ada = NewCustomer { name: Some(Some("Ada".to_owned())), ..NewCustomer::new() };
    let ada = register_customer(&configuration, ada, None, None).await?;
    let mut ticket = NewTicket::new("Hello".to_owned(), "From Rust".to_owned());
    ticket.customer_id = Some(Some(ada.id));
    let opened = open_ticket(&configuration, ticket, Some("generated-rust"), None).await?;
    let at = Some(opened.position);
    let shown: TicketDetail = get_ticket(&configuration, &opened.id.to_string(), None, None, at, None).await?;
    assert!(format!("{:?}", shown.subject).contains("From Rust"));
    println!("{}", shown.number);
    Ok(())
}
