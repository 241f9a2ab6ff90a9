//! Starting a chat.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use docket_commands::StartChat;
use docket_domain::{CustomerId, DepartmentId, Permission};
use docket_projections::views::AnyOf;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::somebody_is_there as anybody_is_there;
use crate::app::App;
use crate::auth::Principal;
use crate::http::access::for_desk;
use crate::http::address::ClientAddress;
use crate::http::ask::Ask;
use crate::http::customers::{NewCustomer, customer_for};
use crate::http::problem::{Answer, Problem};
use crate::http::respond::{Accepted, Receipt, accept};
use crate::http::widget::{Form, check_form, departments_of};

/// A chat to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChat {
    /// With whom, if somebody of the desk starts it: this or `customer`. Customers start chats for themselves.
    customer_id: Option<Uuid>,
    /// Or who they are, if they may not be known yet.
    customer: Option<NewCustomer>,
    /// The name given in the form before the chat.
    name: Option<String>,
    /// The address given.
    email: Option<String>,
    /// What they want to know.
    question: Option<String>,
    /// The first message.
    message: Option<String>,
    /// The page they are on.
    page: Option<String>,
    /// The department asked for.
    department_id: Option<Uuid>,
    /// Skills an agent needs; for people of the desk only.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    skills: AnyOf<String>,
}

/// Starts a chat. A customer's goes into the queue; an agent who starts one has it at once. A visitor of the widget is
/// refused with 409 `nobody_available` while nobody is there who could take it: they leave a message instead. Whoever has as
/// many chats of their own that are not over as they may have (visitors one) is refused with 409 `chat_open` and the
/// `chat_id` of one they can go on in.
#[utoipa::path(post, path = "/v1/chats", tag = "chats", request_body = NewChat, responses((status = 201, body = Receipt)))]
pub(super) async fn start_chat(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    ask: Ask<NewChat>,
) -> Answer<Accepted> {
    let (who, body) = (&ask.who, &ask.body);
    for_desk(who, &[("skills", !body.skills.is_empty())])?;
    let customer_id = if who.is_customer() {
        if body.customer_id.is_some_and(|id| id != who.person.0) || body.customer.is_some() {
            return Err(Problem::invalid_field(
                "customer_id",
                "invalid",
                "customer_id: customers start chats for themselves",
            ));
        }
        if who.is_visitor() {
            let form =
                Form { name: body.name.as_deref(), email: body.email.as_deref(), department_id: body.department_id };
            check_form(&app, who, &form).await?;
        }
        CustomerId(who.person.0)
    } else {
        match (body.customer_id, &body.customer) {
            (Some(id), None) => CustomerId(id),
            (None, Some(customer)) => {
                // Who is not known yet is registered, as by `POST /v1/customers`.
                who.require(Permission::CreateTickets)?;
                customer_for(&app, customer, &ask.invocation).await?
            }
            _ => {
                return Err(Problem::invalid_field(
                    "customer_id",
                    "required",
                    "customer_id: give either customer_id or customer",
                ));
            }
        }
    };
    let somebody_is_there = !who.is_visitor() || can_be_taken(&app, who, body).await?;
    // Address and browser are the visitor's; an agent's are none of the chat's business.
    let of_visitor = who.is_customer();
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let request = StartChat {
        name: body.name.clone(),
        email: body.email.clone(),
        page: body.page.clone(),
        user_agent: user_agent.filter(|_| of_visitor).map(|text| text.chars().take(500).collect()),
        ip: address.0.filter(|_| of_visitor).map(|ip| ip.to_string()),
        question: body.question.clone(),
        message: body.message.clone(),
        department_id: body.department_id.map(DepartmentId),
        skills: body.skills.to_vec(),
        verified: of_visitor && who.is_verified(),
        somebody_is_there,
        ..StartChat::of(customer_id)
    };
    let place = match address.network().filter(|_| who.is_unverified_visitor()) {
        Some(network) => Some(app.waiting_rooms.enter(&app, who, network).await?),
        None => None,
    };
    let done = app.commands.start_chat(&ask.invocation, &request).await.map_err(|error| ask.refuse(error))?;
    if let Some(place) = place {
        place.taken_by(done.stream.id);
    }
    Ok(accept(&app, who, done).await?.created("/v1/chats"))
}

/// Whether somebody could take a visitor's chat: in the department they chose, else in one of those the widget offers.
async fn can_be_taken(app: &App, who: &Principal, body: &NewChat) -> Answer<bool> {
    let departments = match body.department_id {
        Some(department) => vec![department],
        None => departments_of(app, &who.tenant).await?,
    };
    anybody_is_there(app, &who.tenant, &departments, &body.skills).await
}
