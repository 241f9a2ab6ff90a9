//! Why a command is refused.

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
        let length = text.trim().chars().count();
        if length < min {
            let code = if length == 0 { "required" } else { "too_short" };
            self.add(field, code, format!("{field} needs at least {min} character(s)"));
        } else if length > max {
            self.add(field, "too_long", format!("{field} may have at most {max} characters, this has {length}"));
        }
    }

    /// Checks the size of a text in bytes: it must have `1..=max` and not be blank.
    pub fn size(&mut self, field: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.add(field, "required", format!("{field} must not be empty"));
        } else if text.len() > max {
            self.add(field, "too_long", format!("{field} may have at most {max} bytes, this has {}", text.len()));
        }
    }

    /// `Err` if any were noted.
    pub fn into_result(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::Invalid(self.0)) }
    }
}
