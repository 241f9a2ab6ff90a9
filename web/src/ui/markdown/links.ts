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
const SIGN = /https?:\/\/|(?<![\p{L}\p{N}])mailto:|@/giu;
/** An address ends at blanks, quotes, markup, and at what turns the direction of text. */
const WEB = /https?:\/\/[^\s<>"'`“”«»\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000}/iy;
const MAIL = /mailto:[^\s<>"'`“”«»\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069?:]{3,640}(?:\?[^\s<>"'`“”«»\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{0,1000})?/iy;
/** Letters of any script: of half a name somebody else would get the mail. */
const MAILBOX = /[\p{L}\p{N}_+-][\p{L}\p{M}\p{N}_.+'-]{0,63}$/u;
const DOMAIN = /[\p{L}\p{M}\p{N}-]{1,63}(?:\.[\p{L}\p{M}\p{N}-]{1,63}){1,8}/uy;
/** One mailbox or several, as an address of mail names them. */
const RECIPIENTS = /^[\w.+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}$/i;
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
    if (/^https?:/i.test(found)) return new URL(found);
    return /^mailto:/i.test(found) ? mailTo(new URL(found)) : null;
  } catch {
    return null;
  }
}

/**
 * To whom, and about what. Whatever else a mail program would fill in (other recipients, a text, files) is left out: nobody who
 * follows a link in a message expects it. Throws where it is written wrong.
 */
function mailTo(url: URL): URL | null {
  const to = decodeURIComponent(url.pathname).split(",");
  if (!to.every((one) => RECIPIENTS.test(one))) return null;
  const [, subject = ""] = /[?&]subject=([^&]*)/i.exec(url.search) ?? [];
  // A line break in it would begin another header.
  const plain = decodeURIComponent(subject).replaceAll(/\p{C}+/gu, " ").trim();
  return new URL(`mailto:${to.join()}${plain && `?subject=${encodeURIComponent(plain)}`}`);
}

/**
 * The address that begins at a place with its scheme. Letters of another script that look like known ones are shown for what they
 * are.
 */
export function linkAt(text: string, at: number): (Required<Piece> & { length: number }) | null {
  const whole = /^h/i.test(text[at]!) ? WEB : MAIL;
  whole.lastIndex = at;
  const found = whole.exec(text);
  const taken = found && withoutTrailing(found[0]);
  const url = taken ? addressOf(taken) : null;
  if (!taken || !url) return null;
  // What is left out is not shown either.
  if (url.protocol === "mailto:") return { text: /^[^?]*(\?subject=[^&]*)?$/i.test(taken) ? taken : url.href, href: url.href, length: taken.length };
  // What stands where the host does is the host, letter by letter, and nothing before it plays one: `https://bank.example@other.example`.
  const authority = /^https?:\/\/([^/?#]*)/i.exec(taken)?.[1]?.toLowerCase().replace(/:\d*$/, "");
  return { text: authority === url.hostname ? taken : `${url.protocol}//${url.host}${url.pathname}${url.search}${url.hash}`, href: url.href, length: taken.length };
}

/** The mail address around an `@`; null: there is none. Its domain is shown as it is known, as that of a web address. */
export function mailAt(text: string, at: number): { from: number; to: number; address: string } | null {
  const mailbox = MAILBOX.exec(text.slice(Math.max(0, at - 64), at));
  DOMAIN.lastIndex = at + 1;
  const domain = DOMAIN.exec(text);
  const host = mailbox && domain ? hostOf(domain[0]) : null;
  if (!mailbox || !domain || !host) return null;
  return { from: at - mailbox[0].length, to: at + 1 + domain[0].length, address: `${mailbox[0]}@${host === domain[0].toLowerCase() ? domain[0] : host}` };
}

function hostOf(domain: string): string | null {
  try {
    return new URL(`https://${domain}`).hostname;
  } catch {
    return null;
  }
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
      if (mail && mail.from >= end) put(mail.from, mail.to, { text: mail.address, href: `mailto:${mail.address}` });
    } else {
      const link = linkAt(text, index);
      if (link) put(index, index + link.length, { text: link.text, href: link.href });
    }
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
