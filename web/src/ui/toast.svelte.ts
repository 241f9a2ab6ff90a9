/** Short words about something done or not done. Nothing that has to be read may be said only here. */
import { problemWords } from "$/api/words";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action?: { label: string; keys?: string; run(): void };
}

const STAYS_MS = 6_000;

let shown = $state.raw<Toast[]>([]);
let last = 0;

function add(toast: Omit<Toast, "id">, stays = STAYS_MS): void {
  const id = ++last;
  // The same words twice would tell of nothing new: they are said anew, alone.
  const others = shown.filter((one) => one.text !== toast.text);
  shown = [...others.slice(-2), { ...toast, id }];
  // What failed stays until somebody has seen it.
  if (toast.tone === "plain") setTimeout(() => dismiss(id), stays);
}

function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}

export const toasts = {
  get all(): readonly Toast[] {
    return shown;
  },
  /** Something was done. */
  say(text: string, action?: Toast["action"], stays?: number): void {
    add({ text, tone: "plain", ...(action ? { action } : {}) }, stays);
  },
  /** Something was not done, and why. */
  fail(error: unknown, action?: Toast["action"]): void {
    add({ text: problemWords(error), tone: "danger", ...(action ? { action } : {}) });
  },
  dismiss,
  /** What was offered is over. */
  dismissActions(): void {
    shown = shown.filter((toast) => toast.tone === "danger" || !toast.action);
  },
};
