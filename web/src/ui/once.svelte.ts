/**
 * An act that is not begun again while it is under way, however it is asked for: by a button, a key that is held, a menu. Whoever
 * asks meanwhile gets what the first will have come to.
 */
export interface Once<Args extends unknown[], Result> {
  (...args: Args): Promise<Result>;
  /** Whether it is under way. Reactive. */
  readonly busy: boolean;
}

export function once<Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>): Once<Args, Result> {
  let running = $state.raw<Promise<Result> | null>(null);
  const begin = (...args: Args): Promise<Result> => {
    running ??= act(...args).finally(() => (running = null));
    return running;
  };
  return Object.defineProperty(begin, "busy", { get: () => running !== null }) as Once<Args, Result>;
}
