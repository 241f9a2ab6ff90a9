/** What leads from a page to the desk and to the other tabs: what is said through the outbox, what happens through the connection. */
import { Connection, type LinkState } from "$/live/connection";
import { Outbox, type Sent, type Shown } from "$/live/outbox";
import type { Topic } from "$/live/protocol";
import { alone, channelNamed, pauseUntilOnline } from "$/live/tabs";
import type { Door } from "./door";
import type { Keep } from "./keep";

/** Who hears of it. */
export interface Ears {
  /** A connection was made; nothing is listened to yet. */
  connected(connection: Connection): void;
  changed(state: LinkState): void;
  sent(sent: Sent): void;
}

export class Wire {
  link = $state.raw<LinkState>("connecting");
  /** What is not sent yet. */
  entries = $state.raw<readonly Shown[]>([]);
  connection = $state.raw<Connection | null>(null);
  /** Who speaks. */
  person = $state.raw<string | null>(null);
  #outbox: Outbox | null = null;

  constructor(
    private readonly door: Door,
    private readonly keep: Keep,
    private readonly ears: Ears,
  ) {}

  connect(): Connection {
    if (this.connection) return this.connection;
    const made = new Connection(
      {
        open: () => this.door.live(),
        now: () => Date.now(),
        random: () => Math.random(),
        setTimeout: (act, milliseconds) => setTimeout(act, milliseconds),
        clearTimeout: (timer) => clearTimeout(timer as number | undefined),
      },
      (state) => {
        this.ears.changed(state);
        this.link = state;
      },
    );
    this.connection = made;
    this.ears.connected(made);
    made.start();
    return made;
  }

  disconnect(): void {
    this.connection?.stop();
    this.connection = null;
  }

  /** Sends what somebody said and says. */
  async speakAs(person: string): Promise<void> {
    this.#outbox?.stop();
    this.person = person;
    const outbox = new Outbox({
      person,
      store: this.keep,
      channel: channelNamed(`docket-widget-${person}`),
      send: (command) => this.door.stored(command),
      alone: (work) => alone(`docket-widget-${person}`, work),
      pause: pauseUntilOnline,
      now: () => Date.now(),
    });
    this.#outbox = outbox;
    outbox.watch((entries) => (this.entries = entries));
    outbox.onSent((sent) => this.ears.sent(sent));
    await outbox.start();
  }

  /** Says something: kept at once, sent as soon as it can be, once. */
  say(topic: Topic, body: string): void {
    const path = `/v1/${topic.replace(":", "s/")}/messages`;
    void this.#outbox?.add(topic, "message", { method: "POST", path, body: { body } });
  }

  again(entry: string): void {
    void this.#outbox?.retry(entry);
  }

  discard(entry: string): void {
    void this.#outbox?.discard(entry);
  }

  /** What was not sent is thrown away, and nobody speaks any more. */
  silence(): void {
    this.disconnect();
    void this.#outbox?.clear();
    this.#outbox?.stop();
    this.#outbox = null;
    this.person = null;
    this.entries = [];
  }
}
