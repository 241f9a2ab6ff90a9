//! The chat widget a tenant puts on its sites: how it looks, where it may stand, and what it asks before a chat.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::named;
use crate::{DecideContext, DepartmentId, Violations};

/// The most origins, and the most departments offered.
const MOST_ENTRIES: usize = 50;
/// Characters of an origin: a host name has at most 253.
const ORIGIN_CHARS: usize = 280;

named! {
    /// On which side of the page the widget stands; `start` is left where text runs to the right.
    WidgetPosition {
        /// Where lines begin.
        Start = "start",
        /// Where lines end.
        End = "end",
    }
}

named! {
    /// The language the widget speaks.
    WidgetLanguage {
        /// The visitor's.
        Auto = "auto",
        /// English.
        English = "en",
        /// German.
        German = "de",
        /// Spanish.
        Spanish = "es",
        /// Indonesian.
        Indonesian = "id",
        /// Arabic.
        Arabic = "ar",
    }
}

named! {
    /// Whether something is asked before a chat.
    FormField {
        /// It is not asked.
        Off = "off",
        /// It may be left empty.
        Optional = "optional",
        /// Without it no chat begins.
        Required = "required",
    }
}

/// What a tenant decides about its widget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WidgetSettings {
    /// Whether it is there at all.
    pub enabled: bool,
    /// Origins of the pages it may stand on, as browsers write them. None: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// What stands above the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The first words a visitor reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// The colour of buttons and links, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// On which side it stands.
    pub position: WidgetPosition,
    /// What it speaks.
    pub language: WidgetLanguage,
    /// Whether visitors are asked their name.
    pub name_field: FormField,
    /// Whether visitors are asked their mail address.
    pub email_field: FormField,
    /// Departments visitors choose from, in order. None: they are not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub department_ids: Vec<DepartmentId>,
    /// What visitors read while nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_text: Option<String>,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            allowed_origins: Vec::new(),
            title: None,
            greeting: None,
            accent_color: None,
            position: WidgetPosition::End,
            language: WidgetLanguage::Auto,
            name_field: FormField::Optional,
            email_field: FormField::Optional,
            department_ids: Vec::new(),
            offline_text: None,
        }
    }
}

/// A tenant's widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// The public id that pages name. It says which tenant is meant and proves nothing.
    pub key: String,
    /// How it is set.
    pub settings: WidgetSettings,
}

impl WidgetSettings {
    /// Whether pages of `origin` may have the widget.
    pub fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.is_empty() || self.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// The settings as they will be kept, or what is wrong with them.
    pub(super) fn checked(&self, context: &DecideContext<'_>, violations: &mut Violations) -> Self {
        let limits = context.limits;
        violations.count("allowed_origins", self.allowed_origins.len(), MOST_ENTRIES);
        violations.count("department_ids", self.department_ids.len(), MOST_ENTRIES);
        let mut allowed_origins: Vec<String> = Vec::new();
        for (index, text) in self.allowed_origins.iter().take(MOST_ENTRIES).enumerate() {
            match origin(text) {
                Some(origin) if !allowed_origins.contains(&origin) => allowed_origins.push(origin),
                Some(_) => {}
                None => violations.add(
                    &format!("allowed_origins.{index}"),
                    "invalid",
                    "an origin is http:// or https://, a host name in ASCII and perhaps a port, as in https://shop.example.com",
                ),
            }
        }
        let accent_color = self.accent_color.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if accent_color.is_some_and(|text| !is_color(text)) {
            violations.add("accent_color", "invalid", "accent_color must be written #rrggbb");
        }
        let mut department_ids: Vec<DepartmentId> = Vec::new();
        for id in self.department_ids.iter().take(MOST_ENTRIES) {
            if !department_ids.contains(id) {
                department_ids.push(*id);
            }
        }
        Self {
            allowed_origins,
            title: violations.optional_line("title", self.title.as_deref(), limits.name_chars),
            greeting: violations.remark("greeting", self.greeting.as_deref(), limits.remark_chars),
            accent_color: accent_color.map(str::to_ascii_lowercase),
            department_ids,
            offline_text: violations.remark("offline_text", self.offline_text.as_deref(), limits.remark_chars),
            ..self.clone()
        }
    }
}

/// An origin as browsers write it: lower case, without the scheme's own port. `None` if it is none.
fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let own_port = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let (host, port) = match rest.rsplit_once(':') {
        // The colons of an IPv6 address are inside its brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    if port.is_some_and(|port| port.starts_with('0') || port.parse::<u16>().is_err()) {
        return None;
    }
    let inside = |text: &str, also: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c));
    let fits = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.starts_with('.') && !host.contains("..") && inside(host, "-._"),
    };
    if !fits || text.len() > ORIGIN_CHARS {
        return None;
    }
    Some(match port.filter(|port| *port != own_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_do() {
        for (given, kept) in [
            ("https://Shop.example.com/", Some("https://shop.example.com")),
            ("https://shop.example.com:443", Some("https://shop.example.com")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://shop.example.com/path", None),
            ("https://user@shop.example.com", None),
            ("https://*.example.com", None),
            ("https://bücher.example", None),
            ("ftp://shop.example.com", None),
            ("https://shop.example.com:99999", None),
            ("https://", None),
            ("null", None),
        ] {
            assert_eq!(origin(given).as_deref(), kept, "{given}");
        }
    }
}
