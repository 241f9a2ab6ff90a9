/** What several tabs of one browser have to agree on. */
import type { Channel } from "./outbox";

/**
 * Runs `work` while no other tab of this browser runs something under the same name. Pages that have no Web Locks (served
 * over plain HTTP from elsewhere than this machine) or may not use them (sandboxed, storage denied) just run it.
 */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  let begun = false;
  try {
    await navigator.locks.request(name, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    await work();
  }
}

/** A line to the other tabs; where a page may not have one, a line to nobody. */
export function channelNamed(name: string): Channel {
  try {
    return new BroadcastChannel(name);
  } catch {
    return { onmessage: null, postMessage: () => undefined, close: () => undefined };
  }
}

/** Resolves after a while, or as soon as the network comes back. */
export function pauseUntilOnline(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
  });
}
