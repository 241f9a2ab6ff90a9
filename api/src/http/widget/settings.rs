//! `/v1/organisation/widget`: how the widget is set.

use axum::extract::State;
use docket_commands::Invocation;
use docket_domain::DepartmentId;
use docket_domain::organisation::{FormField, Widget, WidgetLanguage, WidgetPosition, WidgetSettings};
use docket_projections::views::AnyOf;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::identity::token_key;
use crate::app::App;
use crate::auth::Who;
use crate::http::ask::Ask;
use crate::http::customers::vault_problem;
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Receipt, Versioned};
use crate::http::schema;
use crate::http::standing::may_stand_for_customers;

/// How the widget is set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WidgetSettingsView {
    /// The public id for the script line. Absent until the settings were saved once.
    key: Option<String>,
    /// Whether it is there at all.
    enabled: bool,
    /// Origins of the pages it may stand on; none: any.
    allowed_origins: Vec<String>,
    /// What stands above the conversation.
    title: Option<String>,
    /// The first words a visitor reads.
    greeting: Option<String>,
    /// `#rrggbb`.
    accent_color: Option<String>,
    /// On which side of the page it stands.
    #[schema(schema_with = schema::widget_position)]
    position: WidgetPosition,
    /// What it speaks; `auto` is the visitor's language.
    #[schema(schema_with = schema::widget_language)]
    language: WidgetLanguage,
    /// Whether visitors are asked their name.
    #[schema(schema_with = schema::form_field)]
    name_field: FormField,
    /// Whether visitors are asked their mail address.
    #[schema(schema_with = schema::form_field)]
    email_field: FormField,
    /// Departments visitors choose from; none: they are not asked.
    department_ids: Vec<Uuid>,
    /// What visitors read while nobody is there.
    offline_text: Option<String>,
    /// Whether there is a secret by which sites vouch for their visitors.
    has_identity_secret: bool,
    /// What an administrator should know: `any_origin` while the widget may stand on every page.
    warnings: Vec<&'static str>,
    /// The organisation's version, for `If-Match`.
    version: u64,
}

/// How the widget is set, for whoever manages settings.
#[utoipa::path(get, path = "/v1/organisation/widget", tag = "widget", responses((status = 200, body = WidgetSettingsView)))]
pub(super) async fn get_widget_settings(State(app): State<App>, who: Who) -> Answer<Versioned<WidgetSettingsView>> {
    let organisation = app.commands.organisation(&who.tenant).await?;
    let secret = app.accounts.widget_secret(&who.tenant).await.map_err(vault_problem)?;
    let (key, settings) = match organisation.widget.clone() {
        Some(Widget { key, settings }) => (Some(key), settings),
        None => (None, WidgetSettings::default()),
    };
    let any_origin = settings.enabled && settings.allowed_origins.is_empty();
    let version = organisation.version;
    let view = WidgetSettingsView {
        key,
        enabled: settings.enabled,
        allowed_origins: settings.allowed_origins,
        title: settings.title,
        greeting: settings.greeting,
        accent_color: settings.accent_color,
        position: settings.position,
        language: settings.language,
        name_field: settings.name_field,
        email_field: settings.email_field,
        department_ids: settings.department_ids.iter().map(|id| id.0).collect(),
        offline_text: settings.offline_text,
        has_identity_secret: secret.is_some(),
        warnings: any_origin.then_some("any_origin").into_iter().collect(),
        version,
    };
    Ok(Versioned(view, version))
}

/// The widget's settings, all as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WidgetChange {
    /// Whether it is there at all.
    enabled: bool,
    /// Origins of the pages it may stand on, e.g. `https://shop.example.com`; none: any. At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    allowed_origins: AnyOf<String>,
    /// What stands above the conversation.
    title: Option<String>,
    /// The first words a visitor reads.
    greeting: Option<String>,
    /// `#rrggbb`.
    accent_color: Option<String>,
    /// On which side of the page it stands; `end` unless said.
    #[schema(schema_with = schema::widget_position)]
    position: Option<WidgetPosition>,
    /// What it speaks; `auto` (the visitor's language) unless said.
    #[schema(schema_with = schema::widget_language)]
    language: Option<WidgetLanguage>,
    /// Whether visitors are asked their name; `optional` unless said.
    #[schema(schema_with = schema::form_field)]
    name_field: Option<FormField>,
    /// Whether visitors are asked their mail address; `optional` unless said.
    #[schema(schema_with = schema::form_field)]
    email_field: Option<FormField>,
    /// Departments visitors choose from; none: they are not asked. At most 50.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    department_ids: AnyOf<Uuid>,
    /// What visitors read while nobody is there.
    offline_text: Option<String>,
}

/// Sets the widget up. The first time gives it its key, which stays.
#[utoipa::path(put, path = "/v1/organisation/widget", tag = "widget", request_body = WidgetChange,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_widget_settings(State(app): State<App>, ask: Ask<WidgetChange>) -> Answer<Accepted> {
    let (body, usual) = (&ask.body, WidgetSettings::default());
    let settings = WidgetSettings {
        enabled: body.enabled,
        allowed_origins: body.allowed_origins.to_vec(),
        title: body.title.clone(),
        greeting: body.greeting.clone(),
        accent_color: body.accent_color.clone(),
        position: body.position.unwrap_or(usual.position),
        language: body.language.unwrap_or(usual.language),
        name_field: body.name_field.unwrap_or(usual.name_field),
        email_field: body.email_field.unwrap_or(usual.email_field),
        department_ids: body.department_ids.iter().copied().map(DepartmentId).collect(),
        offline_text: body.offline_text.clone(),
    };
    let done = app.commands.change_widget(&ask.invocation, &settings).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// The secret by which sites vouch for their visitors.
#[derive(Serialize, ToSchema)]
pub(crate) struct WidgetSecret {
    /// 64 hexadecimal characters, used as they are: the key of hashes. Shown only now; never send it to a browser.
    secret: String,
    /// 64 more, derived from it: the key tokens are signed with. Shown only now; never send it to a browser.
    token_key: String,
}

/// Makes the secret by which sites vouch for their visitors, or makes it anew: what was signed before counts no more. Whoever has
/// it can come in as any customer: it is for who may do and know what customers may of their own.
#[utoipa::path(post, path = "/v1/organisation/widget/identity-secret", tag = "widget",
    responses((status = 200, body = WidgetSecret)))]
pub(super) async fn rotate_widget_secret(State(app): State<App>, ask: Ask) -> Answer<axum::Json<WidgetSecret>> {
    may_stand_for_customers(&ask.who)?;
    // Recorded first: a secret that nobody can tell was made is worse than a record of one that was not.
    let bare = Invocation { idempotency: None, if_match: None, ..ask.invocation.clone() };
    app.commands.record_widget_secret(&bare).await.map_err(|error| ask.refuse(error))?;
    let secret = app.accounts.rotate_widget_secret(&ask.who.tenant).await.map_err(vault_problem)?;
    let token_key = token_key(&secret)?;
    Ok(axum::Json(WidgetSecret { secret, token_key }))
}
