//! Accounts follow the log: where something of them was recorded, and where somebody is about to be let in.

use docket_commands::{CommandError, Followed, Invocation};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::{Actor, AgentId, PersonId};
use docket_store::vault::{Account, AccountError};
use uuid::Uuid;

use super::accounts::account_problem;
use super::problem::Answer;
use crate::app::App;

/// Makes somebody's account, if they have one, say what the log says of them by now. `keep` is the session in which they changed it
/// themselves.
pub(super) async fn follow_log(app: &App, by: &Invocation, person: PersonId, keep: Option<Uuid>) -> Answer<()> {
    match app.commands.follow_account(by, person, keep).await? {
        Followed::Unchanged | Followed::Changed => Ok(()),
        Followed::AddressTaken => Err(account_problem(AccountError::LoginTaken)),
    }
}

/// Ends all sessions of somebody and codes that were not used, which has just been recorded: their account follows that. Where it
/// could not be recorded they end all the same.
pub(super) async fn end_all_sessions(app: &App, by: &Invocation, person: PersonId) -> Answer<()> {
    match app.commands.follow_account(by, person, None).await {
        Ok(Followed::Changed) => Ok(()),
        _ => app.accounts.sign_out_everywhere(&by.tenant, person).await.map_err(account_problem),
    }
}

/// Somebody of the desk who has no address in their profile has the one they sign in with there too. With each sign-in: they may have
/// chosen it when this could not be recorded.
pub(super) async fn know_address(app: &App, by: &Invocation, account: &Account) {
    let (person, Some(login)) = (account.person, &account.login) else { return };
    if account.role.is_customer() {
        return;
    }
    let known: Result<(), CommandError> = async {
        let agent = app.commands.load::<Agent>(&by.tenant, person.0).await?;
        let Some(name) = agent.name.to_known().filter(|_| agent.registered && agent.email.is_none()) else {
            return Ok(());
        };
        let rename = AgentCommand::Rename { name, email: Some(login.clone()) };
        app.commands.change_agent(by, AgentId(person.0), &rename).await?;
        app.commands.follow_account(by, person, None).await?;
        Ok(())
    }
    .await;
    if let Err(error) = known {
        tracing::warn!(%error, "somebody's profile lacks the address they sign in with");
    }
}

/// The account of somebody about to be let in, as the log has it by now: one that a process left behind follows it first. None: it is
/// not what was looked at any more. Where the log cannot be asked, the vault's word counts.
pub(super) async fn as_recorded(app: &App, account: Account) -> Answer<Option<Account>> {
    let by = Invocation::by(account.tenant.clone(), Actor::SYSTEM);
    match app.commands.follow_account(&by, account.person, None).await {
        Ok(Followed::Changed) => {}
        Ok(Followed::Unchanged | Followed::AddressTaken) => return Ok(Some(account)),
        Err(error) => {
            tracing::warn!(%error, "an account could not be compared with the log");
            return Ok(Some(account));
        }
    }
    let now =
        app.accounts.account(&account.tenant, account.person).await.map_err(|error| account_problem(error.into()))?;
    Ok(now.filter(|now| !now.disabled && now.login == account.login))
}
