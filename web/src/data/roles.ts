/** What people of the desk may do: the built-in roles and the organisation's own. */
import { api, ok } from "$/api/client";

export const roleKeys = { all: ["roles"] as const };

/** Options for `createQuery`: the built-in roles, the organisation's own by name, and every permission there is. */
export function roleList() {
  return {
    queryKey: roleKeys.all,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/roles", { signal })),
  };
}
