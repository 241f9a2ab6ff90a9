//! An account as its events leave it, and the rules. There are few: it is told what happened elsewhere.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    AccountCommand, AccountDisabled, AccountEnabled, AccountEvent, AccountOpened, ApiTokenIssued, ApiTokenRevoked,
    PasswordChanged, SignInAddressChanged, SignInCodeIssued, SignInRefused, SignedIn, SignedOut, SignedOutEverywhere,
};
use crate::{Aggregate, Category, DecideContext, HeldRole, PersonId, PersonalText, Rejection, Stamp, Violations};

/// What is known of an account for deciding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// Events so far.
    pub version: u64,
    /// Whose it is; absent before it was opened.
    pub person_id: Option<PersonId>,
    /// What they might do when it was opened.
    pub role: Option<HeldRole>,
    /// Tokens that are valid.
    pub tokens: BTreeSet<Uuid>,
    /// Whether they are locked out.
    pub disabled: bool,
    /// At which version all sessions were last ended; 0: never.
    pub signed_out: u64,
}

impl Aggregate for Account {
    const CATEGORY: Category = Category::Account;
    type Command = AccountCommand;
    type Event = AccountEvent;

    fn decide(&self, command: &AccountCommand, context: &DecideContext<'_>) -> Result<Vec<AccountEvent>, Rejection> {
        use AccountCommand as C;
        let whence = |text: &Option<String>| clipped(text.as_deref(), context.limits.remark_chars);
        match (command, self.exists()) {
            (C::Open { .. }, true) => Err(Rejection::AlreadyExists("account")),
            (C::Open { person_id, role }, false) => {
                let (role, custom_role_id) = (role.base(), role.custom_role_id());
                Ok(vec![AccountOpened { person_id: *person_id, role, custom_role_id }.into()])
            }
            (_, false) => Err(Rejection::NotFound("account")),
            (C::RecordSignIn { session_id, method, ip, user_agent }, true) => {
                let (ip, user_agent) = (whence(ip), whence(user_agent));
                Ok(vec![SignedIn { session_id: *session_id, method: Some(*method), ip, user_agent }.into()])
            }
            (C::RecordRefusal { method, count, ip, user_agent }, true) => {
                let (ip, user_agent) = (whence(ip), whence(user_agent));
                Ok(vec![SignInRefused { method: Some(*method), count: Some(*count), ip, user_agent }.into()])
            }
            (C::RecordSignOut { session_id }, true) => Ok(vec![SignedOut { session_id: *session_id }.into()]),
            (C::RecordPasswordChange, true) => Ok(vec![PasswordChanged {}.into()]),
            (C::RecordCodeIssued { method, expires_at }, true) => {
                Ok(vec![SignInCodeIssued { method: *method, expires_at: *expires_at }.into()])
            }
            (C::RecordAddressChange, true) => Ok(vec![SignInAddressChanged {}.into()]),
            (C::RecordSignOutEverywhere, true) => Ok(vec![SignedOutEverywhere {}.into()]),
            (C::RecordDisabled, true) if self.disabled => Ok(Vec::new()),
            (C::RecordDisabled, true) => Ok(vec![AccountDisabled {}.into()]),
            (C::RecordEnabled, true) if !self.disabled => Ok(Vec::new()),
            (C::RecordEnabled, true) => Ok(vec![AccountEnabled {}.into()]),
            (C::RecordTokenIssued { token_id, .. }, true) if self.tokens.contains(token_id) => Ok(Vec::new()),
            (C::RecordTokenIssued { token_id, label }, true) => {
                let mut violations = Violations::default();
                let label = violations.line("label", label, 1, context.limits.name_chars);
                violations.into_result()?;
                Ok(vec![ApiTokenIssued { token_id: *token_id, label }.into()])
            }
            (C::RecordTokenRevoked { token_id }, true) if self.tokens.contains(token_id) => {
                Ok(vec![ApiTokenRevoked { token_id: *token_id }.into()])
            }
            (C::RecordTokenRevoked { .. }, true) => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, event: &AccountEvent, stamp: &Stamp) {
        use AccountEvent as E;
        self.version = stamp.version;
        match event {
            E::AccountOpened(opened) => {
                self.person_id = Some(opened.person_id);
                self.role = Some(HeldRole::of(opened.role, opened.custom_role_id));
            }
            E::ApiTokenIssued(token) => {
                self.tokens.insert(token.token_id);
            }
            E::ApiTokenRevoked(token) => {
                self.tokens.remove(&token.token_id);
            }
            E::AccountDisabled(_) => {
                self.disabled = true;
                self.tokens.clear();
            }
            E::AccountEnabled(_) => self.disabled = false,
            E::SignedOutEverywhere(_) => self.signed_out = stamp.version,
            E::SignedIn(_)
            | E::SignInRefused(_)
            | E::SignedOut(_)
            | E::PasswordChanged(_)
            | E::SignInCodeIssued(_)
            | E::SignInAddressChanged(_) => {}
        }
    }

    fn data_subject(&self, id: Uuid) -> Option<PersonId> {
        Some(PersonId(id))
    }

    fn exists(&self) -> bool {
        self.person_id.is_some()
    }
}

/// What a client says of itself is recorded as far as it is text of a sensible length; a sign-in never fails for it.
fn clipped(text: Option<&str>, most_chars: usize) -> Option<PersonalText> {
    let text: String = text?.chars().filter(|c| !c.is_control()).take(most_chars).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.into())
}
