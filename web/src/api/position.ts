/**
 * Read your own writes, and what you were told of: the live connection tells of an event as soon as it is in the log, which
 * may be before the read models have it. Queries after a command or an event wait until they show it.
 * The position is forgotten after a while, since by then it holds anyway and the header would only cost.
 */
const REMEMBERED_MS = 60_000;

let position = 0;
let at = 0;

/** Notes the position of a command's answer, or of an event that was heard. */
export function knows(next: number, now = Date.now()): void {
  if (next >= position || now - at > REMEMBERED_MS) {
    position = next;
    at = now;
  }
}

/** What a query has to wait for, if anything. */
export function minPosition(now = Date.now()): number | null {
  return position > 0 && now - at <= REMEMBERED_MS ? position : null;
}
