/** The time, as a rune: whoever reads it is updated every second, or every half minute, while the page is visible. */
import { createSubscriber } from "svelte/reactivity";

function ticking(milliseconds: number): () => number {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") update();
    }, milliseconds);
    document.addEventListener("visibilitychange", update);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  });
  return () => {
    subscribe();
    return Date.now();
  };
}

/** Milliseconds since 1970, changing every second. */
export const nowBySecond = ticking(1_000);

/** The same, changing every half minute: for "3 minutes ago". */
export const nowByMinute = ticking(30_000);
