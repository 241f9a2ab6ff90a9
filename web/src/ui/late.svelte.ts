/**
 * Code that comes after the first screen: what opens, floats or is asked for. It is fetched while the page rests, or sooner if
 * somebody comes near it; `firstUse.svelte.ts` and `Dialog.svelte` say what is seen until then.
 */
import { NotLoaded } from "$/api/problem";

/** How long the page has to itself before what it may need later is fetched, in milliseconds. */
const REST_MS = 1_500;

export class Late<Code> {
  /** The code, once it is here. */
  code = $state.raw<Code | null>(null);
  readonly #fetch: () => Promise<{ default: Code }>;
  #asked: Promise<Code> | null = null;

  constructor(fetch: () => Promise<{ default: Code }>) {
    this.#fetch = fetch;
  }

  /**
   * Fetches it, once. A fetch that failed is forgotten, and the next call tries again.
   * @throws {NotLoaded} without a network, or when the server no longer has this build.
   */
  load(): Promise<Code> {
    this.#asked ??= this.#fetch().then(
      (module) => (this.code = module.default),
      (cause: unknown) => {
        this.#asked = null;
        throw new NotLoaded(cause);
      },
    );
    return this.#asked;
  }
}

function whenResting(run: () => void): void {
  if (typeof window === "undefined") return;
  setTimeout(() => ("requestIdleCallback" in window ? requestIdleCallback(run) : run()), REST_MS);
}

/** Code to come later: `late(() => import("./Something.svelte"))`, once at the top of a module. */
export function late<Code>(fetch: () => Promise<{ default: Code }>): Late<Code> {
  const made = new Late(fetch);
  // Whoever wants it and finds it missing is told then.
  whenResting(() => void made.load().catch(() => undefined));
  return made;
}
