/** What is said over `GET /v1/live`; see docs/live.md. */
import type { DocketEvent } from "$/api/types";

/** `ticket:<id>`, `chat:<id>`: one conversation; the rest: all of a kind the caller may see. */
export type Topic = "tickets" | "chats" | "agents" | "customers" | "views" | `ticket:${string}` | `chat:${string}`;

export interface Person {
  kind: "customer" | "agent" | "system";
  id?: string | null;
}

export type Said =
  | { type: "subscribe"; topic: Topic; after?: number }
  | { type: "unsubscribe" | "viewing" | "left"; topic: Topic }
  | { type: "typing"; topic: Topic; internal?: boolean }
  | { type: "ping" };

export type Told =
  | { type: "welcome"; position: number }
  | { type: "subscribed"; topic: Topic; position: number; viewers: Person[] }
  | { type: "unsubscribed"; topic: Topic }
  | { type: "event"; topics: Topic[]; event: DocketEvent }
  | { type: "typing"; topic: Topic; from: Person; internal: boolean }
  | { type: "presence"; topic: Topic; from: Person; viewing: boolean }
  | { type: "resync"; position: number }
  | { type: "error"; code: string; detail: string }
  | { type: "pong" };
