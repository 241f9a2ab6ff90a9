/** The visitor of a chat as the desk calls them. */
import type { Chat } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";

export function visitorName(chat: Chat): string {
  return overt(chat.visitor.name) || overt(chat.visitor.email) || m.chats_visitor();
}
