/** Events and entries for unit tests. */
import type { DocketEvent } from "$/api/types";
import type { Shown } from "$/live/outbox";

export const ADA = "00000000-0000-4000-8000-00000000000a";
export const MARIA = "00000000-0000-4000-8000-00000000000c";
export const TICKET = "00000000-0000-4000-8000-000000000001";

export function event(version: number, event_type: string, payload: object = {}, more: Partial<DocketEvent> = {}): DocketEvent {
  const at = `2026-03-02T10:00:${String(version % 60).padStart(2, "0")}Z`;
  return {
    position: version * 10, event_id: `e${version}`, category: "ticket", stream_id: TICKET, version, event_type, schema_version: 1,
    occurred_at: at, recorded_at: at, actor: { kind: "agent", id: ADA }, correlation_id: `c${version}`, payload: payload as DocketEvent["payload"], ...more,
  };
}

export function message(version: number, body: string, kind: "agent" | "customer" = "agent"): DocketEvent {
  const author = { kind, id: kind === "agent" ? ADA : MARIA } as const;
  return event(version, "MessagePosted", { message_id: `m${version}`, author, body }, { actor: author });
}

export function waiting(id: string, body: string, more: Partial<Shown> = {}): Shown {
  return {
    id, person: ADA, conversation: `ticket:${TICKET}`, kind: "message", createdAt: 0, order: 1, tries: 0, state: "queued", problem: null,
    command: { key: id, method: "POST", path: `/v1/tickets/${TICKET}/messages`, body: { body } }, ...more,
  };
}
