/** What was done last, for as long as it can be taken back: with Ctrl+Z, or by the word beside the message that tells of it. */
import { m } from "$/i18n/index.svelte";
import { toasts } from "$/ui/toast.svelte";

/** So long it is offered. */
const OFFERED_MS = 8_000;

/** Takes it back. False: it could not be, since something happened in between. */
export type Back = () => Promise<boolean>;

let latest = $state.raw<Back | null>(null);

export const undo = {
  /** Whether there is anything to take back. */
  get offered(): boolean {
    return latest !== null;
  },
  /** Says that something was done, and offers to take it back. */
  offer(words: string, back: Back): void {
    latest = back;
    toasts.say(words, { label: m.common_undo(), keys: "$mod+z", run: () => void take(back) }, OFFERED_MS);
    setTimeout(() => {
      if (latest === back) latest = null;
    }, OFFERED_MS);
  },
  /** Takes back what was done last, if it is still offered. */
  run(): void {
    if (latest) void take(latest);
  },
};

let running = false;

async function take(back: Back): Promise<void> {
  if (running) return;
  running = true;
  latest = null;
  try {
    toasts.dismissActions();
    toasts.say((await back()) ? m.common_undone() : m.common_undo_too_late());
  } catch (error) {
    toasts.fail(error);
  } finally {
    running = false;
  }
}
