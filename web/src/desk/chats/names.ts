/** The names behind the ids in a chat's events. */
import type { Agent, Chat, Department } from "$/api/types";
import { m } from "$/i18n/index.svelte";
import { overt } from "$/ui/overt";
import { visitorName } from "./visitor";
import type { Names } from "./words";

export function namesOf(chat: Chat, agents: readonly Agent[] | undefined, departments: readonly Department[] | undefined): Names {
  return {
    visitor: visitorName(chat),
    agent(id) {
      if (!id) return m.chats_anybody();
      if (id === chat.agent_id && chat.agent_name) return overt(chat.agent_name);
      return overt(agents?.find((one) => one.id === id)?.name) ?? m.conversation_somebody();
    },
    department(id) {
      return overt(departments?.find((one) => one.id === id)?.name) ?? m.chats_transfer_department();
    },
  };
}
