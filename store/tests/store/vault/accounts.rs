//! Accounts and what opens them.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta};
use docket_domain::{HeldRole, Permission, PermissionSet, PersonId, Position, Role, RoleId, TenantId};
use docket_store::vault::{
    AccountError, Accounts, CodeKind, IdentityClaim, IdentityKind, KnownAddress, LogSays, NewAccount, NewApiToken,
    NewSession, OwnSession, Proof, Redemption, SessionLimits,
};
use docket_store::{KeyError, Keyring as _};

use super::house::{House, Kind, agent, contains, epoch, person, strong, tenant};

super::on_both! {
    an_identity_has_one_owner, an_account_opens_with_its_password_only, a_login_belongs_to_one_person, tokens_are_recognised_and_revoked, a_session_ends_by_itself, a_code_is_good_once, credentials_end_with_what_allowed_them, refused_sign_ins_are_told_of_now_and_then, erasing_a_person_takes_everything, tenants_are_listed, tenants_do_not_see_each_other,
}

async fn an_identity_has_one_owner(kind: Kind) {
    let house = House::new(kind).await;
    let (one, two) = (house.open().await, house.open().await);
    let claims = (0..100).map(|i| {
        let accounts = if i % 2 == 0 { one.accounts() } else { two.accounts() };
        let email = if i % 3 == 0 { "Ada@Example.org " } else { "ada@example.org" };
        tokio::spawn(async move {
            accounts.claim_identity(&tenant(), IdentityKind::Email, email, person()).await.unwrap().person
        })
    });
    let winners: HashSet<_> = futures::future::join_all(claims).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(winners.len(), 1);
    let winner = winners.into_iter().next().unwrap();
    let accounts = one.accounts();
    let email = async |kind| {
        let found = accounts.find_identity(&SHARED_TENANT, kind, "ada@example.org").await;
        found.map(|found| found.map(|claim| claim.person))
    };
    assert_eq!(email(IdentityKind::Email).await.unwrap(), Some(winner));
    assert_eq!(email(IdentityKind::ExternalId).await.unwrap(), None);
    accounts.release_identity(&tenant(), IdentityKind::Email, "ada@example.org", person()).await.unwrap();
    assert_eq!(email(IdentityKind::Email).await.unwrap(), Some(winner));
    accounts.release_identity(&tenant(), IdentityKind::Email, "ada@example.org", winner).await.unwrap();
    assert_eq!(email(IdentityKind::Email).await.unwrap(), None);

    // Taking one over needs to know whose claim it is, and of when.
    let claim = accounts.claim_identity(&tenant(), IdentityKind::Email, "ada@example.org", winner).await.unwrap();
    let earlier = IdentityClaim { claimed_at: claim.claimed_at - TimeDelta::seconds(1), ..claim };
    let to = person();
    let take = async |from| accounts.move_identity(&tenant(), IdentityKind::Email, "ADA@example.org", from, to).await;
    assert!(!take(earlier).await.unwrap());
    assert!(take(claim).await.unwrap());
    assert_eq!(email(IdentityKind::Email).await.unwrap(), Some(to));

    // What is kept is kept, and what is fresh.
    accounts.claim_identity(&tenant(), IdentityKind::ExternalId, "4711", to).await.unwrap();
    let kept = [(IdentityKind::ExternalId, "4711")];
    let after = claim.claimed_at + TimeDelta::days(1);
    accounts.release_other_identities(&tenant(), to, &kept, claim.claimed_at).await.unwrap();
    assert_eq!(email(IdentityKind::Email).await.unwrap(), Some(to));
    accounts.release_other_identities(&tenant(), to, &kept, after).await.unwrap();
    assert_eq!(email(IdentityKind::Email).await.unwrap(), None);
    let known = accounts.find_identity(&tenant(), IdentityKind::ExternalId, "4711").await.unwrap();
    assert_eq!(known.map(|claim| claim.person), Some(to));

    assert_eq!(accounts.identities_follow_to().await.unwrap(), Position::START);
    accounts.note_identities_follow(Position(42)).await.unwrap();
    assert_eq!(two.accounts().identities_follow_to().await.unwrap(), Position(42));
    one.close().await;
    two.close().await;
}

static SHARED_TENANT: std::sync::LazyLock<TenantId> = std::sync::LazyLock::new(tenant);

async fn an_account_opens_with_its_password_only(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let who = agent(&vault, "Ada@Example.org", Some("correct horse battery"), Role::Admin).await;
    let check = |login: &'static str, password: &'static str| {
        let accounts = accounts.clone();
        async move { accounts.check_password(&tenant(), login, password).await.unwrap() }
    };
    let account = check("ada@example.org", "correct horse battery").await.unwrap();
    assert_eq!(
        (account.person, account.role, account.login.as_deref()),
        (who, Role::Admin.into(), Some("Ada@Example.org"))
    );
    assert!(check("ada@example.org", "wrong").await.is_none());
    assert!(check("nobody@example.org", "correct horse battery").await.is_none());
    accounts.set_password(&tenant(), who, &strong("staple battery horse"), None).await.unwrap();
    assert!(check("ada@example.org", "correct horse battery").await.is_none());
    assert!(check("ada@example.org", "staple battery horse").await.is_some());
    accounts.set_disabled(&tenant(), who, true).await.unwrap();
    assert!(check("ada@example.org", "staple battery horse").await.is_none());
    if matches!(kind, Kind::Sqlite) {
        let bytes = house.bytes();
        assert!(!contains(&bytes, b"xample.org") && !contains(&bytes, b"staple battery horse"));
    }
    vault.close().await;
}

async fn a_login_belongs_to_one_person(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let ada = agent(&vault, "ada@example.org", None, Role::Agent).await;
    let bob = agent(&vault, "bob@example.org", None, Role::Agent).await;
    let account =
        |person| NewAccount { person, role: Role::Agent.into(), login: Some("ADA@example.org".into()), password: None };
    let again = accounts.open_account(&tenant(), account(ada)).await;
    assert!(matches!(again, Err(AccountError::Exists)));
    assert!(matches!(accounts.open_account(&tenant(), account(person())).await, Err(AccountError::LoginTaken)));
    assert!(matches!(
        accounts.set_login(&tenant(), bob, Some("ada@example.org"), None).await,
        Err(AccountError::LoginTaken)
    ));
    accounts.set_login(&tenant(), ada, Some("lovelace@example.org"), None).await.unwrap();
    accounts.set_login(&tenant(), bob, Some("ada@example.org"), None).await.unwrap();
    assert_eq!(accounts.find_login(&tenant(), "ada@example.org").await.unwrap().unwrap().person, bob);
    assert_eq!(accounts.list_accounts(&tenant()).await.unwrap().len(), 2);
    vault.close().await;
}

async fn tokens_are_recognised_and_revoked(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, other) = (house.open().await, house.open().await);
    let accounts = vault.accounts();
    let who = agent(&vault, "ada@example.org", None, Role::Agent).await;
    let scopes = PermissionSet::of(&[Permission::ViewTickets, Permission::EraseData]);
    let epoch_then = epoch(&vault, who).await;
    let new = |expires_at| NewApiToken { person: who, label: "CI".into(), scopes, expires_at, epoch: epoch_then };
    let (token, secret) = accounts.issue_token(&tenant(), new(None)).await.unwrap();
    let caller = accounts.recognise(&secret).await.unwrap().unwrap();
    assert_eq!((caller.person, &caller.proof), (who, &Proof::Token { id: token.id }));
    // An agent may not erase, so neither may their token.
    assert_eq!(caller.role, Role::Agent.into());
    assert_eq!(caller.permissions(Role::Agent.permissions()), PermissionSet::of(&[Permission::ViewTickets]));
    let last = if secret.ends_with('0') { "1" } else { "0" };
    let forged = [&secret[..secret.len() - 1], last].concat();
    for wrong in [forged.as_str(), "", "dk_", "dk_x_y", &secret[1..], &secret[..40]] {
        assert!(accounts.recognise(wrong).await.unwrap().is_none(), "{wrong}");
    }
    let soon = house_now(&house) + TimeDelta::seconds(10);
    let (_, short) = accounts.issue_token(&tenant(), new(Some(soon))).await.unwrap();
    assert!(accounts.recognise(&short).await.unwrap().is_some());
    assert!(other.accounts().recognise(&secret).await.unwrap().is_some());
    house.clock.advance(TimeDelta::seconds(11));
    assert!(accounts.recognise(&short).await.unwrap().is_none());

    give(&accounts, who, Role::Admin.into()).await;
    let caller = accounts.recognise(&secret).await.unwrap().unwrap();
    assert_eq!((caller.role, caller.permissions(Role::Admin.permissions())), (Role::Admin.into(), scopes));
    // Of a role of the tenant's own only the scopes are known here.
    let own = HeldRole::Own(RoleId(person().0));
    give(&accounts, who, own).await;
    let caller = accounts.recognise(&secret).await.unwrap().unwrap();
    assert_eq!((caller.role, caller.scopes), (own, scopes));
    assert_eq!(accounts.account(&tenant(), who).await.unwrap().unwrap().role, own);
    give(&accounts, who, Role::Admin.into()).await;
    assert_eq!(accounts.account(&tenant(), who).await.unwrap().unwrap().role, Role::Admin.into());
    // What it was looked at for is not what it is any more.
    assert!(matches!(accounts.issue_token(&tenant(), new(None)).await, Err(AccountError::Changed)));
    assert!(accounts.recognise(&secret).await.unwrap().is_some());
    assert!(accounts.revoke_token(&tenant(), token.id).await.unwrap());
    assert!(!accounts.revoke_token(&tenant(), token.id).await.unwrap());
    assert!(accounts.recognise(&secret).await.unwrap().is_none());
    // Another node, which still remembers the token, looks again within seconds.
    house.clock.advance(TimeDelta::seconds(6));
    assert!(other.accounts().recognise(&secret).await.unwrap().is_none());
    let listed = accounts.list_tokens(&tenant()).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed[0].revoked_at.is_some() && listed[0].label == "CI");
    vault.close().await;
    other.close().await;
}

/// The account follows a log in which somebody holds `role`.
async fn give(accounts: &Accounts, who: PersonId, role: HeldRole) {
    let says = LogSays { address: KnownAddress::Unreadable, role: Some(role), left: false, signed_out: 0 };
    let behind = accounts.behind(&tenant(), who, &says).await.unwrap().unwrap();
    accounts.follow(&tenant(), who, &says, &behind, None).await.unwrap();
}

fn house_now(house: &House) -> DateTime<chrono::Utc> {
    use docket_store::Clock as _;
    house.clock.now()
}

async fn a_session_ends_by_itself(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let who = agent(&vault, "ada@example.org", None, Role::Customer).await;
    let limits = SessionLimits { absolute: TimeDelta::hours(10), idle: TimeDelta::hours(1) };
    let then = epoch(&vault, who).await;
    let new = || {
        let (ip, user_agent) = (Some("192.0.2.7".into()), Some("Firefox".into()));
        let scopes = Role::Customer.permissions();
        NewSession { person: who, ip, user_agent, limits, scopes, epoch: then }
    };
    let (first, used) = accounts.begin_session(&tenant(), new()).await.unwrap();
    let (_, unused) = accounts.begin_session(&tenant(), new()).await.unwrap();
    let listed = accounts.list_sessions(&tenant(), who).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[1].ip.as_deref(), listed[1].user_agent.as_deref()), (Some("192.0.2.7"), Some("Firefox")));
    let caller = accounts.recognise(&used).await.unwrap().unwrap();
    assert_eq!(
        (caller.actor(), &caller.proof),
        (docket_domain::Actor::customer(who.0), &Proof::Session { id: first.id })
    );
    for _ in 0..12 {
        house.clock.advance(TimeDelta::minutes(45));
        assert!(accounts.recognise(&used).await.unwrap().is_some());
    }
    assert!(accounts.recognise(&unused).await.unwrap().is_none(), "idle for nine hours");
    house.clock.advance(TimeDelta::minutes(61));
    assert!(accounts.recognise(&used).await.unwrap().is_none(), "over ten hours old");

    let (one, one_secret) = accounts.begin_session(&tenant(), new()).await.unwrap();
    let (two, two_secret) = accounts.begin_session(&tenant(), new()).await.unwrap();
    assert!(accounts.end_session(&tenant(), who, one.id).await.unwrap());
    assert!(!accounts.end_session(&tenant(), who, one.id).await.unwrap());
    assert!(accounts.recognise(&one_secret).await.unwrap().is_none());
    let own = OwnSession { session: two.id, epoch: epoch(&vault, who).await };
    accounts.set_password(&tenant(), who, &strong("staple battery horse"), Some(own)).await.unwrap();
    assert!(accounts.recognise(&two_secret).await.unwrap().is_some(), "where the password was changed");
    // Whoever showed the password before that comes too late, and whose session ended changes nothing.
    let ended = OwnSession { session: one.id, epoch: epoch(&vault, who).await };
    for own in [own, ended] {
        let late = accounts.set_password(&tenant(), who, &strong("not staple battery"), Some(own)).await;
        assert!(matches!(late, Err(AccountError::Changed)));
    }
    assert!(accounts.recognise(&two_secret).await.unwrap().is_some());
    accounts.set_password(&tenant(), who, &strong("staple battery horse"), None).await.unwrap();
    assert!(accounts.recognise(&two_secret).await.unwrap().is_none());
    // Whoever looked at the password before it changed comes too late.
    assert!(matches!(accounts.begin_session(&tenant(), new()).await, Err(AccountError::Changed)));
    vault.close().await;
}

async fn a_code_is_good_once(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let who = agent(&vault, "ada@example.org", None, Role::Admin).await;
    let issue = async || {
        let then = epoch(&vault, who).await;
        accounts
            .issue_code(&tenant(), who, then, PermissionSet::all(), CodeKind::SignIn, TimeDelta::hours(1))
            .await
            .unwrap()
            .0
    };
    let code = issue().await;
    let found = accounts.find_code(&code).await.unwrap().unwrap();
    assert_eq!((&found.tenant, found.person, found.good), (&tenant(), who, true));
    let tries = (0..8).map(|_| accounts.redeem_code(&code, &found, Redemption::default()));
    let tries = futures::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|redeemed| redeemed.is_ok()).count(), 1);
    assert!(!accounts.find_code(&code).await.unwrap().unwrap().good, "it is known, and used");

    // One is good at a time, of each kind.
    let (first, second) = (issue().await, issue().await);
    let then = epoch(&vault, who).await;
    let link = accounts
        .issue_code(&tenant(), who, then, PermissionSet::all(), CodeKind::Link, TimeDelta::hours(1))
        .await
        .unwrap()
        .0;
    let good = async |code: &str| accounts.find_code(code).await.unwrap().is_some_and(|found| found.good);
    assert_eq!((good(&first).await, good(&second).await, good(&link).await), (false, true, true));
    let at_once = (0..8).map(|_| issue());
    let at_once = futures::future::join_all(at_once).await;
    let good_ones = futures::future::join_all(at_once.iter().map(|code| good(code))).await;
    assert_eq!(good_ones.into_iter().filter(|good| *good).count(), 1);

    // It ends with time, and with tries.
    let late = issue().await;
    house.clock.advance(TimeDelta::hours(1));
    assert!(accounts.find_code(&late).await.unwrap().is_none());
    assert!(accounts.find_code("nonsense").await.unwrap().is_none());
    let tried = issue().await;
    for _ in 0..20 {
        assert!(good(&tried).await);
        accounts.count_code_try(&tried).await.unwrap();
    }
    assert!(!good(&tried).await);
    vault.close().await;
}

/// Whatever an account's credentials stand on ends them when it changes, on every node, but for what has limits of its own.
async fn credentials_end_with_what_allowed_them(kind: Kind) {
    let house = House::new(kind).await;
    let (vault, other) = (house.open().await, house.open().await);
    let (accounts, elsewhere) = (vault.accounts(), other.accounts());
    let who = agent(&vault, "ada@example.org", None, Role::Agent).await;
    for (change, session_goes_on, token_goes_on) in [
        ("role", true, true),
        ("address", false, true),
        ("password", false, true),
        ("everywhere", false, true),
        ("disabled", false, false),
    ] {
        give(&accounts, who, Role::Agent.into()).await;
        let then = epoch(&vault, who).await;
        let scopes = Role::Agent.permissions();
        let token = NewApiToken { person: who, label: "CI".into(), scopes, expires_at: None, epoch: then };
        let (_, token) = accounts.issue_token(&tenant(), token).await.unwrap();
        let limits = SessionLimits::default();
        let session = NewSession { person: who, ip: None, user_agent: None, limits, scopes, epoch: then };
        let (_, session) = accounts.begin_session(&tenant(), session).await.unwrap();
        let lasts = TimeDelta::hours(1);
        let (code, _) =
            accounts.issue_code(&tenant(), who, then, PermissionSet::all(), CodeKind::SignIn, lasts).await.unwrap();
        let found = accounts.find_code(&code).await.unwrap().unwrap();
        assert!(found.good);
        for secret in [&token, &session] {
            assert!(elsewhere.recognise(secret).await.unwrap().is_some());
        }
        match change {
            "role" => give(&accounts, who, Role::Admin.into()).await,
            "address" => {
                assert!(!accounts.set_login(&tenant(), who, Some("ADA@example.org"), None).await.unwrap());
                assert!(accounts.recognise(&session).await.unwrap().is_some(), "it is the same address");
                assert!(accounts.set_login(&tenant(), who, Some("lovelace@example.org"), None).await.unwrap());
            }
            "password" => accounts.set_password(&tenant(), who, &strong("staple battery horse"), None).await.unwrap(),
            "everywhere" => accounts.sign_out_everywhere(&tenant(), who).await.unwrap(),
            _ => {
                accounts.set_disabled(&tenant(), who, true).await.unwrap();
                accounts.set_disabled(&tenant(), who, false).await.unwrap();
            }
        }
        house.clock.advance(TimeDelta::seconds(6));
        for accounts in [&accounts, &elsewhere] {
            let session = accounts.recognise(&session).await.unwrap();
            assert_eq!(session.is_some(), session_goes_on, "{change}");
            if let Some(session) = session {
                assert_eq!((session.role, session.scopes), (Role::Admin.into(), scopes), "it takes on nothing");
            }
            assert_eq!(accounts.recognise(&token).await.unwrap().is_some(), token_goes_on, "{change}");
            assert!(!accounts.find_code(&code).await.unwrap().unwrap().good, "{change}");
            let redeemed = accounts.redeem_code(&code, &found, Redemption::default()).await;
            assert!(matches!(redeemed, Err(AccountError::Changed)), "{change}");
            let stale = accounts.issue_code(&tenant(), who, then, PermissionSet::all(), CodeKind::SignIn, lasts).await;
            assert!(matches!(stale, Err(AccountError::Changed)), "{change}");
        }
    }
    vault.close().await;
    other.close().await;
}

async fn refused_sign_ins_are_told_of_now_and_then(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let (accounts, who) = (vault.accounts(), person());
    let refuse = async || accounts.count_refusal(&tenant(), who, TimeDelta::minutes(5)).await.unwrap();
    assert_eq!(refuse().await, Some(1));
    let at_once = futures::future::join_all((0..20).map(|_| refuse())).await;
    assert_eq!(at_once.into_iter().flatten().count(), 0);
    house.clock.advance(TimeDelta::minutes(5));
    assert_eq!((refuse().await, refuse().await), (Some(21), None));
    vault.close().await;
}

async fn erasing_a_person_takes_everything(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    let who = agent(&vault, "ada@example.org", Some("a secret of Ada's"), Role::Customer).await;
    accounts.claim_identity(&tenant(), IdentityKind::ExternalId, "4711", who).await.unwrap();
    let then = epoch(&vault, who).await;
    let scopes = PermissionSet::of(&[]);
    let new = NewApiToken { person: who, label: "x".into(), scopes, expires_at: None, epoch: then };
    let (_, token) = accounts.issue_token(&tenant(), new).await.unwrap();
    let limits = SessionLimits::default();
    let session = NewSession { person: who, ip: None, user_agent: None, limits, scopes, epoch: then };
    let (_, secret) = accounts.begin_session(&tenant(), session).await.unwrap();
    let lasts = TimeDelta::hours(1);
    let (code, _) =
        accounts.issue_code(&tenant(), who, then, PermissionSet::all(), CodeKind::SignIn, lasts).await.unwrap();
    assert!(accounts.recognise(&token).await.unwrap().is_some());
    assert!(accounts.recognise(&secret).await.unwrap().is_some());
    vault.destroy(&tenant(), who).await.unwrap();
    assert!(accounts.recognise(&token).await.unwrap().is_none());
    assert!(accounts.recognise(&secret).await.unwrap().is_none());
    assert!(accounts.find_code(&code).await.unwrap().is_none());
    assert!(accounts.account(&tenant(), who).await.unwrap().is_none());
    assert!(accounts.find_identity(&tenant(), IdentityKind::ExternalId, "4711").await.unwrap().is_none());
    let back = NewAccount { person: who, role: Role::Customer.into(), login: None, password: None };
    assert!(matches!(accounts.open_account(&tenant(), back).await, Err(AccountError::Key(KeyError::Erased))));
    vault.close().await;
}

async fn tenants_are_listed(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let accounts = vault.accounts();
    assert!(accounts.add_tenant(&tenant()).await.unwrap());
    assert!(!accounts.add_tenant(&tenant()).await.unwrap());
    accounts.add_tenant(&TenantId::new("a").unwrap()).await.unwrap();
    let names: Vec<_> = accounts.tenants().await.unwrap().into_iter().map(|(tenant, _)| tenant.to_string()).collect();
    assert_eq!(names, ["a", "acme"]);
    assert_eq!(vault.is_writable().await.unwrap(), docket_store::Writable::Yes);
    vault.close().await;
}

async fn tenants_do_not_see_each_other(kind: Kind) {
    let house = House::new(kind).await;
    let vault = house.open().await;
    let (accounts, other) = (vault.accounts(), TenantId::new("other").unwrap());
    let who = agent(&vault, "ada@example.org", Some("a secret of Ada's"), Role::Admin).await;
    accounts.claim_identity(&tenant(), IdentityKind::Email, "ada@example.org", who).await.unwrap();
    assert!(accounts.account(&other, who).await.unwrap().is_none());
    assert!(accounts.find_login(&other, "ada@example.org").await.unwrap().is_none());
    assert!(accounts.check_password(&other, "ada@example.org", "a secret of Ada's").await.unwrap().is_none());
    assert!(accounts.find_identity(&other, IdentityKind::Email, "ada@example.org").await.unwrap().is_none());
    assert!(vault.find(&other, &[who]).await.unwrap().is_empty());
    let same =
        NewAccount { person: who, role: Role::Agent.into(), login: Some("ada@example.org".into()), password: None };
    accounts.open_account(&other, same).await.unwrap();
    vault.close().await;
}
