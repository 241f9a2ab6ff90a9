/** The visitor: their visit, their chat, what is not sent yet, and the connection that tells what happens. */
import { Problem } from "$/api/problem";
import type { Chat, DocketEvent, Receipt } from "$/api/types";
import type { Connection, LinkState } from "$/live/connection";
import type { Outbox, Shown } from "$/live/outbox";
import type { Topic } from "$/live/protocol";
import { alone, pauseUntilOnline } from "$/live/tabs";
import type { Door, Settings } from "./door";
import { type Asked, Form, given, openChat, wordsOf } from "./form";
import { vouchedBy } from "./identity";
import type { Keep, Visit } from "./keep";
import { connectionThrough, outboxOf } from "./lines";
import type { Identity } from "./start";
import { add, lines, unread } from "./thread";
import { Typing } from "./typing.svelte";
import { beginVisit, chatToShow, isOver, outboxOfVisit, passes } from "./visit";

/** While waiting, the place in the queue changes without an event of this chat. */
const QUEUE_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Earlier chats to choose from. */
const EARLIER = 5;
/** A chat that was carried over to somebody is theirs at once, but may be found a moment later. */
const NOT_FOUND_TIMES = 5;

export class Visitor {
  opened = $state(false);
  loading = $state(true);
  chat = $state.raw<Chat | null>(null);
  events = $state.raw<readonly DocketEvent[]>([]);
  entries = $state.raw<readonly Shown[]>([]);
  link = $state.raw<LinkState>("connecting");
  readonly typing = new Typing();
  settings = $state.raw<Settings>() as Settings;
  #read = $state(0);

  readonly lines = $derived(lines(this.events));
  readonly agentTypes = $derived(this.typing.agent);
  readonly unread = $derived(unread(this.events, this.#read));

  #identity: Identity | null = null;
  /** Counts who the visitor is, and what is shown: what was asked before it changed is answered too late. */
  #turn = 0;
  #shown = 0;
  #beginning = 0;
  #outbox: Outbox | null = null;
  #outboxOf: string | null = null;
  #connection: Connection | null = null;
  #unlisten: () => void = () => undefined;
  #queueTimer: ReturnType<typeof setInterval> | undefined;
  #form = new Form();

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
    await this.#settle(async () => {
      if (this.#identity && this.keep.visit?.vouched !== vouchedBy(this.#identity)) await this.#beginVisit();
      await this.#resume();
    });
  }

  /** The site says who this is, or (null) that they signed out. */
  async identify(identity: Identity | null): Promise<void> {
    if (identity) return this.begin(identity);
    this.#identity = null;
    this.#turn += 1;
    const ended = this.door.token ? this.door.endVisit().catch(() => undefined) : undefined;
    this.#forget();
    await ended;
  }

  show(open: boolean): void {
    this.opened = open;
    if (!open) return;
    this.markRead();
    // Somebody may have come or gone since the page was loaded.
    if (!this.chat) void this.door.settings().then((settings) => (this.settings = settings), () => undefined);
  }

  /** Starts a chat. Throws what went wrong. */
  async startChat(asked: Asked): Promise<void> {
    await this.#asVisitor(async () => {
      const filled = this.#form.fill("/v1/chats", wordsOf(asked), { page: location.href });
      // Begun in another tab, or by words since changed whose answer was lost: then these are said there.
      const open = filled.again ? null : await this.door.latestChat();
      if (open && open.status !== "closed") {
        this.#form.settled();
        this.say(asked.message.trim(), open.id);
        await this.#showBegun(open.id);
      } else {
        const id = await this.#form.send<Receipt>(this.door, filled).then(
          (begun) => begun.id,
          (error: unknown) => {
            // Another tab was faster: what was written here is said there.
            const open = openChat(error);
            if (open === null) throw error;
            this.say(asked.message.trim(), open);
            return open;
          },
        );
        await this.#showBegun(id);
      }
    });
  }

  /** Leaves a message for later; answers with its number. Throws what went wrong. */
  async leaveMessage(asked: Asked): Promise<string | null> {
    return this.#asVisitor(async () => {
      const filled = this.#form.fill("/v1/visit/offline-messages", wordsOf(asked));
      return (await this.#form.send<Receipt>(this.door, filled)).number ?? null;
    });
  }

  /** Says something: kept at once, sent as soon as it can be, once. */
  say(body: string, id = this.chat?.id): void {
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
    if (this.chat && this.typing.toSay()) this.#connection?.tell({ type: "typing", topic: `chat:${this.chat.id}` });
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

  /** What was talked about before, the latest first. */
  async earlier(): Promise<Chat[]> {
    return this.door.token ? this.door.chats(EARLIER) : [];
  }

  /** Shows an earlier chat again. */
  look(id: string): Promise<void> {
    return this.#showBegun(id);
  }

  /** Back to the beginning, for another chat. */
  another(): void {
    if (this.chat) this.keep.chat = { id: this.chat.id, left: true, position: this.door.position };
    this.#leaveChat();
    this.show(true);
  }

  /** Does something in a visit; in another one, if that under way turns out to be over. */
  async #asVisitor<T>(act: () => Promise<T>): Promise<T> {
    await this.#needVisit();
    const { token } = this.door;
    try {
      return await act();
    } catch (error) {
      if (!isOver(error)) throw error;
      await this.#over(token);
      await this.#needVisit();
      return act();
    }
  }

  /** Shows a chat the first message of which has arrived, or will: should reading it fail, only that is tried again. */
  async #showBegun(id: string): Promise<void> {
    this.keep.chat = { id, left: false, position: this.door.position };
    await this.#follow(id).catch(() => {
      this.loading = true;
      return this.#settle(() => this.#resume());
    });
  }

  async #needVisit(): Promise<void> {
    // A second time without an identity that was refused.
    for (let tries = 0; !this.door.token && tries < 2; tries += 1) {
      await this.#beginVisit();
      if (this.keep.visit) await this.#enter(this.keep.visit);
    }
  }

  /** Finds what is to be shown, however long the desk is out of reach. Resolves after the first try. */
  async #settle(find: () => Promise<void>, pause = FIRST_PAUSE_MS, tries = 1): Promise<void> {
    const turn = ++this.#turn;
    try {
      await find();
    } catch (error) {
      if (turn !== this.#turn) return;
      const missing = error instanceof Problem && error.status === 404;
      if (missing && tries === NOT_FOUND_TIMES) this.keep.chat = null;
      if (passes(error) || (missing && tries <= NOT_FOUND_TIMES)) {
        void pauseUntilOnline(pause).then(() => {
          if (turn === this.#turn) void this.#settle(find, Math.min(2 * pause, LONGEST_PAUSE_MS), tries + 1);
        });
        return;
      }
      if (isOver(error)) await this.#over(this.door.token);
    }
    this.loading = false;
  }

  /** Begins a visit, one tab at a time. If the site says who this is, what an unknown visitor did goes with it. */
  async #beginVisit(): Promise<void> {
    this.#beginning += 1;
    try {
      await alone(this.keep.lock, () => this.#beginAlone());
    } finally {
      this.#beginning -= 1;
    }
  }

  async #beginAlone(): Promise<void> {
    const identity = this.#identity;
    const before = this.keep.visit;
    // Another tab was faster.
    if (before && (!identity || before.vouched === vouchedBy(identity))) return;
    // It ends with the earlier token: that is no sign that anything is over.
    this.#disconnect();
    const begun = await beginVisit(this.door, before, identity).catch((error: unknown) => {
      if (this.chat) void this.#follow(this.chat.id).catch(() => undefined);
      throw error;
    });
    // Meanwhile the site said something else.
    if (identity !== this.#identity) return;
    // What the site says cannot be proven, perhaps no longer: the visitor stays as unknown as before.
    if (!begun) this.#identity = null;
    if (before?.vouched != null) this.#forget();
    if (begun) this.keep.visit = begun;
  }

  async #enter(visit: Visit): Promise<void> {
    if (this.door.token !== visit.token) this.#disconnect();
    this.door.token = visit.token;
    await this.#startOutbox(outboxOfVisit(visit));
  }

  /** Shows what the visit that is kept is about: the chat that is followed, unless it is over and there is a later one. */
  async #resume(): Promise<void> {
    const visit = this.keep.visit;
    if (!visit) return;
    const turn = this.#turn;
    await this.#enter(visit);
    const shown = this.#shown;
    const chat = await chatToShow(this.door, this.keep.chat, this.chat?.id);
    if (turn !== this.#turn || shown !== this.#shown) return;
    if (chat) await this.#follow(chat.id);
    else this.#leaveChat();
  }

  async #startOutbox(person: string): Promise<void> {
    if (this.#outboxOf === person) return;
    // What is shown was somebody else's.
    this.#leaveChat();
    this.#outbox?.stop();
    this.#outboxOf = person;
    this.#outbox = outboxOf(person, this.keep, this.door);
    this.#outbox.watch((entries) => (this.entries = entries));
    // What arrived is shown as said before the connection tells of it, or while there is none.
    this.#outbox.onSent(({ entry }) => {
      if (this.link !== "online" && entry.conversation === `chat:${this.chat?.id}`) void this.#readAll();
    });
    await this.#outbox.start();
  }

  async #follow(id: string): Promise<void> {
    const shown = ++this.#shown;
    const [chat, events] = await Promise.all([this.door.chat(id), this.door.events(id)]);
    if (shown !== this.#shown) return;
    this.chat = chat;
    this.events = events;
    // Other tabs show it too.
    if (this.keep.chat?.id !== id || this.keep.chat.left) this.keep.chat = { id, left: false, position: this.door.position };
    this.#connect();
    this.#unlisten();
    const topic: Topic = `chat:${id}`;
    this.#unlisten = this.#connection!.listen(topic, {
      after: events.at(-1)?.position ?? 0,
      event: (event) => this.#hear(event),
      typing: (from) => from.kind === "agent" && this.typing.heard(),
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
      if (event.actor.kind === "agent") this.typing.over();
      this.markRead();
    } else if (event.event_type !== "MessagesRead") {
      void this.#refresh().catch(() => undefined);
    }
  }

  async #refresh(): Promise<void> {
    const id = this.chat?.id;
    if (!id) return;
    const { token } = this.door;
    const chat = await this.door.chat(id).catch(async (error: unknown) => {
      if (isOver(error)) await this.#over(token);
      throw error;
    });
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
    this.#connection = connectionThrough(this.door, (state) => {
      // A visit that was ended elsewhere shows as a line that cannot be opened: ask why.
      if (state === "reconnecting" || state === "online") void this.#refresh().catch(() => undefined);
      this.link = state;
    });
    this.#connection.start();
  }

  #disconnect(): void {
    this.#unlisten();
    this.#unlisten = () => undefined;
    this.#connection?.stop();
    this.#connection = null;
  }

  /** A visit is over, by its token: unless this page or another tab has begun a later one, there is none any more. */
  async #over(token: string | null): Promise<void> {
    if (this.#beginning) return;
    await alone(this.keep.lock, async () => {
      if (token !== this.door.token) return;
      const kept = this.keep.visit;
      if (kept && kept.token !== token) void this.#settle(() => this.#resume());
      else this.#forget();
    });
  }

  #leaveChat(): void {
    this.#shown += 1;
    this.#unlisten();
    this.#unlisten = () => undefined;
    clearInterval(this.#queueTimer);
    this.chat = null;
    this.events = [];
    this.#read = 0;
    this.typing.over();
  }

  /** The visit is over. */
  #forget(): void {
    this.#leaveChat();
    this.#disconnect();
    void this.#outbox?.clear();
    this.#outbox?.stop();
    this.#outbox = null;
    this.#outboxOf = null;
    this.entries = [];
    this.door.token = null;
    this.keep.visit = null;
    this.keep.chat = null;
    this.loading = false;
  }

  #watchPage(): void {
    addEventListener("online", () => this.#connection?.nudge());
    addEventListener("offline", () => this.#connection?.lost());
    document.addEventListener("visibilitychange", () => {
      this.#connection?.nudge();
      this.markRead();
    });
    // Another tab of the site began or ended the visit, started a chat or left it.
    addEventListener("storage", ({ key }) => {
      if (!this.keep.tells(key) || this.#beginning) return;
      if (this.keep.visit) void this.#settle(() => this.#resume());
      else if (this.door.token) this.#forget();
    });
  }
}
