/** What is longer than anybody who draws a screen thinks of: names, subjects, tags, words without an end. */
import type { Receipt } from "./api.ts";
import type { Docket } from "./docket.ts";
import { agent } from "./people.ts";
import type { Screen } from "./screens.ts";
import type { World } from "./world.ts";

const SUBJECT = "Rechtsschutzversicherungsgesellschaftsbestätigung and forty-one further questions about the delivery of a Schefflera arboricola ‘Gold Capella’, its pot, its saucer, its insurance, and whether the van could come between the school run and the dentist";
const NAME = "Maximiliana-Friederike Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh";

/** Puts them at the desk; returns the screens they are on. */
export async function longest(server: Docket, { admin }: World): Promise<Screen[]> {
  const colleague = await agent(server, `${NAME} of Accounts`);
  const { id } = await admin.api.post<Receipt>("/v1/tickets", {
    subject: SUBJECT, description: `${SUBJECT}.\n\n${"Wherefore".repeat(30)}`, customer: { name: NAME, email: "m.f.wolfeschlegelsteinhausenbergerdorff@featherstonehaugh.example.com" },
    category: "delivery", priority: "urgent", order_ref: "A-20733-FEATHERSTONEHAUGH-00340434161094042557", channel: "desk",
  });
  await admin.api.put(`/v1/tickets/${id}/assignee`, { agent_id: colleague.id });
  await admin.api.post(`/v1/tickets/${id}/tags`, { add: ["insurance-and-liability", "school run", "dentist", "gold capella", "wedding"] });
  return [{
    name: "ticket-long", who: admin, path: `/desk/tickets/${id}`,
    ready: (page) => page.getByRole("main").getByRole("article").first(),
  }];
}
