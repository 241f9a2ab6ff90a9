/**
 * Finds the addresses in what people write. Nothing of it is ever HTML: what comes out is text and addresses. The work at any
 * one place is bounded, so that no text, however made, takes longer than its length.
 */

export interface Piece {
  text: string;
  /** Where it leads: `https:`, `http:` or `mailto:`, nothing else. */
  href?: string;
}

/** Where an address may begin, or has begun. */
const SIGN = /https?:\/\/|@/gi;
/** An address ends at blanks, quotes, markup, and at what turns the direction of text. */
const WEB = /https?:\/\/[^\s<>"'`“”«»\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000}/iy;
const MAILBOX = /[\w.+-]{1,64}$/;
const DOMAIN = /[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/iy;
/** Ends a sentence rather than an address. */
const TRAILING = new Set(".,;:!?…)]}'\"*_~");

const count = (text: string, letter: string) => text.split(letter).length - 1;

/** Closing brackets belong to an address that opened them: `…/Rust_(language)`. */
function withoutTrailing(found: string): string {
  let end = found.length;
  let closed = count(found, ")") - count(found, "(");
  while (TRAILING.has(found[end - 1] ?? "")) {
    if (found[end - 1] === ")" && closed-- <= 0) break;
    end -= 1;
  }
  return found.slice(0, end);
}

/** An address as it can be followed; null: that is none. */
export function addressOf(found: string): URL | null {
  try {
    const url = new URL(found);
    return /^(https?|mailto):$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The web address that begins at a place. Letters of another script that look like known ones are shown for what they are. */
export function webAt(text: string, at: number): (Required<Piece> & { length: number }) | null {
  WEB.lastIndex = at;
  const found = WEB.exec(text);
  const taken = found && withoutTrailing(found[0]);
  const url = taken ? addressOf(taken) : null;
  if (!taken || !url) return null;
  // What stands where the host does is the host, letter by letter, and nothing before it plays one: `https://bank.example@other.example`.
  const authority = /^https?:\/\/([^/?#]*)/i.exec(taken)?.[1]?.toLowerCase().replace(/:\d*$/, "");
  return { text: authority === url.hostname ? taken : `${url.protocol}//${url.host}${url.pathname}${url.search}${url.hash}`, href: url.href, length: taken.length };
}

/** The mail address around an `@`; null: there is none. */
export function mailAt(text: string, at: number): { from: number; to: number } | null {
  const mailbox = MAILBOX.exec(text.slice(Math.max(0, at - 64), at));
  DOMAIN.lastIndex = at + 1;
  const domain = DOMAIN.exec(text);
  return mailbox && domain ? { from: at - mailbox[0].length, to: at + 1 + domain[0].length } : null;
}

/** The text cut into what is an address and what is not. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  const put = (from: number, to: number, link: Piece) => {
    if (from > end) found.push({ text: text.slice(end, from) });
    found.push(link);
    end = to;
  };
  for (const { 0: sign, index } of text.matchAll(SIGN)) {
    if (index < end) continue;
    if (sign === "@") {
      const mail = mailAt(text, index);
      if (mail && mail.from >= end) put(mail.from, mail.to, { text: text.slice(mail.from, mail.to), href: `mailto:${text.slice(mail.from, mail.to)}` });
    } else {
      const web = webAt(text, index);
      if (web) put(index, index + web.length, { text: web.text, href: web.href });
    }
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
