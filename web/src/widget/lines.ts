/** What leads from a page to the desk and to the other tabs: what is said through the outbox, what happens through the connection. */
import { Connection, type LinkState } from "$/live/connection";
import { Outbox } from "$/live/outbox";
import { alone, channelNamed, pauseUntilOnline } from "$/live/tabs";
import type { Door } from "./door";
import type { Keep } from "./keep";

export function outboxOf(person: string, keep: Keep, door: Door): Outbox {
  return new Outbox({
    person,
    store: keep,
    channel: channelNamed(`docket-widget-${person}`),
    send: (command) => door.stored(command),
    alone: (work) => alone(`docket-widget-${person}`, work),
    pause: pauseUntilOnline,
    now: () => Date.now(),
  });
}

export function connectionThrough(door: Door, changed: (state: LinkState) => void): Connection {
  return new Connection(
    {
      open: () => door.live(),
      now: () => Date.now(),
      random: () => Math.random(),
      setTimeout: (act, milliseconds) => setTimeout(act, milliseconds),
      clearTimeout: (timer) => clearTimeout(timer as number | undefined),
    },
    changed,
  );
}
