//! `/v1/widget/{key}`: what a page may know of the widget before anybody said who they are.

use axum::Json;
use axum::extract::State;
use docket_domain::organisation::{FormField, WidgetLanguage, WidgetPosition};
use docket_projections::Viewer;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::open_widget;
use crate::app::App;
use crate::http::chats::somebody_is_there;
use crate::http::customers::vault_problem;
use crate::http::extract::Path;
use crate::http::problem::Answer;
use crate::http::schema;

/// A department a visitor may choose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferedDepartment {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Whether somebody of it is there to chat with now.
    online: bool,
}

/// What a page may know of the widget.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WidgetView {
    /// The organisation's name.
    organisation: String,
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
    /// Departments visitors choose from, in order; none: they are not asked.
    departments: Vec<OfferedDepartment>,
    /// Whether somebody is there to chat with now, of the departments offered if there are any: somebody who is available,
    /// may write in chats, has places for them and has not signed out.
    online: bool,
    /// What visitors read while nobody is there.
    offline_text: Option<String>,
    /// Whether sites can vouch for their visitors.
    identity: bool,
}

/// What a page may know of the widget. 404 if there is none of that key, or it is switched off.
#[utoipa::path(get, path = "/v1/widget/{key}", tag = "widget", params(("key" = String, Path)),
    responses((status = 200, body = WidgetView), (status = 403, description = "Not on pages of this origin.",
        content_type = "application/problem+json", body = crate::http::openapi::ProblemDocument)))]
pub(super) async fn get_widget(State(app): State<App>, Path(key): Path<String>) -> Answer<Json<WidgetView>> {
    let (tenant, settings) = open_widget(&app, &key).await?;
    let organisation = app.commands.organisation(&tenant).await?;
    let offered = match settings.department_ids.is_empty() {
        true => Vec::new(),
        false => app.queries.departments(&Viewer::customer(tenant.clone(), Uuid::nil())).await?,
    };
    let mut departments = Vec::with_capacity(settings.department_ids.len());
    for id in &settings.department_ids {
        if let Some(department) = offered.iter().find(|department| department.id == id.0) {
            let online = somebody_is_there(&app, &tenant, &[id.0], &[]).await?;
            departments.push(OfferedDepartment { id: id.0, name: department.name.clone(), online });
        }
    }
    let online = match departments.is_empty() {
        true => somebody_is_there(&app, &tenant, &[], &[]).await?,
        false => departments.iter().any(|department| department.online),
    };
    Ok(Json(WidgetView {
        organisation: organisation.name.clone(),
        title: settings.title,
        greeting: settings.greeting,
        accent_color: settings.accent_color,
        position: settings.position,
        language: settings.language,
        name_field: settings.name_field,
        email_field: settings.email_field,
        departments,
        online,
        offline_text: settings.offline_text,
        identity: app.accounts.widget_secret(&tenant).await.map_err(vault_problem)?.is_some(),
    }))
}
