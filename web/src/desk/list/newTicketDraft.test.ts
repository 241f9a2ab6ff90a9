import { expect, it, vi } from "vitest";
import { draft, startDrafts } from "$/live/drafts.svelte";
import { NewTicketDraft } from "./newTicketDraft";

vi.stubGlobal("addEventListener", () => {});
startDrafts("ada");
const MARIA = { id: "maria", name: "Maria", email: null };

it("is read as it was left, apart for each customer, until it is forgotten", () => {
  const [blank, hers] = [new NewTicketDraft(null), new NewTicketDraft(MARIA)];
  expect(hers.read().customer).toEqual(MARIA);
  hers.keep({ ...hers.read(), subject: "No sound", priority: "high", fields: { colour: "red" } });
  expect(new NewTicketDraft(MARIA).read()).toMatchObject({ customer: MARIA, subject: "No sound", priority: "high", fields: { colour: "red" } });
  expect(blank.read().subject).toBe("");
  expect([blank.begun, hers.begun]).toEqual([false, true]);
  hers.forget();
  expect(hers.begun).toBe(false);
  expect(hers.read().subject).toBe("");
});

it("is nothing while nothing is filled in, and bears what another page wrote", () => {
  const one = new NewTicketDraft(null);
  one.keep(one.blank);
  expect(one.begun).toBe(false);
  for (const odd of ["{", "7", '{"subject": 4, "mine": true, "unknown": "x"}']) {
    draft.set("new-ticket", odd, "form");
    expect(one.read()).toEqual({ ...one.blank, mine: odd.includes("mine") });
  }
});
