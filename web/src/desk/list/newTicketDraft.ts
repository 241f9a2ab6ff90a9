/**
 * A ticket that somebody began to fill in, kept under them as answers are, until it is opened or thrown away: apart for each
 * customer it is begun for, and for nobody yet.
 */
import type { Priority } from "$/api/types";
import { draft } from "$/live/drafts.svelte";
import type { Chosen } from "./chosen";

export interface NewTicketForm {
  customer: Chosen | null;
  subject: string;
  description: string;
  category: string;
  department: string;
  priority: Priority;
  order: string;
  mine: boolean;
  fields: Record<string, string | number | boolean>;
}

const KIND = "form";
const EMPTY: NewTicketForm = { customer: null, subject: "", description: "", category: "", department: "", priority: "medium", order: "", mine: false, fields: {} };

export class NewTicketDraft {
  readonly #place: string;
  readonly #empty: NewTicketForm;

  constructor(customer: Chosen | null) {
    this.#place = customer && "id" in customer ? `new-ticket:${customer.id}` : "new-ticket";
    this.#empty = { ...EMPTY, customer };
  }

  /** Nothing filled in. */
  get blank(): NewTicketForm {
    return structuredClone(this.#empty);
  }

  /** As it was left; of a shape that an earlier page wrote only what is known. */
  read(): NewTicketForm {
    const empty = this.blank;
    try {
      const kept = JSON.parse(draft.get(this.#place, KIND) || "{}") as Partial<NewTicketForm>;
      const known = Object.entries(kept).filter(([name, value]) => name in empty && (name === "customer" || typeof value === typeof empty[name as keyof NewTicketForm]));
      return { ...empty, ...Object.fromEntries(known) };
    } catch {
      return empty;
    }
  }

  keep(form: NewTicketForm): void {
    const text = JSON.stringify(form);
    if (text !== JSON.stringify(this.#empty)) draft.set(this.#place, text, KIND);
    else if (draft.get(this.#place, KIND)) this.forget();
  }

  forget(): void {
    draft.clear(this.#place, KIND);
  }

  /** Whether anything of it is filled in. Reactive. */
  get begun(): boolean {
    return draft.get(this.#place, KIND) !== "";
  }
}
