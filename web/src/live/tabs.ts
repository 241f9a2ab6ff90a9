/** What several tabs of one browser have to agree on. */

/**
 * Runs `work` while no other tab of this browser runs something under the same name. Pages without Web Locks (served over
 * plain HTTP from elsewhere than this machine) just run it.
 */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(name, work);
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
