//! Ids of other systems: one form each, whatever somebody types.

use docket_domain::customer::{Customer, CustomerCommand, CustomerEvent, CustomerKind, Identity};
use docket_domain::text::is_blank;
use docket_domain::{Aggregate as _, DecideContext, ExternalId, Limits, Rejection, normal_external_id};
use proptest::prelude::*;

use crate::scenario::{agent, at};

/// Letters, marks that compose, spaces of all widths, and what nobody sees.
const CHARS: &[char] = &[
    'a',
    'B',
    '7',
    '-',
    '/',
    'é',
    'ß',
    '顧',
    '👍',
    '\u{301}',
    '\u{308}',
    ' ',
    ' ',
    '\u{a0}',
    '\u{2003}',
    '\u{3000}',
    '\u{2800}',
    '\t',
    '\n',
    '\0',
    '\u{7}',
    '\u{85}',
    '\u{200b}',
    '\u{200d}',
    '\u{ad}',
    '\u{202e}',
    '\u{2066}',
    '\u{feff}',
    '\u{fe0f}',
    '\u{e0001}',
    '\u{115f}',
    '\u{1100}',
    '\u{1161}',
];
const UNSEEN: &[char] = &['\u{200b}', '\u{200d}', '\u{ad}', '\u{202e}', '\u{feff}', '\u{fe0f}', '\0', '\u{7}'];

fn text() -> impl Strategy<Value = String> {
    let chosen = prop::collection::vec(prop::sample::select(CHARS), 0..12).prop_map(String::from_iter);
    prop_oneof![chosen, any::<String>().prop_map(|text| text.chars().take(40).collect())]
}

fn register(external_id: &str) -> Result<Option<String>, Rejection> {
    let (kind, external_id) = (CustomerKind::Customer, Some(external_id.to_owned()));
    let command = CustomerCommand::Register { kind, name: None, email: None, phone: None, external_id };
    let context = DecideContext { now: at("2026-01-01T00:00:00Z"), actor: agent(1), limits: &Limits::default() };
    let events = Customer::default().decide(&command, &context)?;
    let [CustomerEvent::CustomerRegistered(registered)] = &events[..] else { panic!("{events:?}") };
    Ok(registered.external_id.as_ref().map(|id| id.to_known().expect("it is known")))
}

proptest! {
    #[test]
    fn the_form_of_a_form_is_the_form_and_a_good_id(text in text()) {
        let normal = normal_external_id(&text);
        prop_assert_eq!(&normal_external_id(&normal), &normal);
        prop_assert!(normal.is_empty() || ExternalId::parse(&normal).is_ok_and(|id| id.as_str() == normal), "{normal:?}");
        prop_assert!(!normal.is_empty() || is_blank(&text), "nothing is left of what somebody sees: {text:?}");
    }

    #[test]
    fn what_is_taken_is_kept_in_its_one_form(text in text()) {
        match ExternalId::parse(&text) {
            Ok(id) => {
                prop_assert_eq!(id.as_str(), normal_external_id(&text));
                prop_assert_eq!(ExternalId::parse(id.as_str()), Ok(id));
            }
            Err(_) => prop_assert!(text.is_empty() || normal_external_id(&text) != text, "{text:?} has no other form"),
        }
    }

    #[test]
    fn nothing_unseen_makes_another_id(text in text(), place in any::<prop::sample::Index>(), unseen in prop::sample::select(UNSEEN)) {
        let mut chars: Vec<char> = text.chars().collect();
        chars.insert(place.index(chars.len() + 1), unseen);
        let other: String = chars.into_iter().collect();
        prop_assert_eq!(Identity::external_id(&other), Identity::external_id(&text));
    }

    #[test]
    fn a_customer_is_registered_with_an_id_or_refused_by_its_field(text in text()) {
        match (ExternalId::parse(&text), register(&text)) {
            (Ok(id), Ok(kept)) => prop_assert_eq!(kept.as_deref(), Some(id.as_str())),
            (Err(_), Ok(kept)) => prop_assert!(kept.is_none() && is_blank(&text), "{text:?} was kept as {kept:?}"),
            (Err(_), Err(Rejection::Invalid(errors))) => {
                prop_assert!(errors.iter().all(|error| error.field == "external_id" && error.code == "invalid"), "{errors:?}");
            }
            (id, outcome) => prop_assert!(false, "{text:?}: {id:?}, {outcome:?}"),
        }
    }
}
