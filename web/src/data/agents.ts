/** The people of the desk: who may be assigned, and whose name stands behind an id. */
import { api, ok } from "$/api/client";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";

export const agentKeys = { all: ["agents"] as const, list: ["agents", "list"] as const };

/** Options for `createQuery`: everybody, those who left included. */
export function agentList() {
  return {
    queryKey: agentKeys.list,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/agents", { signal })),
  };
}

/** Asks again when somebody joined, left or was renamed. Returns how to stop. */
export function followAgents(): () => void {
  const again = () => void queryClient.invalidateQueries({ queryKey: agentKeys.all });
  return live.listen("agents", { event: again, resync: again });
}
