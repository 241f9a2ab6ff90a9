//! Signed heads: what they prove, and what is found with them that a sound chain does not show.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use docket_domain::{Position, TenantId};
use docket_store::signing::{HeadSigner, PublicKey, SignedHead, SigningError, SigningKey, make_key_file};
use docket_store::{
    Anchor, Check, CheckResult, Clock as _, Damage, Expectations, Filter, Report, Signers, SystemClock, export_log,
    prove, prove_export, verify,
};

use super::forger::*;
use super::harness::*;
use super::verifying::run_python;

/// A key as `docket signer new` makes one.
fn new_key() -> (SigningKey, PublicKey) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.key");
    let public_key = make_key_file(&path).unwrap();
    (SigningKey::from_file(&path).unwrap(), public_key)
}

/// A desk whose head was signed three times: at positions 10, 11 and 12.
struct Signed {
    desk: SmallDesk,
    key: SigningKey,
    expected: Expectations,
}

impl Signed {
    async fn new(backend: &impl Tamper) -> Self {
        let mut desk = SmallDesk::new(backend).await;
        let (key, public_key) = new_key();
        let mut signer = signer(&desk, &key);
        for _ in 0..3 {
            signer.sign().await.unwrap().expect("the head has moved");
            desk.ticket().await;
        }
        assert_eq!(desk.store().heads_before(None, 1).await.unwrap()[0].position, Position(12));
        let signers = Signers { keys: vec![public_key], within: None };
        Self { desk, key, expected: Expectations { signers, ..Expectations::default() } }
    }

    async fn proven(&self) -> Report {
        prove(&self.desk.journal, &self.expected, |_| ()).await.unwrap()
    }

    /// What the signed heads show while the chain by itself is sound.
    async fn damage(&self) -> (u64, Damage) {
        verify(&**self.desk.store(), None, |_| ()).await.expect("what was verified before shows nothing");
        let report = self.proven().await;
        assert!(report.has_failed());
        failure(&report, Check::SignedHeads)
    }
}

fn signer(desk: &SmallDesk, key: &SigningKey) -> HeadSigner {
    HeadSigner::new(Arc::clone(desk.store()), Arc::new(SystemClock), key.clone(), Duration::from_secs(300))
}

fn of(report: &Report, check: Check) -> &CheckResult {
    report.of(check).unwrap_or_else(|| panic!("{check:?} was left out"))
}

fn failure(report: &Report, check: Check) -> (u64, Damage) {
    match of(report, check) {
        CheckResult::Failed { at, damage, .. } => (at.0, damage.clone()),
        other => panic!("{check:?}: {other:?} in {report:?}"),
    }
}

fn is_proved(report: &Report, check: Check) -> bool {
    matches!(of(report, check), CheckResult::Proved { .. })
}

pub(crate) async fn what_is_signed_to_its_end_is_proven_whole(backend: &impl Tamper) {
    let mut signed = Signed::new(backend).await;
    let report = signed.proven().await;
    assert!(is_proved(&report, Check::SignedHeads) && is_proved(&report, Check::Tenants), "{report:?}");
    let CheckResult::NotChecked { why } = of(&report, Check::SignedToTheEnd) else { panic!("{report:?}") };
    assert_eq!(why, "nothing was signed after position 12: what follows is not proven");

    let last = signer(&signed.desk, &signed.key).sign().await.unwrap().unwrap();
    assert_eq!(signer(&signed.desk, &signed.key).sign().await.unwrap(), None, "it has not moved");
    signed.expected.anchor = Some(Anchor { position: last.position, hash: last.hash });
    let report = signed.proven().await;
    for (check, result) in &report.checks {
        assert!(matches!(result, CheckResult::Proved { .. }), "{check:?}: {result:?}");
    }
    assert_eq!(report.last_signed, Some(last));
    let hour_on = SystemClock.now() + TimeDelta::hours(1);
    signed.expected.signers.within = Some((TimeDelta::hours(2), hour_on));
    assert!(is_proved(&signed.proven().await, Check::SignedToTheEnd));
    signed.expected.signers.within = Some((TimeDelta::minutes(30), hour_on));
    assert!(matches!(failure(&signed.proven().await, Check::SignedToTheEnd), (13, Damage::SignedLate { .. })));
}

pub(crate) async fn what_nobody_signed_is_said_and_a_failure_where_it_was_asked_for(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let report = prove(&desk.journal, &Expectations::default(), |_| ()).await.unwrap();
    for check in [Check::SignedHeads, Check::SignedToTheEnd, Check::Tenants] {
        assert!(matches!(of(&report, check), CheckResult::NotChecked { .. }), "{report:?}");
    }
    let (key, public_key) = new_key();
    let signers = Signers { keys: vec![public_key], within: None };
    let expected = Expectations { signers, ..Expectations::default() };
    let report = prove(&desk.journal, &expected, |_| ()).await.unwrap();
    assert_eq!(failure(&report, Check::SignedHeads), (10, Damage::NothingSigned));
    // Whoever signed is not known without the key: then nothing is proven by it.
    signer(&desk, &key).sign().await.unwrap().unwrap();
    let report = prove(&desk.journal, &Expectations::default(), |_| ()).await.unwrap();
    assert!(!report.has_failed());
    assert!(matches!(of(&report, Check::SignedHeads), CheckResult::NotChecked { .. }));
    assert!(matches!(of(&report, Check::Tenants), CheckResult::NotChecked { .. }));
    let report = prove(&desk.journal, &expected, |_| ()).await.unwrap();
    assert!(is_proved(&report, Check::SignedHeads) && is_proved(&report, Check::SignedToTheEnd));
}

pub(crate) async fn a_cut_tail_is_found(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    backend.tamper("DELETE FROM events WHERE position > 11".into()).await;
    assert_eq!(signed.damage().await, (12, Damage::HeadBeyond { end: Position(11) }));
    let refused = signer(&signed.desk, &signed.key).sign().await;
    assert!(matches!(refused, Err(SigningError::Cut { head: Position(11), signed: Position(12) })), "{refused:?}");
}

pub(crate) async fn a_rewritten_suffix_is_found(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    backend
        .tamper("UPDATE events SET occurred_at = recorded_at, irregular = NOT irregular WHERE position = 11".into())
        .await;
    rechain(backend).await;
    assert_eq!(signed.damage().await, (11, Damage::HeadDiffers));
    let refused = signer(&signed.desk, &signed.key).sign().await;
    assert!(matches!(refused, Err(SigningError::Rewritten(Position(12)))), "{refused:?}");
}

pub(crate) async fn a_removed_ticket_behind_which_all_was_renumbered_is_found(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    let gone = position_of(&**signed.desk.store(), &signed.desk.tickets[0]).await;
    backend.tamper(format!("DELETE FROM events WHERE position = {gone}")).await;
    rechain(backend).await;
    assert_eq!(signed.damage().await, (10, Damage::HeadDiffers));
}

pub(crate) async fn changed_forged_and_missing_heads_are_found(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    backend.tamper("CREATE TABLE kept AS SELECT * FROM heads".into()).await;
    let (_, another) = new_key();
    for (sql, expected) in [
        ("UPDATE heads SET hash = tenants WHERE position = 11", (11, Damage::HeadForged)),
        ("UPDATE heads SET position = 9 WHERE position = 10", (9, Damage::HeadForged)),
        ("DELETE FROM heads WHERE position = 11", (12, Damage::HeadsMissing)),
        ("DELETE FROM heads WHERE position = 10", (11, Damage::HeadsMissing)),
    ] {
        backend.tamper(sql.into()).await;
        assert_eq!(signed.damage().await, expected, "{sql}");
        backend.tamper("DELETE FROM heads; INSERT INTO heads SELECT * FROM kept".into()).await;
    }
    let mut wrong = signed.expected.clone();
    wrong.signers.keys = vec![another];
    let report = prove(&signed.desk.journal, &wrong, |_| ()).await.unwrap();
    assert!(matches!(failure(&report, Check::SignedHeads), (10, Damage::HeadOfAnother { .. })));
    // After a change of keys both count.
    wrong.signers.keys.extend(&signed.expected.signers.keys);
    assert!(is_proved(&prove(&signed.desk.journal, &wrong, |_| ()).await.unwrap(), Check::SignedHeads));
}

pub(crate) async fn a_head_that_cannot_be_read_is_a_check_that_failed(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    backend.tamper("CREATE TABLE kept AS SELECT * FROM heads".into()).await;
    for at in [10, 11, 12] {
        backend.tamper(format!("UPDATE heads SET signature = substr(signature, 2) WHERE position = {at}")).await;
        let (position, damage) = signed.damage().await;
        assert!(position == at && matches!(damage, Damage::HeadUnreadable(_)), "{at}: {damage:?} at {position}");
        let report = signed.proven().await;
        let CheckResult::Failed { more, .. } = of(&report, Check::SignedHeads) else { panic!("{report:?}") };
        assert_eq!(*more, 0, "the heads beside it hold: {report:?}");
        assert!(is_proved(&report, Check::Payloads), "the other checks go on: {report:?}");
        backend.tamper("DELETE FROM heads; INSERT INTO heads SELECT * FROM kept".into()).await;
    }
    backend
        .tamper("DELETE FROM heads WHERE position > 10; UPDATE heads SET signature = substr(signature, 2)".into())
        .await;
    assert!(matches!(signed.damage().await, (10, Damage::HeadUnreadable(_))), "the only one");
}

pub(crate) async fn signers_at_once_make_one_chain_and_lost_counts_are_made_again(backend: &impl Tamper) {
    let mut signed = Signed::new(backend).await;
    for _ in 0..4 {
        let (mut one, mut two) = (signer(&signed.desk, &signed.key), signer(&signed.desk, &signed.key));
        let (one, two) = tokio::join!(one.sign(), two.sign());
        let heads: Vec<SignedHead> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
        assert_eq!(heads.len(), 1, "one of them signed");
        backend.tamper("DELETE FROM tenant_heads WHERE tenant = 'other'".into()).await;
        signed.desk.ticket().await;
    }
    let report = signed.proven().await;
    assert!(is_proved(&report, Check::SignedHeads) && is_proved(&report, Check::Tenants), "{report:?}");
    assert_eq!(signed.desk.store().heads_after(Position::START, 100).await.unwrap().len(), 7);
    assert_eq!(signed.desk.store().heads_before(Some(Position(12)), 100).await.unwrap().len(), 2);
}

async fn exported(signed: &Signed, tenant: Option<TenantId>) -> Vec<String> {
    let mut out = Vec::new();
    let filter = Filter { tenant, ..Filter::default() };
    export_log(&**signed.desk.store(), Position::START, &filter, &mut out, |_| ()).await.unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

/// An export in which an event of its tenant is shown as if it were somebody else's, by its leaf.
async fn one_hidden(signed: &Signed, lines: &[String]) -> Vec<String> {
    let ticket = &signed.desk.tickets[1];
    let event = whole_stream(&**signed.desk.store(), ticket).await.remove(0);
    let leaf = hex::encode(docket_store::chain::Leaf::of(&event).hash(&mut Vec::new()));
    let at = event.meta.position;
    let start = format!("{{\"position\":{at},");
    let hide = |line: &String| match line.starts_with(&start) {
        true => format!("{start}\"leaf\":\"{leaf}\"}}"),
        false => line.clone(),
    };
    lines.iter().map(hide).collect()
}

fn check(lines: &[String], expected: &Expectations) -> Report {
    prove_export((lines.join("\n") + "\n").as_bytes(), expected, |_| ()).unwrap()
}

pub(crate) async fn an_export_shows_that_nothing_of_its_tenant_was_left_out(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    let of_acme = Expectations { tenant: Some(acme()), ..signed.expected.clone() };
    let lines = exported(&signed, Some(acme())).await;
    assert_eq!(lines.iter().filter(|line| line.starts_with("{\"head\"")).count(), 3);
    let report = check(&lines, &of_acme);
    assert!(is_proved(&report, Check::SignedHeads), "{report:?}");
    assert_eq!(of(&report, Check::Tenants).describe(), "all 8 events of acme up to position 12 are here");
    assert!(matches!(of(&report, Check::Keys), CheckResult::NotChecked { .. }));

    // Somebody who makes the export shows one event of acme as somebody else's: the chain holds.
    let mut hidden = one_hidden(&signed, &lines).await;
    assert!(docket_store::verify_export((hidden.join("\n") + "\n").as_bytes(), None, |_| ()).is_ok());
    let damage = Damage::TenantLeftOut { tenant: acme(), signed: 8, here: 7 };
    assert_eq!(failure(&check(&hidden, &of_acme), Check::Tenants), (12, damage));

    // With a proof that says what is there, the root is another.
    let proof = lines.iter().position(|line| line.starts_with("{\"tenant_head\"")).unwrap();
    hidden[proof] = lines[proof].replacen("\"events\":8", "\"events\":7", 1);
    assert_ne!(hidden[proof], lines[proof]);
    let damage = Damage::TenantProof { tenant: acme() };
    assert_eq!(failure(&check(&hidden, &of_acme), Check::Tenants), (12, damage));

    // Without one it was not looked at, which is a failure if it was asked for.
    let mut without = lines.clone();
    without.remove(proof);
    assert!(matches!(of(&check(&without, &signed.expected), Check::Tenants), CheckResult::NotChecked { .. }));
    assert!(matches!(failure(&check(&without, &of_acme), Check::Tenants), (_, Damage::TenantNotCompared { .. })));
    let of_other = Expectations { tenant: Some(other()), ..signed.expected.clone() };
    assert!(matches!(failure(&check(&lines, &of_other), Check::Tenants), (_, Damage::TenantNotCompared { .. })));
}

pub(crate) async fn swapped_leaves_and_removed_heads_of_an_export_are_found(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    let lines = exported(&signed, Some(acme())).await;
    let leaves: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("\"leaf\"")).collect();
    let leaf_of = |line: &str| line.split("\"leaf\":").nth(1).unwrap().to_owned();
    let (one, two) = (leaves[0], leaves[1]);
    let mut swapped = lines.clone();
    swapped[one] = lines[one].replace(&leaf_of(&lines[one]), &leaf_of(&lines[two]));
    swapped[two] = lines[two].replace(&leaf_of(&lines[two]), &leaf_of(&lines[one]));
    assert!(matches!(failure(&check(&swapped, &signed.expected), Check::Chain), (_, Damage::Chain)));

    let heads: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("{\"head\"")).collect();
    let mut fewer = lines.clone();
    fewer.remove(heads[1]);
    assert_eq!(failure(&check(&fewer, &signed.expected), Check::SignedHeads), (12, Damage::HeadsMissing));
    let mut none = lines.clone();
    none.retain(|line| !line.starts_with("{\"head\""));
    assert!(matches!(failure(&check(&none, &signed.expected), Check::SignedHeads), (_, Damage::NothingSigned)));

    let everyone = exported(&signed, None).await;
    let report = check(&everyone, &signed.expected);
    assert_eq!(of(&report, Check::Tenants).describe(), "all events of all 2 organisations up to position 12 are here");
}

pub(crate) async fn a_program_elsewhere_signs(backend: &impl Tamper) {
    let desk = SmallDesk::new(backend).await;
    let folder = tempfile::tempdir().unwrap();
    let (pem, public_key) = (folder.path().join("key.pem"), folder.path().join("public.der"));
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", "key.pem"]);
    openssl(&["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"]);
    let der = std::fs::read(public_key).unwrap();
    let public_key = PublicKey(der[der.len() - 32..].try_into().unwrap());
    let script = "cd \"$1\" && tr -d '\\n' | xxd -r -p > statement && \
                  openssl pkeyutl -sign -rawin -inkey key.pem -in statement | xxd -p | tr -d '\\n'";
    let command = ["sh", "-c", script, "sign", folder.path().to_str().unwrap()].map(str::to_owned).to_vec();
    let key = SigningKey::Elsewhere { command, public_key };
    let head = signer(&desk, &key).sign().await.unwrap().unwrap();
    assert!(head.is_genuine() && head.public_key == public_key);
    // The same key in a file of ours signs the same bytes.
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&pem, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(SigningKey::from_file(&pem).unwrap().public_key(), public_key);
}

pub(crate) async fn python_checks_signatures_and_proofs_by_the_documentation(backend: &impl Tamper) {
    let signed = Signed::new(backend).await;
    let key = signed.key.public_key().to_string();
    let run = |lines: &[String]| run_python(lines, std::slice::from_ref(&key));
    let lines = exported(&signed, Some(acme())).await;
    let (passed, said) = run(&lines);
    assert!(passed && said.contains("signed up to 12"), "{said}");
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    let refuses = |why: &str, lines: &[String]| {
        let (passed, said) = run(lines);
        assert!(!passed && said.contains(why), "{why}: {said}");
    };
    let with = |at: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        lines[at] = lines[at].replacen(from, to, 1);
        lines
    };
    let (head, proof) = (at("{\"head\""), at("{\"tenant_head\""));
    let mut without = lines.clone();
    without.remove(head);
    refuses("heads missing", &without);
    refuses("signature at 10", &with(head, "\"signed_at\":\"2", "\"signed_at\":\"3"));
    refuses("proof", &with(proof, "\"events\":8", "\"events\":9"));
    refuses("were left out", &one_hidden(&signed, &lines).await);
    let (passed, said) = run_python(&lines, &["00".repeat(32)]);
    assert!(!passed && said.contains("signature at 10"), "{said}");
}
