//! The first start: an organisation, and somebody who may sign in to it.

use chrono::TimeDelta;
use docket_commands::{CommandError, HandedOut, Invocation};
use docket_domain::account::{Account, AccountCommand, SignInMethod};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::{Actor, AgentId, Permission, PermissionSet, PersonId, Rejection, Role, TenantId};
use docket_store::vault::{AccountError, CodeKind, NewAccount};
use uuid::Uuid;

use super::desk::{Desk, StartError};

/// How long the first sign-in code is good for.
const FIRST_CODE_LASTS: TimeDelta = TimeDelta::days(7);

/// What is told at the first start.
#[derive(Debug, Clone)]
pub struct FirstSignIn {
    /// The one-time code.
    pub code: String,
}

/// The administrator every organisation begins with. The id is always the same, so that beginning twice, or on two
/// nodes at once, makes one.
pub fn first_admin(tenant: &TenantId) -> PersonId {
    PersonId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("docket first administrator of {tenant}").as_bytes()))
}

/// Begins an organisation with its first administrator, unless it is there. Returns the one-time sign-in if it was
/// begun now. What an interrupted start left undone is done the next time.
///
/// # Errors
/// [`StartError::Begin`].
pub async fn begin_organisation(desk: &Desk, tenant: &TenantId, name: &str) -> Result<Option<FirstSignIn>, StartError> {
    let admin = first_admin(tenant);
    let accounts = desk.accounts();
    let invocation = || Invocation::by(tenant.clone(), Actor::SYSTEM);
    let complete = desk.commands.load::<Account>(tenant, admin.0).await.map_err(begin)?.exists();
    if complete {
        return Ok(None);
    }
    accounts.add_tenant(tenant).await.map_err(begin)?;
    done(desk.commands.create_organisation(&invocation(), name.to_owned(), "UTC".to_owned()).await)?;
    if !desk.commands.load::<Agent>(tenant, admin.0).await.map_err(begin)?.exists() {
        let register = AgentCommand::Register {
            name: "Administrator".to_owned(),
            email: None,
            role: Role::Admin.into(),
            department_ids: Vec::new(),
            skills: Vec::new(),
            max_concurrent_chats: 3,
        };
        done(desk.commands.register_agent(&invocation(), AgentId(admin.0), &register).await)?;
    }
    let new = NewAccount { person: admin, role: Role::Admin.into(), login: None, password: None };
    match accounts.open_account(tenant, new).await {
        Ok(()) | Err(AccountError::Exists) => {}
        Err(error) => return Err(begin(error)),
    }
    let open = AccountCommand::Open { person_id: admin, role: Role::Admin.into() };
    done(desk.commands.execute::<Account>(&invocation(), admin.0, open).await)?;
    let code = issue_code(desk, tenant, admin, FIRST_CODE_LASTS).await?;
    Ok(Some(FirstSignIn { code }))
}

/// Makes a one-time sign-in code on behalf of whoever runs this machine, and records it.
///
/// # Errors
/// [`StartError::Begin`]: there is no such account, or it is locked out.
pub async fn issue_code(
    desk: &Desk,
    tenant: &TenantId,
    person: PersonId,
    lasts: TimeDelta,
) -> Result<String, StartError> {
    let accounts = desk.accounts();
    let account = accounts.account(tenant, person).await.map_err(begin)?;
    let account = account.ok_or(AccountError::NoAccount).map_err(begin)?;
    let may = desk.commands.permissions_of(tenant, account.role).await.map_err(begin)?;
    let issued = accounts.issue_code(tenant, person, account.epoch, may, CodeKind::SignIn, lasts).await;
    let (code, expires_at) = issued.map_err(begin)?;
    let issued = AccountCommand::RecordCodeIssued { method: SignInMethod::Code, expires_at };
    let handed =
        HandedOut { needs: Permission::ManagePeople, permissions: PermissionSet::default(), role: account.role };
    // Opens it in the log as well, should whoever opened it have died before that.
    done(
        desk.commands.record_handed_out(&Invocation::by(tenant.clone(), Actor::SYSTEM), person, &issued, handed).await,
    )?;
    Ok(code)
}

/// What an organisation is called until its administrator says, which the desk asks for first: `acme-shop` is Acme Shop. Of the
/// usual one nothing is known but what it does.
pub(super) fn name_until_named(tenant: &TenantId) -> String {
    if tenant.as_str() == "default" {
        return "Support".to_owned();
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    tenant.as_str().split('-').filter(|word| !word.is_empty()).map(capital).collect::<Vec<String>>().join(" ")
}

fn begin(error: impl std::fmt::Display) -> StartError {
    StartError::Begin(error.to_string())
}

/// Whoever was faster did the same.
fn done(result: Result<docket_commands::Done, CommandError>) -> Result<(), StartError> {
    match result {
        Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => Ok(()),
        Err(error) => Err(begin(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_the_name_of_a_setting() {
        for (tenant, name) in [("default", "Support"), ("acme", "Acme"), ("acme-shop-2", "Acme Shop 2")] {
            assert_eq!(name_until_named(&TenantId::new(tenant).expect("a tenant")), name);
        }
    }
}
