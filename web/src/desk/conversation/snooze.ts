/** When a ticket is put aside until, in the reader's own time. */

/** Mornings begin at. */
const MORNING = 9;

export function choices(now: Date): { hours: Date; tomorrow: Date; week: Date } {
  const hours = new Date(now.getTime() + 3 * 3_600_000);
  const morning = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
  // Sunday is 0: from any day on to the next Monday, at least a day away.
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  return { hours, tomorrow: morning(1), week: morning(untilMonday) };
}
