/** Lists in the browser's top layer: above every dialog, clipped by nothing. */

const GAP = 4;
const MARGIN = 8;
/** With less room than this below, and more above, it stands above. */
const LEAST = 200;

/** Shows an element beside another and as wide, for as long as it is there. Made for `{@attach}`. */
export function beside(list: HTMLElement, anchor: HTMLElement | null): () => void {
  const ending = new AbortController();
  const place = () => {
    if (!anchor) return;
    const { top, bottom, left, right, width } = anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const below = clientHeight - bottom - GAP - MARGIN;
    const above = top - GAP - MARGIN;
    const up = below < LEAST && above > below;
    const start = getComputedStyle(anchor).direction === "rtl" && document.dir === "rtl" ? clientWidth - right : left;
    list.style.insetInlineStart = `${Math.max(MARGIN, start)}px`;
    list.style.insetBlockStart = up ? "auto" : `${bottom + GAP}px`;
    list.style.insetBlockEnd = up ? `${clientHeight - top + GAP}px` : "auto";
    list.style.minInlineSize = `${width}px`;
    list.style.maxInlineSize = `${Math.max(width, Math.min(480, clientWidth - 2 * MARGIN))}px`;
    list.style.maxBlockSize = `${Math.max(120, Math.min(360, up ? above : below))}px`;
  };
  list.showPopover();
  place();
  addEventListener("scroll", place, { capture: true, passive: true, signal: ending.signal });
  addEventListener("resize", place, { signal: ending.signal });
  return () => ending.abort();
}
