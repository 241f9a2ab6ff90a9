/** How a clock's stretches are drawn: against its target, so that what is used of it is seen. */
import type { components } from "$generated/api";

type Clock = Pick<components["schemas"]["SlaClockView"], "stretches" | "fulfilled_at" | "target_seconds" | "elapsed_seconds">;

export interface Bar<Stretch> {
  stretch: Stretch;
  /** In seconds. */
  span: number;
  /** Of the whole bar. */
  share: number;
}

/** The stretches, and what is left of the target after them, as shares of a whole that is 1. */
export function bars(clock: Clock, asOf: string): { bars: Bar<Clock["stretches"][number]>[]; left: number } {
  const end = clock.fulfilled_at ?? asOf;
  const spans = clock.stretches.map(({ from, to }) => Math.max(0, Date.parse(to ?? end) - Date.parse(from)) / 1000);
  const left = Math.max(0, (clock.target_seconds ?? 0) - clock.elapsed_seconds);
  const whole = spans.reduce((sum, one) => sum + one, left);
  const share = (part: number) => (whole > 0 ? part / whole : 0);
  return { bars: clock.stretches.map((stretch, at) => ({ stretch, span: spans[at]!, share: share(spans[at]!) })), left: share(left) };
}
