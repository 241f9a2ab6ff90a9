//! The chat widget: its settings, what a page may know of it, and those who come through it.

mod identity;
mod offline;
mod public;
mod settings;
mod visit;
mod visits;

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode};
use docket_commands::tenant_of_widget;
use docket_domain::Permission::{CreateTickets, ManagePeople, ManageSettings};
use docket_domain::organisation::{FormField, Widget, WidgetSettings};
use docket_domain::text::is_blank;
use docket_domain::{Data, TenantId};

use super::access::Access::{Desk, OwnOrVisitor, Public, Sees, SignedInOrVisitor};
use super::problem::{Answer, Problem};
use super::table::Honours::{Key, Neither};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Principal;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Widget]) => settings::get_widget_settings,
        Desk(ManageSettings) => settings::change_widget_settings,
        Desk(ManageSettings) => settings::rotate_widget_secret [Neither],
        Public => public::get_widget,
        Public => visit::begin_visit [Neither],
        SignedInOrVisitor => visit::get_visit,
        SignedInOrVisitor => visit::end_visit [Neither],
        OwnOrVisitor(CreateTickets) => offline::leave_message [Key],
        Sees(&[Data::Visits]) => visits::list_customer_visits,
        Desk(ManagePeople) => visits::end_customer_visits [Neither],
    );
}

/// The longest key: a tenant's name, a dot, 32 characters.
const MAX_KEY: usize = 100;

/// The widget of that key, enabled or not, and whose it is.
pub(super) async fn find_widget(app: &App, key: &str) -> Answer<Option<(TenantId, Widget)>> {
    let Some(tenant) = Some(key).filter(|key| key.len() <= MAX_KEY).and_then(tenant_of_widget) else {
        return Ok(None);
    };
    let organisation = app.commands.organisation(&tenant).await?;
    Ok(organisation.widget.clone().filter(|widget| widget.key == key).map(|widget| (tenant, widget)))
}

/// The widget of that key, which must be enabled.
async fn open_widget(app: &App, key: &str) -> Answer<(TenantId, WidgetSettings)> {
    match find_widget(app, key).await? {
        Some((tenant, widget)) if widget.settings.enabled => Ok((tenant, widget.settings)),
        _ => Err(Problem::not_found("widget")),
    }
}

/// Whether the page a request comes from may have the widget. What has no origin was not sent by a page of another one.
pub(super) fn allows_origin(app: &App, settings: &WidgetSettings, headers: &HeaderMap) -> bool {
    match headers.get(ORIGIN) {
        None => true,
        Some(origin) => {
            origin.to_str().is_ok_and(|origin| settings.allows(origin))
                || app.authenticator.check_origin(headers).is_ok()
        }
    }
}

/// 403: the page's origin is not on the tenant's list.
pub(super) fn origin_refused() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "origin_not_allowed",
        "Not allowed",
        "the organisation does not allow its widget on pages of this origin",
    )
}

/// Refuses a visitor whose page may not, or may no longer, have the widget.
pub(super) async fn admit_visitor(app: &App, who: &Principal, headers: &HeaderMap) -> Result<(), Problem> {
    let organisation = app.commands.organisation(&who.tenant).await?;
    match &organisation.widget {
        Some(widget) if widget.settings.enabled && allows_origin(app, &widget.settings, headers) => Ok(()),
        Some(widget) if widget.settings.enabled => Err(origin_refused()),
        _ => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "widget_disabled",
            "Not allowed",
            "the organisation has switched its widget off",
        )),
    }
}

/// The departments a tenant's widget offers; none: visitors are not asked, and whoever is there may help.
pub(super) async fn departments_of(app: &App, tenant: &TenantId) -> Answer<Vec<uuid::Uuid>> {
    let organisation = app.commands.organisation(tenant).await?;
    let widget = organisation.widget.as_ref();
    Ok(widget.map_or_else(Vec::new, |widget| widget.settings.department_ids.iter().map(|id| id.0).collect()))
}

/// What a visitor filled in before a chat.
pub(super) struct Form<'a> {
    /// Their name.
    pub(super) name: Option<&'a str>,
    /// Their address.
    pub(super) email: Option<&'a str>,
    /// The department they chose.
    pub(super) department_id: Option<uuid::Uuid>,
}

/// Refuses a visitor's form that lacks what the tenant requires, unless it is known of them already.
pub(super) async fn check_form(app: &App, who: &Principal, form: &Form<'_>) -> Answer<()> {
    let organisation = app.commands.organisation(&who.tenant).await?;
    let Some(widget) = &organisation.widget else { return Ok(()) };
    let known = visit::known_of(app, who).await?;
    let settings = &widget.settings;
    let mut errors = Vec::new();
    for (field, rule, given, known) in [
        ("name", settings.name_field, form.name, known.name.is_some()),
        ("email", settings.email_field, form.email, known.email.is_some()),
    ] {
        if rule == FormField::Required && !known && given.is_none_or(is_blank) {
            let message = format!("{field} is required");
            errors.push(docket_domain::FieldViolation { field: field.to_owned(), code: "required", message });
        }
    }
    if let Some(department) = form.department_id
        && !settings.department_ids.iter().any(|offered| offered.0 == department)
    {
        errors.push(docket_domain::FieldViolation {
            field: "department_id".to_owned(),
            code: "unknown",
            message: "department_id: the widget does not offer this department".to_owned(),
        });
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}
