/** The chat that is followed: what was said in it, as it is said. */
import type { Chat, DocketEvent } from "$/api/types";
import type { Connection } from "$/live/connection";
import type { Topic } from "$/live/protocol";
import type { Door } from "./door";
import { given } from "./form";
import { add, lines, unread } from "./thread";
import { Typing } from "./typing.svelte";

/** While waiting, the place in the queue changes without an event of this chat. */
const QUEUE_MS = 10_000;

/** What a chat needs of its visitor. */
export interface Around {
  connect(): Connection;
  /** Whether somebody looks at the chat. */
  looking(): boolean;
  /** Handles that the visit is over, if that is what an answer says; throws what went wrong. */
  ask<T>(asked: Promise<T>): Promise<T>;
}

export class ChatRoom {
  chat = $state.raw<Chat | null>(null);
  events = $state.raw<readonly DocketEvent[]>([]);
  readonly typing = new Typing();
  #read = $state(0);
  /** Counts what is shown: what was asked before it changed is answered too late. */
  #shown = 0;
  #unlisten: () => void = () => undefined;
  #queueTimer: ReturnType<typeof setInterval> | undefined;

  readonly lines = $derived(lines(this.events));
  readonly unread = $derived(unread(this.events, this.#read));

  constructor(
    private readonly door: Door,
    private readonly around: Around,
  ) {}

  get topic(): Topic {
    return `chat:${this.chat?.id ?? ""}`;
  }

  get shown(): number {
    return this.#shown;
  }

  /** Reads a chat and listens to it. `found` hears of it before anything is shown. */
  async follow(id: string, found: () => void): Promise<void> {
    const shown = ++this.#shown;
    const [chat, events] = await Promise.all([this.door.chat(id), this.door.events(id)]);
    if (shown !== this.#shown) return;
    found();
    this.chat = chat;
    this.events = events;
    this.#unlisten();
    this.#unlisten = this.around.connect().listen(this.topic, {
      after: events.at(-1)?.position ?? 0,
      event: (event) => this.#hear(event),
      typing: (from) => from.kind === "agent" && this.typing.heard(),
      resync: () => void this.readAll(),
    });
    clearInterval(this.#queueTimer);
    this.#queueTimer = setInterval(() => {
      if (this.chat && this.chat.status !== "closed" && !this.chat.accepted) void this.refresh().catch(() => undefined);
    }, QUEUE_MS);
    this.markRead();
  }

  leave(): void {
    this.#shown += 1;
    this.unlisten();
    clearInterval(this.#queueTimer);
    this.chat = null;
    this.events = [];
    this.#read = 0;
    this.typing.over();
  }

  /** There is no connection any more that could tell of it. */
  unlisten(): void {
    this.#unlisten();
    this.#unlisten = () => undefined;
  }

  /** What is on the screen of somebody who looks is read. */
  markRead(): void {
    const { chat } = this;
    if (!chat || !this.around.looking() || this.unread === 0) return;
    const version = this.events.at(-1)!.version;
    this.#read = version;
    void this.door.command("POST", `/v1/chats/${chat.id}/read`, { up_to_version: version }).catch(() => undefined);
  }

  async end(): Promise<void> {
    if (!this.chat) return;
    await this.door.command("POST", `/v1/chats/${this.chat.id}/end`);
    await this.refresh();
  }

  async rate(rating: number, comment: string): Promise<void> {
    if (!this.chat) return;
    await this.door.command("PUT", `/v1/chats/${this.chat.id}/feedback`, { rating, ...given({ comment }) });
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const id = this.chat?.id;
    if (!id) return;
    const chat = await this.around.ask(this.door.chat(id));
    if (this.chat?.id === id && chat.position >= this.chat.position) this.chat = chat;
  }

  async readAll(): Promise<void> {
    const id = this.chat?.id;
    if (!id) return;
    const events = await this.door.events(id);
    if (this.chat?.id === id) this.events = events.reduce(add, this.events);
    await this.refresh();
  }

  #hear(event: DocketEvent): void {
    this.door.knows(event.position);
    this.events = add(this.events, event);
    if (event.event_type === "MessagePosted") {
      if (event.actor.kind === "agent") this.typing.over();
      this.markRead();
    } else if (event.event_type !== "MessagesRead") {
      void this.refresh().catch(() => undefined);
    }
  }
}
