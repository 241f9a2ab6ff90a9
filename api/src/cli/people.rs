//! `docket user`, `docket token`, `docket erase`.

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use docket_commands::Invocation;
use docket_domain::account::{Account, AccountCommand};
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::{Actor, AgentId, CustomerId, HeldRole, Permission, PermissionSet, PersonId, Role};
use docket_store::new_id;
use docket_store::vault::{AccountError, NewAccount, NewApiToken};
use indicatif::ProgressBar;
use serde_json::json;
use uuid::Uuid;

use super::catch_up::catch_up;
use super::{Outcome, SettingArgs, print_json};
use crate::http::check_label;
use crate::runtime::{Desk, first_admin, issue_code};

const CODE_LASTS: TimeDelta = TimeDelta::hours(24);
/// The longest a token may last, in days, unless it lasts until it is revoked: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// People who sign in.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket user add \"Ada Lovelace\" ada@example.com --role supervisor
  docket user add \"Joan Clarke\" joan@example.com --role \"Second level\"   a role of your own, by its name
  docket user code ada@example.com               a one-time code for who forgot their password
  docket user disable ada@example.com")]
pub(crate) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Lets somebody join the desk and prints a one-time sign-in code.
    Add {
        /// Their name.
        name: String,
        /// The mail address they sign in with.
        email: String,
        /// agent, supervisor, auditor, admin, or the name of a role of your own.
        #[arg(long, default_value = "agent")]
        role: String,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Lists who may sign in.
    List {
        /// For programs.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Prints a one-time sign-in code.
    Code {
        /// Their mail address or id; absent: the first administrator's.
        who: Option<String>,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Locks somebody out: sessions, codes and tokens end for good.
    Disable {
        /// Their mail address or id.
        who: String,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Lets them in again.
    Enable {
        /// Their mail address or id.
        who: String,
        #[command(flatten)]
        settings: SettingArgs,
    },
}

async fn find(desk: &Desk, who: Option<&str>) -> Result<PersonId, Box<dyn std::error::Error + Send + Sync>> {
    let Some(who) = who else { return Ok(first_admin(&desk.tenant)) };
    if let Ok(id) = Uuid::parse_str(who) {
        return Ok(PersonId(id));
    }
    let account = desk.accounts().find_login(&desk.tenant, who).await?;
    Ok(account.ok_or_else(|| format!("nobody of {} signs in with {who}", desk.tenant))?.person)
}

/// A role by its name: a built-in one, or one of the organisation's own.
async fn named_role(desk: &Desk, name: &str) -> Result<HeldRole, Box<dyn std::error::Error + Send + Sync>> {
    match name.trim().to_lowercase().parse() {
        Ok(Role::Customer) => Err("customers are added with POST /v1/customers".into()),
        Ok(role) => Ok(HeldRole::BuiltIn(role)),
        Err(_) => {
            let roles = desk.commands.roles(&desk.tenant).await?;
            let own = roles.named(name).map(HeldRole::Own).ok_or_else(|| {
                let names: Vec<_> = roles.offered().map(|(_, role)| format!(", {:?}", role.name)).collect();
                format!("there is no role {name:?}; there are agent, supervisor, auditor, admin{}", names.concat())
            });
            Ok(own?)
        }
    }
}

fn by_system(desk: &Desk) -> Invocation {
    Invocation::by(desk.tenant.clone(), Actor::SYSTEM)
}

impl User {
    pub(crate) async fn run(self) -> Outcome {
        match self.command {
            UserCommand::Add { name, email, role, settings } => {
                crate::http::check_email("email", &email).map_err(|problem| problem.detail().to_owned())?;
                let desk = settings.open_existing().await?;
                let role = named_role(&desk, &role).await?;
                let id = PersonId(new_id());
                let accounts = desk.accounts();
                if accounts.find_login(&desk.tenant, &email).await?.is_some() {
                    return Err(format!("somebody signs in with {email} already").into());
                }
                let command = AgentCommand::Register {
                    name,
                    email: Some(email.clone()),
                    role,
                    department_ids: Vec::new(),
                    skills: Vec::new(),
                    max_concurrent_chats: 3,
                };
                desk.commands.register_agent(&by_system(&desk), AgentId(id.0), &command).await?;
                let account = NewAccount { person: id, role, login: Some(email), password: None };
                accounts.open_account(&desk.tenant, account).await?;
                let open = AccountCommand::Open { person_id: id, role };
                desk.commands.execute::<Account>(&by_system(&desk), id.0, open).await?;
                say!("{id}\none-time sign-in code: {}", issue_code(&desk, &desk.tenant, id, CODE_LASTS).await?);
                desk.close().await;
            }
            UserCommand::List { json, settings } => {
                let desk = settings.open_existing().await?;
                let accounts = desk.accounts().list_accounts(&desk.tenant).await?;
                let roles = desk.commands.roles(&desk.tenant).await?;
                let role_name = |held: HeldRole| match held.custom_role_id() {
                    None => held.base().as_str().to_owned(),
                    Some(id) => roles.roles.get(&id).map_or_else(|| id.to_string(), |role| role.name.clone()),
                };
                if json {
                    let all: Vec<_> = accounts
                        .iter()
                        .map(|one| {
                            json!({ "id": one.person, "role": one.role.base(),
                                    "custom_role_id": one.role.custom_role_id(), "role_name": role_name(one.role),
                                    "email": one.login, "disabled": one.disabled,
                                    "has_password": one.has_password, "since": one.created_at })
                        })
                        .collect();
                    print_json(&json!(all));
                } else {
                    for one in accounts {
                        let state = if one.disabled { "locked out" } else { "" };
                        say!(
                            "{}  {:<10}  {}  {state}",
                            one.person,
                            role_name(one.role),
                            one.login.as_deref().unwrap_or("-")
                        );
                    }
                }
                desk.close().await;
            }
            UserCommand::Code { who, settings } => {
                let desk = settings.open_existing().await?;
                let person = find(&desk, who.as_deref()).await?;
                say!("{}", issue_code(&desk, &desk.tenant, person, CODE_LASTS).await?);
                desk.close().await;
            }
            UserCommand::Disable { who, settings } => disable(settings, &who, true).await?,
            UserCommand::Enable { who, settings } => disable(settings, &who, false).await?,
        }
        Ok(())
    }
}

async fn disable(settings: SettingArgs, who: &str, disabled: bool) -> Outcome {
    let desk = settings.open_existing().await?;
    let person = find(&desk, Some(who)).await?;
    if disabled {
        keep_an_admin(&desk, person).await?;
    }
    desk.accounts().set_disabled(&desk.tenant, person, disabled).await?;
    let command = if disabled { AccountCommand::RecordDisabled } else { AccountCommand::RecordEnabled };
    desk.commands.execute::<Account>(&by_system(&desk), person.0, command).await?;
    say!("{who} is {}", if disabled { "locked out" } else { "let in again" });
    desk.close().await;
    Ok(())
}

/// Refuses to lock out the last administrator who may come in: nobody could make another.
async fn keep_an_admin(desk: &Desk, person: PersonId) -> Outcome {
    let accounts = desk.accounts();
    let account = accounts.account(&desk.tenant, person).await?.ok_or(AccountError::NoAccount)?;
    if account.role.is_admin() && !account.disabled && !accounts.has_other_admin(&desk.tenant, person).await? {
        return Err("last_admin: this is the last active administrator; make another one first".into());
    }
    Ok(())
}

/// API tokens.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docket token issue --label nightly-report --scopes view_reports,view_tickets --days 90
  docket token list
  docket token revoke 0199…")]
pub(crate) struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Issues a token and prints it, once.
    Issue {
        /// What it is for.
        #[arg(long)]
        label: String,
        /// Who acts when it is used: mail address or id; absent: the first administrator.
        #[arg(long)]
        who: Option<String>,
        /// What it may be used for, separated by commas; absent: all its owner may.
        #[arg(long, value_delimiter = ',', value_parser = permission)]
        scopes: Option<Vec<Permission>>,
        /// After how many days it ends; absent: when it is revoked.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=MOST_DAYS))]
        days: Option<u32>,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Lists tokens.
    List {
        /// For programs.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingArgs,
    },
    /// Revokes a token.
    Revoke {
        /// Its id.
        id: Uuid,
        #[command(flatten)]
        settings: SettingArgs,
    },
}

fn permission(name: &str) -> Result<Permission, String> {
    let all = || Permission::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    Permission::ALL
        .iter()
        .copied()
        .find(|one| one.as_str() == name)
        .ok_or_else(|| format!("it may be one of {}", all()))
}

impl Token {
    pub(crate) async fn run(self) -> Outcome {
        match self.command {
            TokenCommand::Issue { label, who, scopes, days, settings } => {
                let desk = settings.open_existing().await?;
                let most = desk.settings.limits.name_chars;
                // Before anything is written: a token is not issued by halves.
                let label = check_label(&label, most).map_err(|problem| problem.detail().to_owned())?.to_owned();
                let person = find(&desk, who.as_deref()).await?;
                let scopes = PermissionSet::of(scopes.as_deref().unwrap_or(Permission::ALL));
                let expires_at = days.map(|days| desk.journal.clock().now() + TimeDelta::days(i64::from(days)));
                let account = desk.accounts().account(&desk.tenant, person).await?.ok_or(AccountError::NoAccount)?;
                if account.disabled || desk.commands.load::<Agent>(&desk.tenant, person.0).await?.deactivated {
                    return Err("they are locked out or have left: a token of theirs would let nobody in".into());
                }
                let new = NewApiToken { person, label: label.clone(), scopes, expires_at, epoch: account.epoch };
                let (token, secret) = desk.accounts().issue_token(&desk.tenant, new).await?;
                let issued = AccountCommand::RecordTokenIssued { token_id: token.id, label };
                desk.commands.execute::<Account>(&by_system(&desk), person.0, issued).await?;
                say!("{secret}");
                desk.close().await;
            }
            TokenCommand::List { json, settings } => {
                let desk = settings.open_existing().await?;
                let tokens = desk.accounts().list_tokens(&desk.tenant).await?;
                if json {
                    let all: Vec<_> = tokens
                        .iter()
                        .map(|one| {
                            json!({ "id": one.id, "person_id": one.person, "label": one.label,
                                    "scopes": one.scopes.iter().collect::<Vec<_>>(), "created_at": one.created_at,
                                    "expires_at": one.expires_at, "last_used_at": one.last_used_at,
                                    "revoked_at": one.revoked_at })
                        })
                        .collect();
                    print_json(&json!(all));
                } else {
                    let day =
                        |at: Option<DateTime<Utc>>| at.map_or("-".to_owned(), |at| at.format("%Y-%m-%d").to_string());
                    for one in tokens {
                        let state = if one.revoked_at.is_some() { "revoked" } else { "" };
                        say!(
                            "{}  {:<30}  until {:<10}  used {:<10}  {state}",
                            one.id,
                            one.label,
                            day(one.expires_at),
                            day(one.last_used_at)
                        );
                    }
                }
                desk.close().await;
            }
            TokenCommand::Revoke { id, settings } => {
                let desk = settings.open_existing().await?;
                let token = desk.accounts().list_tokens(&desk.tenant).await?.into_iter().find(|token| token.id == id);
                let revoked = desk.accounts().revoke_token(&desk.tenant, id).await?;
                if let Some(token) = token.filter(|_| revoked) {
                    let command = AccountCommand::RecordTokenRevoked { token_id: id };
                    desk.commands.execute::<Account>(&by_system(&desk), token.person.0, command).await?;
                }
                desk.close().await;
                if !revoked {
                    return Err(format!("there is no token {id} in force").into());
                }
                say!("revoked");
            }
        }
        Ok(())
    }
}

/// Erases a person.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  docket erase 0199c1de-… --yes")]
pub(crate) struct Erase {
    /// The customer's id.
    customer: Uuid,
    /// Do it: it cannot be undone.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: SettingArgs,
}

impl Erase {
    pub(crate) async fn run(self) -> Outcome {
        if !self.yes {
            return Err("this cannot be undone; say --yes".into());
        }
        let desk = self.settings.open_existing().await?;
        let done = desk.commands.erase_person(&by_system(&desk), CustomerId(self.customer)).await?;
        let bar = ProgressBar::new(0);
        catch_up(&desk, &bar).await?;
        bar.finish_and_clear();
        say!("erased from the log and the read models; recorded at position {}", done.position);
        desk.close().await;
        Ok(())
    }
}
