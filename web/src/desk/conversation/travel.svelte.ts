/** Walking through a ticket's history: at a version, playing or not. */
import type { DocketEvent } from "$/api/types";

export const SPEEDS = [0.5, 1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];

/** A pause between two events as it is played: as it was, but nobody waits for hours. In milliseconds. */
export function pauseBetween(before: DocketEvent, after: DocketEvent, speed: Speed): number {
  const passed = Math.max(0, Date.parse(after.occurred_at) - Date.parse(before.occurred_at));
  // A minute is felt as longer than a second, a day not as a thousand times longer than a minute.
  return (500 + Math.min(2_000, Math.log1p(passed / 1_000) * 150)) / speed;
}

/** The last event that had happened by a moment; the first if none had. */
export function versionAt(events: readonly DocketEvent[], moment: number): number {
  return (events.findLast((event) => Date.parse(event.occurred_at) <= moment) ?? events[0])?.version ?? 1;
}

export class Travel {
  /** The version that is shown; null: now. */
  version = $state<number | null>(null);
  playing = $state(false);
  speed = $state<Speed>(1);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly events: () => readonly DocketEvent[]) {}

  get active(): boolean {
    return this.version !== null;
  }

  /** Its place among the events. */
  get at(): number {
    const { version } = this;
    return version === null ? this.events().length - 1 : Math.max(0, this.events().findLastIndex((event) => event.version <= version));
  }

  begin(): void {
    this.version ??= this.events().at(-1)?.version ?? 1;
  }

  leave(): void {
    this.pause();
    this.version = null;
  }

  goTo(at: number): void {
    const events = this.events();
    this.version = events[Math.max(0, Math.min(events.length - 1, at))]?.version ?? 1;
  }

  /** Goes to a moment, in milliseconds since 1970. */
  goToMoment(moment: number): void {
    this.pause();
    this.version = versionAt(this.events(), moment);
  }

  step(by: number): void {
    this.pause();
    this.goTo(this.at + by);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.#play();
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.playing = false;
  }

  #play(): void {
    if (this.at >= this.events().length - 1) this.goTo(0);
    this.playing = true;
    this.#next();
  }

  #next(): void {
    const events = this.events();
    const [before, after] = [events[this.at], events[this.at + 1]];
    if (!before || !after) return this.pause();
    this.#timer = setTimeout(() => {
      this.goTo(this.at + 1);
      this.#next();
    }, pauseBetween(before, after, this.speed));
  }
}
