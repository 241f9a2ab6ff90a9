/** The departments of the desk. */
import { api, ok } from "$/api/client";

export const departmentKeys = { list: ["departments", "list"] as const };

/** Options for `createQuery`: every department by name, those that are no longer offered included. */
export function departmentList() {
  return {
    queryKey: departmentKeys.list,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/departments", { signal })),
  };
}
