import { expect, it, vi } from "vitest";
import { customerName, ticketCustomer } from "./name";

vi.mock("$/i18n/index.svelte", async () => ({ m: { ...(await import("$generated/words/common/messages/en.js")), ...(await import("$generated/words/shell/messages/en.js")) } }));

it("calls erased only who was erased", () => {
  expect(ticketCustomer({ customer_name: null, customer_email: "nora@example.com", customer_erased: false })).toBe("nora@example.com");
  expect(ticketCustomer({ customer_name: null, customer_email: null, customer_erased: false })).toBe("Unnamed customer");
  expect(ticketCustomer({ customer_name: null, customer_email: null, customer_erased: true })).toBe("Erased");
  expect(customerName({ name: null, email: "nora@example.com", erased: false, kind: "visitor" })).toBe("nora@example.com");
  expect(customerName({ name: null, email: null, erased: false, kind: "customer" })).toBe("Unnamed customer");
});
