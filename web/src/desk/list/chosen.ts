/** Somebody known, or somebody to be registered with the ticket. */
export type Chosen =
  | { id: string; name: string | null; email: string | null }
  | { create: { name: string; email?: string; phone?: string } };
