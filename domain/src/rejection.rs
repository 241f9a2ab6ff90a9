//! Why a command is refused.

use crate::text::is_blank;
use crate::{ExternalId, MailAddress, NoAddress};

/// One field that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldViolation {
    /// The field's name as in the request, dotted where nested.
    pub field: String,
    /// A stable code: `required`, `too_long`, `too_short`, `out_of_range`, `unknown`, `invalid`, `too_many`.
    pub code: &'static str,
    /// What is wrong, in words, naming the limit.
    pub message: String,
}

/// A command that was refused. Nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The aggregate has no events yet.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The aggregate exists already.
    #[error("this {0} exists already")]
    AlreadyExists(&'static str),
    /// Fields that are not as they must be.
    #[error("invalid: {}", .0.iter().map(|v| v.message.as_str()).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldViolation>),
    /// A status that cannot follow the current one.
    #[error("{resource} cannot go from {from} to {to}")]
    InvalidTransition {
        /// The kind of aggregate.
        resource: &'static str,
        /// The current status.
        from: &'static str,
        /// The status asked for, or the verb that implies it.
        to: &'static str,
        /// The statuses that could follow.
        allowed: Vec<&'static str>,
    },
    /// A rule forbids it now. `code` is stable, e.g. `ticket_closed`, `at_capacity`.
    #[error("{message}")]
    Refused {
        /// A stable code.
        code: &'static str,
        /// The reason, in words a person can act on.
        message: String,
    },
    /// Somebody else is known by what this says.
    #[error("{field}: somebody else is known by this")]
    Taken {
        /// The field that says it.
        field: &'static str,
        /// Who is.
        by: uuid::Uuid,
    },
    /// They have as many chats that are not over as they may have.
    #[error("at most {most} chat(s) at once; go on in the one that is not over")]
    ChatOpen {
        /// One of those.
        chat: crate::ChatId,
        /// How many they may have.
        most: u32,
    },
    /// The actor is not a party to this, or of a kind that may not do it.
    #[error("{0}")]
    Forbidden(&'static str),
}

impl Rejection {
    /// A refusal by a rule.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }
}

/// Collects violations so that every invalid field is named at once.
#[derive(Debug, Default)]
pub struct Violations(Vec<FieldViolation>);

impl Violations {
    /// Notes one.
    pub fn add(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldViolation { field: field.to_owned(), code, message: message.into() });
    }

    /// Checks the length of a text in characters: trimmed text must have `min..=max`.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let length = if is_blank(text) { 0 } else { text.trim().chars().count() };
        if length < min {
            let code = if length == 0 { "required" } else { "too_short" };
            self.add(field, code, format!("{field} needs at least {min} character(s)"));
        } else if length > max {
            self.add(field, "too_long", format!("{field} may have at most {max} characters, this has {length}"));
        }
    }

    /// Checks the size of a text in bytes: it must have `1..=max` and not be blank.
    pub fn size(&mut self, field: &str, text: &str, max: usize) {
        if is_blank(text) {
            self.add(field, "required", format!("{field} must not be empty"));
        } else if text.len() > max {
            self.add(field, "too_long", format!("{field} may have at most {max} bytes, this has {}", text.len()));
        }
    }

    /// Checks a text of one line, `min..=max` characters without control characters, and gives it trimmed.
    pub fn line(&mut self, field: &str, text: &str, min: usize, max: usize) -> String {
        self.length(field, text, min, max);
        let line = text.trim();
        if line.chars().any(char::is_control) {
            self.add(field, "invalid", format!("{field} must be one line without control characters"));
        }
        line.to_owned()
    }

    /// As [`line`](Self::line) for a field that may be absent; a blank text counts as absent.
    pub fn optional_line(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        text.filter(|text| !is_blank(text)).map(|text| self.line(field, text, 1, max))
    }

    /// Checks a text of several lines, at most `max` bytes and not blank, and gives it as it is.
    pub fn body(&mut self, field: &str, text: &str, max: usize) -> String {
        self.size(field, text, max);
        self.no_nul(field, text);
        text.to_owned()
    }

    /// Checks a remark of several lines that may be absent, at most `max` characters; blank counts as absent.
    pub fn remark(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|text| !is_blank(text))?;
        self.length(field, text, 1, max);
        self.no_nul(field, text);
        Some(text.to_owned())
    }

    /// Checks a mail address, if there is one; a blank text counts as absent. See [`MailAddress`].
    pub fn email(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        let text = text.filter(|text| !is_blank(text))?;
        match MailAddress::parse(text) {
            Ok(address) => Some(address.to_string()),
            Err(why) => {
                let code = if why == NoAddress::TooLong { "too_long" } else { "invalid" };
                self.add(field, code, format!("{field} {why}"));
                Some(text.to_owned())
            }
        }
    }

    /// Checks an id in another system, at most `max` characters, if there is one; a blank text counts as absent. See [`ExternalId`].
    pub fn external_id(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.filter(|text| !is_blank(text))?;
        self.length(field, text, 1, max);
        match ExternalId::parse(text) {
            Ok(id) => Some(id.to_string()),
            Err(why) => {
                self.add(field, "invalid", format!("{field} {why}"));
                Some(text.to_owned())
            }
        }
    }

    /// Checks a list of names (tags, skills …), at most `max` of them, and gives them trimmed, sorted, each once.
    pub fn names(&mut self, field: &str, names: &[String], max: usize, name_chars: usize) -> Vec<String> {
        let mut list: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(index, name)| self.line(&format!("{field}.{index}"), name, 1, name_chars))
            .collect();
        list.sort_unstable();
        list.dedup();
        self.count(field, list.len(), max);
        list
    }

    /// Checks that there are at most `max` of something.
    pub fn count(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.add(field, "too_many", format!("{field} may have at most {max} entries, this has {count}"));
        }
    }

    /// Checks a rating: 1 to 5.
    pub fn rating(&mut self, field: &str, rating: u8) {
        if !(1..=5).contains(&rating) {
            self.add(field, "out_of_range", format!("{field} must be from 1 to 5"));
        }
    }

    /// Not every database keeps the character NUL in text, so that none gets one.
    fn no_nul(&mut self, field: &str, text: &str) {
        if text.contains('\0') {
            self.add(field, "invalid", format!("{field} must not contain the character NUL"));
        }
    }

    /// `Err` if any were noted.
    pub fn into_result(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::Invalid(self.0)) }
    }
}
