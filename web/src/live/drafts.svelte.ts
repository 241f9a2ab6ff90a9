/**
 * What somebody began to write, per conversation and kind, kept until it is sent or thrown away. It is theirs alone: no event
 * and no refetch touches it. Several tabs of one browser show the same text.
 */
import { SvelteMap } from "svelte/reactivity";

const PREFIX = "docket.draft.";
/** Which kind was written in last, for each conversation. */
const KIND_PREFIX = "docket.writing.";
/** Keystrokes are kept at once in memory and this much later on disk. */
const SETTLE_MS = 250;

const drafts = new SvelteMap<string, string>();
const kinds = new SvelteMap<string, string>();
const waiting = new Map<string, ReturnType<typeof setTimeout>>();
let owner = $state("");
let following = false;

function storageKey(conversation: string, kind: string): string {
  return `${PREFIX}${owner}.${conversation}.${kind}`;
}

function kindKey(conversation: string): string {
  return `${KIND_PREFIX}${owner}.${conversation}`;
}

function keepKind(key: string, kind: string): void {
  if (kinds.get(key) === kind) return;
  kinds.set(key, kind);
  try {
    localStorage.setItem(key, kind);
  } catch {
    // As with the draft itself.
  }
}

function forgetKind(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // It was never there.
  }
}

function keep(key: string): void {
  clearTimeout(waiting.get(key));
  waiting.delete(key);
  const text = drafts.get(key) ?? "";
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // A full or forbidden storage: the draft lives as long as the page.
  }
}

/**
 * Reads the drafts of somebody, and follows the other tabs'. What was begun as `before`, when it was not known yet who it is,
 * becomes theirs, unless they began the same already.
 */
export function startDrafts(person: string, before?: string): void {
  for (const key of waiting.keys()) keep(key);
  const begun = before === undefined ? [] : read(`${PREFIX}${before}.`);
  owner = person;
  drafts.clear();
  kinds.clear();
  for (const [key, text] of read(`${PREFIX}${person}.`)) drafts.set(key, text);
  for (const [key, kind] of read(`${KIND_PREFIX}${person}.`)) kinds.set(key, kind);
  for (const [key, text] of begun) {
    drafts.delete(key);
    keep(key);
    const own = `${PREFIX}${person}.${key.slice(`${PREFIX}${before}.`.length)}`;
    if (!drafts.has(own)) drafts.set(own, text);
    keep(own);
  }
  if (following) return;
  following = true;
  addEventListener("storage", ({ key, newValue }) => {
    // What is being typed here wins over what another tab wrote before.
    if (key?.startsWith(`${PREFIX}${owner}.`) && !waiting.has(key)) {
      if (newValue) drafts.set(key, newValue);
      else drafts.delete(key);
    }
  });
  addEventListener("pagehide", () => [...waiting.keys()].forEach(keep));
}

/** What is kept under names that begin so: here, and, where a page may read it, on disk. */
function read(prefix: string): [key: string, text: string][] {
  const found = [...drafts].filter(([key]) => key.startsWith(prefix));
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix) && !drafts.has(key));
    return [...found, ...keys.map((key): [string, string] => [key, localStorage.getItem(key) ?? ""])];
  } catch {
    return found;
  }
}

export const draft = {
  /** The text so far; empty if there is none. `kind`: `message`, `note` … */
  get(conversation: string, kind = "message"): string {
    return drafts.get(storageKey(conversation, kind)) ?? "";
  },
  set(conversation: string, text: string, kind = "message"): void {
    const key = storageKey(conversation, kind);
    if (text) keepKind(kindKey(conversation), kind);
    if (text) drafts.set(key, text);
    else drafts.delete(key);
    clearTimeout(waiting.get(key));
    waiting.set(key, setTimeout(() => keep(key), SETTLE_MS));
  },
  /** Forgets it at once: it was sent, or thrown away. */
  clear(conversation: string, kind = "message"): void {
    const key = storageKey(conversation, kind);
    drafts.delete(key);
    keep(key);
  },
  /** Everything begun in a conversation, by kind. */
  all(conversation: string): { kind: string; text: string }[] {
    const prefix = storageKey(conversation, "");
    return [...drafts].filter(([key, text]) => key.startsWith(prefix) && text.trim() !== "").map(([key, text]) => ({ kind: key.slice(prefix.length), text }));
  },
  /** Whether anything was begun in a conversation. */
  has(conversation: string): boolean {
    return draft.all(conversation).length > 0;
  },
  /** What kind of thing was begun: the last written in of those that are. Null: nothing. */
  begun(conversation: string): string | null {
    const begun = draft.all(conversation).map(({ kind }) => kind);
    const last = kinds.get(kindKey(conversation));
    return begun.find((kind) => kind === last) ?? begun[0] ?? null;
  },
  /** Forgets all of this person's drafts: at signing out. */
  clearAll(): void {
    for (const key of [...drafts.keys()]) {
      drafts.delete(key);
      keep(key);
    }
    for (const key of kinds.keys()) forgetKind(key);
    kinds.clear();
  },
};
