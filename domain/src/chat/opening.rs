//! How a chat begins.

use super::{Chat, ChatCommand, ChatEvent, ChatStarted};
use crate::{Aggregate, DecideContext, Rejection, Violations};

pub(super) fn start(
    chat: &Chat,
    command: &ChatCommand,
    context: &DecideContext<'_>,
) -> Result<Vec<ChatEvent>, Rejection> {
    let ChatCommand::Start {
        customer_id,
        visitor_name,
        visitor_email,
        page,
        user_agent,
        ip,
        question,
        department_id,
        skills,
        verified,
    } = command
    else {
        return Ok(Vec::new());
    };
    if chat.exists() {
        return Err(Rejection::AlreadyExists("chat"));
    }
    context.owner_or_staff(*customer_id, "a visitor may start chats only for themselves")?;
    let limits = context.limits;
    let mut violations = Violations::default();
    let started = ChatStarted {
        customer_id: *customer_id,
        visitor_name: violations
            .optional_line("visitor_name", visitor_name.as_deref(), limits.name_chars)
            .map(Into::into),
        visitor_email: violations.email("visitor_email", visitor_email.as_deref()).map(Into::into),
        page: violations.optional_line("page", page.as_deref(), limits.remark_chars).map(Into::into),
        user_agent: violations.optional_line("user_agent", user_agent.as_deref(), limits.remark_chars).map(Into::into),
        ip: violations.optional_line("ip", ip.as_deref(), limits.name_chars).map(Into::into),
        question: violations.remark("question", question.as_deref(), limits.remark_chars).map(Into::into),
        department_id: *department_id,
        skills: violations.names("skills", skills, limits.skills, limits.name_chars),
        verified: *verified,
    };
    violations.into_result()?;
    Ok(vec![started.into()])
}
