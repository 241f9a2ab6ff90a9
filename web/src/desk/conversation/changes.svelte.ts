/** A ticket's changes as the page makes them: one at a time, for the version that was shown, told when that is not the last. */
import { sendCommand } from "$/api/client";
import { newKey } from "$/api/key";
import type { DocketEvent, Receipt } from "$/api/types";
import { queryClient } from "$/data/query";
import { ticketKeys } from "$/data/tickets";
import { session } from "$/session/session.svelte";
import { toasts } from "$/ui/toast.svelte";
import type { Command } from "./commands";
import { attempt } from "./stale";
import type { Reversible } from "./wayBack";

export interface Change {
  ticket: string;
  /** The version it was decided on. */
  version: number;
  /** What it does, for whoever decides whether it still should: "Set the priority to High". */
  words: string;
  command: Command;
  /** After it was done, on this version. */
  done?: (receipt: Receipt, on: number) => void;
}

/** Whether a change was made: false while it waits for a word, since something happened meanwhile; null if it could not be. */
export type Made = boolean | null;

/** How the parts of the page ask for a change: what it does, in words and as a command; `reversible`: it can be taken back. */
export type MakeChange = (words: string, command: Command, more?: Partial<Pick<Change, "version" | "done">> & { reversible?: Reversible }) => Promise<Made>;

/** A change that waits for a word, since something happened meanwhile. */
export interface Waiting {
  change: Change;
  missed: readonly DocketEvent[];
}

export class Changes {
  /** What has to be decided, if anything. */
  waiting = $state.raw<Waiting | null>(null);
  #running = $state(0);

  get busy(): boolean {
    return this.#running > 0;
  }

  #underWay = new Map<string, Promise<Made>>();

  /** Makes a change, unless the same is being made. */
  make(change: Change): Promise<Made> {
    const said = JSON.stringify(change.command);
    const made = this.#underWay.get(said) ?? this.#make(change).finally(() => this.#underWay.delete(said));
    this.#underWay.set(said, made);
    return made;
  }

  async #make(change: Change): Promise<Made> {
    this.#running += 1;
    const key = newKey();
    try {
      // Another version is another request, and must not be taken for the first.
      const send = (version: number) => sendCommand({ ...change.command, key: `${key}-${version}`, ifMatch: version }) as Promise<Receipt>;
      const outcome = await attempt(send, change.version, session.me.person_id);
      if ("missed" in outcome) {
        this.waiting = { change: { ...change, version: outcome.version }, missed: outcome.missed };
        return false;
      }
      await queryClient.invalidateQueries({ queryKey: ticketKeys.one(change.ticket), exact: true });
      change.done?.(outcome.done, outcome.at);
      return true;
    } catch (error) {
      toasts.fail(error);
      return null;
    } finally {
      this.#running -= 1;
    }
  }

  /** Makes the waiting change all the same: for the version its maker has now heard of. */
  async anyway(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = null;
    if (waiting) await this.make(waiting.change);
  }

  drop(): void {
    this.waiting = null;
  }
}
