/** The visitor: their visit, their chat, what is not sent yet, and the connection that tells what happens. */
import { newKey } from "$/api/key";
import { Problem } from "$/api/problem";
import type { Chat, DocketEvent, Receipt } from "$/api/types";
import { Connection, type LinkState } from "$/live/connection";
import { Outbox, type Shown } from "$/live/outbox";
import type { Topic } from "$/live/protocol";
import { alone, pauseUntilOnline } from "$/live/tabs";
import type { Door, Settings } from "./door";
import type { Keep } from "./keep";
import type { Identity } from "./start";
import { add, lines, unread } from "./thread";

/** What the form before a chat asks; the message begins the chat, or is left while nobody is there. */
export interface Asked {
  name: string;
  email: string;
  department: string;
  message: string;
}

/** While waiting, the place in the queue changes without an event of this chat. */
const QUEUE_MS = 10_000;
/** Somebody who has not typed for so long has stopped. */
const TYPED_MS = 4_000;
const SAY_TYPING_MS = 1_500;

export class Visitor {
  opened = $state(false);
  loading = $state(true);
  chat = $state.raw<Chat | null>(null);
  events = $state.raw<readonly DocketEvent[]>([]);
  entries = $state.raw<readonly Shown[]>([]);
  link = $state.raw<LinkState>("connecting");
  agentTypes = $state(false);
  settings = $state.raw<Settings>() as Settings;
  #read = $state(0);

  readonly lines = $derived(lines(this.events));
  readonly unread = $derived(unread(this.events, this.#read));

  #visitId: string | null = null;
  #identity: Identity | null = null;
  #outbox: Outbox | null = null;
  #connection: Connection | null = null;
  #unlisten: () => void = () => undefined;
  #queueTimer: ReturnType<typeof setInterval> | undefined;
  #typedTimer: ReturnType<typeof setTimeout> | undefined;
  #saidTyping = 0;
  /** Keys of what the forms send: the same until it arrived. */
  #formKey = newKey();

  constructor(
    private readonly door: Door,
    settings: Settings,
    private readonly keep: Keep,
  ) {
    this.settings = settings;
    this.#watchPage();
  }

  /** Finds the visit of earlier pages again; nobody who did nothing gets one. */
  async begin(identity: Identity | null): Promise<void> {
    this.#identity = identity;
    const kept = this.keep.visit;
    try {
      if (identity && kept?.vouched !== vouchedBy(identity)) await this.#beginVisit();
      else if (kept) await this.#resume(kept.token, kept.visitId);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.#forget();
    } finally {
      this.loading = false;
    }
  }

  /** The site says who this is, or (null) that they signed out. */
  async identify(identity: Identity | null): Promise<void> {
    if (identity) return this.begin(identity);
    this.#identity = null;
    if (this.door.token) await this.door.endVisit().catch(() => undefined);
    this.#forget();
  }

  show(open: boolean): void {
    this.opened = open;
    if (!open) return;
    this.markRead();
    // Somebody may have come or gone since the page was loaded.
    if (!this.chat) void this.door.settings().then((settings) => (this.settings = settings), () => undefined);
  }

  /** Starts a chat. Throws what went wrong. */
  async startChat({ name, email, department, message }: Asked): Promise<void> {
    await this.#needVisit();
    const body = { message, page: location.href, ...given({ name, email, department_id: department }) };
    const receipt = await this.door.command<Receipt>("POST", "/v1/chats", body, this.#formKey);
    this.#formKey = newKey();
    await this.#follow(receipt.id);
  }

  /** Leaves a message for later; answers with its number. Throws what went wrong. */
  async leaveMessage({ name, email, department, message }: Asked): Promise<string | null> {
    await this.#needVisit();
    const body = { message, ...given({ name, email, department_id: department }) };
    const receipt = await this.door.command<Receipt>("POST", "/v1/visit/offline-messages", body, this.#formKey);
    this.#formKey = newKey();
    return receipt.number ?? null;
  }

  /** Says something: kept at once, sent as soon as it can be, once. */
  say(body: string): void {
    const id = this.chat?.id;
    if (id) void this.#outbox?.add(`chat:${id}`, "message", { method: "POST", path: `/v1/chats/${id}/messages`, body: { body } });
  }

  again(entry: string): void {
    void this.#outbox?.retry(entry);
  }

  discard(entry: string): void {
    void this.#outbox?.discard(entry);
  }

  /** The visitor is writing; said now and then. */
  types(): void {
    if (!this.chat || Date.now() - this.#saidTyping < SAY_TYPING_MS) return;
    this.#saidTyping = Date.now();
    this.#connection?.tell({ type: "typing", topic: `chat:${this.chat.id}` });
  }

  /** What is on the screen of somebody who looks is read. */
  markRead(): void {
    const chat = this.chat;
    if (!chat || !this.opened || document.visibilityState !== "visible" || this.unread === 0) return;
    const version = this.events.at(-1)!.version;
    this.#read = version;
    void this.door.command("POST", `/v1/chats/${chat.id}/read`, { up_to_version: version }).catch(() => undefined);
  }

  async end(): Promise<void> {
    if (!this.chat) return;
    await this.door.command("POST", `/v1/chats/${this.chat.id}/end`);
    await this.#refresh();
  }

  async rate(rating: number, comment: string): Promise<void> {
    if (!this.chat) return;
    await this.door.command("PUT", `/v1/chats/${this.chat.id}/feedback`, { rating, ...given({ comment }) });
    await this.#refresh();
  }

  /** Names of those of the desk who wrote, by their ids. */
  authors(): Promise<Record<string, string>> {
    return this.door.authors(this.chat!.id);
  }

  transcript(): Promise<Blob> {
    return this.door.transcript(this.chat!.id);
  }

  /** Back to the beginning, for another chat. */
  another(): void {
    this.#leaveChat();
    this.show(true);
  }

  async #needVisit(): Promise<void> {
    if (!this.door.token) await this.#beginVisit();
  }

  async #beginVisit(): Promise<void> {
    const identity = this.#identity;
    const who = !identity ? {} : "token" in identity ? { identity_token: identity.token } : { identity };
    // Only what a site vouches for joins an earlier visit.
    this.door.token = identity ? (this.keep.visit?.token ?? null) : null;
    const about = { page: location.href, language: navigator.language, ...who };
    const begun = await this.door.beginVisit(about).catch((error: unknown) => {
      // The earlier visit is over: then there is nothing to carry over.
      if (!(error instanceof Problem) || error.status !== 401 || !this.door.token) throw error;
      this.door.token = null;
      return this.door.beginVisit(about);
    });
    this.keep.visit = { token: begun.token, visitId: begun.visit_id, vouched: vouchedBy(identity) };
    this.#leaveChat();
    this.#connection?.stop();
    this.#connection = null;
    await this.#resume(begun.token, begun.visit_id);
  }

  async #resume(token: string, visitId: string): Promise<void> {
    this.door.token = token;
    this.#visitId = visitId;
    await this.#startOutbox(visitId);
    const chat = await this.door.latestChat();
    if (chat && (chat.status !== "closed" || chat.unread_count > 0 || chat.rating == null)) await this.#follow(chat.id);
  }

  async #startOutbox(person: string): Promise<void> {
    this.#outbox?.stop();
    this.#outbox = new Outbox({
      person,
      store: this.keep,
      channel: new BroadcastChannel(`docket-widget-${person}`),
      send: (command) => this.door.stored(command),
      alone: (work) => alone(`docket-widget-${person}`, work),
      pause: pauseUntilOnline,
      now: () => Date.now(),
    });
    this.#outbox.watch((entries) => (this.entries = entries));
    // What arrived is shown as said before the connection tells of it, or while there is none.
    this.#outbox.onSent(({ entry }) => {
      if (this.link !== "online" && entry.conversation === `chat:${this.chat?.id}`) void this.#readAll();
    });
    await this.#outbox.start();
  }

  async #follow(id: string): Promise<void> {
    const [chat, events] = await Promise.all([this.door.chat(id), this.door.events(id)]);
    this.chat = chat;
    this.events = events;
    this.#connect();
    this.#unlisten();
    const topic: Topic = `chat:${id}`;
    this.#unlisten = this.#connection!.listen(topic, {
      after: events.at(-1)?.position ?? 0,
      event: (event) => this.#hear(event),
      typing: (from) => from.kind === "agent" && this.#agentTyped(),
      resync: () => void this.#readAll(),
    });
    clearInterval(this.#queueTimer);
    this.#queueTimer = setInterval(() => {
      if (this.chat && this.chat.status !== "closed" && !this.chat.accepted) void this.#refresh().catch(() => undefined);
    }, QUEUE_MS);
    this.markRead();
  }

  #hear(event: DocketEvent): void {
    this.door.knows(event.position);
    this.events = add(this.events, event);
    if (event.event_type === "MessagePosted") {
      if (event.actor.kind === "agent") this.agentTypes = false;
      this.markRead();
    } else if (event.event_type !== "MessagesRead") {
      void this.#refresh().catch(() => undefined);
    }
  }

  #agentTyped(): void {
    this.agentTypes = true;
    clearTimeout(this.#typedTimer);
    this.#typedTimer = setTimeout(() => (this.agentTypes = false), TYPED_MS);
  }

  async #refresh(): Promise<void> {
    const id = this.chat?.id;
    if (!id) return;
    const chat = await this.door.chat(id);
    if (this.chat?.id === id && chat.position >= this.chat.position) this.chat = chat;
  }

  async #readAll(): Promise<void> {
    const id = this.chat?.id;
    if (!id) return;
    const events = await this.door.events(id);
    if (this.chat?.id === id) this.events = events.reduce(add, this.events);
    await this.#refresh();
  }

  #connect(): void {
    if (this.#connection) return;
    this.#connection = new Connection(
      {
        open: () => this.door.live(),
        now: () => Date.now(),
        random: () => Math.random(),
        setTimeout: (act, milliseconds) => setTimeout(act, milliseconds),
        clearTimeout: (timer) => clearTimeout(timer as number | undefined),
      },
      (state) => {
        // A visit that was ended elsewhere shows as a line that cannot be opened: ask why.
        if (state === "reconnecting") void this.#refresh().catch((error: unknown) => this.#checkOver(error));
        if (state === "online") void this.#refresh().catch(() => undefined);
        this.link = state;
      },
    );
    this.#connection.start();
  }

  #checkOver(error: unknown): void {
    if (error instanceof Problem && error.status === 401) this.#forget();
  }

  #leaveChat(): void {
    this.#unlisten();
    this.#unlisten = () => undefined;
    clearInterval(this.#queueTimer);
    this.chat = null;
    this.events = [];
    this.#read = 0;
    this.agentTypes = false;
  }

  /** The visit is over. */
  #forget(): void {
    this.#leaveChat();
    this.#connection?.stop();
    this.#connection = null;
    void this.#outbox?.clear();
    this.#outbox?.stop();
    this.#outbox = null;
    this.entries = [];
    this.door.token = null;
    this.#visitId = null;
    this.keep.visit = null;
  }

  #watchPage(): void {
    addEventListener("online", () => this.#connection?.nudge());
    addEventListener("offline", () => this.#connection?.lost());
    document.addEventListener("visibilitychange", () => {
      this.#connection?.nudge();
      this.markRead();
    });
    // Another tab of the site began or ended the visit.
    addEventListener("storage", ({ key }) => {
      const kept = this.keep.visit;
      if (!this.keep.isVisit(key) || kept?.visitId === (this.#visitId ?? undefined)) return;
      if (kept) void this.#resume(kept.token, kept.visitId).catch(() => undefined);
      else this.#forget();
    });
  }
}

/** Whom the site vouches for: a token is another one on each page, the person in it is not. */
function vouchedBy(identity: Identity | null): string | null {
  if (!identity || !("token" in identity)) return identity?.user_id ?? null;
  try {
    const claims = identity.token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    return String((JSON.parse(atob(claims)) as { sub?: unknown }).sub);
  } catch {
    return identity.token;
  }
}

/** Only what was filled in. */
function given(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value));
}
