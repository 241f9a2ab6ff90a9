//! Leaving a message while nobody is there: it becomes a ticket.

use axum::extract::State;
use docket_commands::OpenTicket;
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::text::is_blank;
use docket_domain::{CustomerId, DepartmentId, Violations};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::visit::{ensure, known_of, state_contact};
use super::{Form, check_form};
use crate::app::App;
use crate::http::ask::Ask;
use crate::http::problem::{Answer, Problem};
use crate::http::respond::{Accepted, Receipt, accept};

/// A message for later.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfflineMessage {
    /// What they want to know.
    message: String,
    /// Their name.
    name: Option<String>,
    /// Where the answer goes, as they state it: the latest counts. Required unless an address is known.
    email: Option<String>,
    /// The department, one of those the widget offers.
    department_id: Option<Uuid>,
}

/// Leaves a message, which becomes a ticket. For the widget's visitors and for customers.
#[utoipa::path(post, path = "/v1/visit/offline-messages", tag = "widget", request_body = OfflineMessage,
    responses((status = 201, body = Receipt)))]
pub(super) async fn leave_message(State(app): State<App>, ask: Ask<OfflineMessage>) -> Answer<Accepted> {
    let (who, body) = (&ask.who, &ask.body);
    if !who.is_customer() {
        return Err(Problem::conflict("no_visit", "this is for visitors; open a ticket instead"));
    }
    let form = Form { name: body.name.as_deref(), email: body.email.as_deref(), department_id: body.department_id };
    check_form(&app, who, &form).await?;
    let limits = app.commands.limits();
    let mut violations = Violations::default();
    violations.body("message", &body.message, limits.visitor_message_bytes.min(limits.description_bytes));
    violations.into_result()?;
    let given = |text: &Option<String>| text.clone().filter(|text| !is_blank(text));
    let (name, email) = (given(&body.name), given(&body.email));
    let known = app.commands.load::<Customer>(&who.tenant, who.person.0).await?;
    if known_of(&app, who).await?.email.is_none() && email.is_none() {
        return Err(Problem::invalid_field("email", "required", "email is required: it is where the answer goes"));
    }
    if known.exists() {
        state_contact(&app, &ask.invocation, name, email).await?;
    } else {
        let kind = CustomerKind::Visitor;
        let register = CustomerCommand::Register { kind, name, email, phone: None, external_id: None };
        ensure(&app, &who.tenant, who.person, register).await?;
    }
    let organisation = app.commands.organisation(&who.tenant).await?;
    let category = organisation.categories.first().cloned().unwrap_or_else(|| "general".to_owned());
    let mut request = OpenTicket::from_message(CustomerId(who.person.0), body.message.clone(), category);
    request.department_id = body.department_id.map(DepartmentId);
    let done = app.commands.open_ticket(&ask.invocation, &request).await.map_err(|error| ask.refuse(error))?;
    let number = done.note.clone();
    Ok(accept(&app, who, done).await?.number(number).created("/v1/tickets"))
}
