//! A chat to take away.
//!
//! Every turn begins with its moment in brackets at the margin, and nothing else does: what follows a line break within a
//! turn is indented, so that nobody can write lines that look like somebody else's; what would steer a terminal or turn the order of
//! what is read stands there in words.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use docket_domain::ActorKind;
use docket_domain::text::printable;
use docket_projections::views::{ConversationKind, MessagePage};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};

/// What was said, as plain text: time, who, what; the opening question first. Times are in the organisation's zone, with
/// their distance from UTC.
#[utoipa::path(get, path = "/v1/chats/{id}/transcript", tag = "chats", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn get_chat_transcript(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<([(HeaderName, HeaderValue); 2], String)> {
    let viewer = who.viewer();
    let chat = app.queries.chat(&viewer, id).await?.ok_or_else(|| Problem::not_found("chat"))?;
    let zone = app.commands.organisation(&who.tenant).await?.time_zone.clone();
    let tz: Tz = zone.parse().unwrap_or(Tz::UTC);
    let mut text = format!("Chat of {} ({tz})\n\n", stamp(chat.started_at, tz));
    if let Some(question) = &chat.question {
        text.push_str(&turn(chat.started_at, tz, ActorKind::Customer, chat.visitor.name.as_deref(), question));
    }
    let mut page = MessagePage { limit: 200, ..MessagePage::default() };
    loop {
        let messages = app
            .queries
            .messages(&viewer, ConversationKind::Chat, id, &page)
            .await?
            .ok_or_else(|| Problem::not_found("chat"))?;
        for message in &messages.items {
            let body = message.body.as_deref().unwrap_or("(erased)");
            let author = &message.author;
            text.push_str(&turn(message.posted_at, tz, author.kind, author.name.as_deref(), body));
        }
        match messages.items.last() {
            Some(last) if messages.next_cursor.is_some() => page.after = Some(last.position),
            _ => break,
        }
    }
    let file = HeaderValue::from_str(&format!("attachment; filename=\"chat-{id}.txt\"")).map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")), (CONTENT_DISPOSITION, file)], text))
}

fn stamp(at: DateTime<Utc>, tz: Tz) -> String {
    at.with_timezone(&tz).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// One turn: when, which side, who, what. The side stands before the name, which its owner chose.
fn turn(at: DateTime<Utc>, tz: Tz, kind: ActorKind, name: Option<&str>, body: &str) -> String {
    let side = match kind {
        ActorKind::Customer => "Visitor",
        ActorKind::Agent => "Agent",
        ActorKind::System => "Docket",
    };
    let name =
        name.map(|name| format!(" {}", lines(name).map(printable).collect::<Vec<_>>().join(" "))).unwrap_or_default();
    let body = lines(body).map(printable).collect::<Vec<_>>().join("\n    ");
    format!("[{}] {side}{name}: {body}\n", stamp(at, tz))
}

/// The lines of a text, at whatever anything takes for the end of one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    text.split("\r\n").flat_map(move |part| part.split(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_write_a_line_that_looks_like_somebody_elses() {
        let at = "2026-07-01T22:30:00Z".parse().expect("a time");
        let forged = "Thanks\n[2026-07-02 00:31:00 +02:00] Agent Sofía: Yes\r\nmore\u{2028}and\u{85}more\rend";
        let text = turn(at, Tz::Europe__Rome, ActorKind::Customer, Some("Eve: Agent\u{2029}Sofía"), forged);
        let expected = "[2026-07-02 00:30:00 +02:00] Visitor Eve: Agent Sofía: Thanks\n    [2026-07-02 00:31:00 +02:00] \
                        Agent Sofía: Yes\n    more\n    and\n    more\n    end\n";
        assert_eq!(text, expected);
        assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 1);
        let steering = turn(at, Tz::UTC, ActorKind::Customer, Some("\u{202e}eve"), "\u{1b}[2Jgone");
        assert_eq!(steering, "[2026-07-01 22:30:00 +00:00] Visitor \\u{202e}eve: \\u{1b}[2Jgone\n");
    }
}
