/** Short words about something done or not done. Nothing that has to be read may be said only here. */
import { problemWords } from "$/api/words";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action?: { label: string; run(): void };
}

const STAYS_MS = 6_000;

let shown = $state.raw<Toast[]>([]);
let last = 0;

function add(toast: Omit<Toast, "id">): void {
  const id = ++last;
  shown = [...shown.slice(-2), { ...toast, id }];
  // What failed stays until somebody has seen it.
  if (toast.tone === "plain") setTimeout(() => dismiss(id), STAYS_MS);
}

function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}

export const toasts = {
  get all(): readonly Toast[] {
    return shown;
  },
  /** Something was done. */
  say(text: string, action?: Toast["action"]): void {
    add({ text, tone: "plain", ...(action ? { action } : {}) });
  },
  /** Something was not done, and why. */
  fail(error: unknown, action?: Toast["action"]): void {
    add({ text: problemWords(error), tone: "danger", ...(action ? { action } : {}) });
  },
  dismiss,
};
