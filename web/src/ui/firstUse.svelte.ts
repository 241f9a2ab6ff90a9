/**
 * A control whose behaviour arrives after it has been drawn. The element is there from the beginning, with the name, role and
 * state it will have; its code (`late.svelte.ts`) comes when somebody points at it, focuses it or presses it, and then hands its
 * attributes to that very element, so that focus, caret and what was typed stay where they are. What was pressed meanwhile
 * happens then. If the code cannot be had, the control says so, and the next press tries again.
 */
import { tick, untrack } from "svelte";
import { createAttachmentKey } from "svelte/attachments";
import type { Late } from "./late.svelte";

export type Attributes = Record<PropertyKey, unknown>;

/** What a control opens; `tip`: it only explains. */
type Opens = "menu" | "dialog" | "listbox" | "tip";

/** Keys that open a menu or a list from the control they belong to. */
const OPENING = { menu: ["Enter", " ", "ArrowDown"], listbox: ["Enter", " ", "ArrowDown", "ArrowUp"], dialog: [], tip: [] };
/** Frames to wait at the most until what was opened has the keyboard. */
const FRAMES = 10;

const isLetter = (event: KeyboardEvent) => event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
const frame = () => new Promise((resume) => requestAnimationFrame(resume));

/** The same event again, for whoever listens by now. */
function repeat(event: Event): Event {
  if (event instanceof KeyboardEvent) {
    const { key, code, shiftKey } = event;
    return new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true });
  }
  if (event.type === "click") return new MouseEvent("click", { bubbles: true, cancelable: true });
  const { pointerType, pointerId, button } = event as PointerEvent;
  return new PointerEvent(event.type, { pointerType, pointerId, button, bubbles: true, cancelable: true });
}

export class FirstUse<Code> {
  /** Why the code is not here though it was asked for. Null: nothing is wrong. */
  failed = $state.raw<unknown>(null);
  readonly #late: Late<Code>;
  readonly #opens: Opens;
  readonly #said: ((error: unknown) => void) | undefined;
  #near = $state(false);
  #given = $state.raw<Attributes | null>(null);
  #waiting = $state(false);
  #element: HTMLElement | null = null;
  /** What opened it. */
  #press: Event | null = null;
  /** Keys pressed since then, for what opens. */
  #keys: KeyboardEvent[] = [];

  /** `said` is told when a press cannot be followed; without it the owner shows `failed`. Made while a component is. */
  constructor(late: Late<Code>, opens: Opens, said?: (error: unknown) => void) {
    this.#late = late;
    this.#opens = opens;
    this.#said = said;
    $effect(() => {
      if (this.#given && !this.#begun) untrack(() => void this.#begin());
    });
  }

  #begun = false;

  /** The component to show beside the control; null until it is wanted and here. */
  get code(): Code | null {
    return this.#near ? this.#late.code : null;
  }

  /** Whether the control has its real behaviour. */
  get ready(): boolean {
    return this.#given !== null;
  }

  /** For the control. */
  get attributes(): Attributes {
    return this.#given ?? this.#plain;
  }

  readonly #attend = createAttachmentKey();
  readonly #plain = $derived.by<Attributes>(() => ({
    ...(this.#opens === "tip" ? {} : { "aria-haspopup": this.#opens, "aria-expanded": "false", "data-state": "closed" }),
    ...(this.#opens === "listbox" ? { role: "combobox" } : {}),
    ...(this.#waiting ? { "aria-busy": "true" } : {}),
    [this.#attend]: this.#listen,
  }));

  /** Takes the attributes of the real thing, whenever they change. */
  readonly take = (attributes: Attributes): void => {
    this.#given = attributes;
  };

  /** As if somebody had pressed it: for what opens by itself. */
  press(): void {
    this.#wait(new MouseEvent("click"));
  }

  readonly #listen = (element: HTMLElement): (() => void) => {
    this.#element = element;
    const stop = new AbortController();
    const { signal } = stop;
    for (const type of ["pointerenter", "pointerdown", "focusin"]) element.addEventListener(type, () => this.#approach(), { signal });
    if (this.#opens !== "tip") {
      for (const type of ["pointerdown", "pointerup", "click"]) element.addEventListener(type, (event) => this.#note(event), { signal });
      element.addEventListener("keydown", (event) => this.#key(event), { signal });
      // Whoever has gone elsewhere is not called back.
      element.addEventListener("focusout", () => this.#forget(), { signal });
    }
    return () => stop.abort();
  };

  #approach(): void {
    this.#near = true;
    this.#late.load().then(
      () => (this.failed = null),
      (error: unknown) => {
        if (!this.#press) return;
        this.#forget();
        this.failed = error;
        this.#said?.(error);
      },
    );
  }

  #wait(event: Event): void {
    this.#press = event;
    this.#waiting = true;
    this.failed = null;
    this.#approach();
  }

  #forget(): void {
    this.#press = null;
    this.#keys = [];
    this.#waiting = false;
  }

  #note(event: Event): void {
    if (this.#element?.matches(":disabled")) return;
    // A press of one's finger ends where it began, or else it was scrolling; a mouse opens at once. Of clicks only those count
    // that no press precedes, as screen readers make them, but a dialog opens by any.
    const { pointerType, button, ctrlKey } = event as PointerEvent;
    const press = this.#opens === "dialog" ? event.type === "click"
      : event.type === "click" ? (event as MouseEvent).detail === 0
      : event.type === "pointerup" ? pointerType === "touch"
      : event.type === "pointerdown" && pointerType !== "touch" && button === 0 && !ctrlKey;
    if (press && !this.#press) this.#wait(event);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.#press) {
      event.stopPropagation();
      return this.#forget();
    }
    if (this.#press) {
      if (event.key === "Tab") return;
      event.preventDefault();
      event.stopPropagation();
      this.#keys.push(event);
    } else if ((OPENING[this.#opens] as string[]).includes(event.key) || (this.#opens === "listbox" && isLetter(event))) {
      this.#open(event);
    }
  }

  #open(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.#wait(event);
  }

  /** The code is here and has the element: what was done before is done now. */
  async #begin(): Promise<void> {
    this.#begun = true;
    const [element, press, keys] = [this.#element, this.#press, this.#keys];
    this.#forget();
    await tick();
    if (!element?.isConnected) return;
    if (this.#opens === "tip") {
      if (element.matches(":hover")) element.dispatchEvent(new PointerEvent("pointermove", { pointerType: "mouse", bubbles: true }));
      if (element.matches(":focus-visible")) element.dispatchEvent(new FocusEvent("focus"));
    } else if (press) {
      element.dispatchEvent(repeat(press));
      if (keys.length > 0) await this.#pass(element, keys);
    }
  }

  /** Gives the keys to what has opened. */
  async #pass(element: HTMLElement, keys: KeyboardEvent[]): Promise<void> {
    const opened = () => this.#opens === "listbox" ? element.ariaExpanded === "true" || isLetter(keys[0]!) : document.activeElement !== element;
    for (let at = 0; at < FRAMES && !opened(); at++) await frame();
    for (const key of keys) {
      (document.activeElement ?? element).dispatchEvent(repeat(key));
      await tick();
    }
  }
}
