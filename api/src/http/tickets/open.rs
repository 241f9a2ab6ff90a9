//! Opening a ticket.

use axum::extract::State;
use docket_commands::OpenTicket;
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::ticket::{Channel, CustomFields, Priority};
use docket_domain::{Actor, AgentId, CustomerId, DepartmentId, Permission, TicketId};
use docket_projections::views::AnyOf;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Principal;
use crate::http::access::for_desk;
use crate::http::ask::Ask;
use crate::http::customers::{NewCustomer, customer_for};
use crate::http::problem::{Answer, Problem};
use crate::http::respond::{Accepted, Receipt, accept};
use crate::http::schema;

/// A ticket to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTicket {
    /// What it is about: 1 to 255 characters.
    subject: String,
    /// The request in full; becomes the first message.
    description: String,
    /// The kind of request. Absent: the first the organisation offers, or `general`.
    category: Option<String>,
    /// How urgent; `medium` unless said.
    #[schema(schema_with = schema::priority)]
    priority: Option<Priority>,
    /// Whose request it is. For people of the desk only, who give this or `customer`; customers open for themselves.
    customer_id: Option<Uuid>,
    /// Or who they are, if they may not be known yet.
    customer: Option<NewCustomer>,
    /// Which department it is for.
    department_id: Option<Uuid>,
    /// The order it is about.
    order_ref: Option<String>,
    /// Tags; for people of the desk only.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    tags: AnyOf<String>,
    /// Custom fields; for people of the desk only.
    #[serde(default)]
    #[schema(schema_with = schema::custom_fields)]
    custom_fields: CustomFields,
    /// The customer's earlier ticket it follows up.
    follow_up_of: Option<Uuid>,
    /// The agent who takes it at once; for people of the desk only.
    assignee_id: Option<Uuid>,
    /// Whether the description is in the customer's own words, as from a form or a mail. Absent: `true` for the channel
    /// `email`, else what somebody of the desk writes counts as theirs.
    from_customer: Option<bool>,
    /// How it came in: `portal`, `desk`, `api` or `email`. Absent: `portal` for customers, of whom nothing else is taken, else
    /// `api`.
    #[schema(schema_with = schema::channel)]
    channel: Option<Channel>,
}

/// Opens a ticket.
#[utoipa::path(post, path = "/v1/tickets", tag = "tickets", request_body = NewTicket,
    responses((status = 201, body = Receipt)))]
pub(super) async fn open_ticket(State(app): State<App>, ask: Ask<NewTicket>) -> Answer<Accepted> {
    let who = &ask.who;
    let body = &ask.body;
    // Before anything is looked up: whether there is such a field, tag or person is not for customers to try out.
    for_desk(
        who,
        &[
            ("tags", !body.tags.is_empty()),
            ("custom_fields", !body.custom_fields.is_empty()),
            ("assignee_id", body.assignee_id.is_some()),
            ("from_customer", body.from_customer.is_some()),
            ("channel", body.channel.is_some_and(|channel| channel != Channel::Portal)),
        ],
    )?;
    if let Some(channel @ (Channel::Chat | Channel::Import)) = body.channel {
        return Err(Problem::invalid_field(
            "channel",
            "invalid",
            format!("channel: {channel} is not for opening by hand"),
        ));
    }
    // By effect and by what the answer tells: naming an agent assigns, and following up tells of another ticket.
    if body.assignee_id.is_some() {
        who.require(Permission::AssignTickets)?;
    }
    if body.follow_up_of.is_some() && !who.is_customer() {
        who.require(Permission::ViewTickets)?;
    }
    let channel = body.channel.unwrap_or(if who.is_customer() { Channel::Portal } else { Channel::Api });
    let from_customer = !who.is_customer() && body.from_customer.unwrap_or(channel == Channel::Email);
    let category = match &body.category {
        Some(category) => category.clone(),
        None => default_category(&app, who).await?,
    };
    let mut request = OpenTicket {
        subject: body.subject.clone(),
        description: body.description.clone(),
        category,
        priority: body.priority.unwrap_or(Priority::Medium),
        customer_id: CustomerId(who.person.0),
        department_id: body.department_id.map(DepartmentId),
        order_ref: body.order_ref.clone(),
        tags: body.tags.to_vec(),
        custom_fields: body.custom_fields.clone(),
        channel,
        follow_up_of: body.follow_up_of.map(TicketId),
        assignee_id: body.assignee_id.map(AgentId),
        author: None,
        written_at: None,
    };
    if body.customer.is_some() && !who.is_customer() {
        // A form that is refused must not leave a customer behind.
        app.commands.check_opening(&ask.invocation, &request).await.map_err(|error| ask.refuse(error))?;
    }
    request.customer_id = requester(&app, &ask).await?;
    request.author = from_customer.then(|| Actor::customer(request.customer_id));
    let done = app.commands.open_ticket(&ask.invocation, &request).await.map_err(|error| ask.refuse(error))?;
    let number = done.note.clone();
    Ok(accept(&app, who, done).await?.number(number).created("/v1/tickets"))
}

/// Whose ticket it will be.
async fn requester(app: &App, ask: &Ask<NewTicket>) -> Answer<CustomerId> {
    let (who, body) = (&ask.who, &ask.body);
    if who.is_customer() {
        let own = CustomerId(who.person.0);
        if body.customer_id.is_some_and(|id| id != own.0) || body.customer.is_some() {
            return Err(Problem::invalid_field(
                "customer_id",
                "invalid",
                "customer_id: customers open tickets for themselves",
            ));
        }
        return Ok(own);
    }
    match (body.customer_id, &body.customer) {
        (Some(id), None) => Ok(CustomerId(id)),
        (None, Some(customer)) => customer_for(app, customer, &ask.invocation).await,
        _ => Err(Problem::invalid_field("customer_id", "required", "customer_id: give either customer_id or customer")),
    }
}

async fn default_category(app: &App, who: &Principal) -> Answer<String> {
    let organisation = app.commands.load::<Organisation>(&who.tenant, ORGANISATION_ID).await?;
    Ok(organisation.categories.first().cloned().unwrap_or_else(|| "general".to_owned()))
}
