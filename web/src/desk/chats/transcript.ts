/** What was said, as a file of plain text. */
import type { Chat } from "$/api/types";

/** Lets the browser download it. */
export function transcriptOf(chat: Chat): void {
  const link = document.createElement("a");
  link.href = `/v1/chats/${chat.id}/transcript`;
  link.download = `chat-${chat.started_at.slice(0, 16).replace(/[T:]/g, "-")}.txt`;
  link.click();
}
