//! A link with which a customer signs in without a password.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::customer::{Customer, CustomerKind};
use docket_domain::{PersonId, Role};
use docket_store::vault::CodeKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::accounts::{issue_code, open_account};
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};
use crate::http::standing::may_stand_for_customers;

/// How long a link is good unless said, and at most, in hours.
const USUAL_HOURS: u32 = 24;
const MOST_HOURS: u32 = 168;

/// A link to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInLinkRequest {
    /// For how many hours it is good: 24 unless said, at most 168.
    #[schema(minimum = 1, maximum = 168)]
    hours: Option<u32>,
}

/// A link with which the customer signs in once. Hand it to them and to nobody else.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInLink {
    /// Where it leads: the portal, which redeems its code with `POST /v1/sessions`. Shown only now.
    url: String,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

/// Makes a link with which a customer signs in to the portal, once and without a password. The link before ends. Opens them an account if
/// they have none. For who may do and know what customers may of their own.
#[utoipa::path(post, path = "/v1/customers/{id}/sign-in-link", tag = "customers", params(("id" = Uuid, Path)),
    request_body = SignInLinkRequest, responses((status = 200, body = SignInLink)))]
pub(in crate::http) async fn make_sign_in_link(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<SignInLinkRequest>,
) -> Answer<Json<SignInLink>> {
    may_stand_for_customers(&ask.who)?;
    let hours = ask.body.hours.unwrap_or(USUAL_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(Problem::invalid_field("hours", "out_of_range", format!("hours: 1 to {MOST_HOURS}")));
    }
    let customer = app.commands.load::<Customer>(&ask.who.tenant, id).await?;
    if !customer.exists() || customer.erased {
        return Err(Problem::not_found("customer"));
    }
    // Nobody knows who a visitor is: whoever they say they are gets no account by it.
    if customer.kind != Some(CustomerKind::Customer) {
        return Err(Problem::conflict("not_a_customer", "a visitor cannot sign in; merge them into a customer first"));
    }
    let account = open_account(&app, &ask.invocation, PersonId(id), Role::Customer.into(), None).await?;
    let lasts = TimeDelta::hours(i64::from(hours));
    let (code, expires_at) = issue_code(&app, &ask.invocation, &account, CodeKind::Link, lasts).await?;
    Ok(Json(SignInLink { url: format!("{}/help?code={code}", app.public_url), expires_at }))
}
