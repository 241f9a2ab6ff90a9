/** The tab's live connection, and what the screen says about it. */
import { knows, minPosition } from "$/api/position";
import { Connection, type Listener, type LinkState } from "./connection";
import type { Topic } from "./protocol";

/** After so long without a timer's tick the machine must have slept. */
const TICK_MS = 5_000;
const SLEPT_MS = 15_000;

let status = $state.raw<{ state: LinkState; since: number }>({ state: "connecting", since: Date.now() });

const connection = new Connection(
  {
    open: () => {
      const url = new URL("/v1/live", location.href);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(url);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: (act, milliseconds) => setTimeout(act, milliseconds),
    clearTimeout: (timer) => clearTimeout(timer as number | undefined),
  },
  (state, since) => {
    status = { state, since };
  },
);

function watchMachine(): void {
  addEventListener("online", () => connection.nudge());
  addEventListener("offline", () => connection.lost());
  addEventListener("pageshow", () => connection.nudge());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connection.nudge();
  });
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > SLEPT_MS) connection.nudge();
    last = now;
  }, TICK_MS);
}

export const live = {
  /** Whether news arrives, and since when it does or does not. */
  get status(): { state: LinkState; since: number } {
    return status;
  },
  /** Connects; once, at the start of an app whose reader is signed in. */
  start(): void {
    watchMachine();
    connection.start();
  },
  stop(): void {
    connection.stop();
  },
  /**
   * Listens to a topic; returns how to stop. Made for `$effect(() => live.listen("tickets", { event }))`. What a listener asks
   * for after it was told shows what it was told of. Unless it says from where on, it is told of all that queries do not have
   * to show by now: what happened between a query and the answer to the subscription is not missed.
   */
  listen(topic: Topic, listener: Listener): () => void {
    const after = listener.after ?? minPosition();
    return connection.listen(topic, {
      ...listener,
      ...(after === null ? {} : { after }),
      event(event) {
        knows(event.position);
        listener.event?.(event);
      },
      resync(position) {
        knows(position);
        listener.resync?.(position);
      },
    });
  },
  /** Says that the reader writes; the server tells it on at most once a second. */
  typing(topic: Topic, internal = false): void {
    connection.tell({ type: "typing", topic, internal });
  },
  /** Says that the reader looks at a conversation, until told otherwise; returns how to stop. */
  viewing(topic: Topic): () => void {
    const say = () => connection.tell({ type: "viewing", topic });
    say();
    const timer = setInterval(say, 10_000);
    return () => {
      clearInterval(timer);
      connection.tell({ type: "left", topic });
    };
  },
};
