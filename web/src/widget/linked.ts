/** Web addresses in a message, so that they can be followed. What is between stays text: nothing becomes markup. */
export interface Part {
  text: string;
  href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;

export function linked(body: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of body.matchAll(ADDRESS)) {
    if (found.index > end) parts.push({ text: body.slice(end, found.index) });
    parts.push({ text: found[0], href: found[0] });
    end = found.index + found[0].length;
  }
  if (end < body.length) parts.push({ text: body.slice(end) });
  return parts;
}
