/** A desk with something on every screen: people, a week of history, and conversations of today. */
import type { Api, Receipt } from "./api.ts";
import type { Docket } from "./docket.ts";
import { history, SHOP_CATEGORIES } from "./history.ts";
import { agent, customer, type Person } from "./people.ts";

export interface World {
  admin: Person;
  colleague: Person;
  customer: Person;
  /** Of a stranger: long, with notes, changes, a service level. */
  ticket: string;
  chat: string;
  /** The customer's own. */
  ownTicket: string;
  solvedTicket: string;
  closedTicket: string;
  ownChat: string;
  endedChat: string;
}

/** Something long and without spaces, and something in another script: what breaks narrow columns. */
const UNBROKEN = "https://fern-and-field.example/orders/A-20733/tracking?carrier=northern-parcel&code=00340434161094042557&language=en-GB&from=mail";
const ARABIC = "وصلت الشجرة وأوراقها مكسورة، والصندوق سليم من الخارج. هل يمكن إرسال شجرة أخرى؟ رقم الطلب A-20733 وشكراً لكم.";

export async function world(server: Docket, size: { tickets: number; chats: number } = { tickets: 90, chats: 40 }): Promise<World> {
  const { admin: api } = server;
  await api.put("/v1/organisation", { name: "Fern & Field", time_zone: "Europe/Rome" });
  await api.put("/v1/organisation/categories", { categories: SHOP_CATEGORIES });
  await api.put("/v1/organisation/custom-fields/plant", { label: "Plant", field_type: "choice", options: ["Boston fern", "Olive tree", "Aloe"] });
  await api.put("/v1/organisation/custom-fields/serial", { label: "Label on the pot", field_type: "text" });
  for (const [name, description] of [["Orders", "Where an order is, and how it comes back"], ["Plant care", "When it does not look well"], ["Billing", "Invoices, payments, refunds"]]) {
    await api.post("/v1/departments", { name, description });
  }
  const admin = await agent(server, "Amara Okafor", "admin", { max_concurrent_chats: 4, skills: ["english", "returns"] });
  const colleague = await agent(server, "Luca Ferri", "agent", { max_concurrent_chats: 3, skills: ["italian"] });
  const third = await agent(server, "Sofía Reyes", "supervisor");
  await upload(api, history(Date.now(), [admin, colleague, third], size.tickets, size.chats));
  await admin.api.put(`/v1/agents/${admin.id}/availability`, { availability: "available" });
  await colleague.api.put(`/v1/agents/${colleague.id}/availability`, { availability: "busy" });
  const who = await customer(server, "Maria Rossi");
  const conversations = await talk(server, { admin, colleague, customer: who });
  await promise(api);
  await shared(admin.api);
  await api.post("/v1/roles", { name: "Weekend desk", permissions: ["view_tickets", "create_tickets", "edit_tickets", "view_chat", "send_messages"] });
  await api.post("/v1/tokens", { label: "Nightly report", person_id: colleague.id });
  return { admin, colleague, customer: who, ...conversations };
}

async function upload(api: Api, lines: string): Promise<void> {
  const report = await api.upload<{ refused: { line: number; reason: string }[] }>("/v1/imports", lines);
  if (report.refused.length > 0) throw new Error(`the history was refused: ${JSON.stringify(report.refused.slice(0, 3))}`);
}

/** Hours of two places, and what is promised in them. */
async function promise(api: Api): Promise<void> {
  const week = ["monday", "tuesday", "wednesday", "thursday", "friday"];
  const { id } = await api.post<Receipt>("/v1/calendars", {
    name: "Glasshouse", time_zone: "Europe/Rome", holidays: ["2026-12-25", "2026-12-26", "2027-01-01"],
    ranges: [...week.flatMap((day) => [{ day, from: "08:30", to: "12:30" }, { day, from: "13:30", to: "18:00" }]), { day: "saturday", from: "09:00", to: "13:00" }],
  });
  await api.post("/v1/calendars", { name: "Emergencies", time_zone: "UTC", holidays: [], ranges: [...week, "saturday", "sunday"].map((day) => ({ day, from: "00:00", to: "24:00" })) });
  const conditions = { priorities: [], categories: [], department_ids: [], tags: [], channels: [] };
  const hours = (first_response: number, resolution: number) => ({ first_response: first_response * 3600, resolution: resolution * 3600 });
  await api.post("/v1/sla-policies", {
    name: "Weddings and other feasts", calendar_id: id, pause_in: ["waiting_customer"], conditions: { ...conditions, priorities: ["urgent", "high"], tags: ["wedding"] },
    targets: { urgent: { ...hours(1, 8), next_response: 5400 }, high: hours(2, 16) },
  });
  await api.post("/v1/sla-policies", { name: "Everybody else", calendar_id: id, pause_in: ["waiting_customer", "on_hold"], conditions, targets: { medium: hours(8, 40), low: hours(16, 80) } });
}

/** Views somebody keeps, one for all. */
async function shared(api: Api): Promise<void> {
  await api.post("/v1/views", { name: "Frost", filter: { tag: "cold weather" }, sort: "newest", shared: false });
  await api.post("/v1/views", { name: "Deliveries without an agent", filter: { category: "delivery", assignee: "unassigned" }, sort: "newest", shared: true });
}

type Talkers = Pick<World, "admin" | "colleague" | "customer">;

async function talk(server: Docket, { admin, colleague, customer: maria }: Talkers): Promise<Omit<World, keyof Talkers>> {
  const open = (by: Person, subject: string, description: string, more: object = {}) =>
    by.api.post<Receipt>("/v1/tickets", { subject, description, ...more }).then(({ id }) => id);
  const say = (by: Person, id: string, body: string) => by.api.post(`/v1/tickets/${id}/messages`, { body });

  const ticket = await open(admin, "Wedding in ten days: forty ferns, and the first twelve arrived frozen", "We ordered forty Boston ferns for the tables. The first twelve came this morning and the leaves are glassy, I think they froze on the way. The wedding is on the 1st. What can we do?", {
    customer: { name: "Ines Putri", email: "ines@example.com" }, category: "delivery", priority: "urgent", order_ref: "A-20733", channel: "desk",
  });
  await admin.api.put(`/v1/tickets/${ticket}/assignee`, { agent_id: admin.id });
  await say(admin, ticket, "That is a bitter surprise, and we will mend it. The van with the other twenty-eight is heated; it is due tomorrow before noon. I have set twelve more aside for you in the glasshouse.\n\nPlease put the frozen ones somewhere cool and dark, and do not water them: some come back.");
  await colleague.api.post(`/v1/tickets/${ticket}/notes`, { body: "Carrier admits the heating failed near Innsbruck. They pay. Case 88-1204." });
  await admin.api.post(`/v1/tickets/${ticket}/tags`, { add: ["wedding", "cold weather"] });
  await say(admin, ticket, `You can follow the van here: ${UNBROKEN}`);
  await open(admin, ARABIC.slice(0, 60), ARABIC, { customer: { name: "Malik Haddad", email: "malik@example.com" }, category: "delivery", priority: "high", channel: "desk" });

  const ownTicket = await open(maria, "Which plant for a dark hall?", "North side, two small windows, and a cat who eats everything.", { category: "care" });
  await colleague.api.put(`/v1/tickets/${ownTicket}/assignee`, { agent_id: colleague.id });
  await say(colleague, ownTicket, "A cast-iron plant: it forgives darkness, draughts and cats. If you like leaves with a pattern, a calathea does well too, but wants a little more water.");
  await say(maria, ownTicket, "The cat approves. How tall does it get?");
  const solvedTicket = await open(maria, "Pot arrived without saucer", "The description says it comes with one.", { category: "orders", order_ref: "A-20698" });
  await say(colleague, solvedTicket, "It does. One is on its way, with our apologies.");
  await colleague.api.put(`/v1/tickets/${solvedTicket}/status`, { status: "resolved" });
  const closedTicket = await open(maria, "Opening hours in December", "Are you open on the 24th?", { category: "orders" });
  await say(colleague, closedTicket, "Until noon, with mulled wine.");
  await colleague.api.put(`/v1/tickets/${closedTicket}/status`, { status: "closed" });

  const start = (message: string) => maria.api.post<Receipt>("/v1/chats", { message, page: `${server.url}/help/chats` }).then(({ id }) => id);
  const endedChat = await start("Do you deliver on Saturdays?");
  await admin.api.post(`/v1/chats/${endedChat}/accept`);
  await admin.api.post(`/v1/chats/${endedChat}/messages`, { body: "In the city, yes, from nine to one." });
  await maria.api.post(`/v1/chats/${endedChat}/end`);
  const ownChat = await start("My calathea folds its leaves in the evening. Is it ill?");
  await admin.api.post(`/v1/chats/${ownChat}/accept`);
  await admin.api.post(`/v1/chats/${ownChat}/messages`, { body: "No, it goes to sleep! In the morning they open again." });
  await maria.api.post(`/v1/chats/${ownChat}/messages`, { body: "That is the nicest thing I have heard all day." });
  for (const [name, message] of [["Hugo Tanaka", "Is the olive tree in stock?"], ["Keiko Tanaka", "Can I collect an order on Sunday?"]]) {
    await server.admin.post("/v1/chats", { customer: { name, email: `${name!.split(" ")[0]!.toLowerCase()}@example.com` }, message });
  }
  return { ticket, chat: ownChat, ownTicket, solvedTicket, closedTicket, ownChat, endedChat };
}
