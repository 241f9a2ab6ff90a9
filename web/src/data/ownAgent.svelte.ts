/** The reader's own entry among the agents: one truth for every place that shows or sets it. */
import { createQuery } from "@tanstack/svelte-query";
import { api, ok } from "$/api/client";
import type { Agent, Availability } from "$/api/types";
import { session } from "$/session/session.svelte";
import { toasts } from "$/ui/toast.svelte";
import { agentKeys, agentList } from "./agents";
import { queryClient } from "./query";

type List = Awaited<ReturnType<ReturnType<typeof agentList>["queryFn"]>>;

/** As everybody's list has it; made while a component is. Undefined: not read yet, or no agent. */
export function ownAgent(): { readonly current: Agent | undefined } {
  const agents = createQuery(() => agentList());
  const own = $derived(agents.data?.items.find((agent) => agent.id === session.me.person_id));
  return {
    get current() {
      return own;
    },
  };
}

async function change(patch: Partial<Agent>, command: () => Promise<unknown>): Promise<void> {
  const { person_id } = session.me;
  await queryClient.cancelQueries({ queryKey: agentKeys.list });
  // Everywhere at once; the truth follows, also after a refusal.
  queryClient.setQueryData<List>(agentKeys.list, (list) => list && { ...list, items: list.items.map((one) => (one.id === person_id ? { ...one, ...patch } : one)) });
  try {
    await command();
  } catch (error) {
    toasts.fail(error);
  }
  await queryClient.invalidateQueries({ queryKey: agentKeys.all });
}

const path = () => ({ path: { id: session.me.person_id } });

export function setAvailability(availability: Availability): Promise<void> {
  return change({ availability }, () => ok(api.PUT("/v1/agents/{id}/availability", { params: path(), body: { availability } })));
}

export function setCapacity(most: number): Promise<void> {
  return change({ max_concurrent_chats: most }, () => ok(api.PUT("/v1/agents/{id}/capacity", { params: path(), body: { max_concurrent_chats: most } })));
}
