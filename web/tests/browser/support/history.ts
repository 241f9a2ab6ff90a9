/** A week at the desk of a shop that sells plants: lines for the import, with their original times. Always the same. */
import type { Person } from "./people.ts";

const HOUR = 3_600_000;

const CUSTOMERS = [
  "Mara Schmidt", "Tom Novak", "Aisha Haddad", "Ben Walker", "Carla García", "Diego Silva", "Elif Yilmaz", "Finn Larsen",
  "Grace Moreau", "Hugo Tanaka", "Ines Putri", "Jakob Rossi", "Keiko Tanaka", "Lena Walker", "Malik Haddad", "Nora Silva",
];

/** Subject, what they wrote, category, department, priority, what was answered. */
const REQUESTS: [string, string, string, string, string, string][] = [
  ["Olive tree arrived with broken branches", "The box was fine outside, but two of the thick branches are snapped. Photos on request.", "delivery", "Orders", "high", "I am sorry to read that. We send a new one today; please keep the old one, it may recover."],
  ["Which pot for a Boston fern?", "It has grown out of its pot. How much larger should the next one be, and does it need holes?", "care", "Plant care", "low", "Two fingers wider than now is plenty, and yes, holes: ferns like it damp, never wet."],
  ["Charged twice for order A-20418", "My card statement shows € 34 twice on the same day. Please refund one of them.", "billing", "Billing", "high", "You are right, the payment ran twice. The second one is on its way back and takes two days."],
  ["Parcel stuck in transit for nine days", "The tracking has not moved since last Tuesday and it is getting cold outside.", "delivery", "Orders", "urgent", "I have asked the carrier. If it is not found by tomorrow noon, a new one leaves here."],
  ["Yellow leaves after repotting", "Since Sunday the lower leaves turn yellow, one a day. Too much water?", "care", "Plant care", "medium", "Most likely. Let the soil dry until a finger deep, and give it a week."],
  ["Invoice with our VAT number, please", "Our accountant needs the VAT number of the company on it. Can you issue it again?", "billing", "Billing", "low", "Here it is again, with the number. The old one is void."],
  ["Change the address of A-20511", "We moved last week. Can it still go to the new address?", "orders", "Orders", "medium", "Just in time: it leaves tomorrow, to the new address."],
  ["Small flies around the aloe", "They come out of the soil when I water. What helps that is not poison?", "care", "Plant care", "medium", "Fungus gnats. Water from below for two weeks and put a finger of sand on top."],
  ["Gift card does not work", "The code is refused with “already used”, but it came this morning.", "billing", "Billing", "medium", "The code was read with a zero for an O. I have put the value into your account."],
  ["Can I return a plant that is too tall?", "It is beautiful and does not fit under the stairs.", "returns", "Orders", "low", "Of course, within a month. A label is in your mail; the box may be any box."],
];

const THANKS = ["Thank you, that was quick!", "Perfect, thank you.", "It worked, thanks!", "Great, I will try that."];
const NOTES = ["Carrier says: depot in Leipzig, no scan since Tuesday.", "Third time this month with this batch. Told the glasshouse.", "Regular customer, be generous."];

export const SHOP_CATEGORIES = ["orders", "delivery", "returns", "care", "billing"];

/** A small generator with no seed from outside. */
function choices(): (bound: number) => number {
  let state = 7;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

/** Lines of tickets and chats of the last eight days before `now`. */
export function history(now: number, agents: readonly Pick<Person, "id" | "name">[], tickets = 90, chats = 40): string {
  const pick = choices();
  const lines: object[] = [];
  const at = (time: number) => new Date(Math.min(time, now - 60_000)).toISOString();
  for (let number = 0; number < tickets; number += 1) {
    const [subject, description, category, department, priority, answer] = REQUESTS[pick(REQUESTS.length)]!;
    const name = CUSTOMERS[pick(CUSTOMERS.length)]!;
    const agent = agents[pick(agents.length)]!;
    const by = { kind: "agent", id: agent.id, name: agent.name };
    const opened = now - Math.round((1 - number / tickets) * 8 * 24 * HOUR) - pick(HOUR);
    const answered = opened + (10 + pick(170)) * 60_000;
    const solved = answered + (1 + pick(20)) * HOUR;
    const steps: object[] = [];
    const isAnswered = answered < now && pick(10) > 0;
    if (isAnswered) {
      steps.push({ at: at(answered - 60_000), actor: by, action: "assign", to: { id: agent.id, name: agent.name } });
      if (pick(4) === 0) steps.push({ at: at(answered - 30_000), actor: by, action: "note", body: NOTES[pick(NOTES.length)] });
      steps.push({ at: at(answered), actor: by, action: "message", body: answer });
      if (pick(5) === 0) steps.push({ at: at(answered + 60_000), actor: by, action: "tags", to: [["fragile"], ["cold weather"], ["vip", "gift"]][pick(3)] });
    }
    const isSolved = isAnswered && solved < now && number < tickets * 0.8 && pick(10) > 1;
    if (isSolved) {
      steps.push({ at: at(solved - 60_000), actor: { kind: "customer" }, action: "message", body: THANKS[pick(THANKS.length)] });
      steps.push({ at: at(solved), actor: by, action: "status", to: "resolved" });
      if (pick(3) > 0) steps.push({ at: at(solved + HOUR), actor: { kind: "customer" }, action: "feedback", rating: [5, 5, 4, 5, 3, 4, 5, 2][pick(8)], resolved: true });
    } else if (isAnswered && pick(3) === 0) {
      steps.push({ at: at(answered + 120_000), actor: by, action: "status", to: ["waiting_customer", "on_hold"][pick(2)] });
    } else if (isAnswered && pick(2) === 0) {
      steps.push({ at: at(answered + (20 + pick(200)) * 60_000), actor: { kind: "customer" }, action: "message", body: "Is there any news?" });
    }
    lines.push({
      type: "ticket", external_id: `t-${number}`, subject, description, category, department, priority, channel: ["portal", "email", "chat"][pick(3)],
      customer: { external_id: `c-${name}`, name, email: `${name.split(" ")[0]!.toLowerCase()}@example.com` },
      ...(subject.includes("A-2") ? { order_ref: /A-\d+/.exec(subject)![0] } : pick(2) ? { order_ref: `A-${20_000 + pick(900)}` } : {}),
      opened_at: at(opened), history: steps,
    });
  }
  for (let number = 0; number < chats; number += 1) {
    const name = CUSTOMERS[pick(CUSTOMERS.length)]!;
    const agent = agents[pick(agents.length)]!;
    const by = { kind: "agent", id: agent.id, name: agent.name };
    const started = now - Math.round((1 - number / chats) * 7.5 * 24 * HOUR) - HOUR;
    const question = ["Do you deliver to Norway?", "Is the Monstera safe for cats?", "Where is my order?", "Can I collect it myself?"][pick(4)]!;
    lines.push({
      type: "chat", external_id: `chat-${number}`, question, page: "https://fern-and-field.example/plants",
      customer: { external_id: `c-${name}`, name, email: `${name.split(" ")[0]!.toLowerCase()}@example.com` },
      opened_at: at(started),
      history: [
        { at: at(started + 1_000), actor: { kind: "customer" }, action: "message", body: question },
        { at: at(started + 30_000), actor: by, action: "accept", to: { id: agent.id, name: agent.name } },
        { at: at(started + 60_000), actor: by, action: "message", body: "Hello! One moment, I am looking it up." },
        { at: at(started + 200_000), actor: by, action: "message", body: "Found it: you will have a mail with all of it in a minute." },
        { at: at(started + 260_000), actor: { kind: "customer" }, action: "message", body: "Wonderful, thank you." },
        { at: at(started + 300_000), actor: { kind: "customer" }, action: "end", by: "visitor" },
        { at: at(started + 320_000), actor: { kind: "customer" }, action: "feedback", rating: [5, 4, 5, 3][pick(4)] },
      ],
    });
  }
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
