/** What a chart over days shows. */

export interface Series {
  label: string;
  /** One a day; null: nothing to say that day. */
  values: (number | null)[];
  /** Told apart by shape, not only by colour. */
  look: "bars" | "line" | "dashes";
  /** For each day the address of what it counts; empty: there is none. */
  leads?: readonly string[];
}

/** The largest value of all series; at least 1, so that an empty week has a scale. */
export function highest(series: readonly Series[]): number {
  return series.reduce((most, one) => Math.max(most, ...one.values.map((value) => value ?? 0)), 1);
}

/** A range from 0 whose ticks are whole numbers. */
export function wholeRange(most: number): [number, number] {
  const step = most <= 5 ? 1 : most <= 10 ? 2 : 10 ** Math.floor(Math.log10(most)) / 2;
  return [0, Math.ceil((most * 1.05) / step) * step];
}

export interface Share {
  key: string;
  label: string;
  count: number;
  /** Of all, 0 to 1. */
  share: number;
}

/** Counts as shares of their sum, in the order given. */
export function shares(entries: readonly (readonly [string, string, number])[]): Share[] {
  const sum = entries.reduce((all, [, , count]) => all + count, 0);
  return entries.map(([key, label, count]) => ({ key, label, count, share: sum > 0 ? count / sum : 0 }));
}

/** The largest `most` entries, and the rest as one under `other`. */
export function largest(entries: readonly (readonly [string, string, number])[], most: number, other: string): [string, string, number][] {
  const sorted = entries.toSorted((a, b) => b[2] - a[2] || (a[1] < b[1] ? -1 : 1)).map((entry): [string, string, number] => [...entry]);
  if (sorted.length <= most + 1) return sorted;
  const rest = sorted.slice(most).reduce((all, [, , count]) => all + count, 0);
  return [...sorted.slice(0, most), ["", other, rest]];
}
