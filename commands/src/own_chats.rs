//! How many chats somebody may have begun that are not over.
//!
//! Chats customers begin for themselves lie in lanes, as many as they may have unfinished. The id of each is made of the
//! customer, its lane and its number in it, and one begins only when the one before it in its lane is over. Of two that begin
//! at once for the same lane one finds the stream there: what decides is the log, whichever nodes ask.

use docket_domain::chat::{Chat, ChatStatus};
use docket_domain::{ChatId, CustomerId, Rejection};
use uuid::Uuid;

use crate::CommandError;
use crate::attempt::Attempt;

/// The id of a customer's `number`th chat of a lane. Never changes: by it those that are open are found.
fn id_of(customer: CustomerId, lane: u32, number: u64) -> ChatId {
    ChatId(Uuid::new_v5(&customer.0, format!("chat {lane} {number}").as_bytes()))
}

impl Attempt<'_> {
    /// The id of the next chat a customer may begin for themselves.
    ///
    /// # Errors
    /// [`Rejection::ChatOpen`] if `most` of theirs are not over.
    pub(crate) async fn next_own_chat(&mut self, customer: CustomerId, most: u32) -> Result<ChatId, CommandError> {
        let most = most.max(1);
        let mut open = None;
        for lane in 0..most {
            let count = self.chats_in(customer, lane).await?;
            let next = id_of(customer, lane, count);
            let Some(last) = count.checked_sub(1).map(|last| id_of(customer, lane, last)) else { return Ok(next) };
            if self.load::<Chat>(last).await?.status == ChatStatus::Closed {
                return Ok(next);
            }
            open.get_or_insert(last);
        }
        let chat = open.unwrap_or_else(|| id_of(customer, 0, 0));
        Err(Rejection::ChatOpen { chat, most }.into())
    }

    /// How many chats a lane has had. They have no gap, so that doubling and halving finds the last.
    async fn chats_in(&mut self, customer: CustomerId, lane: u32) -> Result<u64, CommandError> {
        let (mut had, mut has_not) = (0, 1);
        while self.has_begun(id_of(customer, lane, has_not - 1)).await? {
            (had, has_not) = (has_not, has_not * 2);
        }
        while has_not - had > 1 {
            let middle = had + (has_not - had) / 2;
            if self.has_begun(id_of(customer, lane, middle - 1)).await? { had = middle } else { has_not = middle }
        }
        Ok(had)
    }

    async fn has_begun(&mut self, chat: ChatId) -> Result<bool, CommandError> {
        Ok(self.load::<Chat>(chat).await?.exists())
    }
}
