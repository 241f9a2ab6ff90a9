// Uses the client that openapi-generator makes for TypeScript with fetch: use_typescript.js URL TOKEN
import { Configuration, CustomersApi, ResponseError, TicketsApi } from "./client/index";
import type { TicketView } from "./client/index";

declare const process: { argv: string[]; exitCode: number };

function same<T>(found: T, wanted: T): void {
  if (found !== wanted) throw new Error(`${String(found)} is not ${String(wanted)}`);
}

async function main(url: string, token: string): Promise<void> {
  const configuration = new Configuration({ basePath: url, accessToken: token });
  const [customers, tickets] = [new CustomersApi(configuration), new TicketsApi(configuration)];
  const ada = await customers.registerCustomer({ newCustomer: { name: "Ada" } });
  const newTicket = { subject: "From TypeScript", description: "Hello", customerId: ada.id };
  const opened = await tickets.openTicket({ newTicket, idempotencyKey: "generated-typescript" });
  const shown = await tickets.getTicket({ id: opened.id, docketMinPosition: opened.position });
  same(shown.subject, "From TypeScript");
  const page = await tickets.listTickets({ customerId: ada.id, docketMinPosition: opened.position });
  const first: TicketView | undefined = page.items[0];
  same(first?.id, opened.id);
  try {
    await tickets.getTicket({ id: "00000000-0000-0000-0000-000000000000" });
    throw new Error("there is no such ticket");
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    same(((await error.response.json()) as { code: string }).code, "not_found");
  }
  console.log(shown.number);
}

main(process.argv[2]!, process.argv[3]!).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
