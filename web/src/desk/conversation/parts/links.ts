/** Finds the links in what people write. Nothing of it is ever HTML: what comes out is text and addresses. */

export interface Piece {
  text: string;
  /** Where it leads: `https:`, `http:` or `mailto:`, nothing else. */
  href?: string;
}

const FOUND = /https?:\/\/[^\s<>"'`“”«»]+|[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/giu;
/** Ends a sentence rather than an address. */
const TRAILING = /[.,;:!?…)\]}'"*_]+$/u;

/** Closing brackets belong to an address that opened them: `…/Rust_(language)`. */
function withoutTrailing(found: string): string {
  const cut = found.replace(TRAILING, "");
  const tail = found.slice(cut.length);
  const opened = (cut.match(/\(/g)?.length ?? 0) - (cut.match(/\)/g)?.length ?? 0);
  return opened > 0 && tail.startsWith(")") ? `${cut})` : cut;
}

function addressOf(found: string): string | null {
  if (!/^https?:/i.test(found)) return `mailto:${found}`;
  try {
    const url = new URL(found);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** The text cut into what is an address and what is not; put together it is the text again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(FOUND)) {
    const shown = withoutTrailing(match[0]);
    const href = addressOf(shown);
    if (href === null) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
