/** The visitor: their visit, what of theirs is open, and how both are found again. */
import { Problem } from "$/api/problem";
import type { DocketEvent, Receipt, Ticket } from "$/api/types";
import type { Connection } from "$/live/connection";
import { draft, startDrafts } from "$/live/drafts.svelte";
import type { Topic } from "$/live/protocol";
import { alone, pauseUntilOnline } from "$/live/tabs";
import { ChatRoom } from "./chat.svelte";
import type { Door, OwnVisit, Settings } from "./door";
import { type Asked, carryOver, Form, FORM, openChat, wordsOf } from "./form";
import { vouchedBy } from "./identity";
import type { Keep, Visit } from "./keep";
import { watchPage } from "./page";
import type { Identity } from "./start";
import { Talks } from "./talks.svelte";
import { Typing } from "./typing.svelte";
import { beginVisit, chatToShow, isOver, outboxOfVisit, passes } from "./visit";
import { Wire } from "./wire.svelte";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A chat that was carried over to somebody is theirs at once, but may be found a moment later. */
const NOT_FOUND_TIMES = 5;
/** What the panel shows: all there is, the form for something new, the chat that is followed, or a message left and its answers. */
export type Place = "home" | "begin" | "chat" | "request";

export class Visitor {
  opened = $state(false);
  loading = $state(true);
  place = $state.raw<Place>("begin");
  /** The ticket that is open. */
  request = $state.raw<{ id: string; ticket: Ticket | null } | null>(null);
  settings = $state.raw<Settings>() as Settings;
  /** How many visitors were here before: nothing one of them typed is for the next. */
  before = $state(0);
  readonly talks: Talks;
  readonly room: ChatRoom;
  readonly wire: Wire;
  readonly chat = $derived.by(() => this.room.chat);
  readonly unread = $derived.by(() => this.talks.unread(this.room.chat?.id) + this.room.unread);

  #identity: Identity | null = null;
  /** Counts who the visitor is: what was asked before it changed is answered too late. */
  #turn = 0;
  #beginning = 0;
  #acting = false;
  /** An earlier chat that was opened from the list: it stays open whatever other tabs do. */
  #looked: string | null = null;
  #typed = new Typing();
  #form = new Form();

  constructor(
    readonly door: Door,
    settings: Settings,
    private readonly keep: Keep,
  ) {
    this.settings = settings;
    this.talks = new Talks(door);
    this.wire = new Wire(door, keep, {
      connected: (connection) => this.#listen(connection),
      // A visit that was ended elsewhere shows as a line that cannot be opened: ask why.
      changed: (state) => (state === "reconnecting" || state === "online") && void this.room.refresh().catch(() => undefined),
      sent: ({ entry }) => {
        // What arrived is shown as said before the connection tells of it, or while there is none.
        if (this.wire.link !== "online" && entry.conversation === this.room.topic) void this.room.readAll();
      },
    });
    this.room = new ChatRoom(door, {
      connect: () => this.wire.connect(),
      looking: () => this.opened && this.place === "chat" && document.visibilityState === "visible",
      ask: (asked) => this.ask(asked),
    });
    startDrafts(keep.writer(null));
    watchPage({
      awake: () => this.wire.connection?.nudge(),
      offline: () => this.wire.connection?.lost(),
      seen: () => this.room.markRead(),
      // Another tab of the site began or ended the visit, started a chat or left it.
      stored: (key) => {
        if (!this.keep.tells(key) || this.#beginning) return;
        if (this.keep.visit) void this.#settle(() => this.#resume());
        else if (this.door.token) this.#forget();
      },
    });
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
    if (open && !this.opened && this.place === "begin") this.place = this.#start();
    this.opened = open;
    if (!open) return;
    this.room.markRead();
    this.#look();
  }

  /** Starts a chat. Throws what went wrong. */
  async startChat(asked: Asked): Promise<void> {
    await this.#asVisitor(async () => {
      const filled = this.#form.fill("/v1/chats", wordsOf(asked), { page: location.href });
      // Begun in another tab, or by words since changed whose answer was lost: then these are said there.
      const open = filled.again ? null : await this.door.latestChat();
      if (open && open.status !== "closed") {
        this.#form.settled();
        this.wire.say(`chat:${open.id}`, asked.message.trim());
        await this.#showBegun(open.id);
      } else {
        const id = await this.#form.send<Receipt>(this.door, filled).then(
          (begun) => begun.id,
          (error: unknown) => {
            // Another tab was faster: what was written here is said there.
            const open = openChat(error);
            if (open === null) throw error;
            this.wire.say(`chat:${open}`, asked.message.trim());
            return open;
          },
        );
        await this.#showBegun(id);
      }
    });
    void this.readTalks().catch(() => undefined);
  }

  /** Leaves a message for later; answers with what it became. Throws what went wrong. */
  async leaveMessage(asked: Asked): Promise<Receipt> {
    const left = await this.#asVisitor(async () => {
      const filled = this.#form.fill("/v1/visit/offline-messages", wordsOf(asked));
      return this.#form.send<Receipt>(this.door, filled);
    });
    void this.readTalks().catch(() => undefined);
    return left;
  }

  /** Who they are, as far as they or their site said; null: nobody knows. */
  async known(): Promise<OwnVisit | null> {
    return this.door.token ? this.ask(this.door.visit()) : null;
  }

  /** The visitor is writing; said now and then. */
  types(topic: Topic): void {
    if (this.#typed.toSay()) this.wire.connection?.tell({ type: "typing", topic });
  }

  /** All there is. */
  home(): void {
    if (this.chat?.status === "closed") this.#done();
    this.place = "home";
    this.#look();
  }

  /** The form for something new. What can no longer be said where it was typed goes into it. */
  another(): void {
    const over = this.place === "request" ? (`ticket:${this.request!.id}` as const) : this.chat?.status === "closed" ? this.room.topic : null;
    if (over) carryOver(over);
    if (this.chat?.status === "closed") this.#done();
    this.place = "begin";
    this.#look();
  }

  /** Opens one of their chats. */
  async openChat(id: string): Promise<void> {
    this.#looked = id;
    if (id === this.chat?.id) this.#enterChat();
    else await this.#showBegun(id);
  }

  openRequest(id: string, ticket: Ticket | null = null): void {
    this.request = { id, ticket };
    this.place = "request";
  }

  /** Reads anew what there is, and hears from then on what becomes of it. */
  async readTalks(): Promise<void> {
    await this.ask(this.talks.read());
    if (this.talks.open) this.wire.connect();
  }

  /** Waits for an answer; if it says that the visit is over, there is none any more. Throws what went wrong. */
  async ask<T>(asked: Promise<T>): Promise<T> {
    const { token } = this.door;
    return asked.catch(async (error: unknown) => {
      if (isOver(error)) await this.#over(token);
      throw error;
    });
  }

  /** Where somebody finds themselves who opens the panel. */
  #start(): Place {
    return this.talks.any && !draft.has(FORM) ? "home" : "begin";
  }

  /** Somebody may have come or gone since the page was loaded, and something been answered. */
  #look(): void {
    if (!this.chat) void this.door.settings().then((settings) => (this.settings = settings), () => undefined);
    if (this.door.token) void this.readTalks().catch(() => undefined);
  }

  /** The visitor is done with the chat, in every tab. */
  #done(): void {
    const { chat } = this;
    if (chat && this.keep.chat?.id === chat.id) this.keep.chat = { id: chat.id, left: true, position: this.door.position };
    this.#leaveChat();
  }

  #enterChat(): void {
    this.place = "chat";
    this.room.markRead();
  }

  #listen(connection: Connection): void {
    const read = () => void this.readTalks().catch(() => undefined);
    const event = ({ stream_id: id, position }: DocketEvent) => {
      this.door.knows(position);
      // A chat that is on the screen shows for itself what is said in it.
      if (this.place !== "chat" || id !== this.chat?.id) read();
    };
    for (const topic of ["chats", "tickets"] as const) connection.listen(topic, { event, subscribed: read, resync: read });
  }

  /** Does something in a visit; in another one, if that under way turns out to be over. */
  async #asVisitor<T>(act: () => Promise<T>): Promise<T> {
    this.#acting = true;
    try {
      await this.#needVisit();
      const { token } = this.door;
      return await act().catch(async (error: unknown) => {
        if (!isOver(error)) throw error;
        await this.#over(token);
        await this.#needVisit();
        return act();
      });
    } finally {
      this.#acting = false;
    }
  }

  /** Shows a chat the first message of which has arrived, or will: should reading it fail, only that is tried again. */
  async #showBegun(id: string): Promise<void> {
    if (id !== this.#looked) this.keep.chat = { id, left: false, position: this.door.position };
    await this.#follow(id).then(
      () => this.#enterChat(),
      () => {
        this.keep.chat = { id, left: false, position: this.door.position };
        this.loading = true;
        return this.#settle(() => this.#resume());
      },
    );
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
    const person = outboxOfVisit(visit);
    if (this.wire.person === person) return;
    // What is shown was somebody else's; what was typed before there was a visit is this one's.
    this.#leaveChat();
    startDrafts(this.keep.writer(person), this.keep.writer(null));
    await this.wire.speakAs(person);
  }

  /** Shows what the visit that is kept is about: the chat that is followed, unless it is over and there is a later one. */
  async #resume(): Promise<void> {
    const visit = this.keep.visit;
    if (!visit) return;
    const turn = this.#turn;
    await this.#enter(visit);
    const shown = this.room.shown;
    const [chat] = await Promise.all([chatToShow(this.door, this.keep.chat, this.chat?.id), this.talks.read()]);
    if (turn !== this.#turn || shown !== this.room.shown) return;
    if (this.talks.open) this.wire.connect();
    if (chat) {
      const isNew = chat.id !== this.chat?.id;
      await this.#follow(chat.id);
      if (isNew && this.place !== "request") this.#enterChat();
    } else if (!this.chat || this.chat.id !== this.#looked) {
      this.#leaveChat();
      if (this.loading && this.place === "begin") this.place = this.#start();
    }
  }

  async #follow(id: string): Promise<void> {
    await this.room.follow(id, () => {
      // Other tabs show it too.
      const isKept = this.keep.chat?.id === id && !this.keep.chat.left;
      if (!isKept && id !== this.#looked) this.keep.chat = { id, left: false, position: this.door.position };
    });
  }

  #disconnect(): void {
    this.room.unlisten();
    this.wire.disconnect();
  }

  /** A visit is over, by its token: unless this page or another tab has begun a later one, there is none any more. */
  async #over(token: string | null): Promise<void> {
    if (this.#beginning) return;
    await alone(this.keep.lock, async () => {
      if (token !== this.door.token) return;
      if (await this.keep.hasOther(token)) void this.#settle(() => this.#resume());
      else this.#forget();
    });
  }

  #leaveChat(): void {
    this.room.leave();
    this.#looked = null;
    if (this.place === "chat") this.place = "begin";
  }

  /** The visit is over. */
  #forget(): void {
    // What somebody sends just now is theirs, in whatever visit it is sent.
    if (!this.#acting) this.before += 1;
    this.#leaveChat();
    this.talks.forget();
    this.request = null;
    this.place = "begin";
    this.wire.silence();
    draft.clearAll();
    startDrafts(this.keep.writer(null));
    this.door.token = null;
    this.keep.visit = null;
    this.keep.chat = null;
    this.loading = false;
  }
}
