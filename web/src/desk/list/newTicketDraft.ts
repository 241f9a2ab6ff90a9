/**
 * A ticket that somebody began to fill in, kept until it is opened or thrown away: apart for each customer it is begun for, and
 * for nobody yet.
 */
import type { Priority } from "$/api/types";
import { FormDraft } from "$/live/formDraft";
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

const EMPTY: NewTicketForm = { customer: null, subject: "", description: "", category: "", department: "", priority: "medium", order: "", mine: false, fields: {} };

export class NewTicketDraft extends FormDraft<NewTicketForm> {
  constructor(customer: Chosen | null) {
    super(customer && "id" in customer ? `new-ticket:${customer.id}` : "new-ticket", { ...EMPTY, customer });
  }
}
