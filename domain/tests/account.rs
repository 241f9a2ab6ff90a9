//! The rules of an account.

use docket_domain::account::*;
use docket_domain::{PersonId, Role};
use uuid::Uuid;

use crate::scenario::*;

#[test]
fn what_happens_elsewhere_is_recorded() {
    let one = Uuid::from_u128(1);
    let issue = || AccountCommand::RecordTokenIssued { token_id: one, label: "ci".to_owned() };
    let sign_in = AccountCommand::RecordSignIn {
        session_id: one,
        method: SignInMethod::Password,
        ip: Some("192.0.2.1".to_owned()),
        user_agent: None,
    };
    Scenario::<Account>::new()
        .when(SYSTEM, sign_in.clone())
        .then_refused("not_found")
        .when(SYSTEM, AccountCommand::Open { person_id: PersonId(one), role: Role::Agent.into() })
        .then([AccountOpened { person_id: PersonId(one), role: Role::Agent, custom_role_id: None }])
        .when(SYSTEM, AccountCommand::Open { person_id: PersonId(one), role: Role::Agent.into() })
        .then_refused("already_exists")
        .when(agent(1), sign_in)
        .then([SignedIn {
            session_id: one,
            method: Some(SignInMethod::Password),
            ip: Some("192.0.2.1".into()),
            user_agent: None,
        }])
        .when(agent(1), issue())
        .then([ApiTokenIssued { token_id: one, label: "ci".to_owned() }])
        .when(agent(1), issue())
        .then_nothing()
        .when(agent(1), AccountCommand::RecordTokenRevoked { token_id: one })
        .then([ApiTokenRevoked { token_id: one }])
        .when(agent(1), AccountCommand::RecordTokenRevoked { token_id: one })
        .then_nothing()
        .when(agent(1), AccountCommand::RecordPasswordChange)
        .then([PasswordChanged {}])
        .when(agent(1), AccountCommand::RecordSignOut { session_id: one })
        .then([SignedOut { session_id: one }]);
}

#[test]
fn what_a_client_says_of_itself_never_hinders_a_sign_in() {
    let strange = format!("  evil\0\r\n{}", "x".repeat(5000));
    Scenario::<Account>::new()
        .given(SYSTEM, AccountCommand::Open { person_id: PersonId(Uuid::max()), role: Role::Admin.into() })
        .when(
            SYSTEM,
            AccountCommand::RecordRefusal {
                method: SignInMethod::Code,
                count: 7,
                ip: Some("\u{1}".to_owned()),
                user_agent: Some(strange),
            },
        )
        .then_types(&["SignInRefused"])
        .then([SignInRefused {
            method: Some(SignInMethod::Code),
            count: Some(7),
            ip: None,
            user_agent: Some(format!("evil{}", "x".repeat(1994)).into()),
        }]);
}

#[test]
fn issue_use_and_end_of_what_somebody_signs_in_with_are_recorded() {
    let until = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
    let issued = |method| SignInCodeIssued { method, expires_at: until };
    Scenario::<Account>::new()
        .given(SYSTEM, AccountCommand::Open { person_id: PersonId(Uuid::max()), role: Role::Agent.into() })
        .when(agent(2), AccountCommand::RecordCodeIssued { method: SignInMethod::Code, expires_at: until })
        .then([issued(SignInMethod::Code)])
        .when(agent(2), AccountCommand::RecordCodeIssued { method: SignInMethod::Link, expires_at: until })
        .then([issued(SignInMethod::Link)])
        .when(agent(1), AccountCommand::RecordAddressChange)
        .then([SignInAddressChanged {}])
        .when(agent(1), AccountCommand::RecordSignOutEverywhere)
        .then([SignedOutEverywhere {}])
        .when(SYSTEM, AccountCommand::RecordEnabled)
        .then_nothing()
        .when(agent(2), AccountCommand::RecordDisabled)
        .then([AccountDisabled {}])
        .when(agent(2), AccountCommand::RecordDisabled)
        .then_nothing()
        .when(agent(2), AccountCommand::RecordEnabled)
        .then([AccountEnabled {}]);
}
