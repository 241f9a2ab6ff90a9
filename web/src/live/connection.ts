/**
 * One WebSocket, kept alive: heartbeat, back-off with jitter, and every topic resumed from where each listener was, so that
 * nobody misses an event or hears one twice, whatever happened to the network meanwhile.
 *
 * Nothing of the browser's is touched directly; [`Surroundings`] gives clock, timers, dice and sockets.
 */
import type { DocketEvent } from "$/api/types";
import type { Person, Said, Told, Topic } from "./protocol";

export type LinkState = "connecting" | "online" | "reconnecting" | "offline";

/** The parts of a `WebSocket` in use. */
export type Socket = Pick<WebSocket, "onmessage" | "onclose" | "send" | "close">;

export interface Surroundings {
  open(): Socket;
  now(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  setTimeout(act: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface Listener {
  /** What this listener has seen: it hears of what came after. Absent: of what comes from now on. */
  after?: number;
  event?(event: DocketEvent): void;
  typing?(from: Person, internal: boolean): void;
  /** From now on everything is told: what is read now misses nothing. */
  subscribed?(): void;
  /** Everybody who looks at it, the reader aside. */
  viewers?(viewers: Person[]): void;
  /** Too much was missed to be told: read anew what is shown. `position`: what comes after it will be told. */
  resync?(position: number): void;
}

interface Heard {
  listener: Listener;
  /** Events up to here were told to this listener; null until the server said where "now" is. */
  position: number | null;
}

interface Subscribed {
  listeners: Set<Heard>;
  viewers: Person[];
}

const BEAT_MS = 20_000;
const PATIENCE_MS = 8_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;

export class Connection {
  state: LinkState = "connecting";
  /** Since when it is in this state. */
  since: number;

  #socket: Socket | null = null;
  #topics = new Map<Topic, Subscribed>();
  #failures = 0;
  #connected = false;
  #stopped = false;
  #retry: unknown = null;
  #beat: unknown = null;
  #deadline: unknown = null;

  constructor(
    private readonly around: Surroundings,
    private readonly changed: (state: LinkState, since: number) => void = () => undefined,
  ) {
    this.since = around.now();
  }

  /** Connects, and stays connected until [`stop`](Connection.stop). */
  start(): void {
    this.#stopped = false;
    if (!this.#socket) this.#open();
  }

  /** Ends the connection. */
  stop(): void {
    this.#stopped = true;
    this.around.clearTimeout(this.#retry);
    this.#drop();
  }

  /** Something suggests that the network is back or the machine woke up: do not wait for a timer. */
  nudge(): void {
    if (this.#stopped) return;
    if (!this.#socket) {
      this.around.clearTimeout(this.#retry);
      this.#open();
    } else if (this.#connected) {
      this.#ping();
    }
  }

  /** The machine says that it has no network. */
  lost(): void {
    if (this.#stopped) return;
    this.#drop();
    this.around.clearTimeout(this.#retry);
    this.#enter("offline");
  }

  /** Listens to a topic; returns how to stop. */
  listen(topic: Topic, listener: Listener): () => void {
    const heard: Heard = { listener, position: listener.after ?? null };
    let subscribed = this.#topics.get(topic);
    const first = !subscribed;
    subscribed ??= { listeners: new Set(), viewers: [] };
    this.#topics.set(topic, subscribed);
    const furthest = Math.min(...Array.from(subscribed.listeners, (other) => other.position ?? Infinity));
    subscribed.listeners.add(heard);
    // Asking again replays what this listener lacks; the others skip what they have had.
    if (first || (heard.position !== null && heard.position < furthest)) this.#subscribe(topic);
    else if (subscribed.viewers.length) listener.viewers?.(subscribed.viewers);
    return () => {
      subscribed.listeners.delete(heard);
      if (subscribed.listeners.size === 0 && this.#topics.get(topic) === subscribed) {
        this.#topics.delete(topic);
        this.#say({ type: "unsubscribe", topic });
      }
    };
  }

  /** Says something that is only worth saying now: typing, viewing, left. */
  tell(said: Said): void {
    this.#say(said);
  }

  #open(): void {
    if (this.state !== "connecting") this.#enter("reconnecting");
    const socket = this.around.open();
    this.#socket = socket;
    this.#deadline = this.around.setTimeout(() => this.#broken(socket), PATIENCE_MS);
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket || typeof data !== "string") return;
      this.#alive();
      this.#hear(JSON.parse(data) as Told);
    };
    socket.onclose = () => this.#broken(socket);
  }

  #hear(told: Told): void {
    switch (told.type) {
      case "welcome":
        this.#connected = true;
        this.#failures = 0;
        this.#enter("online");
        for (const topic of this.#topics.keys()) this.#subscribe(topic);
        break;
      case "subscribed":
        this.#each(told.topic, (heard) => {
          heard.position = Math.max(heard.position ?? 0, told.position);
          heard.listener.subscribed?.();
        });
        this.#setViewers(told.topic, told.viewers);
        break;
      case "event":
        for (const topic of told.topics) this.#event(topic, told.event);
        break;
      case "typing":
        this.#each(told.topic, ({ listener }) => listener.typing?.(told.from, told.internal));
        break;
      case "presence": {
        const others = this.#topics.get(told.topic)?.viewers.filter((one) => one.id !== told.from.id) ?? [];
        this.#setViewers(told.topic, told.viewing ? [...others, told.from] : others);
        break;
      }
      case "resync":
        this.#resync(told.position);
        break;
      case "error":
        // The log is not the one that was listened to (restored, emptied): begin anew at its end.
        if (told.code === "invalid_position") this.#resync(null);
        break;
      case "unsubscribed":
      case "pong":
        break;
    }
  }

  #event(topic: Topic, event: DocketEvent): void {
    this.#each(topic, (heard) => {
      if (heard.position !== null && event.position <= heard.position) return;
      heard.position = event.position;
      heard.listener.event?.(event);
    });
  }

  /** Everybody reads anew and is told what comes after `position`, or after now. */
  #resync(position: number | null): void {
    for (const topic of this.#topics.keys()) {
      this.#each(topic, (heard) => {
        heard.position = position;
        heard.listener.resync?.(position ?? 0);
      });
      if (position === null) this.#subscribe(topic);
    }
  }

  #setViewers(topic: Topic, viewers: Person[]): void {
    const subscribed = this.#topics.get(topic);
    if (!subscribed) return;
    subscribed.viewers = viewers;
    this.#each(topic, ({ listener }) => listener.viewers?.(viewers));
  }

  #each(topic: Topic, act: (heard: Heard) => void): void {
    for (const heard of [...(this.#topics.get(topic)?.listeners ?? [])]) act(heard);
  }

  #subscribe(topic: Topic): void {
    const positions = Array.from(this.#topics.get(topic)?.listeners ?? [], (heard) => heard.position);
    const known = positions.filter((position) => position !== null);
    this.#say(known.length ? { type: "subscribe", topic, after: Math.min(...known) } : { type: "subscribe", topic });
  }

  #say(said: Said): void {
    if (this.#connected) this.#socket?.send(JSON.stringify(said));
  }

  /** Something was heard: the next ping is a beat away. */
  #alive(): void {
    this.around.clearTimeout(this.#deadline);
    this.around.clearTimeout(this.#beat);
    this.#deadline = null;
    this.#beat = this.around.setTimeout(() => this.#ping(), BEAT_MS);
  }

  #ping(): void {
    const socket = this.#socket;
    if (!socket || this.#deadline !== null) return;
    this.#deadline = this.around.setTimeout(() => this.#broken(socket), PATIENCE_MS);
    this.#say({ type: "ping" });
  }

  #broken(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (this.#stopped) return;
    this.#enter("reconnecting");
    this.#failures += 1;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 1));
    // Half fixed, half dice: many tabs of many people do not come back in the same instant.
    const wait = longest / 2 + (this.around.random() * longest) / 2;
    this.#retry = this.around.setTimeout(() => this.#open(), wait);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#connected = false;
    this.around.clearTimeout(this.#deadline);
    this.around.clearTimeout(this.#beat);
    this.#deadline = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    for (const topic of this.#topics.keys()) this.#setViewers(topic, []);
  }

  #enter(state: LinkState): void {
    if (state === this.state) return;
    // A hiccup that was never seen as one is not worth a word; what counts is since when there is no connection.
    const stillGone = state !== "online" && this.state !== "online" && this.state !== "connecting";
    this.state = state;
    if (!stillGone) this.since = this.around.now();
    this.changed(state, this.since);
  }
}
