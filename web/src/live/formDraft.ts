/** A form that somebody began to fill in, kept under them as answers are, until it is sent or thrown away. */
import { draft } from "./drafts.svelte";

const KIND = "form";

export class FormDraft<T extends object> {
  readonly #place: string;
  #start: T;

  /** `place`: what it is a form of; `start`: what stands in it before anybody writes. */
  constructor(place: string, start: T) {
    this.#place = place;
    this.#start = start;
  }

  /** Something else stands in it by now, before anybody writes. */
  begin(start: T): void {
    this.#start = start;
  }

  /** Nothing filled in. */
  get blank(): T {
    return structuredClone(this.#start);
  }

  /** As it was left; of a shape that an earlier page wrote only what is known. */
  read(): T {
    const blank = this.blank;
    try {
      const kept = JSON.parse(draft.get(this.#place, KIND) || "{}") as Partial<T>;
      const isKnown = ([name, value]: [string, unknown]) => {
        const before = name in blank ? blank[name as keyof T] : undefined;
        return before !== undefined && (before === null || value === null || typeof value === typeof before);
      };
      return { ...blank, ...Object.fromEntries(Object.entries(kept).filter(isKnown)) };
    } catch {
      return blank;
    }
  }

  /** Keeps what is not as it was before anybody wrote: the rest may be another by the time it is read. */
  keep(form: T): void {
    const said = (value: unknown) => JSON.stringify(value);
    const written = Object.entries(form).filter(([name, value]) => said(value) !== said(this.#start[name as keyof T]));
    if (written.length) draft.set(this.#place, said(Object.fromEntries(written)), KIND);
    else if (draft.get(this.#place, KIND)) draft.clear(this.#place, KIND);
  }

  forget(): void {
    draft.clear(this.#place, KIND);
  }

  /** Whether anything of it is filled in. Reactive. */
  get begun(): boolean {
    return draft.get(this.#place, KIND) !== "";
  }
}
