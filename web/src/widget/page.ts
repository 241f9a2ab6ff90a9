/** What happens to the page and its network, for as long as it lives. */

export interface Watcher {
  /** The network, or the whole machine, may be back. */
  awake(): void;
  offline(): void;
  /** Somebody looks at the page again, or no longer. */
  seen(): void;
  /** Another tab wrote something under a key; null: all of it was removed. */
  stored(key: string | null): void;
}

export function watchPage(watcher: Watcher): void {
  addEventListener("online", () => watcher.awake());
  addEventListener("offline", () => watcher.offline());
  document.addEventListener("visibilitychange", () => {
    watcher.awake();
    watcher.seen();
  });
  addEventListener("storage", ({ key }) => watcher.stored(key));
}
