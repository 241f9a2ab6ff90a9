//! Names, permissions and personal text.

use docket_domain::ticket::{Priority, TicketNumber, TicketStatus};
use docket_domain::{
    Category, Permission, PermissionSet, PersonalText, Rejection, Role, StreamId, TenantId, Violations,
};
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn a_streams_name_reads_back(tenant in "[a-z0-9][a-z0-9-]{0,62}", category in 0..Category::ALL.len(), id in any::<u128>()) {
        let tenant = TenantId::new(&tenant).expect("a tenant");
        let stream = StreamId::new(tenant, Category::ALL[category], Uuid::from_u128(id));
        prop_assert_eq!(stream.to_string().parse(), Ok(stream));
    }

    #[test]
    fn no_text_makes_a_stream_panic(text in "\\PC{0,80}") {
        let _ = text.parse::<StreamId>();
        let _ = TenantId::new(&text);
        let _ = TicketNumber::try_from(text);
    }
}

#[test]
fn a_tenant_is_a_plain_token() {
    for name in ["", "-a", "A", "a.b", "a/b", "a b", "a>", "*", "ä", &"a".repeat(64)] {
        assert!(TenantId::new(name).is_err(), "{name:?}");
        assert!(serde_json::from_value::<TenantId>(name.into()).is_err(), "{name:?}");
    }
}

#[test]
fn ticket_numbers_have_six_digits_or_more() {
    assert_eq!(TicketNumber(7).to_string(), "TKT-000007");
    assert_eq!(TicketNumber::try_from("TKT-1234567".to_owned()), Ok(TicketNumber(1_234_567)));
    for text in ["", "7", "TKT-", "TKT--1", "tkt-000007", "TKT-99999999999999999999"] {
        assert!(TicketNumber::try_from(text.to_owned()).is_err(), "{text:?}");
    }
}

#[test]
fn other_desks_names_are_understood() {
    assert_eq!("pending".parse(), Ok(TicketStatus::OnHold));
    assert_eq!(serde_json::from_str::<Priority>("\"normal\"").expect("a priority"), Priority::Medium);
    assert_eq!(serde_json::to_string(&TicketStatus::OnHold).expect("JSON"), "\"on_hold\"");
    assert!("done".parse::<TicketStatus>().is_err());
}

#[test]
fn a_token_never_does_more_than_its_owner() {
    let scopes = PermissionSet::of(&[Permission::ViewTickets, Permission::EraseData]);
    let agent = Role::Agent.permissions();
    assert_eq!(scopes.intersect(agent).iter().collect::<Vec<_>>(), [Permission::ViewTickets]);
    assert!(Permission::ALL.iter().all(|permission| Role::Admin.permissions().has(*permission)));
}

#[test]
fn each_role_does_its_own() {
    use Permission::*;
    let customer: Vec<_> = Role::Customer.permissions().iter().collect();
    assert_eq!(customer, [ViewTickets, CreateTickets, ViewChat, SendMessages]);
    let reads_only = [ViewTickets, ViewChat, ViewChatHistory, ViewReports, ViewAudit];
    assert_eq!(Role::Auditor.permissions().iter().collect::<Vec<_>>(), reads_only);
    for only_admin in [ManageSettings, EraseData] {
        let may: Vec<_> = Role::ALL.into_iter().filter(|role| role.permissions().has(only_admin)).collect();
        assert_eq!(may, [Role::Admin]);
    }
}

#[test]
fn personal_text_does_not_leak_into_debug_output() {
    assert_eq!(format!("{:?}", PersonalText::from("Ada")), "Known(3 bytes)");
    assert_eq!(format!("{:?}", PersonalText::Sealed("c2VjcmV0".to_owned())), "Sealed");
}

#[test]
fn personal_text_has_three_shapes_and_no_other() {
    let read = |json: &str| serde_json::from_str::<PersonalText>(json);
    assert_eq!(read("\"Ada\"").expect("text"), PersonalText::from("Ada"));
    assert_eq!(read("null").expect("nothing"), PersonalText::Erased);
    assert_eq!(read("{\"$sealed\":\"eA==\"}").expect("sealed"), PersonalText::Sealed("eA==".to_owned()));
    for other in ["7", "[]", "{}", "{\"sealed\":\"x\"}", "{\"$sealed\":\"x\",\"more\":1}", "true"] {
        assert!(read(other).is_err(), "{other}");
    }
}

#[test]
fn what_nobody_can_see_is_no_name() {
    for blank in ["", " \t", "\u{200b}", "\u{feff} \u{2060}", "\u{3164}\u{ad}"] {
        let mut violations = Violations::default();
        violations.line("name", blank, 1, 100);
        violations.body("body", blank, 100);
        assert_eq!(violations.optional_line("title", Some(blank), 100), None);
        let Err(Rejection::Invalid(found)) = violations.into_result() else { panic!("{blank:?} is taken") };
        assert!(found.iter().all(|violation| violation.code == "required") && found.len() == 2, "{found:?}");
    }
    // What shapes other characters belongs to them: these are a family and a Persian word.
    for seen in ["👨\u{200d}👩\u{200d}👧", "می\u{200c}خواهم"] {
        let mut violations = Violations::default();
        assert_eq!(violations.line("name", seen, 1, 100), seen);
        assert!(violations.into_result().is_ok());
    }
}
