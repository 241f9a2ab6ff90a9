//! Reading a line, strictly: what is not understood to the last field is refused with the place and the reason.

use chrono::{DateTime, Datelike as _, Utc};
use docket_domain::Rejection;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::format::{Action, Line, STEPS, Step};

/// Why a line is refused, in words.
pub(crate) type Reason = String;

/// Understands one line.
pub(crate) fn parse(bytes: &[u8]) -> Result<Line, Reason> {
    #[derive(Deserialize)]
    struct Kind<'a> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))?;
    // A derived reader would take an array for the object's fields in order.
    if !text.trim_start().starts_with('{') {
        return Err("expected a JSON object".into());
    }
    let kind: Kind<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let line = match &*kind.kind {
        "ticket" => Line::Ticket(read(text)?),
        "chat" => Line::Chat(read(text)?),
        "stream" => Line::Stream(read(text)?),
        other => {
            let other: String = other.chars().take(40).collect();
            return Err(format!("type: {other:?} is none of ticket, chat, stream"));
        }
    };
    let (opened_at, history) = match &line {
        Line::Ticket(line) => (Some(line.opened_at), &line.history),
        Line::Chat(line) => (Some(line.opened_at), &line.history),
        Line::Stream(line) => (None, &line.history),
    };
    opened_at.map_or(Ok(()), check_time).map_err(|reason| format!("opened_at: {reason}"))?;
    if history.len() > STEPS {
        return Err(format!("history: at most {STEPS} steps, this has {}", history.len()));
    }
    for (index, step) in history.iter().enumerate() {
        check(step).map_err(|reason| format!("history[{index}].{reason}"))?;
    }
    Ok(line)
}

/// Whether a time is one that every database keeps and RFC 3339 can write.
fn check_time(time: DateTime<Utc>) -> Result<(), Reason> {
    if (1..=9999).contains(&time.year()) { Ok(()) } else { Err("the year must be 1 to 9999".into()) }
}

/// A line's content beside its type.
fn read<T: DeserializeOwned>(text: &str) -> Result<Box<T>, Reason> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize::<_, T>(&mut json).map(Box::new).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner().to_string();
        if path == "." { inner } else { format!("{path}: {inner}") }
    })
}

/// Whether the step has the fields its action needs, and no others.
fn check(step: &Step) -> Result<(), Reason> {
    use Action as A;
    check_time(step.at).map_err(|reason| format!("at: {reason}"))?;
    let present = [
        ("id", step.id.is_some()),
        ("body", step.body.is_some()),
        ("to", step.to.is_some()),
        ("department", step.department.is_some()),
        ("reason", step.reason.is_some()),
        ("by", step.by.is_some()),
        ("plain_fields", step.plain_fields.is_some()),
        ("rating", step.rating.is_some()),
        ("comment", step.comment.is_some()),
        ("resolved", step.resolved.is_some()),
        ("would_recommend", step.would_recommend.is_some()),
        ("agent_rating", step.agent_rating.is_some()),
        ("speed_rating", step.speed_rating.is_some()),
        ("communication_rating", step.communication_rating.is_some()),
        ("event", step.event.is_some()),
        ("version", step.version.is_some()),
        ("data", step.data.is_some()),
        ("irregular", step.irregular.is_some()),
    ];
    let (needed, allowed): (&[&str], &[&str]) = match step.action {
        A::Message | A::Note => (&["body"], &["id"]),
        A::Status => (&["to"], &["reason"]),
        A::Assign | A::Priority | A::Category | A::Tags => (&["to"], &[]),
        A::CustomFields => (&["to"], &["plain_fields"]),
        A::Department | A::Accept => (&[], &["to"]),
        A::Unassign => (&[], &[]),
        A::Transfer => (&[], &["to", "department", "body"]),
        A::End => (&[], &["by"]),
        A::Feedback => (
            &["rating"],
            &["comment", "resolved", "would_recommend", "agent_rating", "speed_rating", "communication_rating"],
        ),
        A::Event => (&["event", "data"], &["version", "irregular"]),
    };
    for (name, there) in present {
        if there && !needed.contains(&name) && !allowed.contains(&name) {
            return Err(format!("{name}: does not belong to this action"));
        }
        if !there && needed.contains(&name) {
            return Err(format!("{name}: is missing"));
        }
    }
    Ok(())
}

/// A refusal of the domain in words: each field with what is wrong with it.
pub(super) fn refusal(refused: &Rejection) -> Reason {
    match refused {
        Rejection::Invalid(fields) => fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
