//! Registering who comes with a good token of the issuer for the first time. What the token says besides who they are is no
//! reason to turn them away.

use docket_commands::{CommandError, Commands, Invocation};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::{Actor, Rejection};

use super::principal::Principal;
use crate::http::problem::Problem;

/// What can do without.
fn left_out(field: &str) -> bool {
    matches!(field, "name" | "email")
}

/// Registers a customer under the id their token gives them. An address by which somebody else is known is kept as stated: it
/// makes them nobody else, and nobody is told whose it is. What is no name or address is left out.
pub(super) async fn register_bearer(
    commands: &Commands,
    who: &Principal,
    mut name: Option<String>,
    mut email: Option<String>,
) -> Result<(), Problem> {
    let by_issuer = Invocation::by(who.tenant.clone(), Actor::SYSTEM);
    // Each further round leaves out what was wrong in the one before.
    loop {
        let (kind, phone, external_id) = (CustomerKind::Customer, None, None);
        let whole = CustomerCommand::Register { kind, name: name.clone(), email: email.clone(), phone, external_id };
        match commands.execute::<Customer>(&by_issuer, who.person.0, whole).await {
            Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => return Ok(()),
            Err(CommandError::Rejected(Rejection::Taken { .. })) => break,
            Err(CommandError::Rejected(Rejection::Invalid(errors)))
                if (&name, &email) != (&None, &None) && errors.iter().all(|error| left_out(&error.field)) =>
            {
                let wrong = |field: &str| errors.iter().any(|error| error.field == field);
                name = name.filter(|_| !wrong("name"));
                email = email.filter(|_| !wrong("email"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let (kind, phone, external_id) = (CustomerKind::Customer, None, None);
    let register = CustomerCommand::Register { kind, name, email: None, phone, external_id };
    let state = CustomerCommand::StateContact { name: None, email };
    match commands.execute_all::<Customer>(&by_issuer, who.person.0, &[register, state]).await {
        Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
