/**
 * Says that somebody waits, to agents who look elsewhere: a sound, the tab's title, a notification. All of it is off until it
 * is asked for, and remembered in this browser.
 */
import { m } from "$/i18n/index.svelte";
import type { Chat } from "$/api/types";
import { arrange, arrivals, isWaiting } from "$/data/chatBook";
import { chime } from "./chime";

export type Hint = "sound" | "title" | "notify";

const KEY = "docket.chat-hints";
const BLINK_MS = 1_500;

function stored(): Record<Hint, boolean> {
  const off = { sound: false, title: false, notify: false };
  try {
    return { ...off, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Record<Hint, boolean>>) };
  } catch {
    return off;
  }
}

let chosen = $state.raw(stored());

export const hints = {
  is(hint: Hint): boolean {
    return chosen[hint] && (hint !== "notify" || hints.permission === "granted");
  },
  get any(): boolean {
    return hints.is("sound") || hints.is("title") || hints.is("notify");
  },
  /** What the browser says of notifications; pages without a secure origin have none. */
  get permission(): NotificationPermission {
    return "Notification" in globalThis ? Notification.permission : "denied";
  },
  /** Turns a hint on or off. Resolves with whether it is on: a browser may refuse notifications. */
  async choose(hint: Hint, on: boolean): Promise<boolean> {
    if (hint === "notify" && on && hints.permission === "default") await Notification.requestPermission();
    const allowed = on && (hint !== "notify" || hints.permission === "granted");
    chosen = { ...chosen, [hint]: allowed };
    if (hint === "sound" && allowed) chime();
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // Storage may be forbidden: the choice then holds for this page.
    }
    return allowed;
  },
};

/** What `reader` could take now. */
function waitingFor(chats: readonly Chat[], reader: string): number {
  return arrange(chats, reader).offered.length + chats.filter((chat) => isWaiting(chat) && !chat.agent_id).length;
}

/** Compares what there was with what there is, and says what came. */
export class Announcer {
  #before: readonly Chat[] | null = null;
  #blinking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly reader: string,
    private readonly open: (chat: Chat) => void,
  ) {}

  /** Takes the open chats as they are now. */
  see(chats: readonly Chat[]): void {
    const came = this.#before ? arrivals(this.#before, chats, this.reader) : [];
    this.#before = chats;
    const waiting = waitingFor(chats, this.reader);
    if (waiting === 0) this.#calm();
    if (came.length === 0) return;
    if (hints.is("sound")) chime();
    if (!document.hasFocus()) {
      if (hints.is("title")) this.#blink(waiting);
      if (hints.is("notify")) this.#notify(came[0]!);
    }
  }

  stop(): void {
    this.#calm();
  }

  #notify(chat: Chat): void {
    const name = chat.visitor.name || m.chats_visitor();
    // One tag: a burst of visitors is one notification, renewed.
    const notification = new Notification(m.chats_hint_body({ name }), { body: chat.last_message ?? chat.question ?? "", tag: "docket-chat" });
    notification.onclick = () => {
      window.focus();
      this.open(chat);
      notification.close();
    };
  }

  #blink(waiting: number): void {
    this.#calm();
    const plain = document.title;
    const words = m.chats_hint_title_text({ count: waiting });
    document.title = words;
    const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (moving) this.#blinking = setInterval(() => (document.title = document.title === words ? plain : words), BLINK_MS);
    const back = () => {
      this.#calm();
      if (document.title === words) document.title = plain;
    };
    addEventListener("focus", back, { once: true });
  }

  #calm(): void {
    clearInterval(this.#blinking);
    this.#blinking = undefined;
  }
}
