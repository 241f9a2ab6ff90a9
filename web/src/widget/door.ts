/** The API as a visit may use it, from a page of another origin: no cookies, the visit's token in each request. */
import type { components } from "$generated/api";
import type { StoredCommand } from "$/api/client";
import { newKey } from "$/api/key";
import { Problem, Unreachable } from "$/api/problem";
import type { Chat, DocketEvent, Message, Ticket, TicketDetail } from "$/api/types";

type Schemas = components["schemas"];
export type Settings = Schemas["WidgetView"];
export type NewVisitor = Schemas["NewVisitor"];
export type VisitBegun = Schemas["VisitBegun"];
export type OwnVisit = Schemas["OwnVisit"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

interface Extra {
  body?: unknown;
  key?: string;
  /** Instead of that of the visit under way; null: none. */
  token?: string | null;
}

/** Events of a chat asked for at once, and messages. */
const PAGE = 500;
const MESSAGES = 200;

const onwards = (cursor: string | null | undefined) => (cursor ? `&cursor=${encodeURIComponent(cursor)}` : "");

export class Door {
  /** Of the visit under way. */
  token: string | null = null;
  /** What this page wrote or was told of: queries wait until they show it. */
  #position = 0;

  constructor(
    readonly origin: string,
    private readonly key: string,
  ) {}

  get position(): number {
    return this.#position;
  }

  /** Notes a position: of what was written, or of an event that was heard. */
  knows(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  settings(): Promise<Settings> {
    return this.#json("GET", `/v1/widget/${encodeURIComponent(this.key)}`);
  }

  /** Begins a visit; with the token of an earlier one, carries over what was done there. */
  beginVisit(visitor: NewVisitor, token: string | null): Promise<VisitBegun> {
    return this.#json("POST", `/v1/widget/${encodeURIComponent(this.key)}/sessions`, { body: visitor, token });
  }

  /** Who the visitor is, as far as they or their site said. */
  visit(): Promise<OwnVisit> {
    return this.#json("GET", "/v1/visit");
  }

  async endVisit(): Promise<void> {
    await this.#send("DELETE", "/v1/visit");
  }

  /** The visitor's chats, the latest first; from where a page before ended. */
  chats(limit: number, cursor?: string | null): Promise<Page<Chat>> {
    return this.#json("GET", `/v1/chats?limit=${limit}${onwards(cursor)}`);
  }

  /** The visitor's latest chat. */
  async latestChat(): Promise<Chat | null> {
    return (await this.chats(1)).items[0] ?? null;
  }

  /** Messages they left, and whatever else the desk answers them in writing: where something happened last first. */
  tickets(limit: number, cursor?: string | null): Promise<Page<Ticket>> {
    return this.#json("GET", `/v1/tickets?sort=updated&limit=${limit}${onwards(cursor)}`);
  }

  ticket(id: string): Promise<TicketDetail> {
    return this.#json("GET", `/v1/tickets/${id}`);
  }

  /** What was said in a ticket: the last of it, or what lies before or after a position. Oldest first. */
  messages(id: string, which: { before?: number; after?: number } = {}): Promise<Page<Message>> {
    const [[name, value] = ["latest", true]] = Object.entries(which);
    return this.#json("GET", `/v1/tickets/${id}/messages?limit=${MESSAGES}&${name}=${value}`);
  }

  chat(id: string): Promise<Chat> {
    return this.#json("GET", `/v1/chats/${id}`);
  }

  /** Everything that happened in a chat, as far as its visitor may see it. */
  async events(id: string): Promise<DocketEvent[]> {
    const events: DocketEvent[] = [];
    let cursor: string | null | undefined = null;
    do {
      const page: Page<DocketEvent> = await this.#json("GET", `/v1/chats/${id}/events?limit=${PAGE}${onwards(cursor)}`);
      events.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return events;
  }

  /** Names of those of the desk who wrote in a chat, by their ids. */
  async authors(id: string): Promise<Record<string, string>> {
    const messages: Message[] = [];
    let cursor: string | null | undefined = null;
    do {
      const page: Page<Message> = await this.#json("GET", `/v1/chats/${id}/messages?limit=${MESSAGES}${onwards(cursor)}`);
      messages.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return Object.fromEntries(messages.flatMap(({ author }) => (author.kind === "agent" && author.id && author.name ? [[author.id, author.name]] : [])));
  }

  transcript(id: string): Promise<Blob> {
    return this.#send("GET", `/v1/chats/${id}/transcript`).then((response) => response.blob());
  }

  /** Sends a command; under the same `key` it is done once, however often it is sent. */
  command<T>(method: "POST" | "PUT", path: string, body?: unknown, key = newKey()): Promise<T> {
    return this.#json(method, path, { body, key });
  }

  /** Sends what the outbox kept. */
  stored(command: StoredCommand): Promise<unknown> {
    return this.#json(command.method, command.path, { body: command.body, key: command.key });
  }

  /** Opens the live connection; the token goes where a browser lets it: into the subprotocols. */
  live(): WebSocket {
    const url = new URL("/v1/live", this.origin);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url, ["docket", this.token ?? ""]);
  }

  async #json<T>(method: string, path: string, extra: Extra = {}): Promise<T> {
    const response = await this.#send(method, path, extra);
    return (response.status === 204 ? null : await response.json()) as T;
  }

  async #send(method: string, path: string, { body, key, token = this.token }: Extra = {}): Promise<Response> {
    const headers = new Headers();
    if (token) headers.set("Authorization", `Bearer ${token}`);
    if (key) headers.set("Idempotency-Key", key);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    if (method === "GET" && this.#position > 0) headers.set("Docket-Min-Position", String(this.#position));
    const init: RequestInit = { method, headers, credentials: "omit" };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(new URL(path, this.origin), init).catch((error: unknown) => {
      throw new Unreachable(error);
    });
    if (!response.ok) throw await Problem.of(response);
    this.knows(Number(response.headers.get("Docket-Position") ?? 0));
    return response;
  }
}
