//! Mail addresses, and ids in other systems: one form each in which they are compared, whoever wrote them and how.
//!
//! What lies in the log stays as it was written. The form is for comparing, and what is new is written so that it has no second one.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::text::{is_space, is_unseen};

/// The longest mail address, in bytes (RFC 5321).
const MOST_BYTES: usize = 254;

/// What is no mail address, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// Longer than any.
    #[error("must have at most 254 bytes")]
    TooLong,
    /// It begins with `mailto:`.
    #[error("must be a mail address without mailto:")]
    Link,
    /// Nobody would see the difference to another one.
    #[error("must not have blanks, control characters or others that cannot be seen")]
    Unseen,
    /// There is not something before and after one `@`.
    #[error("must be a mail address")]
    Form,
    /// What stands after the `@` is no name of a host.
    #[error("must be a mail address whose part after the @ is the name of a host")]
    Host,
}

/// A mail address as somebody writes it, in composed characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(String);

impl MailAddress {
    /// Takes an address, if it is one and has no second spelling that looks the same.
    ///
    /// # Errors
    /// [`NoAddress`].
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let text = composed(text.trim());
        if text.len() > MOST_BYTES {
            return Err(NoAddress::TooLong);
        }
        if without_scheme(&text).len() < text.len() {
            return Err(NoAddress::Link);
        }
        if text.chars().any(is_unseen) {
            return Err(NoAddress::Unseen);
        }
        let Some((local, host)) = text.split_once('@') else { return Err(NoAddress::Form) };
        if local.is_empty() || host.is_empty() || host.contains('@') || text.contains(['<', '>']) {
            return Err(NoAddress::Form);
        }
        if host.split('.').any(str::is_empty) || idna::domain_to_ascii(host).is_err() {
            return Err(NoAddress::Host);
        }
        Ok(Self(text))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one form in which mail addresses are compared: case does not count, nor how a character is composed, nor whether a host's
/// name stands there as people or as machines write it. Takes whatever was once kept as an address.
pub fn normal_email(address: &str) -> String {
    let seen: String = without_scheme(address.trim()).chars().filter(|c| !is_unseen(*c)).collect();
    let lower = |text: &str| composed(&text.to_lowercase());
    match seen.rsplit_once('@') {
        Some((local, host)) => {
            let host = host.trim_end_matches('.');
            format!("{}@{}", lower(local), idna::domain_to_ascii(host).unwrap_or_else(|_| lower(host)))
        }
        None => lower(&seen),
    }
}

/// What is no id of another system: nobody would see the difference to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have single spaces at most within it, and no control characters or others that cannot be seen")]
pub struct NoExternalId;

/// An id in another system as somebody writes it, in the one form in which ids are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// Takes an id, if it has no second spelling that looks the same. Blanks around it are left out.
    ///
    /// # Errors
    /// [`NoExternalId`].
    pub fn parse(text: &str) -> Result<Self, NoExternalId> {
        let id = composed(text.trim());
        if id.is_empty() || id != normal_external_id(&id) { Err(NoExternalId) } else { Ok(Self(id)) }
    }

    /// As it is kept and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one form in which ids of other systems are compared: in composed characters, without what cannot be seen, each run of
/// blanks of whatever kind one space, none around it. Case counts. Takes whatever was once kept as an id.
pub fn normal_external_id(id: &str) -> String {
    let mut seen = String::with_capacity(id.len());
    for c in id.chars() {
        if is_space(c) {
            if !seen.is_empty() && !seen.ends_with(' ') {
                seen.push(' ');
            }
        } else if !is_unseen(c) {
            seen.push(c);
        }
    }
    seen.truncate(seen.trim_end().len());
    composed(&seen)
}

fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

fn without_scheme(text: &str) -> &str {
    const SCHEME: &str = "mailto:";
    match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => &text[SCHEME.len()..],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_one_however_it_is_spelled() {
        for (one, other) in [
            ("Ada@Example.org", " ada@example.ORG "),
            ("jos\u{e9}@x.example", "jose\u{301}@x.example"),
            ("v@m\u{fc}ller.example", "v@xn--mller-kva.example"),
            ("v@MU\u{308}LLER.example", "V@XN--MLLER-KVA.example"),
            ("v@x.example", "v\u{200b}@x.example"),
            ("v@x.example", "v\u{ad}@x.example."),
            ("v@x.example", "MailTo:v@x.example"),
        ] {
            assert_eq!(normal_email(one), normal_email(other), "{one:?}");
        }
        assert_ne!(normal_email("v@x.example"), normal_email("v@y.example"));
        assert_ne!(normal_email("v+a@x.example"), normal_email("v@x.example"));
        assert_eq!(normal_email("no address"), "noaddress");
    }

    #[test]
    fn one_id_is_one_however_it_is_spelled() {
        for (one, other) in [
            ("jos\u{e9}", " jose\u{301} "),
            ("crm-17", "crm\u{200b}-17\u{202e}"),
            ("crm 17", "\u{a0}crm\u{3000}\t17\u{feff}"),
            ("crm 17", "crm  \u{2060} 17"),
        ] {
            assert_eq!(normal_external_id(other), one, "{other:?}");
            assert_eq!(normal_external_id(one), one);
        }
        assert_ne!(normal_external_id("CRM-17"), normal_external_id("crm-17"));
        assert_eq!(normal_external_id("\u{200b} \u{7}"), "");
    }

    #[test]
    fn an_id_with_a_second_spelling_is_none() {
        for text in [
            "",
            " ",
            "crm\u{200b}17",
            "crm\u{202e}17",
            "crm\u{a0}17",
            "crm  17",
            "crm\t17",
            "crm\u{7}17",
            "\u{feff}crm",
            "crm\u{2800}17",
            "crm\u{fe0f}",
        ] {
            assert_eq!(ExternalId::parse(text), Err(NoExternalId), "{text:?}");
        }
        for text in ["17", "crm 17", "urn:shop:17/a?b=c#d", "Kunde Nr. 17", "顧客-17", "jos\u{e9}"] {
            assert_eq!(ExternalId::parse(text).expect("an id").as_str(), text);
        }
        assert_eq!(ExternalId::parse("\u{a0} jose\u{301}\n").expect("an id").as_str(), "jos\u{e9}");
    }

    /// Composing makes nothing unseen or blank of what was neither, so that the form of a form is the form.
    #[test]
    fn composing_hides_nothing() {
        for c in ('\0'..=char::MAX).filter(|c| !is_unseen(*c)) {
            assert!(composed(&c.to_string()).chars().all(|c| !is_unseen(c)), "{c:?}");
        }
    }

    #[test]
    fn the_usual_address_has_the_form_it_always_had() {
        for address in ["Ada.Lovelace+x@Example.co.uk", "a_b-c@sub.example.org", "1@[127.0.0.1]"] {
            assert_eq!(normal_email(address), address.to_lowercase());
        }
    }

    #[test]
    fn what_has_a_second_spelling_is_none() {
        for (text, why) in [
            ("mailto:v@x.example", NoAddress::Link),
            ("v\u{200b}@x.example", NoAddress::Unseen),
            ("v\u{202e}@x.example", NoAddress::Unseen),
            ("a b@x.example", NoAddress::Unseen),
            ("v@x..example", NoAddress::Host),
            ("v@.example", NoAddress::Host),
            ("v@x.example.", NoAddress::Host),
            ("v@xn--\u{fc}.example", NoAddress::Host),
            ("<v@x.example>", NoAddress::Form),
            ("v", NoAddress::Form),
            ("@x.example", NoAddress::Form),
            ("v@", NoAddress::Form),
            ("v@x@y", NoAddress::Form),
        ] {
            assert_eq!(MailAddress::parse(text), Err(why), "{text:?}");
        }
        assert_eq!(MailAddress::parse(&format!("{}@x.example", "a".repeat(250))), Err(NoAddress::TooLong));
        for text in ["v@x.example", "v@localhost", "jos\u{e9}@m\u{fc}ller.example", "o'neil@x.example"] {
            assert_eq!(MailAddress::parse(text).expect("an address").as_str(), text);
        }
    }
}
