/** The words for what happens in a chat. */
import type { Agent, Chat, DocketEvent } from "$/api/types";
import { formatNumber, formatSpan } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";

/** Where a chat stands. */
export function chatStatusWord(status: Chat["status"]): string {
  return { waiting: m.chat_waiting, active: m.chat_active, transferred: m.chat_transferred, closed: m.chat_closed }[status]();
}

/** How many chats somebody has of how many they may; what is only offered to them takes a place, but is nobody's yet. */
export function loadWords({ active_chats, max_concurrent_chats }: Pick<Agent, "active_chats" | "max_concurrent_chats">, offered: number): string {
  const load = m.chats_load({ active: formatNumber(Math.max(0, active_chats - offered)), capacity: formatNumber(max_concurrent_chats) });
  return offered > 0 ? `${load} · ${m.chats_load_offered({ count: offered, shown: formatNumber(offered) })}` : load;
}

/** The names a chat's events mention only by id. */
export interface Names {
  agent(id: string | null | undefined): string;
  department(id: string | null | undefined): string;
  visitor: string;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** What happened, in one line; null: nothing worth a line. */
export function eventWords(event: DocketEvent, names: Names, times = 1): string | null {
  const payload: Record<string, unknown> = event.payload;
  switch (event.event_type) {
    case "ChatStarted":
      return m.chats_event_started({ name: event.actor.kind === "agent" ? names.agent(event.actor.id) : names.visitor });
    case "ChatAssigned":
      return times > 1
        ? m.chats_event_offered_often({ name: names.agent(text(payload["to"])), times: formatNumber(times) })
        : m.chats_event_offered({ name: names.agent(text(payload["to"])) });
    case "ChatAccepted": {
      const name = names.agent(text(payload["agent_id"]));
      const waited = payload["wait_seconds"];
      return typeof waited === "number" ? m.chats_event_accepted_after({ name, span: formatSpan(waited) }) : m.chats_event_accepted({ name });
    }
    case "ChatTransferred": {
      const [agent, department] = [text(payload["to_agent"]), text(payload["to_department"])];
      if (!agent && !department) return m.chats_event_requeued();
      return m.chats_event_transferred({ from: names.agent(text(payload["from"])), to: agent ? names.agent(agent) : names.department(department) });
    }
    case "ChatEnded":
      switch (payload["by"]) {
        case "visitor":
          return m.chats_event_ended_visitor({ name: names.visitor });
        case "timeout":
          return m.chats_event_ended_timeout();
        case "abandoned":
          return m.chats_event_ended_abandoned({ name: names.visitor });
        default:
          return m.chats_event_ended_agent({ name: names.agent(event.actor.id ?? text(payload["agent_id"])) });
      }
    case "FeedbackGiven":
      return m.chats_event_rated({ name: names.visitor, rating: formatNumber(Number(payload["rating"] ?? 0)) });
    case "ChatConverted":
      return m.chats_event_converted({ number: ticketNumber(payload["ticket_number"]) });
    default:
      return null;
  }
}

/** What a hand-over's note or a rating's comment says. */
export function eventRemark(event: DocketEvent): string | null {
  if (event.event_type === "ChatTransferred") return text(event.payload["note"]);
  if (event.event_type === "FeedbackGiven") return text(event.payload["comment"]);
  return null;
}

/** Events carry the number alone, or as people write it. */
function ticketNumber(value: unknown): string {
  return typeof value === "number" ? `TKT-${String(value).padStart(6, "0")}` : String(value ?? "");
}
