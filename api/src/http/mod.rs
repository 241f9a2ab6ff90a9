//! The HTTP surface: one resource a file, every route in one table.

pub mod access;
mod accounts;
pub(crate) mod address;
mod agents;
pub mod ask;
pub mod budgets;
mod calendars;
pub(crate) mod chats;
mod compression;
mod conventions;
mod conversation;
mod cors;
mod customers;
mod departments;
mod docs;
mod encoding;
mod event_view;
mod events;
pub mod extract;
mod following;
mod guard;
mod heads;
mod history;
mod imports;
pub mod in_flight;
mod knowing;
mod listening;
mod live;
mod me;
mod measured;
mod openapi;
mod ops;
mod organisation;
pub mod parameters;
pub mod problem;
mod query;
mod reach;
mod readiness;
pub mod reads;
mod respond;
mod roles;
mod schema;
mod sessions;
mod shown;
mod sign_in;
mod sign_in_page;
mod sla_policies;
mod standing;
pub mod table;
mod tags;
mod there;
mod tickets;
mod tokens;
mod unchanged;
mod views;
mod web;
mod widget;

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::OpenApi;

use self::access::Access::Public;
use self::table::{Route, Table, routes_into};
use crate::app::App;

pub(crate) use self::accounts::check_email;
pub(crate) use self::conventions::HEALTH;
pub(crate) use self::tokens::check_label;

/// Health and figures: what every process answers.
fn operations(app: &App) -> Table {
    let mut table = Table::new(app.clone());
    routes_into!(&mut table; Public => ops::health, Public => ops::ready, Public => measured::metrics);
    table
}

/// The HTTP side of a desk.
pub struct Http {
    /// What answers.
    pub router: Router,
    /// Its description.
    pub openapi: OpenApi,
    /// Every route, and who may call it.
    pub routes: Vec<Route>,
}

impl Http {
    /// Puts all routes together.
    pub fn new(app: App) -> Self {
        let mut table = operations(&app);
        tickets::register(&mut table);
        chats::register(&mut table);
        agents::register(&mut table);
        departments::register(&mut table);
        customers::register(&mut table);
        organisation::register(&mut table);
        calendars::register(&mut table);
        sla_policies::register(&mut table);
        roles::register(&mut table);
        knowing::register(&mut table);
        heads::register(&mut table);
        events::register(&mut table);
        imports::register(&mut table);
        live::register(&mut table);
        me::register(&mut table);
        sign_in::register(&mut table);
        sessions::register(&mut table);
        sign_in_page::register(&mut table);
        tokens::register(&mut table);
        views::register(&mut table);
        widget::register(&mut table);
        Self::of(app, table, |router, openapi| router.merge(docs::router(openapi)).merge(web::router()))
    }

    /// Only what those who run a process ask, of one that does not serve the desk.
    pub fn of_operations(app: App) -> Self {
        let table = operations(&app);
        Self::of(app, table, |router, _| router)
    }

    fn of(app: App, table: Table, more: impl FnOnce(Router<App>, &OpenApi) -> Router<App>) -> Self {
        let (router, paths, components, routes) = table.into_parts();
        let openapi = openapi::describe(paths, components);
        let router = more(router, &openapi)
            .fallback(conventions::no_such_path)
            .method_not_allowed_fallback(conventions::no_such_method)
            .layer(from_fn_with_state((app.clone(), cors::OpenPaths::of(&routes)), conventions::conventions))
            .with_state(app);
        Self { router, openapi, routes }
    }
}
