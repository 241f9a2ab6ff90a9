//! Which chats an agent may keep: those they hold while their role allows it, offers while they take chats at all.

use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::chat::{Chat, ChatCommand, ChatStatus, WithdrawalReason};
use docket_domain::{AgentId, ChatId, Rejection};

use crate::attempt::{Attempt, carry_out};
use crate::{CommandError, Commands, Done, Invocation};

impl Commands {
    /// Takes from an agent what they cannot look after any more: chats they hold go back to the queue, offers end. Whose role
    /// does not allow chats is no longer available either. For changes of roles; a change of the agent does it by itself.
    ///
    /// # Errors
    /// Refused as `agent_can_chat` if there is nothing to do; else see [`CommandError`].
    pub async fn hand_back_chats(&self, invocation: &Invocation, id: AgentId) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "agent.HandBackChats", attempt => hand_back(&mut attempt, id))
    }
}

async fn hand_back(attempt: &mut Attempt<'_>, id: AgentId) -> Result<(), CommandError> {
    hand_back_chats(attempt, id).await?;
    if attempt.writes.is_empty() {
        return Err(Rejection::refused("agent_can_chat", "there is nothing to hand back").into());
    }
    Ok(())
}

/// Takes back what the agent, as this attempt leaves them, cannot look after or accept. Of offers beyond their capacity those
/// of the chats that began last.
pub(crate) async fn hand_back_chats(attempt: &mut Attempt<'_>, id: AgentId) -> Result<(), CommandError> {
    let agent = attempt.load::<Agent>(id).await?;
    let stands_by = matches!(agent.availability, Availability::Available | Availability::Busy);
    if agent.active_chats.is_empty() && !stands_by {
        return Ok(());
    }
    let permitted = attempt.permissions_of(agent.role).await?.allows_chats();
    let mut offers: Vec<ChatId> = Vec::new();
    for chat_id in &agent.active_chats {
        let chat = attempt.load::<Chat>(*chat_id).await?;
        let held = chat.status == ChatStatus::Active && chat.agent_id == Some(id);
        if held && (agent.deactivated || !permitted) {
            let back = ChatCommand::Transfer { to_agent: None, to_department: chat.department_id, note: None };
            take_back(attempt, id, *chat_id, &back).await?;
        } else if chat.offered_to == Some(id) {
            offers.push(*chat_id);
        }
    }
    let kept = match permitted && agent.takes_work() {
        true => offers.len().saturating_sub(agent.surplus_places() as usize),
        false => 0,
    };
    for chat_id in offers.split_off(kept) {
        let withdrawal = ChatCommand::WithdrawOffer { from: id, reason: WithdrawalReason::AgentUnavailable };
        take_back(attempt, id, chat_id, &withdrawal).await?;
    }
    if !permitted && stands_by {
        attempt.follow::<Agent>(id, &AgentCommand::ChangeAvailability { to: Availability::Offline }).await?;
    }
    Ok(())
}

async fn take_back(
    attempt: &mut Attempt<'_>,
    id: AgentId,
    chat_id: ChatId,
    command: &ChatCommand,
) -> Result<(), CommandError> {
    attempt.follow::<Chat>(chat_id, command).await?;
    attempt.follow::<Agent>(id, &AgentCommand::ReleaseChat { chat_id }).await
}
