/** One form: what was saved, what is being changed, what the API says of it, and what others changed meanwhile. */
import { Problem } from "$/api/problem";
import { fieldWords, problemWords } from "$/api/words";
import { conflicts, type Difference, differences, merged } from "./difference";

export interface Saved<T> {
  value: T;
  /** For `If-Match`; null: it does not exist yet. */
  version: number | null;
}

export interface EditParts<T> {
  /** What is known to be saved; undefined while it is not known. */
  saved(): Saved<T> | undefined;
  /** Saves `value`; throws what went wrong. */
  save(value: T, version: number | null): Promise<unknown>;
  /** Reads anew what is saved; resolves once `saved` shows it. */
  refresh(): Promise<unknown>;
  done?(): void;
}

/** A field of the API's is under one of ours: `allowed_origins.2` belongs to `allowed_origins`. */
function isUnder(field: string, ours: string): boolean {
  return field === ours || field.startsWith(`${ours}.`) || field.startsWith(`${ours}[`);
}

export class Edit<T extends object> {
  #edited = $state.raw<T | null>(null);
  /** What was saved when the editing began. */
  #base = $state.raw<Saved<T> | null>(null);
  wrong = $state.raw<unknown>(null);
  busy = $state(false);
  /** What somebody else set to something else than this form does, since the editing began. */
  stale = $state.raw<Difference<T>[]>([]);

  constructor(private readonly parts: EditParts<T>) {}

  get value(): T | undefined {
    return this.#edited ?? this.parts.saved()?.value;
  }

  get isChanged(): boolean {
    return this.#edited !== null && this.#base !== null && differences(this.#base.value, this.#edited).length > 0;
  }

  set<Field extends keyof T>(field: Field, next: T[Field]): void {
    const saved = this.parts.saved();
    if (!this.#edited) {
      if (!saved) return;
      this.#base = saved;
      this.#edited = { ...saved.value };
    }
    this.#edited = { ...this.#edited, [field]: next };
  }

  /** Throws the changes away. */
  reset(): void {
    this.#edited = null;
    this.#base = null;
    this.wrong = null;
    this.stale = [];
  }

  /** What is wrong with a field, in words. */
  errorOf(field: keyof T & string): string | undefined {
    const problem = this.wrong instanceof Problem ? this.wrong.fields.find((one) => isUnder(one.field, field)) : undefined;
    return problem && fieldWords(problem);
  }

  /** What is wrong, where no field of the form can say it. */
  get words(): string | null {
    if (!this.wrong || this.stale.length > 0) return null;
    const ours = Object.keys(this.value ?? {});
    const isSaid = this.wrong instanceof Problem && this.wrong.fields.length > 0
      && this.wrong.fields.every((one) => ours.some((field) => isUnder(one.field, field)));
    return isSaid ? null : problemWords(this.wrong);
  }

  /**
   * Saves. If somebody else changed it meanwhile and that does not touch what was changed here, both changes are kept; else
   * `stale` says what they did, and nothing is overwritten before somebody decides.
   */
  async save(): Promise<boolean> {
    if (this.busy || !this.#edited || !this.#base) return false;
    this.busy = true;
    this.wrong = null;
    this.stale = [];
    try {
      await this.#send(true);
      this.reset();
      this.parts.done?.();
      return true;
    } catch (error) {
      this.wrong = error;
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #send(again: boolean): Promise<void> {
    const [edited, base] = [this.#edited!, this.#base!];
    try {
      await this.parts.save(edited, base.version);
      await this.parts.refresh();
    } catch (error) {
      if (!(error instanceof Problem && error.code === "stale")) throw error;
      await this.parts.refresh();
      const now = this.parts.saved();
      if (!now) throw error;
      const contested = conflicts(base.value, edited, now.value);
      this.#edited = merged(base.value, edited, now.value);
      this.#base = now;
      if (contested.length === 0 && again) return this.#send(false);
      this.stale = contested;
      throw error;
    }
  }

  /** After `stale`: theirs it is, for what both changed. */
  takeTheirs(): void {
    for (const { field, to } of this.stale) this.set(field, to as T[typeof field]);
    this.stale = [];
    this.wrong = null;
    if (!this.isChanged) this.reset();
  }
}
