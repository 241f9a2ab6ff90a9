//! What stands before every handler: who is calling, may they, and have the read models what they have seen?

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use docket_domain::Position;

use super::access::Access;
use super::address::ClientAddress;
use super::ask::{bad_header, journal_problem, only};
use super::cors::ForVisitor;
use super::parameters::QueryNames;
use super::problem::Problem;
use super::reads::Reader;
use super::respond::POSITION;
use super::table::Honours;
use super::widget::admit_visitor;
use crate::app::App;
use crate::auth::{Principal, Who, shows_visit};

/// What a route asks of a request.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) app: App,
    pub(super) access: Access,
    pub(super) honours: Honours,
    pub(super) query: QueryNames,
}

/// Lets a request through to its handler, or not.
pub(super) async fn guard(State(rules): State<Rules>, mut request: Request, next: Next) -> Response {
    let mut visitor = false;
    let mut response = match admit(&rules, &mut request, &mut visitor).await {
        Ok(()) => answer(&rules.app, rules.access, request, next).await,
        Err(problem) => problem.into_response(),
    };
    if visitor {
        response.extensions_mut().insert(ForVisitor);
    }
    response
}

async fn answer(app: &App, access: Access, request: Request, next: Next) -> Response {
    // How far the log is would tell a customer that something happened which they are not to learn of.
    let customer = request.extensions().get::<Who>().is_some_and(|who| who.is_customer());
    let _turn = match reader(app, access, &request) {
        None => None,
        Some(reader) => match app.reads.begin(reader).await {
            Ok(turn) => Some(turn),
            Err(problem) => return problem.into_response(),
        },
    };
    if access == Access::Public || customer || request.method() != Method::GET {
        return next.run(request).await;
    }
    // Taken before the query: whoever follows the log from here on misses nothing of what came after the answer.
    let position = app.read_models.position().borrow().0;
    let mut response = next.run(request).await;
    response.headers_mut().entry(POSITION).or_insert(HeaderValue::from(position));
    response
}

/// Who reads, if that is what the request does. What is no resource of the API, health among it, waits for no turn.
fn reader(app: &App, access: Access, request: &Request) -> Option<Reader> {
    if request.method() != Method::GET || !request.uri().path().starts_with("/v1/") {
        return None;
    }
    Some(match request.extensions().get::<Who>() {
        Some(who) if access != Access::Public => Reader::Person(who.tenant.clone(), who.person.0),
        _ => Reader::Network(ClientAddress::of(app, request.headers(), request.extensions()).network()),
    })
}

/// `visitor` tells whether the answer is for a visitor's page to read, whatever it is.
async fn admit(rules: &Rules, request: &mut Request, visitor: &mut bool) -> Result<(), Problem> {
    let Rules { app, access, honours, query } = rules;
    let access = *access;
    // Who may not learn how far the log is.
    let mut outside = access == Access::Public;
    if access != Access::Public {
        let authenticated = app.authenticator.authenticate(request.method(), request.headers()).await;
        // That a token counts no more says nothing of anybody, and the page has to learn it to begin anew.
        *visitor = authenticated.is_err() && shows_visit(request.headers());
        let principal = authenticated?;
        if principal.is_visitor() {
            admit_visitor(app, &principal, request.headers()).await?;
            *visitor = true;
        }
        access.check(&principal)?;
        outside = principal.is_customer();
        // Ending is always possible.
        if principal.is_customer() && request.method() != Method::GET && request.method() != Method::DELETE {
            let network = ClientAddress::of(app, request.headers(), request.extensions()).network();
            let payer = app.budgets.payer(&principal.tenant, principal.person.0, network);
            payer.change()?;
            request.extensions_mut().insert(payer);
        }
        request.extensions_mut().insert(Who::new(principal));
    }
    query.check(request.uri())?;
    if request.method() != Method::GET {
        check_conditions(*honours, request.headers())?;
    }
    if request.method() == Method::GET
        && let Some(wanted) = only(request.headers(), "Docket-Min-Position")?
    {
        let position = wanted
            .to_str()
            .ok()
            .and_then(|text| text.parse().ok())
            .map(Position)
            .ok_or_else(|| bad_header("Docket-Min-Position", "a position, as Docket-Position gave it"))?;
        // Nor does what is not there yet tell them: they wait for no more than there is.
        let head = if outside { head_of(app).await? } else { position };
        wait_for(app, position.min(head)).await?;
    }
    Ok(())
}

/// Refuses a condition that the route does not keep: to carry it out as if none had been made would let who tries again do it
/// twice, or change what has changed meanwhile.
fn check_conditions(honours: Honours, headers: &HeaderMap) -> Result<(), Problem> {
    if honours == Honours::Neither && headers.contains_key("idempotency-key") {
        return Err(Problem::malformed(
            "idempotency_unsupported",
            "this cannot be repeated under an Idempotency-Key; send it without, and nothing was done now",
        ));
    }
    if honours != Honours::Both && headers.contains_key(IF_MATCH) {
        return Err(Problem::malformed(
            "if_match_unsupported",
            "what this changes has no one version that If-Match could name; send it without, and nothing was done now",
        ));
    }
    Ok(())
}

/// Whether somebody who has been let in and listens since may go on: with the same permissions and, if it is a visitor, from
/// a page that may still have the widget.
pub(super) async fn may_still(app: &App, who: &Principal, headers: &HeaderMap) -> bool {
    match app.authenticator.authenticate(&Method::GET, headers).await {
        Ok(principal) if principal.permissions == who.permissions => {
            !principal.is_visitor() || admit_visitor(app, &principal, headers).await.is_ok()
        }
        _ => false,
    }
}

async fn head_of(app: &App) -> Result<Position, Problem> {
    app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))
}

/// Waits until the read models show `position`: to read one's own writes.
pub(super) async fn wait_for(app: &App, position: Position) -> Result<(), Problem> {
    if *app.read_models.position().borrow() >= position {
        return Ok(());
    }
    let head = head_of(app).await?;
    if position > head {
        return Err(bad_header("Docket-Min-Position", "a position the log has reached").with("log_position", head.0));
    }
    let patience = Duration::from_millis(app.settings.http.min_position_wait_ms);
    if app.read_models.wait_for(position, patience).await? {
        return Ok(());
    }
    Err(Problem::unavailable(format!("the read models are not at position {position} yet; try again"))
        .with("position", app.read_models.position().borrow().0))
}
