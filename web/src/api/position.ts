/**
 * Read your own writes: after a command, queries wait until the read models show it.
 * The position is forgotten after a while, since by then it holds anyway and the header would only cost.
 */
const REMEMBERED_MS = 60_000;

let position = 0;
let at = 0;

/** Notes the position a command's answer named. */
export function wrote(next: number, now = Date.now()): void {
  if (next >= position || now - at > REMEMBERED_MS) {
    position = next;
    at = now;
  }
}

/** What a query has to wait for, if anything. */
export function minPosition(now = Date.now()): number | null {
  return position > 0 && now - at <= REMEMBERED_MS ? position : null;
}
